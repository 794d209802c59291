// One simulated machine's node: a CAF system of its own under the test scheduler, with simulated ports.
// It can be started, stepped, frozen, and killed the way `kill -9` kills: no handler runs, nothing
// unsynced survives, and whatever an old incarnation still holds reaches nobody.
#pragma once

#include "runtime/node.hpp"
#include "sim/network.hpp"
#include "sim/node_clock.hpp"
#include "sim/node_models.hpp"
#include "sim/world_signer.hpp"
#include "storage/memory_cells.hpp"
#include "storage/memory_snapshots.hpp"
#include "storage/memory_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace ppn::sim {

struct node_identity {
  node_index index = 0;
  node_id id;
  std::string name;
};

// What the disk of one simulated machine holds.
struct node_disk {
  memory_cell_disk cells;
  memory_disk fleet_ledger;
  memory_disk own_ledger;
  memory_snapshot_disk folds;

  void crash();
};

// What of one ledger would be there if the process ended now.
struct ledger_on_disk {
  std::uint64_t entries = 0;    // synced
  std::uint64_t remembered = 0; // by the cell beside them
};

class node_host final : public actor_tracker {
public:
  node_host(node_identity identity, const world_time& now, std::uint64_t world_secret,
            random_source random);
  ~node_host() override;

  const node_identity& who() const { return identity_; }
  bool running() const { return system_ != nullptr; }
  stream_place place() const { return {identity_.index, incarnation_}; }
  node_clock& time() { return clock_; }
  model_host& machine() { return machine_; }
  node_disk& disk() { return disk_; }
  ledger_on_disk on_disk(bool fleets) const;

  // `founding` makes the fleet's ledger; every member has the same.
  status start(network& net, observer& events, const fleet_id& fleet,
               const std::vector<bytes>& founding);
  // An operator at this machine gives an order; nothing happens while the node does not run.
  void give(const submitted_order& order);
  void restore_ledger_from(const node_id& member);
  // Another folder takes the place of this machine's, while the node does not run.
  void replace_disk(const node_disk& with);
  // For whoever builds a fleet: this machine's keys.
  signer& keys() { return signer_; }
  // With `power_lost` also the disk forgets what was not synced and the boot id changes.
  void kill(bool power_lost);

  bool runnable() const { return scheduler_ != nullptr && scheduler_->has_job(); }
  // Runs one job; `random` picks which.
  void run_one(random_source& random);
  std::size_t jobs() const { return scheduler_->jobs.size(); }
  // Lets the node see the present and fires its timers that are due.
  void catch_up();
  std::optional<mono_time> next_timer() const;

  world_time frozen_until{0};

private:
  status open_disk();
  void close_disk();
  void born(const caf::strong_actor_ptr& actor) override { actors_.push_back(actor); }

  node_identity identity_;
  random_source random_;
  node_clock clock_;
  world_signer signer_;
  model_host machine_;
  no_guests guests_;
  no_process process_;
  node_disk disk_;
  std::uint64_t incarnation_ = 0;

  // One incarnation's.
  std::unique_ptr<memory_cells> cells_;
  std::unique_ptr<memory_store> fleet_ledger_;
  std::unique_ptr<memory_store> own_ledger_;
  std::unique_ptr<memory_snapshots> folds_;
  std::optional<ledger_places> ledgers_;
  std::optional<seeded_entropy> entropy_;
  std::optional<node_stream> stream_;
  std::unique_ptr<caf::actor_system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  std::vector<caf::strong_actor_ptr> actors_;
  node_actor root_;
};

} // namespace ppn::sim
