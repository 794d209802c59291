// Builds one node out of ports: the one composition that the daemon and the simulator share.
#pragma once

#include "actors/node.hpp"

namespace ppn {

// The number of this start, one more than the last: durable before the node says a word, so that no two
// runs of a node ever look the same to the fleet.
result<incarnation> next_incarnation(cells& durable);

// `options.run` is filled in from `world.durable`.
result<node_actor> start_node(caf::actor_system& system, node_options options, const ports& world);

} // namespace ppn
