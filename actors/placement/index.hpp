// Nodes as leaves of a tree whose inner nodes say the best leaf below them (most available RAM,
// then least id) and the most that any leaf below them has of each resource. A search goes down
// only where the resources could be, and stops at a best leaf that fits: O(log n) for a change, and
// for a search unless many nodes have every resource, but none has them together.
#pragma once

#include "actors/placement/tags.hpp"

#include "messages/base/ids.hpp"

#include <vector>

namespace ppn::placement {

inline constexpr std::uint32_t no_leaf = 0xffff'ffff;

struct summary {
  std::uint32_t slot = no_leaf; // of the best node
  std::uint32_t guests = 0;     // free, most of all
  std::uint64_t available = 0;  // RAM of the best node
  std::uint64_t headroom = 0;   // most RAM above the margin
  std::uint64_t vcpus = 0;      // most
  std::uint64_t disk = 0;       // most, whatever pool
  tag_mask any;                 // of some node
  tag_mask all;                 // of every node
  bool operator==(const summary&) const = default;
};

// Bounds that a node has to pass; what they cannot say is asked of each node that does.
struct need {
  std::uint64_t ram = 0;
  std::uint64_t vcpus = 0;
  std::uint64_t disk = 0;
  tag_mask wanted;
  tag_mask unwanted;

  bool may_pass(const summary& at) const {
    return at.slot != no_leaf && at.guests > 0 && at.headroom >= ram && at.vcpus >= vcpus &&
           at.disk >= disk && at.any.has_all(wanted) && !at.all.has_any(unwanted);
  }
};

class index {
public:
  // `ids` are the nodes' ids by slot; they decide between equals.
  std::uint32_t insert(const summary& leaf, const std::vector<node_id>& ids);
  void update(std::uint32_t leaf, const summary& value, const std::vector<node_id>& ids);
  void erase(std::uint32_t leaf, const std::vector<node_id>& ids);
  const summary& leaf(std::uint32_t at) const { return tree_[width_ + at]; }
  std::uint32_t width() const { return width_; }

  // The best node that passes the bounds and that `fits(slot)`; no_leaf if there is none.
  template <class Fits>
  std::uint32_t search(const need& least, const std::vector<node_id>& ids, Fits&& fits) const {
    summary best;
    if (width_ > 0) search_below(1, least, ids, fits, best);
    return best.slot;
  }

  static bool is_better(const summary& one, const summary& other, const std::vector<node_id>& ids) {
    if (other.slot == no_leaf) return one.slot != no_leaf;
    if (one.slot == no_leaf) return false;
    if (one.available != other.available) return one.available > other.available;
    return ids[one.slot] < ids[other.slot];
  }

private:
  template <class Fits>
  void search_below(std::uint32_t at, const need& least, const std::vector<node_id>& ids,
                    Fits& fits, summary& best) const {
    const summary& here = tree_[at];
    if (!least.may_pass(here) || !is_better(here, best, ids)) return;
    // Inside, the figures belong to several nodes; of the best one its leaf knows.
    if (at >= width_) {
      if (fits(here.slot)) best = here;
      return;
    }
    std::uint32_t first = 2 * at;
    std::uint32_t second = first + 1;
    if (is_better(tree_[second], tree_[first], ids)) std::swap(first, second);
    search_below(first, least, ids, fits, best);
    search_below(second, least, ids, fits, best);
  }
  void grow(const std::vector<node_id>& ids);
  void join(std::uint32_t at, const std::vector<node_id>& ids);

  std::vector<summary> tree_; // [1] is the root, leaves begin at width_
  std::vector<std::uint32_t> unused_;
  std::uint32_t width_ = 0; // a power of two
};

} // namespace ppn::placement
