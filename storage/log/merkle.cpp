#include "storage/log/merkle.hpp"

#include "runtime/crypto/hash.hpp"

#include <algorithm>
#include <bit>

namespace ppn::log {

namespace {

constexpr octet leaf_prefix = 0;
constexpr octet node_prefix = 1;

// Leaves [begin, end) of the tree; the recursive definition only ever meets such runs.
struct range {
  std::uint64_t begin;
  std::uint64_t end;
};

// Where the definition splits a run of more than one leaf: after the largest smaller power of two.
std::uint64_t split_of(range run) {
  return run.begin + std::bit_floor(run.end - run.begin - 1);
}

digest fold_from_right(std::span<const digest> perfect) {
  PPN_ASSERT(!perfect.empty());
  digest hash = perfect.back();
  for (std::size_t i = perfect.size() - 1; i > 0; --i)
    hash = node_hash(perfect[i - 1], hash);
  return hash;
}

result<digest> range_root(range run, const hash_source& hash_at) {
  std::vector<digest> perfect;
  while (run.begin < run.end) {
    auto level = static_cast<unsigned>(std::bit_width(run.end - run.begin) - 1);
    auto hash = hash_at(level, run.begin >> level);
    if (!hash) return hash;
    perfect.push_back(*hash);
    run.begin += std::uint64_t{1} << level;
  }
  return fold_from_right(perfect);
}

// The descent meets the root side first; a proof starts at the leaf side.
result<proof_hashes> leaf_side_first(const std::vector<range>& runs, const hash_source& hash_at) {
  proof_hashes hashes;
  hashes.reserve(runs.size());
  for (std::size_t i = runs.size(); i > 0; --i) {
    auto hash = range_root(runs[i - 1], hash_at);
    if (!hash) return tl::unexpected(hash.error());
    hashes.push_back(*hash);
  }
  return hashes;
}

} // namespace

digest leaf_hash(bytes_view entry) {
  crypto::sha256_stream hash;
  hash.update({&leaf_prefix, 1});
  hash.update(entry);
  return hash.finish();
}

digest node_hash(const digest& left, const digest& right) {
  std::array<octet, 1 + 2 * digest::size> joined;
  joined[0] = node_prefix;
  std::copy(left.octets.begin(), left.octets.end(), joined.begin() + 1);
  std::copy(right.octets.begin(), right.octets.end(), joined.begin() + 1 + digest::size);
  return crypto::sha256(joined);
}

digest empty_root() {
  return crypto::sha256({});
}

digest frontier::root() const {
  return perfect_.empty() ? empty_root() : fold_from_right(perfect_);
}

bytes frontier::serialise() const {
  bytes data(8);
  store_be64(data.data(), size_);
  data.reserve(8 + perfect_.size() * digest::size);
  for (const digest& hash : perfect_)
    ppn::append(data, hash.view());
  return data;
}

result<frontier> frontier::parse(bytes_view data) {
  if (data.size() < 8) return fail(ec::malformed, "the frontier has no size");
  frontier tree;
  tree.size_ = load_be64(data.data());
  if (tree.size_ >= number_end) return fail(ec::malformed, "the frontier's size is out of range");
  auto count = static_cast<std::size_t>(std::popcount(tree.size_));
  if (data.size() != 8 + count * digest::size)
    return fail(ec::malformed, "the frontier's hashes do not match its size");
  for (std::size_t i = 0; i < count; ++i)
    tree.perfect_.push_back(*digest::from(data.subspan(8 + i * digest::size, digest::size)));
  return tree;
}

result<digest> tree_root(std::uint64_t size, const hash_source& hash_at) {
  if (size >= number_end) return fail(ec::invalid, "the tree size is out of range");
  if (size == 0) return empty_root();
  return range_root({0, size}, hash_at);
}

result<proof_hashes> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                     const hash_source& hash_at) {
  if (size >= number_end || index >= size)
    return fail(ec::invalid, "there is no entry " + std::to_string(index) + " in a tree of size " +
                                 std::to_string(size));
  std::vector<range> siblings;
  range run{0, size};
  while (run.end - run.begin > 1) {
    std::uint64_t middle = split_of(run);
    if (index < middle) {
      siblings.push_back({middle, run.end});
      run.end = middle;
    } else {
      siblings.push_back({run.begin, middle});
      run.begin = middle;
    }
  }
  return leaf_side_first(siblings, hash_at);
}

result<proof_hashes> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                       const hash_source& hash_at) {
  if (new_size >= number_end || old_size > new_size || old_size == 0)
    return fail(ec::invalid, "there is no consistency proof from size " + std::to_string(old_size) +
                                 " to size " + std::to_string(new_size));
  std::vector<range> parts;
  range run{0, new_size};
  while (run.end != old_size) {
    std::uint64_t middle = split_of(run);
    if (old_size <= middle) {
      parts.push_back({middle, run.end});
      run.end = middle;
    } else {
      parts.push_back({run.begin, middle});
      run.begin = middle;
    }
  }
  // A run from the first leaf is the old tree itself: its root is known to whoever verifies.
  if (run.begin != 0) parts.push_back(run);
  if (parts.size() > proof_hashes_max)
    return fail(ec::too_large, "a consistency proof of 64 hashes does not fit any request");
  return leaf_side_first(parts, hash_at);
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const digest& leaf,
                      std::span<const digest> proof, const digest& root) {
  if (size >= number_end || index >= size || proof.size() > proof_hashes_max) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  digest hash = leaf;
  for (const digest& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      // Levels on which this node has no sibling, being the ragged right edge.
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

namespace {

// The walk of RFC 9162 section 2.1.4.2 from the node where both trees still agree.
bool walk_consistency(std::uint64_t old_size, std::uint64_t new_size, const digest& first,
                      std::span<const digest> proof, const digest& old_root,
                      const digest& new_root) {
  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  digest old_hash = first;
  digest new_hash = first;
  for (const digest& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_hash = node_hash(sibling, old_hash);
      new_hash = node_hash(sibling, new_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_root && new_hash == new_root;
}

} // namespace

bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size,
                        std::span<const digest> proof, const digest& old_root,
                        const digest& new_root) {
  if (old_size == 0 || old_size > new_size || new_size >= number_end) return false;
  if (proof.size() > proof_hashes_max) return false;
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  if (proof.empty()) return false;
  // A power of two is one perfect subtree of the new tree: its root is the proof's starting point.
  if (std::has_single_bit(old_size))
    return walk_consistency(old_size, new_size, old_root, proof, old_root, new_root);
  return walk_consistency(old_size, new_size, proof.front(), proof.subspan(1), old_root, new_root);
}

} // namespace ppn::log
