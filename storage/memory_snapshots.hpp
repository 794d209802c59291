// The snapshots in memory, with a disk that can fail. Like the files, the disk keeps two
// generations of each name, and a save takes the place of the older one. Snapshots that were open
// when their disk crashed are cut off for good.
#pragma once

#include "storage/snapshots.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ppn {

// What becomes of the next save.
enum class snapshot_fault : std::uint8_t {
  none,
  full,        // ec::no_space: nothing was written
  write_fails, // ec::io_failed: nothing was written
  sync_fails,  // ec::io_failed: there until a crash, and gone after it
};

class memory_snapshot_disk {
public:
  // -- faults

  void fail_next_save(snapshot_fault fault) { next_fault_ = fault; }
  // Every save is ec::no_space until this is turned off again.
  void fill_up(bool yes) { full_ = yes; }
  // A disk that lies: saves are answered, yet a crash forgets them.
  void withhold_syncs(bool yes) { lying_ = yes; }
  // Power is lost: what was not synced is gone.
  void crash();
  // The newest generation cannot be read any more: the one before it counts again.
  void damage_newest(std::string_view name);
  void damage_both(std::string_view name);
  // All generations are gone.
  void lose(std::string_view name);

private:
  friend class memory_snapshots;

  struct generation {
    bytes data;
    bool damaged = false;
    bool synced = false;
  };
  using generations = std::vector<generation>; // newest first

  static constexpr std::size_t kept = 2;

  static void settle(generations& of);
  generations& there(std::string_view name);

  std::map<std::string, generations, std::less<>> by_name_;
  snapshot_fault next_fault_ = snapshot_fault::none;
  bool full_ = false;
  bool lying_ = false;
  bool held_ = false;
  std::uint64_t power_cycle_ = 0;
};

class memory_snapshots final : public snapshots {
public:
  // ec::in_use while others have the disk. The disk outlives the snapshots.
  static result<std::unique_ptr<memory_snapshots>> open(memory_snapshot_disk& disk);
  ~memory_snapshots() override;

  status save(std::string_view name, bytes_view data) override;
  result<bool> load(std::string_view name,
                    const std::function<bool(bytes_view)>& take) const override;

private:
  explicit memory_snapshots(memory_snapshot_disk& disk)
      : disk_(disk), power_cycle_(disk.power_cycle_) {}
  bool cut_off() const { return power_cycle_ != disk_.power_cycle_; }

  memory_snapshot_disk& disk_;
  std::uint64_t power_cycle_;
};

} // namespace ppn
