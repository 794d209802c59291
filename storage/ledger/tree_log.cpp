#include "storage/ledger/tree_log.hpp"

#include "messages/base/assert.hpp"

#include <bit>

namespace ppn {

namespace {

constexpr unsigned levels_per_tile = 8;

// A level of open tiles, with one more hash: a tile that it completes goes out and up.
void push(std::vector<std::vector<digest>>& open, std::size_t level, std::uint64_t below,
          const digest& hash, std::vector<store_tile>& tiles) {
  if (open.size() == level) open.emplace_back();
  open[level].push_back(hash);
  if (open[level].size() < log::tile_width) return;
  std::uint64_t index = below / log::tile_width;
  tiles.push_back({static_cast<std::uint8_t>(level), index, log::hash_tile(open[level])});
  digest root = log::full_tile_root(open[level]);
  open[level].clear();
  push(open, level + 1, index, root, tiles);
}

digest root_of(std::span<const digest> perfect) {
  if (perfect.size() == 1) return perfect.front();
  auto half = perfect.size() / 2;
  return log::node_hash(root_of(perfect.first(half)), root_of(perfect.subspan(half)));
}

// The perfect subtrees of `hashes`, largest first, appended to `to`.
void add_perfect(std::span<const digest> hashes, bytes& to) {
  while (!hashes.empty()) {
    std::size_t width = std::bit_floor(hashes.size());
    append(to, root_of(hashes.first(width)).view());
    hashes = hashes.subspan(width);
  }
}

} // namespace

// -- opening ---------------------------------------------------------------------------------------------

result<tree_log> tree_log::open(const store& under) {
  tree_log made(under);
  std::uint64_t hashes = under.length();
  for (unsigned level = 0; hashes > 0; ++level, hashes /= log::tile_width)
    if (status loaded = made.load_level(level, hashes); !loaded) return fail(loaded.error());
  bytes right(8);
  store_be64(right.data(), under.length());
  for (auto level = made.open_.rbegin(); level != made.open_.rend(); ++level)
    add_perfect(*level, right);
  auto parsed = log::frontier::parse(right);
  if (!parsed) return fail(parsed.error());
  made.right_ = std::move(*parsed);
  return made;
}

status tree_log::load_level(unsigned level, std::uint64_t hashes) {
  std::vector<digest>& open = open_.emplace_back();
  std::uint64_t first = hashes / log::tile_width * log::tile_width;
  if (level == 0)
    return store_->iterate(first, hashes, [&](std::uint64_t, bytes_view record) {
      open.push_back(log::leaf_hash(record));
      return true;
    });
  for (std::uint64_t index = first; index < hashes; ++index) {
    auto below = tile(level - 1, index, log::tile_width);
    if (!below) return fail(below.error());
    open.push_back(log::full_tile_root(*below));
  }
  return {};
}

// -- growing ---------------------------------------------------------------------------------------------

tree_log::extension tree_log::extend(std::vector<bytes> entries) const {
  extension made{std::move(entries), {}, {}, right_, open_};
  for (const bytes& entry : made.records) {
    digest leaf = made.leaves.emplace_back(log::leaf_hash(entry));
    push(made.open, 0, made.right.size(), leaf, made.tiles);
    made.right.append(leaf);
  }
  return made;
}

void tree_log::adopt(extension&& made) {
  PPN_ASSERT(made.right.size() >= size());
  right_ = std::move(made.right);
  open_ = std::move(made.open);
}

// -- reading ---------------------------------------------------------------------------------------------

result<std::vector<digest>> tree_log::tile(unsigned level, std::uint64_t index,
                                           unsigned width) const {
  PPN_ASSERT(width > 0 && width <= log::tile_width);
  std::uint64_t hashes = level >= 8 ? 0 : size() >> (levels_per_tile * level);
  // While the tree is being opened its size is not known yet: then only full tiles are asked for.
  if (size() == 0) hashes = store_->length() >> (levels_per_tile * level);
  if (index > hashes / log::tile_width ||
      (index == hashes / log::tile_width && width > hashes % log::tile_width))
    return fail(ec::not_found, "tile " + std::to_string(level) + "/" + std::to_string(index) +
                                   " of a tree of " + std::to_string(size()));
  if (index == hashes / log::tile_width)
    return std::vector<digest>(open_[level].begin(), open_[level].begin() + width);
  auto data = store_->tile(static_cast<std::uint8_t>(level), index);
  if (!data) {
    if (data.error().code != ec::not_found) return fail(data.error());
    return fail(ec::integrity, "hash tile " + std::to_string(level) + "/" +
                                   std::to_string(index) + " is missing");
  }
  auto parsed = log::parse_hash_tile(*data, log::tile_width);
  if (!parsed) return fail(ec::integrity, parsed.error().text);
  parsed->resize(width);
  return parsed;
}

// The hash of the perfect subtree of 2^height leaves with this index among those of its height.
result<digest> tree_log::subtree(unsigned height, std::uint64_t index) const {
  unsigned level = height / levels_per_tile;
  std::uint64_t width = std::uint64_t{1} << (height % levels_per_tile);
  std::uint64_t first = index * width;
  auto hashes = tile(level, first / log::tile_width,
                     static_cast<unsigned>(first % log::tile_width + width));
  if (!hashes) return fail(hashes.error());
  return root_of(std::span(*hashes).subspan(first % log::tile_width));
}

log::hash_source tree_log::source() const {
  return [this](unsigned height, std::uint64_t index) { return subtree(height, index); };
}

result<digest> tree_log::root_at(std::uint64_t wanted) const {
  if (wanted > size())
    return fail(ec::not_found, "size " + std::to_string(wanted) + " of a tree of " +
                                   std::to_string(size()));
  if (wanted == size()) return root();
  return log::tree_root(wanted, source());
}

result<log::proof_hashes> tree_log::inclusion(std::uint64_t index, std::uint64_t wanted) const {
  if (index >= wanted || wanted > size())
    return fail(ec::not_found, "entry " + std::to_string(index) + " under size " +
                                   std::to_string(wanted));
  return log::inclusion_proof(index, wanted, source());
}

result<log::proof_hashes> tree_log::consistency(std::uint64_t old_size,
                                                std::uint64_t new_size) const {
  if (old_size > new_size || new_size > size())
    return fail(ec::not_found, "sizes " + std::to_string(old_size) + " and " +
                                   std::to_string(new_size));
  if (old_size == 0 || old_size == new_size) return log::proof_hashes{};
  return log::consistency_proof(old_size, new_size, source());
}

} // namespace ppn
