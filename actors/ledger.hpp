// The actor around one log of this node: it alone touches the log's store. In a daemon it has a thread of
// its own, because it waits for the disk; what arrives meanwhile is its next commit.
#pragma once

#include "actors/ledger_core.hpp"
#include "runtime/ports/ports.hpp"

namespace ppn {

struct ledger_options {
  ledger_setup setup;
  std::shared_ptr<ledger_core> core; // opened by whoever composes the node; survives a restart of the actor
  bool own_thread = false;
};

ledger_actor spawn_ledger(caf::actor_system& system, const ledger_options& options,
                          const ports& world);

} // namespace ppn
