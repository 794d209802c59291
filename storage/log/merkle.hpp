// The Merkle tree of RFC 6962 over SHA-256, without a place to keep it. A log is the stack of
// perfect subtrees on its right edge (`frontier`): that alone appends and gives the root. Proofs
// ask the owner of the stored hashes for perfect subtrees, at most about 2 log n of them.
// Verification needs nothing.
#pragma once

#include "messages/base/assert.hpp"
#include "storage/log/text.hpp"

#include <functional>

namespace ppn::log {

digest leaf_hash(bytes_view entry);
digest node_hash(const digest& left, const digest& right);
digest empty_root();

// The perfect subtrees of a tree of `size` leaves, largest (left) first: one for each set bit of
// size.
class frontier {
public:
  std::uint64_t size() const { return size_; }
  digest root() const;

  void append(const digest& leaf) {
    append(leaf, [](unsigned, std::uint64_t, const digest&) {});
  }
  // `made(level, index, hash)` learns of each perfect subtree that this leaf completes, itself
  // first.
  template <class Sink>
  void append(const digest& leaf, Sink&& made);

  // uint64 big-endian size, then the hashes. Parsing refuses any other length.
  bytes serialise() const;
  static result<frontier> parse(bytes_view data);

  bool operator==(const frontier&) const = default;

private:
  std::uint64_t size_ = 0;
  std::vector<digest> perfect_;
};

// The perfect subtree over leaves [index * 2^level, (index + 1) * 2^level).
using hash_source = std::function<result<digest>(unsigned level, std::uint64_t index)>;
using proof_hashes = std::vector<digest>;

// The root over the first `size` leaves, which may be fewer than the source holds.
result<digest> tree_root(std::uint64_t size, const hash_source& hash_at);
result<proof_hashes> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                     const hash_source& hash_at);
// From size 0 there is no proof: everything is consistent with the empty tree. Beyond 2^62 leaves a
// few old sizes would need 64 hashes, one more than any format carries: `too_large`.
result<proof_hashes> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                       const hash_source& hash_at);

// Both accept one proof only, of exactly the right length and at most 63 hashes, for sizes below
// 2^63.
[[nodiscard]] bool verify_inclusion(std::uint64_t index, std::uint64_t size, const digest& leaf,
                                    std::span<const digest> proof, const digest& root);
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                      std::span<const digest> proof, const digest& old_root,
                                      const digest& new_root);

template <class Sink>
void frontier::append(const digest& leaf, Sink&& made) {
  PPN_ASSERT(size_ < number_end - 1);
  digest hash = leaf;
  unsigned level = 0;
  made(level, size_, hash);
  // As in binary counting: each trailing one of the size is a subtree of this height to merge with.
  for (; (size_ >> level) & 1; ++level) {
    hash = node_hash(perfect_.back(), hash);
    perfect_.pop_back();
    made(level + 1, size_ >> (level + 1), hash);
  }
  perfect_.push_back(hash);
  ++size_;
}

} // namespace ppn::log
