// The controller's part: takes heartbeats, acknowledges them, answers view requests, evicts. Lives only
// on the node that the fleet's record names controller. Its decisions are vm_fleet_core's.
#pragma once

#include "runtime/ports/ports.hpp"

namespace ppn {

struct vm_fleet_options {
  node_id self;
  membership_ptr members;
};

vm_fleet_actor spawn_vm_fleet(caf::actor_system& system, const vm_fleet_options& options,
                              const ports& world);

} // namespace ppn
