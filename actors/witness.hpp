// The witness of the fleet's ledger on this node: cosigns one line of growing trees and nothing else.
// What it signed last is durable before its signature leaves.
#pragma once

#include "runtime/ports/ports.hpp"

namespace ppn {

struct witness_options {
  node_id self;
};

witness_actor spawn_witness(caf::actor_system& system, const witness_options& options,
                            const ports& world);

} // namespace ppn
