// The cells in memory, with a disk that can fail. Like a real cell file, the disk keeps the newest
// copy of a cell and the one before it, so that one damaged copy costs one version and two damaged
// copies are ec::integrity. Cells that were open when their disk crashed are cut off for good.
#pragma once

#include "storage/cells.hpp"

#include <map>
#include <memory>
#include <optional>

namespace ppn {

// What becomes of the next compare_and_set.
enum class cell_fault : std::uint8_t {
  none,
  full,        // ec::no_space: nothing was written; a later set may succeed
  write_fails, // ec::io_failed: nothing was written; a later set may succeed
  sync_fails,  // ec::io_failed: written but not synced; no more sets of this cell until the next
               // open
};

class memory_cell_disk {
public:
  // -- faults

  void fail_next_set(cell_fault fault) { next_fault_ = fault; }
  // Every set is ec::no_space until this is turned off again.
  void fill_up(bool yes) { full_ = yes; }
  // A disk that lies: sets are answered, yet a crash forgets them.
  void withhold_syncs(bool yes) { lying_ = yes; }
  // Power is lost: what was not synced is gone.
  void crash();
  // The newest copy cannot be read any more: the one before it counts again.
  void damage_newest(std::string_view name);
  void damage_both(std::string_view name);

private:
  friend class memory_cells;

  struct copies {
    std::optional<cell> older;
    std::optional<cell> newest;
    std::optional<cell> unsynced; // what a reader finds, and a crash forgets
    bool any_ever = false;        // something was durable once
  };
  using copies_by_name = std::map<std::string, copies, std::less<>>;

  void recover();

  copies_by_name cells_;
  cell_fault next_fault_ = cell_fault::none;
  bool full_ = false;
  bool lying_ = false;
  bool held_ = false;
  std::uint64_t power_cycle_ = 0;
};

class memory_cells final : public cells {
public:
  // ec::in_use while others have the disk. The disk outlives the cells.
  static result<std::unique_ptr<memory_cells>> open(memory_cell_disk& disk);
  ~memory_cells() override;

  result<cell> get(std::string_view name) const override;
  status compare_and_set(std::string_view name, std::uint64_t expected, bytes_view value) override;

private:
  explicit memory_cells(memory_cell_disk& disk) : disk_(disk), power_cycle_(disk.power_cycle_) {}
  bool cut_off() const { return power_cycle_ != disk_.power_cycle_; }

  memory_cell_disk& disk_;
  std::uint64_t power_cycle_;
  std::map<std::string, cell, std::less<>>
      frozen_; // by name: what stays readable after a failed sync
};

} // namespace ppn
