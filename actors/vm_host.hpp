// The host agent: samples the machine, beats the heart, owns the node's guests, knows the fleet as the
// controller told it last.
#pragma once

#include "runtime/ports/ports.hpp"

namespace ppn {

struct vm_host_options {
  node_id self;
  incarnation run;
  node_offer offer;
  membership_ptr members;
};

vm_host_actor spawn_vm_host(caf::actor_system& system, const vm_host_options& options,
                            const ports& world);

} // namespace ppn
