// The views in memory, with a disk that can fail: for tests and the simulator. The disk outlives the
// views as a disk outlives a process.
#pragma once

#include "storage/published_views.hpp"

#include <map>

namespace ppn {

class memory_view_disk {
public:
  // -- faults

  // Every write is ec::no_space until this is turned off again; of an append half of the octets are
  // there.
  void fill_up(bool yes) { full_ = yes; }
  // ec::io_failed for the next so many calls.
  void fail_next(std::size_t calls) { failing_ = calls; }

  std::map<std::string, std::string, std::less<>> files; // by name
  std::size_t writes = 0;                                // files that were replaced

private:
  friend class memory_views;
  bool full_ = false;
  std::size_t failing_ = 0;
};

class memory_views final : public published_views {
public:
  explicit memory_views(memory_view_disk& disk) : disk_(disk) {}

  status write(std::string_view name, std::string_view text) override;
  result<std::uint64_t> open_lines(std::string_view name) override;
  result<std::string> read(std::string_view name, std::uint64_t from,
                           std::size_t most) const override;
  status append(std::string_view name, std::uint64_t from, std::string_view text) override;
  status set_aside(std::string_view name) override;

private:
  status begin(std::string_view name) const;
  std::string* find(std::string_view name) const;

  memory_view_disk& disk_;
};

} // namespace ppn
