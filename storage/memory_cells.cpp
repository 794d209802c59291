#include "storage/memory_cells.hpp"

#include "messages/base/assert.hpp"
#include "runtime/ports/cell_rules.hpp"

namespace ppn {

// -- the disk
// ------------------------------------------------------------------------------------------

void memory_cell_disk::crash() {
  ++power_cycle_;
  held_ = false;
  next_fault_ = cell_fault::none;
  for (auto at = cells_.begin(); at != cells_.end();) {
    at->second.unsynced.reset();
    at = at->second.any_ever ? std::next(at) : cells_.erase(at);
  }
}

void memory_cell_disk::damage_newest(std::string_view name) {
  auto at = cells_.find(name);
  PPN_ASSERT(at != cells_.end());
  at->second.newest.reset();
}

void memory_cell_disk::damage_both(std::string_view name) {
  damage_newest(name);
  cells_.find(name)->second.older.reset();
}

// What a restarted process finds written, it has: it makes it durable before it goes on.
void memory_cell_disk::recover() {
  for (auto& [name, copies] : cells_) {
    if (!copies.unsynced) continue;
    copies.older = std::exchange(copies.newest, std::exchange(copies.unsynced, std::nullopt));
    copies.any_ever = true;
  }
}

// -- the cells
// -----------------------------------------------------------------------------------------

result<std::unique_ptr<memory_cells>> memory_cells::open(memory_cell_disk& disk) {
  if (disk.held_) return fail(ec::in_use, "others have this memory disk");
  disk.recover();
  disk.held_ = true;
  return std::unique_ptr<memory_cells>(new memory_cells(disk));
}

memory_cells::~memory_cells() {
  if (!cut_off()) disk_.held_ = false;
}

result<cell> memory_cells::get(std::string_view name) const {
  if (cut_off()) return fail(ec::io_failed, "the memory disk lost its power");
  if (status checked = check_cell_name(name); !checked) return fail(checked.error());
  if (auto frozen = frozen_.find(name); frozen != frozen_.end()) return frozen->second;
  auto at = disk_.cells_.find(name);
  if (at == disk_.cells_.end()) return cell{};
  const memory_cell_disk::copies& copies = at->second;
  for (const auto& copy : {copies.unsynced, copies.newest, copies.older})
    if (copy) return *copy;
  return fail(ec::integrity, "both copies of cell " + std::string(name) + " are damaged");
}

status memory_cells::compare_and_set(std::string_view name, std::uint64_t expected,
                                     bytes_view value) {
  result<cell> current = get(name);
  if (!current) return fail(current.error());
  if (status checked = check_cell_value(value); !checked) return checked;
  if (frozen_.contains(name)) return fail(ec::io_failed, "an earlier sync of this cell failed");
  if (status checked = check_cell_version(*current, expected); !checked) return checked;
  if (!disk_.cells_.contains(name) && disk_.cells_.size() == count_max)
    return fail(ec::too_large, "there are " + std::to_string(count_max) + " cells already");
  cell_fault fault = std::exchange(disk_.next_fault_, cell_fault::none);
  if (fault == cell_fault::full || disk_.full_)
    return fail(ec::no_space, "the memory disk is full");
  if (fault == cell_fault::write_fails) return fail(ec::io_failed, "a write to the memory disk");
  memory_cell_disk::copies& copies = disk_.cells_[std::string(name)];
  copies.unsynced = cell{expected + 1, bytes(value.begin(), value.end())};
  if (fault == cell_fault::sync_fails) {
    frozen_.emplace(name, *current);
    return fail(ec::io_failed, "a sync of the memory disk");
  }
  if (disk_.lying_) return {};
  copies.older = std::move(copies.newest);
  copies.newest = std::exchange(copies.unsynced, std::nullopt);
  copies.any_ever = true;
  return {};
}

} // namespace ppn
