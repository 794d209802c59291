#include "storage/memory_snapshots.hpp"

#include "messages/base/assert.hpp"
#include "runtime/ports/snapshot_rules.hpp"

#include <algorithm>

namespace ppn {

// -- the disk -------------------------------------------------------------------------------------

void memory_snapshot_disk::crash() {
  ++power_cycle_;
  held_ = false;
  next_fault_ = snapshot_fault::none;
  for (auto at = by_name_.begin(); at != by_name_.end();) {
    std::erase_if(at->second, [](const generation& one) { return !one.synced; });
    at = at->second.empty() ? by_name_.erase(at) : std::next(at);
  }
}

void memory_snapshot_disk::damage_newest(std::string_view name) {
  there(name).front().damaged = true;
}

void memory_snapshot_disk::damage_both(std::string_view name) {
  for (generation& one : there(name))
    one.damaged = true;
}

void memory_snapshot_disk::lose(std::string_view name) {
  auto at = by_name_.find(name);
  if (at != by_name_.end()) by_name_.erase(at);
}

memory_snapshot_disk::generations& memory_snapshot_disk::there(std::string_view name) {
  auto at = by_name_.find(name);
  PPN_ASSERT(at != by_name_.end());
  return at->second;
}

// All of them are synced now: the newest one stays, and the newest sound one before it.
void memory_snapshot_disk::settle(generations& of) {
  for (generation& one : of)
    one.synced = true;
  if (of.size() <= kept) return;
  auto second =
      std::find_if(of.begin() + 1, of.end(), [](const generation& one) { return !one.damaged; });
  if (second != of.end()) std::iter_swap(of.begin() + 1, second);
  of.resize(kept);
}

// -- the snapshots --------------------------------------------------------------------------------

result<std::unique_ptr<memory_snapshots>> memory_snapshots::open(memory_snapshot_disk& disk) {
  if (disk.held_) return fail(ec::in_use, "others have this memory disk");
  // What a restarted process finds written, it has: it makes it durable before it goes on.
  for (auto& [name, of] : disk.by_name_)
    memory_snapshot_disk::settle(of);
  disk.held_ = true;
  return std::unique_ptr<memory_snapshots>(new memory_snapshots(disk));
}

memory_snapshots::~memory_snapshots() {
  if (!cut_off()) disk_.held_ = false;
}

status memory_snapshots::save(std::string_view name, bytes_view data) {
  if (cut_off()) return fail(ec::io_failed, "the memory disk lost its power");
  if (status checked = check_snapshot(name, data); !checked) return checked;
  snapshot_fault fault = std::exchange(disk_.next_fault_, snapshot_fault::none);
  if (fault == snapshot_fault::full || disk_.full_)
    return fail(ec::no_space, "the memory disk is full");
  if (fault == snapshot_fault::write_fails)
    return fail(ec::io_failed, "a write to the memory disk");
  memory_snapshot_disk::generations& of = disk_.by_name_[std::string(name)];
  // Of those that a crash forgets only the newest is of interest.
  std::erase_if(of, [](const auto& one) { return !one.synced; });
  of.insert(of.begin(), {bytes(data.begin(), data.end())});
  if (fault == snapshot_fault::sync_fails) return fail(ec::io_failed, "a sync of the memory disk");
  if (!disk_.lying_) memory_snapshot_disk::settle(of);
  return {};
}

result<bool> memory_snapshots::load(std::string_view name,
                                    const std::function<bool(bytes_view)>& take) const {
  if (cut_off()) return fail(ec::io_failed, "the memory disk lost its power");
  if (status checked = check_snapshot_name(name); !checked) return fail(checked.error());
  auto at = disk_.by_name_.find(name);
  if (at == disk_.by_name_.end()) return false;
  std::size_t offered = 0;
  for (const auto& one : at->second)
    if (!one.damaged && offered++ < memory_snapshot_disk::kept && take(one.data)) return true;
  return false;
}

} // namespace ppn
