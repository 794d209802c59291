// Everything of the world that one node may touch. The daemon fills it with adapters, the simulator
// with models; below, nobody can tell which.
#pragma once

#include "runtime/ports/clock.hpp"
#include "runtime/ports/entropy.hpp"
#include "runtime/ports/figures.hpp"
#include "runtime/ports/host.hpp"
#include "runtime/ports/hypervisor.hpp"
#include "runtime/ports/observer.hpp"
#include "runtime/ports/process.hpp"
#include "runtime/ports/signer.hpp"
#include "runtime/ports/stream.hpp"
#include "runtime/ports/tracker.hpp"
#include "runtime/ports/tunnel.hpp"
#include "storage/cells.hpp"
#include "storage/published_views.hpp"
#include "storage/snapshots.hpp"
#include "storage/store.hpp"

namespace ppn {

// Where a node keeps its ledgers: a copy of the fleet's, and its own.
struct ledger_places {
  store& fleet;
  store& own;
  snapshots& folds;
  // A ledger waits for its disk: where that takes time, each has a thread of its own.
  bool own_threads = false;
  published_views* views = nullptr; // null: none are kept
};

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
  ledger_places* ledgers = nullptr; // null: a fleet without a ledger
  figures* monitoring = nullptr;    // null: nobody monitors this node
};

} // namespace ppn
