// One run from its options to its report: a safety phase under chaos, then calm and convergence. Either
// the swarm of the seed thinks up what happens, or a list of acts says it.
#pragma once

#include "sim/act.hpp"
#include "sim/checker.hpp"
#include "sim/counters.hpp"
#include "sim/faults.hpp"

#include <cstdio>

namespace ppn::sim {

struct run_options {
  std::uint64_t seed = 1;
  std::uint32_t nodes = 3;
  world_time length = hours{1};
  chaos_level chaos = chaos_level::none;
  std::FILE* trace = nullptr;
  bool timeline = false; // keep what the page needs
  // -- for scenarios
  std::vector<std::string> names;       // of nodes; otherwise node-0, node-1, ...
  std::optional<std::vector<act>> acts; // these, and nothing that a swarm thinks up
  std::optional<world_time> calm;       // when faults end; otherwise three minutes before the end
};

struct run_report {
  run_options options;
  double wall_seconds = 0; // measured by the caller
  std::uint64_t events = 0;
  std::uint64_t trace_hash = 0;
  counters counts;
  std::uint64_t violation_count = 0;
  std::vector<violation> violations;
  std::vector<std::string> pending; // what checkers still waited for, if something was violated
  std::vector<act> acts;            // all that was done, in order: with them the run can be told again
  world_time calm{0};
  std::string timeline; // JSON, if it was wanted
};

run_report run(const run_options& options);

// What is wrong with each act of a list, before it is run: the first problem, and which act it is.
struct act_problem {
  std::size_t index = 0;
  error what;
};
std::optional<act_problem> check_acts(const run_options& options);

} // namespace ppn::sim
