#include "actors/placement/index.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>

namespace ppn::placement {

namespace {

// Both have a node.
void add_most(summary& to, const summary& from) {
  to.guests = std::max(to.guests, from.guests);
  to.headroom = std::max(to.headroom, from.headroom);
  to.vcpus = std::max(to.vcpus, from.vcpus);
  to.disk = std::max(to.disk, from.disk);
  to.any.add(from.any);
  to.all.keep(from.all);
}

} // namespace

void index::join(std::uint32_t at, const std::vector<node_id>& ids) {
  const summary& left = tree_[2 * at];
  const summary& right = tree_[2 * at + 1];
  bool left_leads = left.slot != no_leaf && !is_better(right, left, ids);
  const summary& leading = left_leads ? left : right;
  const summary& other = left_leads ? right : left;
  summary joined = leading;
  if (other.slot != no_leaf) add_most(joined, other);
  tree_[at] = joined;
}

void index::grow(const std::vector<node_id>& ids) {
  std::uint32_t wider = width_ == 0 ? 1 : 2 * width_;
  std::vector<summary> tree(2 * std::size_t{wider});
  for (std::uint32_t leaf = 0; leaf < width_; ++leaf)
    tree[wider + leaf] = tree_[width_ + leaf];
  // The lowest leaf is taken first.
  for (std::uint32_t leaf = wider; leaf-- > width_;)
    unused_.push_back(leaf);
  tree_ = std::move(tree);
  width_ = wider;
  for (std::uint32_t at = width_; --at > 0;)
    join(at, ids);
}

std::uint32_t index::insert(const summary& value, const std::vector<node_id>& ids) {
  if (unused_.empty()) grow(ids);
  std::uint32_t leaf = unused_.back();
  unused_.pop_back();
  update(leaf, value, ids);
  return leaf;
}

void index::update(std::uint32_t leaf, const summary& value, const std::vector<node_id>& ids) {
  PPN_ASSERT(leaf < width_);
  std::uint32_t at = width_ + leaf;
  tree_[at] = value;
  while (at > 1) {
    at /= 2;
    join(at, ids);
  }
}

void index::erase(std::uint32_t leaf, const std::vector<node_id>& ids) {
  update(leaf, summary{}, ids);
  unused_.push_back(leaf);
}

} // namespace ppn::placement
