// The tree as such: hashes, the incremental frontier, roots. Each is compared with the recursive
// definition of RFC 6962, written down here once more as plainly as possible.
#include "storage/log/merkle.hpp"

#include <bit>
#include <boost/test/unit_test.hpp>
#include <map>

namespace ledger = ppn::log;
using ppn::bytes;
using ppn::digest;
using ppn::ec;

namespace {

digest leaf_number(std::uint64_t index) {
  std::string entry = "entry " + std::to_string(index);
  return ledger::leaf_hash(ppn::view_of(entry));
}

std::vector<digest> some_leaves(std::size_t count) {
  std::vector<digest> leaves;
  for (std::size_t i = 0; i < count; ++i)
    leaves.push_back(leaf_number(i));
  return leaves;
}

digest naive_root(std::span<const digest> leaves) {
  if (leaves.empty()) return ledger::empty_root();
  if (leaves.size() == 1) return leaves.front();
  std::size_t split = 1;
  while (2 * split < leaves.size())
    split *= 2;
  return ledger::node_hash(naive_root(leaves.first(split)), naive_root(leaves.subspan(split)));
}

using subtree_map = std::map<std::pair<unsigned, std::uint64_t>, digest>;

ledger::frontier frontier_of(std::span<const digest> leaves) {
  ledger::frontier tree;
  for (const digest& leaf : leaves)
    tree.append(leaf);
  return tree;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_merkle)

BOOST_AUTO_TEST_CASE(leaves_nodes_and_the_empty_tree_hash_as_in_the_rfc) {
  BOOST_TEST(ledger::empty_root().hex() ==
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(ledger::leaf_hash({}).hex() ==
             "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  const bytes zero{0};
  BOOST_TEST(ledger::leaf_hash(zero).hex() ==
             "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
  BOOST_TEST(ledger::node_hash(ledger::leaf_hash({}), ledger::leaf_hash(zero)).hex() ==
             "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

BOOST_AUTO_TEST_CASE(an_entry_that_looks_like_a_node_is_not_taken_for_one) {
  digest left = leaf_number(0);
  digest right = leaf_number(1);
  bytes joined;
  ppn::append(joined, left.view());
  ppn::append(joined, right.view());
  BOOST_TEST((ledger::leaf_hash(joined) != ledger::node_hash(left, right)));
  BOOST_TEST((ledger::node_hash(left, right) != ledger::node_hash(right, left)));
}

BOOST_AUTO_TEST_CASE(the_frontier_equals_the_recursion_at_every_size_to_1100) {
  const std::vector<digest> leaves = some_leaves(1100);
  ledger::frontier tree;
  for (std::size_t size = 0;; ++size) {
    BOOST_REQUIRE_EQUAL(tree.size(), size);
    BOOST_REQUIRE((tree.root() == naive_root(std::span(leaves).first(size))));
    if (size == leaves.size()) break;
    tree.append(leaves[size]);
  }
}

BOOST_AUTO_TEST_CASE(an_append_reports_each_perfect_subtree_once_and_bottom_up) {
  const std::vector<digest> leaves = some_leaves(260);
  subtree_map made;
  ledger::frontier tree;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    unsigned expected_level = 0;
    tree.append(leaves[i], [&](unsigned level, std::uint64_t index, const digest& hash) {
      BOOST_REQUIRE_EQUAL(level, expected_level++);
      BOOST_REQUIRE((made.emplace(std::pair(level, index), hash).second));
    });
    BOOST_REQUIRE_EQUAL(expected_level, 1 + static_cast<unsigned>(std::countr_one(i)));
  }
  std::size_t subtrees = 0;
  for (unsigned level = 0; (leaves.size() >> level) != 0; ++level)
    for (std::size_t i = 0; i < leaves.size() >> level; ++i, ++subtrees)
      BOOST_REQUIRE((made.at({level, i}) ==
                     naive_root(std::span(leaves).subspan(i << level, std::size_t{1} << level))));
  BOOST_TEST(made.size() == subtrees);
}

BOOST_AUTO_TEST_CASE(a_root_of_fewer_leaves_comes_from_the_same_stored_subtrees) {
  const std::vector<digest> leaves = some_leaves(260);
  subtree_map made;
  ledger::frontier tree;
  for (const digest& leaf : leaves)
    tree.append(leaf, [&](unsigned level, std::uint64_t index, const digest& hash) {
      made[{level, index}] = hash;
    });
  auto stored = [&made](unsigned level, std::uint64_t index) -> ppn::result<digest> {
    auto found = made.find({level, index});
    if (found == made.end()) return ppn::fail(ec::not_found, "no such subtree");
    return found->second;
  };
  for (std::size_t size = 0; size <= leaves.size(); ++size)
    BOOST_REQUIRE((ledger::tree_root(size, stored) == naive_root(std::span(leaves).first(size))));
  auto beyond = ledger::tree_root(261, stored);
  BOOST_REQUIRE(!beyond);
  BOOST_TEST((beyond.error().code == ec::not_found));
  BOOST_TEST(!ledger::tree_root(ledger::number_end, stored));
}

BOOST_AUTO_TEST_CASE(a_stored_frontier_goes_on_where_it_stopped) {
  const std::vector<digest> leaves = some_leaves(130);
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    ledger::frontier tree = frontier_of(std::span(leaves).first(size));
    bytes stored = tree.serialise();
    BOOST_REQUIRE_EQUAL(stored.size(), 8 + 32 * static_cast<std::size_t>(std::popcount(size)));
    auto loaded = ledger::frontier::parse(stored);
    BOOST_REQUIRE(loaded);
    BOOST_REQUIRE((*loaded == tree));
    loaded->append(leaf_number(7777));
    tree.append(leaf_number(7777));
    BOOST_REQUIRE((loaded->root() == tree.root()));
    BOOST_REQUIRE((loaded->serialise() == tree.serialise()));
  }
}

BOOST_AUTO_TEST_CASE(a_frontier_of_any_other_length_is_refused) {
  const std::vector<digest> leaves = some_leaves(11);
  const bytes stored = frontier_of(leaves).serialise();
  for (std::size_t length = 0; length < stored.size(); ++length)
    BOOST_REQUIRE(!ledger::frontier::parse(ppn::bytes_view(stored).first(length)));
  bytes longer = stored;
  longer.push_back(0);
  BOOST_TEST(!ledger::frontier::parse(longer));
  bytes other_count = stored;
  other_count[7] = 15;
  BOOST_TEST(!ledger::frontier::parse(other_count));
}

BOOST_AUTO_TEST_CASE(a_frontier_of_a_size_beyond_63_bits_is_refused) {
  bytes stored(8 + 32);
  stored[0] = 0x40;
  BOOST_TEST(ledger::frontier::parse(stored).has_value());
  stored[0] = 0x80;
  auto parsed = ledger::frontier::parse(stored);
  BOOST_REQUIRE(!parsed);
  BOOST_TEST((parsed.error().code == ec::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
