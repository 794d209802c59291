#include "sim/run.hpp"

#include "messages/base/assert.hpp"
#include "sim/checkers/convergence.hpp"
#include "sim/checkers/ledger_audit.hpp"
#include "sim/operators.hpp"
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
  ledger_checker ledgers(fleet.controller(), options.nodes, found);
  ledgers.look_at_disk = [&](std::uint32_t node, bool fleets) {
    return fleet.node(node).on_disk(fleets);
  };
  fleet.add_checker(ledgers);

  random_source random{options.seed};
  chaos faults(fleet, draw_faults(options.chaos, random.fork("swarm")), random.fork("chaos"));
  operators people(fleet, draw_workload(options.chaos, random.fork("workload")),
                   random.fork("operators"), [&] { return ledgers.counts().entries; });
  fleet.add_checker(people);
  fleet.add_checker(faults);
  faults.fully_copied = [&] { return ledgers.fully_copied(); };
  fleet.on_chaos = [&](std::uint64_t subject, std::uint32_t part) {
    if (subject == operators::subject)
      people.act(part);
    else
      faults.on_chaos(subject, part);
  };
  for (node_index node = 0; node < options.nodes; ++node) PPN_ASSERT(fleet.start(node));
  faults.begin();
  faults.calm_at(calm_begins(options));
  people.work_until(calm_begins(options) + seconds{30});
  fleet.run_until(options.length);
  fleet.finish();
  audit_ledgers(fleet, ledgers, found);

  run_report report;
  report.options = options;
  report.events = fleet.events();
  report.trace_hash = log.hash();
  report.members = evictions.counts();
  report.ledger = ledgers.counts();
  report.orders = people.counts();
  report.faults = faults.counts();
  report.network = fleet.net().marks();
  report.violation_count = found.count();
  report.violations = found.kept();
  return report;
}

} // namespace ppn::sim
