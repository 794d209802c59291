// The files of a log as tlog-tiles lays them out: which exist for a size, what they are called,
// what is in them. Names and contents have one canonical form each; every other form is refused.
#pragma once

#include "storage/log/text.hpp"

#include <compare>

namespace ppn::log {

inline constexpr unsigned tile_width = 256; // hashes or entries of a full tile
inline constexpr unsigned tile_level_max = 63;
inline constexpr std::size_t entry_octets_max = 65'535; // larger records are entered by digest
inline constexpr std::size_t bundle_octets_max = tile_width * (2 + entry_octets_max);
// What tiles_for lists at most: a log of about 2^27 entries. Beyond it walk tile_levels instead.
inline constexpr std::uint64_t tile_list_max = std::uint64_t{1} << 20;

enum class tile_kind : octet { hashes, entries };

struct tile_address {
  tile_kind kind = tile_kind::hashes;
  unsigned level = 0; // always 0 for entries
  std::uint64_t index = 0;
  unsigned width = tile_width; // fewer than that for a partial tile

  bool is_partial() const { return width < tile_width; }
  tile_address full() const { return {kind, level, index, tile_width}; }
  auto operator<=>(const tile_address&) const = default;
};

// Relative to the log's prefix: `tile/0/x001/x234/067.p/8`, `tile/entries/000`.
std::string tile_path(const tile_address& tile);
result<tile_address> parse_tile_path(std::string_view path);

// What one level of a tree holds: `full` full tiles and, unless 0, one partial tile of that width.
struct tile_level {
  unsigned level = 0;
  std::uint64_t full = 0;
  unsigned partial = 0;

  bool operator==(const tile_level&) const = default;
};
// From level 0 upwards; empty for the empty tree. Bundles follow the shape of level 0.
std::vector<tile_level> tile_levels(std::uint64_t size);

// How many files those are, entry bundles included.
std::uint64_t tile_count(std::uint64_t size);

// Every tile that a tree of this size requires: hash tiles by level and index, then entry bundles.
result<std::vector<tile_address>> tiles_for(std::uint64_t size);

// A hash tile of `width` hashes; `malformed` unless the length is exactly theirs.
result<std::vector<digest>> parse_hash_tile(bytes_view data, unsigned width);
bytes hash_tile(std::span<const digest> hashes);
// What a full tile contributes to the level above. A partial tile is never hashed upward.
digest full_tile_root(std::span<const digest> hashes);

// 1 to 256 entries of at most 65535 octets each; the views point into `data`.
result<bytes> entry_bundle(std::span<const bytes_view> entries);
result<std::vector<bytes_view>> parse_entry_bundle(bytes_view data);
result<std::vector<bytes_view>> parse_entry_bundle(bytes_view data, unsigned width);

// The first `width` items of a larger tile, for a reader that finds only the full one.
result<bytes_view> tile_prefix(tile_kind kind, bytes_view data, unsigned width);

} // namespace ppn::log
