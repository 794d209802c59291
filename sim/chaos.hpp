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
};

class chaos {
public:
  chaos(world& target, const fault_plan& plan, random_source random);

  void begin();
  // No new faults after `at`; what is broken is mended then.
  void calm_at(world_time at);

  const chaos_counts& counts() const { return counts_; }

private:
  enum class act : std::uint64_t { partition, heal, crash, restart, freeze, jump, calm };

  void on_event(std::uint64_t subject, std::uint32_t part);
  void schedule(act what, nanoseconds mean);
  void cut();
  void crash();
  void power_off(node_index node);
  void bring_down(node_index node, bool power_lost);
  void restart(node_index node);
  void freeze();
  void jump();
  void calm();

  world& world_;
  fault_plan plan_;
  random_source random_;
  bool calm_ = false;
  std::set<std::uint64_t> partitions_;
  chaos_counts counts_;
};

} // namespace ppn::sim
