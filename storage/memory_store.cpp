#include "storage/memory_store.hpp"

#include "messages/base/assert.hpp"
#include "storage/store_rules.hpp"

#include <algorithm>

namespace ppn {

// -- the disk -------------------------------------------------------------------------------------

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

void memory_disk::flip(stored& value) {
  if (!value.data.empty()) value.data.back() ^= 1;
  value.damaged = true;
}

void memory_disk::damage(std::uint64_t index) {
  PPN_ASSERT(index < records_.size());
  flip(records_[index]);
}

void memory_disk::damage_tile(std::uint8_t level, std::uint64_t index) {
  auto at = tiles_.find({level, index});
  PPN_ASSERT(at != tiles_.end());
  flip(at->second);
}

void memory_disk::damage_head() {
  PPN_ASSERT(!heads_.empty());
  flip(heads_.back());
}

void memory_disk::damage_kept_head(std::uint64_t length) {
  auto at = std::find_if(kept_heads_.begin(), kept_heads_.end(),
                         [&](const stored_since& head) { return head.length == length; });
  PPN_ASSERT(at != kept_heads_.end());
  flip(*at);
}

void memory_disk::lose_tail(std::uint64_t records) {
  PPN_ASSERT(pending_.empty());
  synced_ -= std::min(records, synced_);
  shorten(synced_);
  if (heads_.empty() && !kept_heads_.empty()) heads_.push_back(kept_heads_.back());
}

status memory_disk::write(const store_batch& batch) {
  append_fault fault = std::exchange(next_fault_, append_fault::none);
  std::uint64_t added = octets_of(batch);
  if (fault == append_fault::full || added > octets_max_ - std::min(octets_, octets_max_))
    return fail(ec::no_space, "the memory disk is full");
  if (fault == append_fault::write_fails) return fail(ec::io_failed, "a write to the memory disk");
  add(batch);
  if (fault == append_fault::sync_fails) return fail(ec::io_failed, "a sync of the memory disk");
  if (!lying_) sync();
  return {};
}

void memory_disk::add(const store_batch& batch) {
  for (const bytes& record : batch.records) {
    records_.push_back({record});
    octets_ += record.size();
  }
  const std::uint64_t length = records_.size();
  for (const store_tile& tile : batch.tiles) {
    tiles_[{tile.level, tile.index}] = {{tile.data}, length};
    octets_ += tile.data.size();
  }
  if (batch.keep_head) {
    kept_heads_.push_back({{batch.head}, length});
    octets_ += batch.head.size();
  }
  pending_.push_back({length});
  if (batch.head.empty()) return;
  heads_.push_back({{batch.head}, length});
  forget_old_heads();
}

// A head takes its predecessor's place on the disk, so that heads use up no space worth counting.
void memory_disk::forget_old_heads() {
  std::size_t needed = heads_remembered + pending_.size();
  if (heads_.size() >= 2 * needed)
    heads_.erase(heads_.begin(), heads_.end() - static_cast<std::ptrdiff_t>(needed));
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
  if (records_.size() <= length) return;
  for (; records_.size() > length; records_.pop_back())
    octets_ -= records_.back().data.size();
  for (; !heads_.empty() && heads_.back().length > length; heads_.pop_back())
    continue;
  for (; !kept_heads_.empty() && kept_heads_.back().length > length; kept_heads_.pop_back())
    octets_ -= kept_heads_.back().data.size();
  std::erase_if(tiles_, [&](const auto& tile) {
    if (tile.second.length <= length) return false;
    octets_ -= tile.second.data.size();
    return true;
  });
}

// -- the store ------------------------------------------------------------------------------------

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

namespace {
tl::unexpected<error> power_lost() {
  return fail(ec::io_failed, "the memory disk lost its power");
}
} // namespace

status memory_store::append(std::uint64_t expected_length, const store_batch& batch) {
  if (cut_off()) return power_lost();
  if (failed_) return fail(*failed_);
  if (status checked = check_append(length_, expected_length, batch); !checked) return checked;
  for (const store_tile& tile : batch.tiles)
    if (disk_.tiles_.contains({tile.level, tile.index}))
      return fail(ec::invalid, name_of_tile(tile.level, tile.index) + " is there already");
  if (status written = disk_.write(batch); !written) {
    if (written.error().code != ec::no_space) failed_ = written.error();
    return written;
  }
  length_ += batch.records.size();
  return {};
}

result<bytes_view> memory_store::look(std::uint64_t index) const {
  if (cut_off()) return power_lost();
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

result<bytes> memory_store::tile(std::uint8_t level, std::uint64_t index) const {
  if (cut_off()) return power_lost();
  auto at = disk_.tiles_.find({level, index});
  if (at == disk_.tiles_.end() || !counts(at->second))
    return fail(ec::not_found, name_of_tile(level, index));
  if (at->second.damaged)
    return fail(ec::integrity, name_of_tile(level, index) + " is not what was written");
  return at->second.data;
}

result<bytes> memory_store::head() const {
  if (cut_off()) return power_lost();
  auto newest = std::find_if(disk_.heads_.rbegin(), disk_.heads_.rend(),
                             [&](const auto& head) { return counts(head); });
  if (newest == disk_.heads_.rend()) return bytes{};
  if (newest->damaged) return fail(ec::integrity, "the head is not what was written");
  return newest->data;
}

result<std::vector<kept_head>> memory_store::kept_heads(std::uint64_t from_length,
                                                        std::size_t most) const {
  if (cut_off()) return power_lost();
  std::vector<kept_head> found;
  auto at = std::partition_point(disk_.kept_heads_.begin(), disk_.kept_heads_.end(),
                                 [&](const auto& head) { return head.length < from_length; });
  for (; at != disk_.kept_heads_.end() && counts(*at) && found.size() < most; ++at) {
    if (at->damaged)
      return fail(ec::integrity,
                  "the head kept at " + std::to_string(at->length) + " is not what was written");
    found.push_back({at->length, at->data});
  }
  return found;
}

} // namespace ppn
