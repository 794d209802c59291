#include "storage/log/tree_audit.hpp"

#include "messages/base/assert.hpp"
#include "storage/log/merkle.hpp"

#include <algorithm>
#include <atomic>

namespace ppn::log {

namespace {

// Level-0 tiles that are read side by side before the levels above go on.
constexpr std::uint64_t tiles_at_once = 256;

struct outcome {
  std::optional<audit_failure> failure;
  digest root;                // of a full tile
  std::vector<digest> leaves; // where somebody asks for a part of the tile
};

// What one task keeps from tile to tile, so that memory is taken once.
struct scratch {
  bytes bundle;
  bytes stored;
  std::vector<digest> leaves;
};

audit_failure wrong(std::string place, std::string what) {
  return {{ec::integrity, std::move(what)}, std::move(place), {}, {}, {}, {}};
}

digest hash_at(bytes_view tile, std::uint64_t index) {
  return *digest::from(tile.subspan(index * digest::size, digest::size));
}

class tree_auditor {
public:
  tree_auditor(const tile_reader& tiles, const tree_claim& claim, const tree_audit_options& options)
      : tiles_(tiles), claim_(claim), options_(options), levels_(tile_levels(claim.size)),
        edge_(levels_.size()) {}

  std::optional<audit_failure> run();

private:
  using failure = std::optional<audit_failure>;

  unsigned width_of(unsigned level, std::uint64_t index) const {
    return index < levels_[level].full ? tile_width : levels_[level].partial;
  }
  tile_address tile_at(tile_kind kind, unsigned level, std::uint64_t index) const {
    return {kind, level, index, width_of(level, index)};
  }
  bool is_stored(const tile_address& tile) const {
    return !tile.is_partial() || tiles_.stores_partial_hashes();
  }

  failure read(const tile_address& tile, bytes& to) const;
  failure read_hashes(const tile_address& tile, bytes& to) const;
  bool is_asked_for(std::uint64_t index) const;

  outcome audit_tile(std::uint64_t index, scratch& memory) const;
  failure audit_entries(std::uint64_t index, scratch& memory) const;
  failure broken_bundle(std::uint64_t index, std::size_t at, std::size_t entry,
                        std::string what) const;
  failure different_leaf(std::uint64_t index, std::size_t at, std::size_t entry,
                         const scratch& memory) const;
  bool above_agrees(std::uint64_t index, const std::vector<digest>& leaves) const;

  std::vector<outcome> audit_side_by_side(std::uint64_t first, std::uint64_t last) const;
  failure take(std::uint64_t index, outcome& from);
  failure push(unsigned level, std::uint64_t index, const digest& hash);
  failure compare_row(const tile_address& tile, const std::vector<digest>& row) const;
  failure check_earlier(std::uint64_t begin, const std::vector<digest>& leaves) const;
  failure finish();

