// Where the tiles of a log come from: a folder, a database, memory. Writers copy from it, auditors
// read it; neither knows what is behind.
#pragma once

#include "storage/log/tile.hpp"

#include <functional>

namespace ppn::log {

class tile_reader {
public:
  virtual ~tile_reader() = default;

  // Replaces `to` by the tile's octets; ec::not_found when it is missing. Auditors call it from
  // several threads at once.
  virtual status read(const tile_address& tile, bytes& to) const = 0;
  // False where partial hash tiles are made on request: to compare those would compare nothing.
  virtual bool stores_partial_hashes() const { return true; }
  // Where people find the tile.
  virtual std::string place(const tile_address& tile) const { return tile_path(tile); }
};

// Makes tiles from what a database keeps: the entries, and full hash tiles.
class derived_tiles final : public tile_reader {
public:
  using entry_visitor = std::function<bool(std::uint64_t index, bytes_view entry)>;
  // Entries [from, to) in order, until the visitor answers false.
  using entry_source =
      std::function<status(std::uint64_t from, std::uint64_t to, const entry_visitor& visit)>;
  using full_tile_source = std::function<result<bytes>(unsigned level, std::uint64_t index)>;

  derived_tiles(entry_source entries, full_tile_source full_tile)
      : entries_(std::move(entries)), full_tile_(std::move(full_tile)) {}

  status read(const tile_address& tile, bytes& to) const override;
  bool stores_partial_hashes() const override { return false; }
  std::string place(const tile_address& tile) const override;

private:
  result<bytes> bundle(const tile_address& tile) const;
  result<bytes> partial_hashes(const tile_address& tile) const;

  entry_source entries_;
  full_tile_source full_tile_;
};

// The root of a tree from its right edge: of each level from 0 upwards, the hashes of its partial
// tile, which may be none.
digest edge_root(std::span<const std::vector<digest>> rows);
// The same with the partial tiles of a tree of this size read from `tiles`.
result<digest> read_edge_root(const tile_reader& tiles, std::uint64_t size);

} // namespace ppn::log
