// The Merkle tree over the records of a store. Full hash tiles are kept in the store, the open ones in
// memory (fewer than 256 hashes a level), so an append costs O(log n) and a proof a few reads.
// Opening rebuilds the open tiles from the last records.
#pragma once

#include "storage/log/merkle.hpp"
#include "storage/log/tile.hpp"
#include "storage/store.hpp"

namespace ppn {

class tree_log {
public:
  // ec::integrity when a record or tile on the right edge cannot be read.
  static result<tree_log> open(const store& under);

  std::uint64_t size() const { return right_.size(); }
  digest root() const { return right_.root(); }

  // What entries would make of the tree: nothing of it counts before `adopt`.
  struct extension {
    std::vector<bytes> records;
    std::vector<digest> leaves;
    std::vector<store_tile> tiles;
    log::frontier right;
    std::vector<std::vector<digest>> open;
  };
  extension extend(std::vector<bytes> entries) const;
  void adopt(extension&& made);

  // The root over the first `size` entries; ec::not_found beyond the tree.
  result<digest> root_at(std::uint64_t size) const;
  result<log::proof_hashes> inclusion(std::uint64_t index, std::uint64_t size) const;
  result<log::proof_hashes> consistency(std::uint64_t old_size, std::uint64_t new_size) const;

  // The first `width` hashes of a tile, full or open.
  result<std::vector<digest>> tile(unsigned level, std::uint64_t index, unsigned width) const;

private:
  explicit tree_log(const store& under) : store_(&under) {}
  status load_level(unsigned level, std::uint64_t hashes);
  result<digest> subtree(unsigned height, std::uint64_t index) const;
  log::hash_source source() const;

  const store* store_;
  log::frontier right_;
  std::vector<std::vector<digest>> open_; // by tile level
};

} // namespace ppn
