#include "storage/log/tile_reader.hpp"

#include "messages/base/assert.hpp"
#include "storage/log/merkle.hpp"

namespace ppn::log {

namespace {

digest perfect_root(std::vector<digest> row) {
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i)
      row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row.front();
}

// Joins one row of the right edge, which lies left of everything in `right`, to it.
void join_row(std::span<const digest> row, std::optional<digest>& right) {
  for (std::size_t width = 1; !row.empty(); width *= 2) {
    // Each set bit of the row's length is a perfect subtree, the smallest rightmost.
    if ((row.size() & width) == 0) continue;
    const std::span<const digest> leaves = row.last(width);
    const digest left = perfect_root({leaves.begin(), leaves.end()});
    right = right ? node_hash(left, *right) : left;
    row = row.first(row.size() - width);
  }
}

} // namespace

digest edge_root(std::span<const std::vector<digest>> rows) {
  std::optional<digest> root;
  for (const std::vector<digest>& row : rows)
    join_row(row, root);
  return root.value_or(empty_root());
}

result<digest> read_edge_root(const tile_reader& tiles, std::uint64_t size) {
  std::vector<std::vector<digest>> rows;
  bytes data;
  for (const tile_level& row : tile_levels(size)) {
    rows.emplace_back();
    if (row.partial == 0) continue;
    const tile_address tile{tile_kind::hashes, row.level, row.full, row.partial};
    if (status got = tiles.read(tile, data); !got) return fail(got.error());
    auto hashes = parse_hash_tile(data, row.partial);
    if (!hashes) return fail(hashes.error());
    rows.back() = std::move(*hashes);
  }
  return edge_root(rows);
}

status derived_tiles::read(const tile_address& tile, bytes& to) const {
  result<bytes> made = tile.kind == tile_kind::entries ? bundle(tile)
                       : tile.is_partial()             ? partial_hashes(tile)
                                                       : full_tile_(tile.level, tile.index);
  if (!made) return fail(made.error());
  to = std::move(*made);
  return {};
}

std::string derived_tiles::place(const tile_address& tile) const {
  if (tile.kind == tile_kind::hashes) return tile_path(tile);
  const std::uint64_t first = tile.index * tile_width;
  return "entries " + std::to_string(first) + " to " + std::to_string(first + tile.width - 1);
}

result<bytes> derived_tiles::bundle(const tile_address& tile) const {
  const std::uint64_t first = tile.index * tile_width;
  bytes data;
  std::uint64_t count = 0;
  bool is_too_large = false;
  auto add = [&](std::uint64_t, bytes_view entry) {
    is_too_large = entry.size() > entry_octets_max;
    if (is_too_large) return false;
    data.push_back(static_cast<octet>(entry.size() >> 8));
    data.push_back(static_cast<octet>(entry.size()));
    append(data, entry);
    return ++count < tile.width;
  };
  if (status got = entries_(first, first + tile.width, add); !got) return fail(got.error());
  if (is_too_large)
    return fail(ec::too_large, "entry " + std::to_string(first + count) + " is over 65535 octets");
  if (count != tile.width)
    return fail(ec::not_found, "there is no entry " + std::to_string(first + count));
  return data;
}

result<bytes> derived_tiles::partial_hashes(const tile_address& tile) const {
  std::vector<digest> hashes;
  if (tile.level == 0) {
    const std::uint64_t first = tile.index * tile_width;
    auto add = [&hashes](std::uint64_t, bytes_view entry) {
      hashes.push_back(leaf_hash(entry));
      return true;
    };
    if (status got = entries_(first, first + tile.width, add); !got) return fail(got.error());
    if (hashes.size() != tile.width)
      return fail(ec::not_found, "there is no entry " + std::to_string(first + hashes.size()));
    return hash_tile(hashes);
  }
  for (unsigned i = 0; i < tile.width; ++i) {
    auto below = full_tile_(tile.level - 1, tile.index * tile_width + i);
    if (!below) return below;
    auto row = parse_hash_tile(*below, tile_width);
    if (!row) return fail(row.error());
    hashes.push_back(full_tile_root(*row));
  }
  return hash_tile(hashes);
}

} // namespace ppn::log
