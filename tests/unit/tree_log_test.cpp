// The tree over a store, against the recursive definitions of RFC 6962 written down as plainly as
// possible; one that was opened anew has to be the same tree.
#include "storage/ledger/tree_log.hpp"
#include "storage/memory_store.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <numeric>
#include <rapidcheck.h>

namespace ledger = ppn::log;
using namespace ppn;

namespace {

bytes entry_number(std::uint64_t index) {
  if (index % 13 == 5) return {};
  const std::string text = "entry " + std::to_string(index);
  return {text.begin(), text.end()};
}

std::vector<bytes> entries_from(std::uint64_t first, std::uint64_t count) {
  std::vector<bytes> entries;
  for (std::uint64_t i = 0; i < count; ++i)
    entries.push_back(entry_number(first + i));
  return entries;
}

// RFC 6962, section 2.1, by leaf ranges; what was computed once is remembered.
class plain_tree {
public:
  explicit plain_tree(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i)
      leaves_.push_back(ledger::leaf_hash(entry_number(i)));
  }

  digest root(std::uint64_t begin, std::uint64_t end) {
    if (begin == end) return ledger::empty_root();
    if (end - begin == 1) return leaves_[begin];
    auto known = roots_.find({begin, end});
    if (known != roots_.end()) return known->second;
    const std::uint64_t middle = begin + split(end - begin);
    return roots_[{begin, end}] = ledger::node_hash(root(begin, middle), root(middle, end));
  }
  ledger::proof_hashes path(std::uint64_t index, std::uint64_t begin, std::uint64_t end) {
    if (end - begin == 1) return {};
    const std::uint64_t middle = begin + split(end - begin);
    const bool left = index < middle;
    auto hashes = left ? path(index, begin, middle) : path(index, middle, end);
    hashes.push_back(left ? root(middle, end) : root(begin, middle));
    return hashes;
  }
  ledger::proof_hashes consistency(std::uint64_t old_size, std::uint64_t size) {
    if (old_size == 0) return {};
    return sub_proof(old_size, 0, size, true);
  }

private:
  static std::uint64_t split(std::uint64_t count) {
    std::uint64_t half = 1;
    while (2 * half < count)
      half *= 2;
    return half;
  }
  // `old_end`: where the old tree ends, as a leaf index.
  ledger::proof_hashes sub_proof(std::uint64_t old_end, std::uint64_t begin, std::uint64_t end,
                                 bool known) {
    if (old_end == end)
      return known ? ledger::proof_hashes{} : ledger::proof_hashes{root(begin, end)};
    const std::uint64_t middle = begin + split(end - begin);
    const bool left = old_end <= middle;
    auto hashes =
        left ? sub_proof(old_end, begin, middle, known) : sub_proof(old_end, middle, end, false);
    hashes.push_back(left ? root(middle, end) : root(begin, middle));
    return hashes;
  }

  std::vector<digest> leaves_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, digest> roots_;
};

struct grown_tree {
  memory_disk disk;
  std::unique_ptr<memory_store> entries = memory_store::open(disk).value();
  tree_log tree = tree_log::open(*entries).value();

  void grow(std::uint64_t count) {
    auto made = tree.extend(entries_from(tree.size(), count));
    BOOST_REQUIRE_EQUAL(made.leaves.size(), count);
    store_batch batch{made.records, made.tiles, {}, false};
    BOOST_REQUIRE(entries->append(tree.size(), batch));
    tree.adopt(std::move(made));
  }
  void grow_to(std::uint64_t size) {
    while (tree.size() < size)
      grow(std::min<std::uint64_t>(size - tree.size(), store::batch_records_max));
  }
};

template <class T>
ec code_of(const result<T>& got) {
  return got ? ec::none : got.error().code;
}

// Both trees are of one size and give the same everywhere that they can be asked cheaply.
void check_same_edge(const tree_log& left, const tree_log& right) {
  BOOST_REQUIRE_EQUAL(left.size(), right.size());
  BOOST_REQUIRE((left.root() == right.root()));
  auto more_left = left.extend(entries_from(left.size(), 2));
  auto more_right = right.extend(entries_from(right.size(), 2));
  BOOST_REQUIRE((more_left.right == more_right.right));
  BOOST_REQUIRE((more_left.tiles == more_right.tiles));
  for (unsigned level = 0; left.size() >> (8 * level) != 0; ++level) {
    const std::uint64_t hashes = left.size() >> (8 * level);
    const auto open = static_cast<unsigned>(hashes % ledger::tile_width);
    if (open == 0) continue;
    auto one = left.tile(level, hashes / ledger::tile_width, open);
    auto other = right.tile(level, hashes / ledger::tile_width, open);
    BOOST_REQUIRE(one);
    BOOST_REQUIRE(other);
    BOOST_REQUIRE((*one == *other));
  }
}

