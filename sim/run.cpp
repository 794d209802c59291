#include "sim/run.hpp"

#include "messages/base/assert.hpp"
#include "sim/checkers/convergence.hpp"
#include "sim/swarm.hpp"

#include <algorithm>

namespace ppn::sim {

namespace {

// Long enough for the slowest way back into the pool, and never more than half of a short run.
world_time calm_begins(const run_options& options) {
  return options.length - std::min<world_time>(3 * convergence_time / 2, options.length / 2);
}

} // namespace

run_report run(const run_options& options) {
  trace log;
  log.write_to(options.trace);
  violation_list found;
  world fleet({options.seed, options.nodes, 0}, log);
  std::vector<node_id> ids;
  for (const member_record& member : fleet.members()->members) ids.push_back(member.id);
  eviction_checker evictions(fleet.controller(), ids, found);
  convergence_checker convergence(fleet.controller(), options.nodes, found);
  fleet.add_checker(evictions);
  fleet.add_checker(convergence);

  random_source random{options.seed};
  chaos faults(fleet, draw_faults(options.chaos, random.fork("swarm")), random.fork("chaos"));
  for (node_index node = 0; node < options.nodes; ++node) PPN_ASSERT(fleet.start(node));
  faults.begin();
  faults.calm_at(calm_begins(options));
  fleet.run_until(options.length);
  fleet.finish();

  run_report report;
  report.options = options;
  report.events = fleet.events();
  report.trace_hash = log.hash();
  report.members = evictions.counts();
  report.faults = faults.counts();
  report.network = fleet.net().marks();
  report.violation_count = found.count();
  report.violations = found.kept();
  return report;
}

} // namespace ppn::sim
