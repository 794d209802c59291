// Inclusion and consistency proofs: those we make are the ones of the RFC's recursion, every one
// verifies, and whatever differs from it by a bit, a missing or an added hash does not.
#include "storage/log/merkle.hpp"

#include <bit>
#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

namespace ledger = ppn::log;
using ledger::proof_hashes;
using ppn::digest;
using ppn::ec;

namespace {

constexpr std::uint64_t exhaustive_size = 130;
constexpr std::uint64_t every_bit_size = 20;

using leaf_span = std::span<const digest>;

std::vector<digest> some_leaves(std::size_t count) {
  std::vector<digest> leaves;
  for (std::size_t i = 0; i < count; ++i)
    leaves.push_back(ledger::leaf_hash(ppn::view_of("entry " + std::to_string(i))));
  return leaves;
}

std::size_t split_of(std::size_t count) {
  return std::bit_floor(count - 1);
}

digest naive_root(leaf_span leaves) {
  if (leaves.size() == 1) return leaves.front();
  std::size_t split = split_of(leaves.size());
  return ledger::node_hash(naive_root(leaves.first(split)), naive_root(leaves.subspan(split)));
}

// PATH(m, D) of RFC 6962.
proof_hashes naive_path(std::size_t index, leaf_span leaves) {
  if (leaves.size() == 1) return {};
  std::size_t split = split_of(leaves.size());
  leaf_span left = leaves.first(split);
  leaf_span right = leaves.subspan(split);
  proof_hashes path = index < split ? naive_path(index, left) : naive_path(index - split, right);
  path.push_back(naive_root(index < split ? right : left));
  return path;
}

// SUBPROOF(m, D, b) of RFC 6962.
proof_hashes naive_subproof(std::size_t old_size, leaf_span leaves, bool is_whole) {
  if (old_size == leaves.size())
    return is_whole ? proof_hashes{} : proof_hashes{naive_root(leaves)};
  std::size_t split = split_of(leaves.size());
  leaf_span left = leaves.first(split);
  leaf_span right = leaves.subspan(split);
  bool in_left = old_size <= split;
  proof_hashes proof = in_left ? naive_subproof(old_size, left, is_whole)
                               : naive_subproof(old_size - split, right, false);
  proof.push_back(naive_root(in_left ? right : left));
  return proof;
}

ledger::hash_source source_of(leaf_span leaves) {
  return [leaves](unsigned level, std::uint64_t index) -> ppn::result<digest> {
    std::uint64_t width = std::uint64_t{1} << level;
    if ((index + 1) * width > leaves.size()) return ppn::fail(ec::not_found, "beyond the leaves");
    return naive_root(leaves.subspan(index * width, width));
  };
}

// What makes a proof wrong. `refuses` says whether a changed proof is refused.
template <class Refuses>
void spoil_lengths(const proof_hashes& proof, Refuses&& refuses) {
  proof_hashes shorter = proof;
  while (!shorter.empty()) {
    shorter.pop_back();
    BOOST_REQUIRE(refuses(shorter));
  }
  if (!proof.empty()) BOOST_REQUIRE(refuses(proof_hashes(proof.begin() + 1, proof.end())));
  for (std::size_t at : {std::size_t{0}, proof.size()}) {
    proof_hashes longer = proof;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), ledger::empty_root());
    BOOST_REQUIRE(refuses(longer));
    if (proof.empty()) continue;
    longer[at] = at == 0 ? proof.front() : proof.back();
    BOOST_REQUIRE(refuses(longer));
  }
}

// Every bit, or a few of each hash that differ from hash to hash.
template <class Refuses>
void spoil_bits(proof_hashes proof, bool every_bit, Refuses&& refuses) {
  unsigned step = every_bit ? 1 : 37;
  unsigned start = 0;
  for (digest& hash : proof) {
    for (unsigned bit = start; bit < 256; bit += step) {
      hash.octets[bit / 8] ^= static_cast<ppn::octet>(1u << bit % 8);
      BOOST_REQUIRE(refuses(proof));
      hash.octets[bit / 8] ^= static_cast<ppn::octet>(1u << bit % 8);
    }
    start = (start + 5) % step;
  }
}

// A tree of equal leaves has one hash per level, so that even the largest sizes can be proven.
ledger::hash_source equal_leaves() {
  std::array<digest, 64> levels;
  levels[0] = ledger::leaf_hash({});
  for (std::size_t i = 1; i < levels.size(); ++i)
    levels[i] = ledger::node_hash(levels[i - 1], levels[i - 1]);
  return [levels](unsigned level, std::uint64_t index) -> ppn::result<digest> {
    if (index >= ledger::number_end >> level) return ppn::fail(ec::not_found, "beyond any tree");
    return levels[level];
  };
}

