// The store in memory, with a disk that can fail. A `memory_disk` is what survives: it outlives the
// store as a disk outlives a process, knows which records were synced, and fails on request in the
// ways that disks do. A store that was open when its disk crashed is cut off for good, like the
// process that held it; the next open sees what a restarted process would see.
#pragma once

#include "storage/store.hpp"

#include <map>
#include <memory>
#include <optional>

namespace ppn {

// What becomes of the next append.
enum class append_fault : std::uint8_t {
  none,
  full,        // ec::no_space: nothing was written; a later append may succeed
  write_fails, // ec::io_failed: nothing was written; no more writes until the next open
  sync_fails,  // the same, but written and not synced; there after a close, gone after a crash
};

class memory_disk {
public:
  // -- faults

  void fail_next_append(append_fault fault) { next_fault_ = fault; }
  // Octets that the disk can hold in all; an append beyond is ec::no_space.
  void limit_octets(std::uint64_t most) { octets_max_ = most; }
  // A disk that lies: appends are answered, yet stay unsynced until this is turned off again.
  void withhold_syncs(bool yes);
  // Power is lost. Of the unsynced batches the oldest `kept` survive; with `torn`, the one after
  // them is cut in the middle, which the next open notices and drops.
  void crash(std::size_t kept = 0, bool torn = false);
  // Flips a bit of a record, a tile, the head or a kept head, where the store does not see it until
  // it reads.
  void damage(std::uint64_t index);
  void damage_tile(std::uint8_t level, std::uint64_t index);
  void damage_head();
  void damage_kept_head(std::uint64_t length);
  // The disk silently returns to an older state: synced records are gone, and with them the tiles
  // and heads of their batches. Of the heads that were not kept, a few are remembered to return to.
  void lose_tail(std::uint64_t records);

  // -- evidence

  std::uint64_t synced() const { return synced_; }
  std::uint64_t unsynced() const { return records_.size() - synced_; }

private:
  friend class memory_store;

  struct stored {
    bytes data;
    bool damaged = false;
  };
  struct stored_since : stored {
    std::uint64_t length = 0; // of the store, once the batch that brought this was part of it
  };
  struct batch_end {
    std::uint64_t length;
    bool torn = false;
  };
  using tile_name = std::pair<std::uint8_t, std::uint64_t>;

  static constexpr std::size_t heads_remembered = 8;

  status write(const store_batch& batch);
  void add(const store_batch& batch);
  void forget_old_heads();
  void sync();
  void recover();
  void shorten(std::uint64_t length);
  static void flip(stored& value);

  std::vector<stored> records_;
  std::map<tile_name, stored_since> tiles_;
  std::vector<stored_since> heads_;      // oldest first; the last one is the head
  std::vector<stored_since> kept_heads_; // oldest first
  std::vector<batch_end> pending_;       // the unsynced batches, oldest first
  std::uint64_t synced_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t octets_max_ = ~std::uint64_t{0};
  append_fault next_fault_ = append_fault::none;
  bool lying_ = false;
  bool held_ = false;
  std::uint64_t power_cycle_ = 0;
};

class memory_store final : public store {
public:
  // ec::in_use while another store has the disk. The disk outlives the store.
  static result<std::unique_ptr<memory_store>> open(memory_disk& disk);
  ~memory_store() override;

  using store::append;
  status append(std::uint64_t expected_length, const store_batch& batch) override;
  result<bytes> read(std::uint64_t index) const override;
  std::uint64_t length() const override { return length_; }
  status iterate(std::uint64_t from, std::uint64_t to,
                 const std::function<bool(std::uint64_t, bytes_view)>& visit) const override;
  result<bytes> tile(std::uint8_t level, std::uint64_t index) const override;
  result<bytes> head() const override;
  result<std::vector<kept_head>> kept_heads(std::uint64_t from_length,
                                            std::size_t most) const override;

private:
  explicit memory_store(memory_disk& disk);
  bool cut_off() const { return power_cycle_ != disk_.power_cycle_; }
  result<bytes_view> look(std::uint64_t index) const;
  // What the last batch that this store acknowledged brought, or one before it.
  bool counts(const memory_disk::stored_since& what) const { return what.length <= length_; }

  memory_disk& disk_;
  std::uint64_t power_cycle_;
  std::uint64_t length_;
  std::optional<error>
      failed_; // the first failure other than a full disk answers every later write
};

} // namespace ppn
