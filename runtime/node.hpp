// Builds one node out of ports: the one composition that the daemon and the simulator share.
#pragma once

#include "actors/node.hpp"

namespace ppn {

// The number of this start, one more than the last: durable before the node says a word, so that no two
// runs of a node ever look the same to the fleet.
result<incarnation> next_incarnation(cells& durable);

// Opens the ledgers of `world`, if it has any: the options then hold the membership as the fleet's ledger
// has it. For whoever wants to know that before the start; start_node does it otherwise.
status open_node(node_options& options, const ports& world);

// `options.run` is filled in from `world.durable`.
result<node_actor> start_node(caf::actor_system& system, node_options options, const ports& world);

} // namespace ppn
