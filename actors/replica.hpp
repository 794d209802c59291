// The actor that speaks with other members about the fleet's ledger (replica_core), for a ledger that
// does not leave its own thread.
#pragma once

#include "runtime/ports/ports.hpp"

namespace ppn {

struct replica_options {
  node_id self;
  membership_ptr members;
};

replica_actor spawn_replica(caf::actor_system& system, const replica_options& options,
                            const ports& world);

} // namespace ppn
