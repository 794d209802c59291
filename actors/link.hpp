// The actor behind all links of a node: takes stream events and ticks, gives each authenticated message
// to the actor whose part of the protocol it is. What it does with connections is link_hub's.
#pragma once

#include "actors/link_hub.hpp"

namespace ppn {

link_actor spawn_link(caf::actor_system& system, const link_options& options, const ports& world);

} // namespace ppn
