// A disk in memory that forgets as disks do. It keeps apart what was written and what was synced:
// for each file its octets, and for each folder its entries (made, renamed, removed files), which
// count only once the folder was synced. A crash leaves what was synced, and on request more: some
// of the unsynced octets, and the entries that were not synced. It counts what is done to it, dies
// at any such step, runs full, and hands out and takes in files whole, so that a test can damage
// them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace contract {

enum class disk_answer { done, dying, dead, full, failed };

class faulty_disk {
public:
  struct file {
    std::string octets;
    std::size_t synced = 0;
    std::uint64_t reads = 0;
  };
  using file_ptr = std::shared_ptr<file>;

  // What a crash leaves beyond what was synced.
  struct remains {
    bool entries = false;        // the folders' entries as they were last
    std::size_t torn_octets = 0; // of each file's unsynced octets, as far as there are so many
  };

  faulty_disk() = default;
  // A copy shares nothing: the same disk may die in a thousand ways.
  faulty_disk(const faulty_disk& other) { *this = other; }
  faulty_disk& operator=(const faulty_disk& other) {
    std::lock_guard guard(other.mutex_);
    std::map<file_ptr, file_ptr> copies;
    for (auto [from, to] : {std::pair(&other.now_, &now_), std::pair(&other.durable_, &durable_)}) {
      to->clear();
      for (const auto& [name, one] : *from) {
        file_ptr& copy = copies[one];
        if (!copy) copy = std::make_shared<file>(*one);
        to->emplace(name, copy);
      }
    }
    folders_ = other.folders_;
    return *this;
  }

  // -- faults

  void die_at_step(std::uint64_t step) { dies_at_ = step; }
  void fail_next_sync() { next_sync_fails_ = true; }
  void fail_next_write(disk_answer how) { next_write_ = how; }
  // From this step on there is no space, until there is.
  void run_full_at_step(std::uint64_t step) { full_at_ = step; }
  void make_room() { full_at_.reset(); }
  // A sync that finds no space, as on a disk that promises more than it has.
  void let_next_sync_find_no_space() { next_sync_full_ = true; }
  // Only what the disk says is free changes.
  void report_free(std::optional<std::uint64_t> octets) { free_ = octets; }

  // The power is gone: nothing gets through any more, not even what a destructor would save.
  void cut_power() {
    std::lock_guard guard(mutex_);
    ++power_cycle_;
  }
  // What a restarted machine finds.
  void restart(const remains& left) {
    std::lock_guard guard(mutex_);
    ++power_cycle_;
    if (!left.entries) now_ = durable_;
    std::map<file_ptr, file_ptr> survivors; // files that a dead process still holds are other ones
    for (auto& [name, one] : now_) {
      file_ptr& survivor = survivors[one];
      if (!survivor) survivor = std::make_shared<file>(survivor_of(*one, left.torn_octets));
      one = survivor;
    }
    durable_ = now_;
    locks_.clear();
    steps_ = 0;
    dies_at_.reset();
    full_at_.reset();
    next_sync_fails_ = next_sync_full_ = false;
    next_write_ = disk_answer::done;
  }

  // -- evidence

  std::uint64_t steps() const { return steps_; }
  bool died() const { return steps_ == dies_at_; }
  std::uint64_t power_cycle() const { return power_cycle_; }
  std::optional<std::uint64_t> free_octets() const { return free_; }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, one] : now_)
      out.push_back(name);
    return out;
  }
  file& at(const std::string& name) { return *now_.at(name); }
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> out;
    for (const auto& [name, one] : now_)
      out.emplace(name, one->octets);
    return out;
  }

  // -- what a file system does with it; `cycle`: when the caller was opened

  // Every change is a step, and each may be the last one or the first that finds no space.
  disk_answer step(std::uint64_t cycle, bool needs_space) {
    std::lock_guard guard(mutex_);
    return count_step(cycle, needs_space);
  }
  disk_answer append(std::uint64_t cycle, file& to, const char* data, std::size_t size) {
    std::lock_guard guard(mutex_);
    disk_answer answer = count_step(cycle, true);
    if (answer == disk_answer::done) answer = std::exchange(next_write_, disk_answer::done);
    // Power and space end in the middle of a write.
    if (answer == disk_answer::full) size /= 2;
    if (answer != disk_answer::dead && answer != disk_answer::failed) to.octets.append(data, size);
    return answer;
  }
  disk_answer sync(std::uint64_t cycle, file& what) {
    std::lock_guard guard(mutex_);
    disk_answer answer = count_step(cycle, false);
    if (answer != disk_answer::done) return answer;
    if (std::exchange(next_sync_fails_, false)) return disk_answer::failed;
    if (std::exchange(next_sync_full_, false)) return disk_answer::full;
    what.synced = what.octets.size();
    return disk_answer::done;
  }
  disk_answer sync_folder(std::uint64_t cycle, const std::string& folder) {
    std::lock_guard guard(mutex_);
    disk_answer answer = count_step(cycle, false);
    if (answer != disk_answer::done) return answer;
    auto inside = [&](const auto& entry) { return entry.first.starts_with(folder + "/"); };
    std::erase_if(durable_, inside);
    std::copy_if(now_.begin(), now_.end(), std::inserter(durable_, durable_.end()), inside);
    return disk_answer::done;
  }

  std::mutex& mutex() { return mutex_; }
  std::map<std::string, file_ptr>& entries() { return now_; }
  std::set<std::string>& folders() { return folders_; }
  std::map<std::string, std::uint64_t>& locks() { return locks_; }

private:
  static file survivor_of(const file& one, std::size_t torn_octets) {
    file left{one.octets, 0, 0};
    left.octets.resize(std::min(one.octets.size(), one.synced + torn_octets));
    left.synced = left.octets.size();
    return left;
  }
  disk_answer count_step(std::uint64_t cycle, bool needs_space) {
    if (cycle != power_cycle_) return disk_answer::dead;
    if (++steps_ == dies_at_) {
      ++power_cycle_;
      return disk_answer::dying;
    }
    if (needs_space && full_at_ && steps_ >= *full_at_) return disk_answer::full;
    return disk_answer::done;
  }

  mutable std::mutex mutex_;
  std::map<std::string, file_ptr> now_;
  std::map<std::string, file_ptr> durable_;
  std::set<std::string> folders_; // made at once, and never lost
  std::map<std::string, std::uint64_t> locks_;
  std::uint64_t power_cycle_ = 0;
  std::uint64_t steps_ = 0;
  std::optional<std::uint64_t> dies_at_;
  std::optional<std::uint64_t> full_at_;
  std::optional<std::uint64_t> free_;
  bool next_sync_fails_ = false;
  bool next_sync_full_ = false;
  disk_answer next_write_ = disk_answer::done;
};

} // namespace contract