void check_inclusion(const tree_log& tree, plain_tree& plain, std::uint64_t index,
                     std::uint64_t size) {
  auto proof = tree.inclusion(index, size);
  BOOST_REQUIRE(proof);
  BOOST_REQUIRE((*proof == plain.path(index, 0, size)));
  BOOST_REQUIRE(ledger::verify_inclusion(index, size, ledger::leaf_hash(entry_number(index)),
                                         *proof, plain.root(0, size)));
}

void check_consistency(const tree_log& tree, plain_tree& plain, std::uint64_t old_size,
                       std::uint64_t size) {
  auto proof = tree.consistency(old_size, size);
  BOOST_REQUIRE(proof);
  BOOST_REQUIRE((*proof == plain.consistency(old_size, size)));
  if (old_size == 0) return; // everything is consistent with nothing
  BOOST_REQUIRE(ledger::verify_consistency(old_size, size, *proof, plain.root(0, old_size),
                                           plain.root(0, size)));
}

const std::vector<std::uint64_t> telling_sizes{
    0, 1, 2, 3, 7, 8, 127, 128, 255, 256, 257, 511, 512, 513, 767, 769, 1023, 1024, 1099, 1100};

} // namespace

BOOST_AUTO_TEST_SUITE(tree_over_a_store)

BOOST_AUTO_TEST_CASE(every_size_to_1100_has_the_root_of_the_recursion_also_after_reopening) {
  plain_tree plain(1102);
  grown_tree grown;
  for (std::uint64_t size = 0;; ++size) {
    BOOST_REQUIRE_EQUAL(grown.tree.size(), size);
    BOOST_REQUIRE((grown.tree.root() == plain.root(0, size)));
    auto again = tree_log::open(*grown.entries);
    BOOST_REQUIRE(again);
    check_same_edge(grown.tree, *again);
    if (size == 1100) break;
    grown.grow(1);
  }
  for (std::uint64_t size = 0; size <= 1100; ++size)
    BOOST_REQUIRE((grown.tree.root_at(size).value() == plain.root(0, size)));
}

BOOST_AUTO_TEST_CASE(a_tree_that_was_opened_goes_on_as_one_that_never_was_closed) {
  plain_tree plain(1100);
  grown_tree grown;
  for (std::uint64_t size = 0; size < 1100; ++size) {
    grown.tree = tree_log::open(*grown.entries).value();
    grown.grow(1);
    BOOST_REQUIRE((grown.tree.root() == plain.root(0, size + 1)));
  }
}

BOOST_AUTO_TEST_CASE(inclusion_proofs_are_those_of_the_recursion) {
  plain_tree plain(1100);
  grown_tree grown;
  grown.grow_to(1100);
  auto again = tree_log::open(*grown.entries);
  BOOST_REQUIRE(again);
  for (std::uint64_t size : telling_sizes)
    for (std::uint64_t index = 0; index < size; ++index) {
      check_inclusion(grown.tree, plain, index, size);
      check_inclusion(*again, plain, index, size);
    }
}

BOOST_AUTO_TEST_CASE(consistency_proofs_are_those_of_the_recursion) {
  plain_tree plain(1100);
  grown_tree grown;
  grown.grow_to(1100);
  for (std::uint64_t size : telling_sizes)
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size)
      check_consistency(grown.tree, plain, old_size, size);
}

BOOST_AUTO_TEST_CASE(every_hash_of_every_tile_is_the_root_of_its_leaves) {
  plain_tree plain(1100);
  grown_tree grown;
  grown.grow_to(1100);
  for (unsigned level = 0; level < 2; ++level) {
    const std::uint64_t hashes = level == 0 ? 1100 : 4;
    const std::uint64_t span = level == 0 ? 1 : 256;
    for (std::uint64_t index = 0; index <= hashes / 256; ++index) {
      const auto width = static_cast<unsigned>(std::min<std::uint64_t>(256, hashes - 256 * index));
      auto tile = grown.tree.tile(level, index, width);
      BOOST_REQUIRE(tile);
      for (std::uint64_t i = 0; i < width; ++i)
        BOOST_REQUIRE(
            ((*tile)[i] == plain.root((256 * index + i) * span, (256 * index + i + 1) * span)));
    }
  }
}