digest flipped(digest hash, unsigned bit) {
  hash.octets[bit / 8 % digest::size] ^= static_cast<ppn::octet>(1u << bit % 8);
  return hash;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_merkle_proof)

BOOST_AUTO_TEST_CASE(every_inclusion_proof_to_size_130_is_the_recursive_one_and_verifies) {
  const std::vector<digest> leaves = some_leaves(exhaustive_size);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    leaf_span tree = leaf_span(leaves).first(size);
    digest root = naive_root(tree);
    for (std::size_t index = 0; index < size; ++index) {
      // The source holds all leaves, more than the tree has: a proof must not reach beyond its
      // size.
      auto proof = ledger::inclusion_proof(index, size, source_of(leaves));
      BOOST_REQUIRE(proof);
      BOOST_REQUIRE((*proof == naive_path(index, tree)));
      BOOST_REQUIRE(ledger::verify_inclusion(index, size, leaves[index], *proof, root));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_consistency_proof_to_size_130_is_the_recursive_one_and_verifies) {
  const std::vector<digest> leaves = some_leaves(exhaustive_size);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    leaf_span tree = leaf_span(leaves).first(size);
    digest root = naive_root(tree);
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      auto proof = ledger::consistency_proof(old_size, size, source_of(leaves));
      BOOST_REQUIRE(proof);
      BOOST_REQUIRE((*proof == naive_subproof(old_size, tree, true)));
      digest old_root = naive_root(tree.first(old_size));
      BOOST_REQUIRE(ledger::verify_consistency(old_size, size, *proof, old_root, root));
    }
  }
}

