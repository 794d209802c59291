// Everything of the world that one node may touch. The daemon fills it with adapters, the simulator
// with models; below, nobody can tell which.
#pragma once

#include "runtime/ports/clock.hpp"
#include "runtime/ports/entropy.hpp"
#include "runtime/ports/host.hpp"
#include "runtime/ports/hypervisor.hpp"
#include "runtime/ports/observer.hpp"
#include "runtime/ports/process.hpp"
#include "runtime/ports/signer.hpp"
#include "runtime/ports/stream.hpp"
#include "runtime/ports/tracker.hpp"
#include "runtime/ports/tunnel.hpp"
#include "storage/cells.hpp"

namespace ppn {

// Owned by whoever composes the node; every port outlives the node's actors.
struct ports {
  clock& time;
  entropy& random;
  signer& keys;
  stream& network;
  cells& durable;
  host& machine;
  hypervisor& guests;
  observer& events;
  process& self;
  actor_tracker* tracker = nullptr;
};

} // namespace ppn