BOOST_AUTO_TEST_CASE(where_tiles_become_full_on_two_levels) {
  plain_tree plain(65'540);
  grown_tree grown;
  for (std::uint64_t size : {255, 256, 257, 65'535, 65'536, 65'537}) {
    grown.grow_to(size);
    BOOST_REQUIRE((grown.tree.root() == plain.root(0, size)));
    auto again = tree_log::open(*grown.entries);
    BOOST_REQUIRE(again);
    check_same_edge(grown.tree, *again);
    BOOST_TEST(again->tile(0, 0, 256).has_value() == (size >= 256));
    BOOST_TEST(again->tile(1, 0, 256).has_value() == (size >= 65'536));
    BOOST_TEST(again->tile(2, 0, 1).has_value() == (size >= 65'536));
    for (std::uint64_t step = 0; step <= 64; ++step) {
      check_inclusion(*again, plain, step * (size - 1) / 64, size);
      check_consistency(*again, plain, step * size / 64, size);
    }
    for (std::uint64_t old_size : {255, 256, 257, 65'279, 65'280, 65'281, 65'535, 65'536})
      if (old_size <= size) check_consistency(*again, plain, old_size, size);
  }
}

BOOST_AUTO_TEST_CASE(how_entries_are_grouped_makes_no_difference) {
  plain_tree plain(4'000);
  BOOST_REQUIRE(rc::check([&] {
    grown_tree grown;
    std::vector<store_tile> tiles;
    const auto groups =
        *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 400));
    for (std::uint64_t count : groups) {
      if (grown.tree.size() + count > 4'000) break;
      auto made = grown.tree.extend(entries_from(grown.tree.size(), count));
      tiles.insert(tiles.end(), made.tiles.begin(), made.tiles.end());
      grown.grow(count);
    }
    const std::uint64_t size = grown.tree.size();
    RC_ASSERT(grown.tree.root() == plain.root(0, size));
    RC_ASSERT(tree_log::open(*grown.entries)->root() == plain.root(0, size));
    RC_ASSERT(tiles.size() == size / 256); // each once, and no tile of the level above yet
    for (const store_tile& tile : tiles)
      RC_ASSERT(grown.entries->tile(tile.level, tile.index).value() == tile.data);
  }));
}

BOOST_AUTO_TEST_CASE(an_extension_that_is_not_adopted_changes_nothing) {
  plain_tree plain(600);
  grown_tree grown;
  grown.grow_to(250);
  auto unused = grown.tree.extend(entries_from(1'000, 300));
  BOOST_TEST(unused.right.size() == 550u);
  BOOST_TEST(unused.tiles.size() == 2u);
  BOOST_TEST((grown.tree.root() == plain.root(0, 250)));
  grown.grow_to(600);
  BOOST_TEST((grown.tree.root() == plain.root(0, 600)));
}

BOOST_AUTO_TEST_CASE(what_is_beyond_the_tree_is_not_found) {
  grown_tree grown;
  BOOST_TEST((grown.tree.root() == ledger::empty_root()));
  BOOST_TEST((code_of(grown.tree.inclusion(0, 0)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.tile(0, 0, 1)) == ec::not_found));
  grown.grow_to(300);
  BOOST_TEST((code_of(grown.tree.root_at(301)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.inclusion(300, 300)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.inclusion(0, 301)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.consistency(1, 301)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.consistency(300, 299)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.tile(0, 1, 45)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.tile(0, 2, 1)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.tile(1, 0, 2)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.tile(1, 1, 1)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.tile(2, 0, 1)) == ec::not_found));
  BOOST_TEST((code_of(grown.tree.tile(63, 0, 1)) == ec::not_found));
}

BOOST_AUTO_TEST_CASE(damage_on_the_right_edge_is_found_when_the_tree_is_opened) {
  for (std::uint64_t index : {256, 299}) {
    grown_tree grown;
    grown.grow_to(300);
    grown.disk.damage(index);
    BOOST_TEST((code_of(tree_log::open(*grown.entries)) == ec::integrity));
  }
  grown_tree grown;
  grown.grow_to(300);
  grown.disk.damage_tile(0, 0);
  BOOST_TEST((code_of(tree_log::open(*grown.entries)) == ec::integrity));
}

BOOST_AUTO_TEST_CASE(a_damaged_tile_gives_no_proof) {
  grown_tree grown;
  grown.grow_to(600);
  grown.disk.damage_tile(0, 1);
  BOOST_TEST((code_of(grown.tree.inclusion(300, 600)) == ec::integrity));
  BOOST_TEST((code_of(grown.tree.root_at(300)) == ec::integrity));
  BOOST_TEST((code_of(grown.tree.tile(0, 1, 256)) == ec::integrity));
  BOOST_TEST(grown.tree.tile(0, 0, 256).has_value());
}

BOOST_AUTO_TEST_CASE(a_store_that_lacks_a_tile_is_no_tree) {
  memory_disk disk;
  auto entries = memory_store::open(disk).value();
  BOOST_REQUIRE(entries->append(0, entries_from(0, 300)));
  auto opened = tree_log::open(*entries);
  BOOST_REQUIRE(!opened);
  BOOST_TEST((opened.error().code == ec::integrity));
  BOOST_TEST(opened.error().text == "hash tile 0/0 is missing");
}

BOOST_AUTO_TEST_SUITE_END()
