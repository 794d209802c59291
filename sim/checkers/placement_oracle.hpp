// Placement once more, as slow and as plain as the rules are written (domain section 4): a list
// that is looked through from end to end. What the indexed pool answers is compared with this, in
// tests and in the simulator.
#pragma once

#include "actors/placement/placement.hpp"

#include <map>
#include <optional>

namespace ppn::sim {

class placement_oracle {
public:
  placement::rules rules;
  // As told last, and what it counted then beyond the guests that were known.
  struct node {
    placement::node_facts facts;
    std::int64_t unknown_ram = 0;
    std::map<std::string, std::int64_t> unknown_disk;
  };
  std::map<node_id, node> nodes;
  struct guest {
    node_id node;
    placement::footprint takes;
  };
  std::map<guest_id, guest> guests;

  void put_node(const placement::node_facts& facts);
  // May be below zero: then the node is over-committed.
  std::int64_t available(const node_id& node) const;
  std::int64_t margin(const node_id& node) const;
  bool takes(const node_id& node, const placement::request& asked) const;
  std::optional<node_id> decide(const placement::request& asked) const;
  // What rule a node breaks with the guests it has, in words; empty if none. Guests that a node has
  // by its own word may break rules; those that placement sent may not.
  std::string broken_rule(const node_id& node) const;

private:
  bool is_before(const placement::request& asked, const placement::node_facts& one,
                 const placement::node_facts& other) const;
};

} // namespace ppn::sim
