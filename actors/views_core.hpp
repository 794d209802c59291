// Keeps the files beside the fleet's ledger as it grows, as plain code: one export that gains a line for
// each entry, and registers that are replaced when they differ. Every line follows from the ledger alone,
// so what is on the disk needs no record of its own: the last line tells how far the export got, and what
// was written in earlier runs is compared with the ledger bit by bit while there is nothing else to do.
#pragma once

#include "messages/actors.hpp"
#include "storage/ledger/fleet_fold.hpp"
#include "storage/published_views.hpp"

namespace ppn {

class views_core {
public:
  // What one step reads at most: of the ledger, and of the export.
  static constexpr std::uint64_t step_entries = 2'048;
  static constexpr std::size_t step_octets = 1024 * 1024;

  views_core(std::string origin, published_views& to) : origin_(std::move(origin)), to_(&to) {}

  // Looks at what is there; after any failure, again.
  status open();
  bool is_open() const { return open_; }

  // Entries to read next for a ledger of this size, if any.
  struct range {
    std::uint64_t from = 0;
    std::uint64_t most = 0;
  };
  std::optional<range> next(std::uint64_t size) const;
  // The export has all entries of a ledger of this size.
  bool is_whole(std::uint64_t size) const { return open_ && !unchecked_end_ && lines_ >= size; }
  // Writes down, or compares, the entries from the range's first one on.
  status take(const range& asked, const std::vector<bytes>& entries);

  // How the registers stand; the number is what to ask the ledger with next time.
  std::uint64_t registers() const { return registers_; }
  status write_registers(std::uint64_t changes, const fleet_state& state);

private:
  status find_last_line();
  status begin_anew();
  status check_last_line(const std::vector<bytes>& entries);
  status append(const std::vector<bytes>& entries);
  status compare(const std::vector<bytes>& entries);

  std::string origin_;
  published_views* to_;
  bool open_ = false;
  std::uint64_t lines_ = 0; // how many entries the export has
  std::uint64_t octets_ = 0;
  std::optional<std::string> unchecked_end_; // the last line found, of entry `lines_` - 1
  // What was there before and is compared with the ledger: up to `old_lines_`.
  std::uint64_t old_lines_ = 0;
  std::uint64_t old_octets_ = 0;
  std::uint64_t compared_lines_ = 0;
  std::uint64_t compared_octets_ = 0;
  std::uint64_t registers_ = 0;
};

} // namespace ppn