  const tile_reader& tiles_;
  const tree_claim& claim_;
  const tree_audit_options& options_;
  const std::vector<tile_level> levels_;
  // Of each level, the hashes that no full tile holds yet.
  std::vector<std::vector<digest>> edge_;
};

std::optional<audit_failure> tree_auditor::read(const tile_address& tile, bytes& to) const {
  status got = tiles_.read(tile, to);
  if (got) return {};
  const error& why = got.error();
  // What is missing or no plain file was not what was written.
  if (why.code == ec::not_found)
    return wrong(tiles_.place(tile), "a tree of " + std::to_string(claim_.size) +
                                         " entries needs this tile, and it is missing");
  const bool is_damaged = why.code == ec::too_large || why.code == ec::malformed;
  return audit_failure{
      {is_damaged ? ec::integrity : why.code, why.text}, tiles_.place(tile), {}, {}, {}, {}};
}

std::optional<audit_failure> tree_auditor::read_hashes(const tile_address& tile, bytes& to) const {
  if (auto failed = read(tile, to)) return failed;
  const std::size_t expected = tile.width * digest::size;
  if (to.size() == expected) return {};
  auto failed = wrong(tiles_.place(tile), "the tile has the wrong length");
  failed.offset = std::min(to.size(), expected);
  failed.expected = std::to_string(expected) + " octets";
  failed.found = std::to_string(to.size()) + " octets";
  return failed;
}

bool tree_auditor::is_asked_for(std::uint64_t index) const {
  auto ends_inside = [index](const tree_claim& earlier) {
    return earlier.size / tile_width == index && earlier.size % tile_width != 0;
  };
  return width_of(0, index) < tile_width ||
         std::any_of(options_.earlier.begin(), options_.earlier.end(), ends_inside);
}

outcome tree_auditor::audit_tile(std::uint64_t index, scratch& memory) const {
  outcome made;
  made.failure = audit_entries(index, memory);
  if (made.failure) return made;
  if (width_of(0, index) == tile_width) made.root = full_tile_root(memory.leaves);
  if (is_asked_for(index)) made.leaves = memory.leaves;
  return made;
}

std::optional<audit_failure> tree_auditor::audit_entries(std::uint64_t index,
                                                         scratch& memory) const {
  const tile_address hashes = tile_at(tile_kind::hashes, 0, index);
  if (auto failed = read(tile_at(tile_kind::entries, 0, index), memory.bundle)) return failed;
  memory.stored.clear();
  if (is_stored(hashes))
    if (auto failed = read_hashes(hashes, memory.stored)) return failed;
  memory.leaves.clear();
  std::optional<std::pair<std::size_t, std::size_t>> different; // where, and which entry
  const bytes_view data = memory.bundle;
  std::size_t at = 0;
  for (unsigned entry = 0; entry < hashes.width; ++entry) {
    const std::size_t rest = data.size() - at;
    const std::size_t length = rest < 2 ? 0 : std::size_t{data[at]} << 8 | data[at + 1];
    if (rest < 2 || rest - 2 < length) {
      // An entry with another hash comes before what its changed length did to those behind it.
      if (different) return different_leaf(index, different->first, different->second, memory);
      return broken_bundle(index, at, entry, "the bundle ends before this entry does");
    }
    memory.leaves.push_back(leaf_hash(data.subspan(at + 2, length)));
    if (!different && !memory.stored.empty() &&
        memory.leaves.back() != hash_at(memory.stored, entry))
      different.emplace(at, entry);
    at += 2 + length;
  }
  if (different) return different_leaf(index, different->first, different->second, memory);
  if (at != data.size())
    return broken_bundle(index, at, hashes.width - 1, "octets follow the last entry of the bundle");
  return {};
}

std::optional<audit_failure> tree_auditor::broken_bundle(std::uint64_t index, std::size_t at,
                                                         std::size_t entry,
                                                         std::string what) const {
  auto failed = wrong(tiles_.place(tile_at(tile_kind::entries, 0, index)), std::move(what));
  failed.offset = at;
  failed.entry = index * tile_width + entry;
  return failed;
}

// Entry and stored hash contradict each other: what lies above tells which of them was changed.
std::optional<audit_failure> tree_auditor::different_leaf(std::uint64_t index, std::size_t at,
                                                          std::size_t entry,
                                                          const scratch& memory) const {
  const digest computed = memory.leaves[entry];
  const digest stored = hash_at(memory.stored, entry);
  const bool is_whole = memory.leaves.size() == width_of(0, index);
  const bool is_hash_wrong = is_whole && above_agrees(index, memory.leaves);
  const tile_kind kind = is_hash_wrong ? tile_kind::hashes : tile_kind::entries;
  auto failed = wrong(tiles_.place(tile_at(kind, 0, index)),
                      is_hash_wrong ? "the leaf hash is not the entry's"
                                    : "the entry does not have its leaf hash");
  failed.offset = is_hash_wrong ? entry * digest::size : at;
  failed.entry = index * tile_width + entry;
  failed.expected = (is_hash_wrong ? computed : stored).hex();
  failed.found = (is_hash_wrong ? stored : computed).hex();
  return failed;
}

bool tree_auditor::above_agrees(std::uint64_t index, const std::vector<digest>& leaves) const {
  bytes data;
  if (leaves.size() == tile_width) {
    const tile_address above = tile_at(tile_kind::hashes, 1, index / tile_width);
    if (!is_stored(above) || read_hashes(above, data)) return false;
    return hash_at(data, index % tile_width) == full_tile_root(leaves);
  }
  std::vector<std::vector<digest>> rows{leaves};
  for (unsigned level = 1; level < levels_.size(); ++level) {
    rows.emplace_back();
    if (levels_[level].partial == 0) continue;
    const tile_address tile = tile_at(tile_kind::hashes, level, levels_[level].full);
    if (!is_stored(tile) || read_hashes(tile, data)) return false;
    for (unsigned i = 0; i < tile.width; ++i)
      rows.back().push_back(hash_at(data, i));
  }
  return edge_root(rows) == claim_.root;
}

std::vector<outcome> tree_auditor::audit_side_by_side(std::uint64_t first,
                                                      std::uint64_t last) const {
  std::vector<outcome> outcomes(last - first);
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> first_failed = outcomes.size();
  auto work = [&] {
    scratch memory;
    for (;;) {
      const std::size_t i = next.fetch_add(1);
      // What comes after a failure is not reported; what comes before is still looked at.
      if (i >= first_failed.load()) return;
      outcomes[i] = audit_tile(first + i, memory);
      if (!outcomes[i].failure) continue;
      std::size_t known = first_failed.load();
      while (i < known && !first_failed.compare_exchange_weak(known, i)) {
      }
    }
  };
  if (!options_.runner.run) {
    work();
    return outcomes;
  }
  const std::size_t width =
      std::min(std::max<std::size_t>(options_.runner.width, 1), outcomes.size());
  options_.runner.run(std::vector<std::function<void()>>(width, work));
  return outcomes;
}

std::optional<audit_failure> tree_auditor::compare_row(const tile_address& tile,
                                                       const std::vector<digest>& row) const {
  if (!is_stored(tile)) return {};
  bytes stored;
  if (auto failed = read_hashes(tile, stored)) return failed;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const digest found = hash_at(stored, i);
    if (found == row[i]) continue;
    auto failed = wrong(tiles_.place(tile), "the hash is not the one of the tile below it");
    failed.offset = i * digest::size;
    failed.expected = row[i].hex();
    failed.found = found.hex();
    return failed;
  }
  return {};
}

std::optional<audit_failure> tree_auditor::push(unsigned level, std::uint64_t index,
                                                const digest& hash) {
  std::vector<digest>& row = edge_[level];
  row.push_back(hash);
  if (row.size() < tile_width) return {};
  const std::uint64_t tile = index / tile_width;
  if (auto failed = compare_row({tile_kind::hashes, level, tile, tile_width}, row)) return failed;
  const digest above = full_tile_root(row);
  row.clear();
  return push(level + 1, tile, above);
}

// Trees that end at leaf `begin` or inside the tile that begins there; the edge ends at `begin`.
std::optional<audit_failure> tree_auditor::check_earlier(std::uint64_t begin,
                                                         const std::vector<digest>& leaves) const {
  for (const tree_claim& earlier : options_.earlier) {
    if (earlier.size < begin || earlier.size - begin >= tile_width) continue;
    // The end of the tree is looked at by whoever comes there.
    if (earlier.size - begin > leaves.size()) continue;
    auto rows = edge_;
    if (earlier.size != begin)
      rows[0].assign(leaves.begin(), leaves.begin() + std::ptrdiff_t(earlier.size - begin));
    const digest root = edge_root(rows);
    if (root == earlier.root) continue;
    auto failed =
        wrong(claim_.place, "the tree does not extend the one of " + std::to_string(earlier.size) +
                                " entries that " + earlier.place + " states");
    failed.expected = earlier.root.hex();
    failed.found = root.hex();
    return failed;
  }
  return {};
}

std::optional<audit_failure> tree_auditor::take(std::uint64_t index, outcome& from) {
  if (from.failure) return std::move(from.failure);
  if (auto failed = check_earlier(index * tile_width, from.leaves)) return failed;
  if (width_of(0, index) == tile_width) return push(1, index, from.root);
  edge_[0] = std::move(from.leaves);
  return {};
}

std::optional<audit_failure> tree_auditor::finish() {
  for (const tile_level& row : levels_) {
    PPN_ASSERT(edge_[row.level].size() == row.partial);
    if (row.level == 0 || row.partial == 0) continue;
    const tile_address tile = tile_at(tile_kind::hashes, row.level, row.full);
    if (auto failed = compare_row(tile, edge_[row.level])) return failed;
  }
  const digest root = edge_root(edge_);
  if (root != claim_.root) {
    auto failed = wrong(claim_.place, "the root is not the one of the entries");
    failed.expected = root.hex();
    failed.found = claim_.root.hex();
    return failed;
  }
  // Inside a partial tile the others were compared already.
  return edge_.empty() || edge_[0].empty() ? check_earlier(claim_.size, {}) : std::nullopt;
}

std::optional<audit_failure> tree_auditor::run() {
  for (const tree_claim& earlier : options_.earlier) {
    if (earlier.size <= claim_.size) continue;
    auto failed =
        wrong(claim_.place, "the tree is smaller than the one that " + earlier.place + " states");
    failed.expected = "at least " + std::to_string(earlier.size) + " entries";
    failed.found = std::to_string(claim_.size) + " entries";
    return failed;
  }
  const std::uint64_t tiles = (claim_.size + tile_width - 1) / tile_width;
  for (std::uint64_t first = 0; first < tiles; first += tiles_at_once) {
    const std::uint64_t last = std::min(first + tiles_at_once, tiles);
    std::vector<outcome> outcomes = audit_side_by_side(first, last);
    for (std::uint64_t index = first; index < last; ++index)
      if (auto failed = take(index, outcomes[index - first])) return failed;
    if (options_.progress) options_.progress(std::min(last * tile_width, claim_.size), claim_.size);
  }
  return finish();
}

} // namespace

std::string to_text(const audit_failure& failure) {
  std::string text = failure.place;
  if (failure.offset) text += ": octet " + std::to_string(*failure.offset);
  if (failure.entry) text += ": entry " + std::to_string(*failure.entry);
  text += ": " + failure.what.text;
  if (!failure.expected.empty()) text += "; expected " + failure.expected;
  if (!failure.found.empty()) text += ", found " + failure.found;
  return text;
}

audited<void> audit_tree(const tile_reader& tiles, const tree_claim& claim,
                         const tree_audit_options& options) {
  PPN_ASSERT(claim.size < number_end);
  if (auto failed = tree_auditor(tiles, claim, options).run())
    return tl::unexpected(std::move(*failed));
  return {};
}

} // namespace ppn::log
