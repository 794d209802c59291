// Does what the fault plan says to a world, until it is told to calm down; then it takes every fault
// back, so that the fleet has a fair chance to converge.
#pragma once

#include "sim/faults.hpp"
#include "sim/world.hpp"

#include <set>

namespace ppn::sim {

struct chaos_counts {
  std::uint64_t partitions = 0;
  std::uint64_t one_way_partitions = 0;
  std::uint64_t crashes = 0;
  std::uint64_t power_losses = 0;
  std::uint64_t restarts = 0;
  std::uint64_t failed_starts = 0;
  std::uint64_t freezes = 0;
  std::uint64_t wall_jumps = 0;
  std::uint64_t drifts = 0;
  std::uint64_t older_folders = 0;
  std::uint64_t store_faults = 0;
  std::uint64_t fail_stops = 0;
};

class chaos final : public checker {
public:
  chaos(world& target, const fault_plan& plan, random_source random);

  void begin();
  // No new faults after `at`; what is broken is mended then.
  void calm_at(world_time at);
  // Whether every member holds all of the fleet's ledger.
  std::function<bool()> fully_copied = [] { return false; };

  const chaos_counts& counts() const { return counts_; }

  void on_chaos(std::uint64_t subject, std::uint32_t part);
  // A node whose ledger failed ends its process, as a daemon does; whoever supervises it starts it again.
  void on_event(std::uint32_t node, const moment& now, const node_event& what) override;
  void on_end(const moment&) override {}

private:
  enum class act : std::uint64_t {
    partition,
    heal,
    crash,
    restart,
    freeze,
    jump,
    calm,
    older_folder,
    store_fault,
    fail_stop
  };

  void schedule(act what, nanoseconds mean);
  void cut();
  void crash();
  void power_off(node_index node);
  void bring_down(node_index node, bool power_lost);
  void restart(node_index node);
  void lie(node_index node, bool yes);
  void freeze();
  void jump();
  void older_folder();
  void store_fault();
  void calm();

  world& world_;
  fault_plan plan_;
  random_source random_;
  bool calm_ = false;
  std::set<std::uint64_t> partitions_;
  std::optional<node_disk> kept_folder_; // of the controller, of some time ago
  chaos_counts counts_;
};

} // namespace ppn::sim
