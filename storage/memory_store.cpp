#include "storage/memory_store.hpp"

#include "messages/base/assert.hpp"
#include "storage/store_rules.hpp"

#include <algorithm>

namespace ppn {

// -- the disk
// ------------------------------------------------------------------------------------------

void memory_disk::withhold_syncs(bool yes) {
  lying_ = yes;
  if (!lying_) sync();
}

void memory_disk::crash(std::size_t kept, bool torn) {
  ++power_cycle_;
  held_ = false;
  next_fault_ = append_fault::none;
  std::size_t survivors = std::min(kept, pending_.size());
  if (torn && survivors < pending_.size()) pending_[survivors++].torn = true;
  pending_.resize(survivors);
  shorten(pending_.empty() ? synced_ : pending_.back().length);
}

void memory_disk::damage(std::uint64_t index) {
  PPN_ASSERT(index < records_.size());
  stored& record = records_[index];
  if (!record.data.empty()) record.data.back() ^= 1;
  record.damaged = true;
}

void memory_disk::lose_tail(std::uint64_t records) {
  PPN_ASSERT(pending_.empty());
  synced_ -= std::min(records, synced_);
  shorten(synced_);
}

status memory_disk::write(const std::vector<bytes>& batch) {
  append_fault fault = std::exchange(next_fault_, append_fault::none);
  std::uint64_t added = 0;
  for (const bytes& record : batch)
    added += record.size();
  if (fault == append_fault::full || added > octets_max_ - std::min(octets_, octets_max_))
    return fail(ec::no_space, "the memory disk is full");
  if (fault == append_fault::write_fails) return fail(ec::io_failed, "a write to the memory disk");
  for (const bytes& record : batch)
    records_.push_back({record});
  octets_ += added;
  pending_.push_back({records_.size()});
  if (fault == append_fault::sync_fails) return fail(ec::io_failed, "a sync of the memory disk");
  if (!lying_) sync();
  return {};
}

void memory_disk::sync() {
  pending_.clear();
  synced_ = records_.size();
}

// What a real store does when it opens: whole batches are kept and made durable, a torn one ends
// it.
void memory_disk::recover() {
  auto torn =
      std::find_if(pending_.begin(), pending_.end(), [](const batch_end& end) { return end.torn; });
  if (torn != pending_.end()) shorten(torn == pending_.begin() ? synced_ : std::prev(torn)->length);
  sync();
}

void memory_disk::shorten(std::uint64_t length) {
  for (; records_.size() > length; records_.pop_back())
    octets_ -= records_.back().data.size();
}

// -- the store
// -----------------------------------------------------------------------------------------

result<std::unique_ptr<memory_store>> memory_store::open(memory_disk& disk) {
  if (disk.held_) return fail(ec::in_use, "another store has this memory disk");
  disk.recover();
  disk.held_ = true;
  return std::unique_ptr<memory_store>(new memory_store(disk));
}

memory_store::memory_store(memory_disk& disk)
    : disk_(disk), power_cycle_(disk.power_cycle_), length_(disk.records_.size()) {}

memory_store::~memory_store() {
  if (!cut_off()) disk_.held_ = false;
}

status memory_store::append(std::uint64_t expected_length, const std::vector<bytes>& batch) {
  if (cut_off()) return fail(ec::io_failed, "the memory disk lost its power");
  if (failed_) return fail(*failed_);
  if (status checked = check_append(length_, expected_length, batch); !checked) return checked;
  if (status written = disk_.write(batch); !written) {
    failed_ = written.error();
    return written;
  }
  length_ += batch.size();
  return {};
}

result<bytes_view> memory_store::look(std::uint64_t index) const {
  if (cut_off()) return fail(ec::io_failed, "the memory disk lost its power");
  if (status checked = check_range(length_, index, index + 1); !checked)
    return fail(checked.error());
  if (index >= disk_.records_.size() || disk_.records_[index].damaged)
    return fail(ec::integrity, "record " + std::to_string(index) + " is not what was written");
  return bytes_view(disk_.records_[index].data);
}

result<bytes> memory_store::read(std::uint64_t index) const {
  if (index >= length_) return fail(ec::not_found, "record " + std::to_string(index));
  return look(index).map([](bytes_view data) { return bytes(data.begin(), data.end()); });
}

status memory_store::iterate(std::uint64_t from, std::uint64_t to,
                             const std::function<bool(std::uint64_t, bytes_view)>& visit) const {
  if (status checked = check_range(length_, from, to); !checked) return checked;
  for (std::uint64_t index = from; index < to; ++index) {
    result<bytes_view> record = look(index);
    if (!record) return fail(record.error());
    if (!visit(index, *record)) break;
  }
  return {};
}

} // namespace ppn
