// One run from its options to its report: a safety phase under chaos, then calm and convergence.
#pragma once

#include "sim/chaos.hpp"
#include "sim/checkers/eviction.hpp"
#include "sim/checkers/ledger.hpp"
#include "sim/operators.hpp"

#include <cstdio>

namespace ppn::sim {

struct run_options {
  std::uint64_t seed = 1;
  std::uint32_t nodes = 3;
  world_time length = hours{1};
  chaos_level chaos = chaos_level::none;
  std::FILE* trace = nullptr;
};

struct run_report {
  run_options options;
  double wall_seconds = 0; // measured by the caller
  std::uint64_t events = 0;
  std::uint64_t trace_hash = 0;
  eviction_counts members;
  ledger_counts ledger;
  order_counts orders;
  chaos_counts faults;
  network_marks network;
  std::uint64_t violation_count = 0;
  std::vector<violation> violations;
};

run_report run(const run_options& options);

} // namespace ppn::sim