BOOST_AUTO_TEST_CASE(no_changed_inclusion_proof_verifies) {
  const std::vector<digest> leaves = some_leaves(exhaustive_size);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    leaf_span tree = leaf_span(leaves).first(size);
    digest root = naive_root(tree);
    for (std::size_t index = 0; index < size; ++index) {
      proof_hashes proof = naive_path(index, tree);
      auto refuses = [&](const proof_hashes& changed) {
        return !ledger::verify_inclusion(index, size, leaves[index], changed, root);
      };
      spoil_lengths(proof, refuses);
      spoil_bits(proof, size <= every_bit_size, refuses);
      for (unsigned bit = 0; bit < 256; bit += size <= every_bit_size ? 1 : 37) {
        BOOST_REQUIRE(
            !ledger::verify_inclusion(index, size, flipped(leaves[index], bit), proof, root));
        BOOST_REQUIRE(
            !ledger::verify_inclusion(index, size, leaves[index], proof, flipped(root, bit)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(no_changed_consistency_proof_verifies) {
  const std::vector<digest> leaves = some_leaves(exhaustive_size);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    leaf_span tree = leaf_span(leaves).first(size);
    digest root = naive_root(tree);
    for (std::size_t old_size = 1; old_size <= size; ++old_size) {
      proof_hashes proof = naive_subproof(old_size, tree, true);
      digest old_root = naive_root(tree.first(old_size));
      auto refuses = [&](const proof_hashes& changed) {
        return !ledger::verify_consistency(old_size, size, changed, old_root, root);
      };
      spoil_lengths(proof, refuses);
      spoil_bits(proof, size <= every_bit_size, refuses);
      for (unsigned bit = 0; bit < 256; bit += size <= every_bit_size ? 1 : 37) {
        BOOST_REQUIRE(
            !ledger::verify_consistency(old_size, size, proof, flipped(old_root, bit), root));
        BOOST_REQUIRE(
            !ledger::verify_consistency(old_size, size, proof, old_root, flipped(root, bit)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_proof_does_not_serve_another_index_or_another_old_size) {
  const std::vector<digest> leaves = some_leaves(66);
  for (std::size_t size = 2; size <= leaves.size(); ++size) {
    leaf_span tree = leaf_span(leaves).first(size);
    digest root = naive_root(tree);
    for (std::size_t right = 0; right < size; ++right) {
      proof_hashes path = naive_path(right, tree);
      proof_hashes growth = naive_subproof(right + 1, tree, true);
      digest old_root = naive_root(tree.first(right + 1));
      for (std::size_t wrong = 0; wrong < size; ++wrong) {
        if (wrong == right) continue;
        BOOST_REQUIRE(!ledger::verify_inclusion(wrong, size, leaves[right], path, root));
        BOOST_REQUIRE(!ledger::verify_consistency(wrong + 1, size, growth, old_root, root));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(sizes_and_indices_out_of_range_are_refused) {
  const std::vector<digest> leaves = some_leaves(4);
  const digest root = naive_root(leaves);
  const digest leaf = leaves.front();
  BOOST_TEST(!ledger::verify_inclusion(0, 0, leaf, {}, ledger::empty_root()));
  BOOST_TEST(!ledger::verify_inclusion(1, 1, leaf, {}, leaf));
  BOOST_TEST(!ledger::verify_inclusion(4, 4, leaf, naive_path(0, leaves), root));
  BOOST_TEST(!ledger::verify_inclusion(0, ledger::number_end, leaf, {}, leaf));
  BOOST_TEST(!ledger::verify_consistency(0, 4, {}, ledger::empty_root(), root));
  BOOST_TEST(!ledger::verify_consistency(0, 0, {}, ledger::empty_root(), ledger::empty_root()));
  BOOST_TEST(!ledger::verify_consistency(5, 4, {}, root, root));
  BOOST_TEST(!ledger::verify_consistency(4, 4, {}, leaf, root));
  BOOST_TEST(!ledger::verify_consistency(ledger::number_end, ledger::number_end, {}, root, root));
  for (auto proof : {ledger::inclusion_proof(4, 4, source_of(leaves)),
                     ledger::inclusion_proof(0, 0, source_of(leaves)),
                     ledger::inclusion_proof(0, ledger::number_end, source_of(leaves)),
                     ledger::consistency_proof(0, 4, source_of(leaves)),
                     ledger::consistency_proof(5, 4, source_of(leaves)),
                     ledger::consistency_proof(1, ledger::number_end, source_of(leaves))}) {
    BOOST_REQUIRE(!proof);
    BOOST_TEST((proof.error().code == ec::invalid));
  }
}

BOOST_AUTO_TEST_CASE(a_failing_source_fails_the_proof) {
  const std::vector<digest> leaves = some_leaves(5);
  auto proof = ledger::inclusion_proof(2, 9, source_of(leaves));
  BOOST_REQUIRE(!proof);
  BOOST_TEST((proof.error().code == ec::not_found));
  BOOST_TEST(!ledger::consistency_proof(3, 9, source_of(leaves)));
}

BOOST_AUTO_TEST_CASE(proofs_hold_up_to_the_largest_size) {
  const ledger::hash_source source = equal_leaves();
  const digest leaf = source(0, 0).value();
  auto holds = [&](std::uint64_t index, std::uint64_t size) {
    digest root = ledger::tree_root(size, source).value();
    proof_hashes path = ledger::inclusion_proof(index, size, source).value();
    auto growth = ledger::consistency_proof(index + 1, size, source);
    if (!growth) return growth.error().code == ec::too_large && size > ledger::number_end / 2;
    digest old_root = ledger::tree_root(index + 1, source).value();
    return path.size() <= ledger::proof_hashes_max && growth->size() <= ledger::proof_hashes_max &&
           ledger::verify_inclusion(index, size, leaf, path, root) &&
           ledger::verify_consistency(index + 1, size, *growth, old_root, root);
  };
  constexpr std::uint64_t largest = ledger::number_end - 1;
  for (std::uint64_t index : {std::uint64_t{0}, std::uint64_t{1}, largest / 2, largest - 1})
    BOOST_TEST(holds(index, largest));
  BOOST_TEST(ledger::inclusion_proof(0, largest, source)->size() == ledger::proof_hashes_max);
  BOOST_TEST(rc::check("any index of any size", [&] {
    auto size = *rc::gen::inRange<std::uint64_t>(1, largest);
    RC_ASSERT(holds(*rc::gen::inRange<std::uint64_t>(0, size), size));
  }));
}

BOOST_AUTO_TEST_CASE(the_rare_consistency_proof_of_64_hashes_is_not_made) {
  constexpr std::uint64_t half = ledger::number_end / 2;
  auto proof = ledger::consistency_proof(3, half + 3, equal_leaves());
  BOOST_REQUIRE(!proof);
  BOOST_TEST((proof.error().code == ec::too_large));
  BOOST_TEST(ledger::consistency_proof(3, half, equal_leaves())->size() ==
             ledger::proof_hashes_max);
  BOOST_TEST(ledger::consistency_proof(4, half + 3, equal_leaves()).has_value());
}

BOOST_AUTO_TEST_CASE(a_proof_longer_than_any_tree_is_refused) {
  const digest leaf = ledger::leaf_hash({});
  proof_hashes proof(ledger::proof_hashes_max + 1, leaf);
  BOOST_TEST(!ledger::verify_inclusion(0, ledger::number_end - 1, leaf, proof, leaf));
  BOOST_TEST(!ledger::verify_consistency(1, ledger::number_end - 1, proof, leaf, leaf));
}

BOOST_AUTO_TEST_SUITE_END()
