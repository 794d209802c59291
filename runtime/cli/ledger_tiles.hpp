// `ppn ledger tiles`: a running node's ledger as a folder of tlog-tiles, written or brought up to date.
// The tree is computed anew from the entries; a folder is written only when its root is the one that
// the signed checkpoint names.
#pragma once

#include "runtime/cli/control_channel.hpp"
#include "runtime/cli/entry_stream.hpp"
#include "storage/log/tile_writer.hpp"

#include <optional>

namespace ppn {

// Tiles made of entries that are read over and over in order: in memory are the hashes above level 0
// (an eighth of an octet for each entry), one tile of entries and what the stream has asked ahead.
class channel_tiles final : public log::tile_reader {
public:
  using progress_function = std::function<void(std::uint64_t done, std::uint64_t total)>;

  // Reads all entries of a tree of this size once.
  static result<channel_tiles> load(control_channel& daemon, ledger_choice which, std::uint64_t size,
                                    const progress_function& progress);

  digest root() const { return root_; }
  status read(const log::tile_address& tile, bytes& to) const override;
  bool stores_partial_hashes() const override { return false; }

private:
  channel_tiles(control_channel& daemon, ledger_choice which, std::uint64_t size)
      : daemon_(&daemon), which_(which), size_(size) {}
  void add(std::size_t level, const digest& hash);
  // Puts the entries of this bundle into `tile_`.
  status fetch(std::uint64_t index) const;
  status check_fetched(std::uint64_t index) const;

  control_channel* daemon_;
  ledger_choice which_;
  std::uint64_t size_;
  digest root_;
  std::vector<digest> last_;              // the leaves of the partial tile at the end
  std::vector<std::vector<digest>> rows_; // of the levels above, from 1

  struct fetched_tile {
    std::uint64_t index = 0;
    std::vector<bytes> entries;
    std::vector<digest> leaves;
  };
  mutable std::optional<fetched_tile> tile_;
  mutable std::optional<entry_stream> stream_;
  mutable entry_batch ahead_; // of the stream, not yet in a tile
  mutable std::size_t ahead_used_ = 0;
};

struct ledger_tiles_options {
  ledger_choice which = ledger_choice::fleet;
  std::string vkey; // empty: the one that the node names
  bool progress = false;
};

// `folder` is open for writing. ec::integrity, and nothing is published, when anything does not fit.
result<log::write_report> write_ledger_tiles(control_channel& daemon,
                                             const ledger_tiles_options& given,
                                             log::tile_folder& folder);

} // namespace ppn
