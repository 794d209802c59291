#include "storage/log/tile.hpp"

#include "messages/base/assert.hpp"
#include "storage/log/merkle.hpp"

#include <algorithm>

namespace ppn::log {

namespace {

// 2^63 has seven groups of three digits; the longest path stays well below this.
constexpr std::size_t path_octets_max = 64;

std::string index_groups(std::uint64_t index) {
  std::string text;
  do {
    std::string group = std::to_string(index % 1000);
    group.insert(0, 3 - group.size(), '0');
    // The last group, which is made first, is the only one without an x.
    text = text.empty() ? group : 'x' + group + '/' + text;
    index /= 1000;
  } while (index != 0);
  return text;
}

result<tile_address> not_a_path() {
  return fail(ec::malformed, "this is not the canonical path of a tile");
}

// Reads `x001/x234/067` from the front.
std::optional<std::uint64_t> take_index(std::string_view& text) {
  std::uint64_t index = 0;
  for (bool last = false; !last;) {
    last = text.empty() || text.front() != 'x';
    if (!last) text.remove_prefix(1);
    // One group more than 2^63 / 1000 still fits 64 bits, so the sum is checked after the fact.
    if (text.size() < 3 || index > number_end / 1000) return std::nullopt;
    for (char digit : text.substr(0, 3)) {
      if (digit < '0' || digit > '9') return std::nullopt;
      index = 10 * index + static_cast<std::uint64_t>(digit - '0');
    }
    text.remove_prefix(3);
    if (index >= number_end) return std::nullopt;
    if (last) return index;
    if (text.empty() || text.front() != '/') return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

bool take_text(std::string_view& text, std::string_view expected) {
  if (text.substr(0, expected.size()) != expected) return false;
  text.remove_prefix(expected.size());
  return true;
}

} // namespace

std::string tile_path(const tile_address& tile) {
  std::string path = "tile/";
  path += tile.kind == tile_kind::entries ? "entries" : std::to_string(tile.level);
  path += '/' + index_groups(tile.index);
  if (tile.is_partial()) path += ".p/" + std::to_string(tile.width);
  return path;
}

result<tile_address> parse_tile_path(std::string_view path) {
  if (path.size() > path_octets_max) return not_a_path();
  std::string_view rest = path;
  tile_address tile;
  if (!take_text(rest, "tile/")) return not_a_path();
  if (take_text(rest, "entries/")) {
    tile.kind = tile_kind::entries;
  } else {
    std::size_t slash = rest.find('/');
    auto level = slash == rest.npos ? std::nullopt : parse_decimal(rest.substr(0, slash));
    if (!level || *level > tile_level_max) return not_a_path();
    tile.level = static_cast<unsigned>(*level);
    rest.remove_prefix(slash + 1);
  }
  auto index = take_index(rest);
  if (!index) return not_a_path();
  tile.index = *index;
  if (take_text(rest, ".p/")) {
    auto width = parse_decimal(rest);
    if (!width || *width == 0 || *width >= tile_width) return not_a_path();
    tile.width = static_cast<unsigned>(*width);
    rest = {};
  }
  // Whatever spelling got this far, only the one that we would write is accepted.
  if (!rest.empty() || tile_path(tile) != path) return not_a_path();
  return tile;
}

std::vector<tile_level> tile_levels(std::uint64_t size) {
  std::vector<tile_level> levels;
  for (unsigned level = 0; size != 0; ++level, size /= tile_width)
    levels.push_back({level, size / tile_width, static_cast<unsigned>(size % tile_width)});
  return levels;
}

std::uint64_t tile_count(std::uint64_t size) {
  std::uint64_t count = 0;
  for (const tile_level& row : tile_levels(size)) {
    std::uint64_t tiles = row.full + (row.partial != 0 ? 1 : 0);
    count += row.level == 0 ? 2 * tiles : tiles; // level 0 has an entry bundle for each tile
  }
  return count;
}

result<std::vector<tile_address>> tiles_for(std::uint64_t size) {
  if (tile_count(size) > tile_list_max)
    return fail(ec::too_large,
                "a tree of " + std::to_string(size) + " entries has too many tiles to list");
  std::vector<tile_address> tiles;
  auto add = [&tiles](tile_kind kind, const tile_level& row) {
    for (std::uint64_t index = 0; index < row.full; ++index)
      tiles.push_back({kind, row.level, index, tile_width});
    if (row.partial != 0) tiles.push_back({kind, row.level, row.full, row.partial});
  };
  std::vector<tile_level> levels = tile_levels(size);
  for (const tile_level& row : levels)
    add(tile_kind::hashes, row);
  if (!levels.empty()) add(tile_kind::entries, levels.front());
  return tiles;
}

result<std::vector<digest>> parse_hash_tile(bytes_view data, unsigned width) {
  if (width == 0 || width > tile_width || data.size() != width * digest::size)
    return fail(ec::malformed, "a hash tile of width " + std::to_string(width) + " has " +
                                   std::to_string(data.size()) + " octets");
  std::vector<digest> hashes;
  hashes.reserve(width);
  for (unsigned i = 0; i < width; ++i)
    hashes.push_back(*digest::from(data.subspan(i * digest::size, digest::size)));
  return hashes;
}

bytes hash_tile(std::span<const digest> hashes) {
  PPN_ASSERT(!hashes.empty() && hashes.size() <= tile_width);
  bytes data;
  data.reserve(hashes.size() * digest::size);
  for (const digest& hash : hashes)
    append(data, hash.view());
  return data;
}

digest full_tile_root(std::span<const digest> hashes) {
  PPN_ASSERT(hashes.size() == tile_width);
  std::vector<digest> row(hashes.begin(), hashes.end());
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i)
      row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row.front();
}

result<bytes> entry_bundle(std::span<const bytes_view> entries) {
  if (entries.empty() || entries.size() > tile_width)
    return fail(ec::invalid, "an entry bundle holds 1 to 256 entries");
  bytes data;
  for (bytes_view entry : entries) {
    if (entry.size() > entry_octets_max)
      return fail(ec::too_large, "an entry is longer than 65535 octets");
    data.push_back(static_cast<octet>(entry.size() >> 8));
    data.push_back(static_cast<octet>(entry.size()));
    append(data, entry);
  }
  return data;
}

namespace {

result<bytes_view> take_entry(bytes_view& data) {
  if (data.size() < 2) return fail(ec::malformed, "an entry bundle ends inside a length");
  std::size_t size = std::size_t{data[0]} << 8 | data[1];
  if (data.size() - 2 < size) return fail(ec::malformed, "an entry bundle ends inside an entry");
  bytes_view entry = data.subspan(2, size);
  data = data.subspan(2 + size);
  return entry;
}

} // namespace

result<std::vector<bytes_view>> parse_entry_bundle(bytes_view data) {
  // Empty tiles do not exist.
  if (data.empty()) return fail(ec::malformed, "an entry bundle is empty");
  std::vector<bytes_view> entries;
  while (!data.empty()) {
    if (entries.size() == tile_width)
      return fail(ec::malformed, "an entry bundle holds more than 256 entries");
    auto entry = take_entry(data);
    if (!entry) return tl::unexpected(entry.error());
    entries.push_back(*entry);
  }
  return entries;
}

result<std::vector<bytes_view>> parse_entry_bundle(bytes_view data, unsigned width) {
  auto entries = parse_entry_bundle(data);
  if (entries && entries->size() != width)
    return fail(ec::malformed, "an entry bundle of width " + std::to_string(width) + " holds " +
                                   std::to_string(entries->size()) + " entries");
  return entries;
}

result<bytes_view> tile_prefix(tile_kind kind, bytes_view data, unsigned width) {
  if (width == 0 || width > tile_width) return fail(ec::invalid, "a tile has 1 to 256 items");
  if (kind == tile_kind::hashes) {
    if (data.size() % digest::size != 0 || data.size() < width * digest::size ||
        data.size() > tile_width * digest::size)
      return fail(ec::malformed, "the hash tile is too short or has the wrong length");
    return data.first(width * digest::size);
  }
  auto entries = parse_entry_bundle(data);
  if (!entries) return tl::unexpected(entries.error());
  if (entries->size() < width) return fail(ec::malformed, "the entry bundle has too few entries");
  bytes_view last = (*entries)[width - 1];
  return data.first(static_cast<std::size_t>(last.data() + last.size() - data.data()));
}

} // namespace ppn::log
