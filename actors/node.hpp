// The root of one node: spawns its actors, tells them of each other, restarts one that fails.
//
// Policy: one for one. A child that ends by anything but an order is spawned anew with the state of
// its durable parts; five restarts of one child inside a minute and the node gives up and ends, so that
// whoever supervises the process (systemd) begins from a clean slate. Guests do not notice any of it.
#pragma once

#include "actors/control.hpp"
#include "actors/ledger.hpp"
#include "runtime/ports/ports.hpp"

namespace ppn {

struct node_options {
  node_id self;
  std::string name;
  std::string version;
  incarnation run;
  node_offer offer;
  membership_ptr members; // from the ledger, where there is one
  // A node that was let in and whose own copy of the ledger does not say so yet: its record stands in until
  // it does.
  std::optional<member_record> enrolled;
  fleet_id fleet;
  std::vector<bytes> founding; // of the fleet's ledger; empty: a fleet without one
  std::optional<stream_endpoint> control; // where the operator comes in, if anywhere
  std::uint32_t owner_uid = 0;
  std::optional<ledger_options> fleet_ledger; // none: a fleet without a ledger
  std::optional<ledger_options> own_ledger;
  std::optional<stream_endpoint> http; // where the ledgers are read, if anywhere
  std::vector<stream_endpoint> metrics; // where monitoring asks; none without ports.monitoring
};

// The same with one more member, at its place.
membership_ptr with_member(const membership& members, const member_record& more);

node_actor spawn_node(caf::actor_system& system, const node_options& options, const ports& world);

} // namespace ppn
