#include "sim/plugins.hpp"

#include "sim/checkers/convergence.hpp"
#include "sim/checkers/eviction.hpp"
#include "sim/checkers/ledger_audit.hpp"
#include "sim/checkers/marks.hpp"
#include "sim/plugins/makers.hpp"

namespace ppn::sim {

namespace {

std::unique_ptr<checker> make_evictions(stage& on) {
  std::vector<node_id> ids;
  for (const member_record& member : on.fleet().members()->members) ids.push_back(member.id);
  return std::make_unique<eviction_checker>(on.fleet().controller(), ids, on.found());
}

std::unique_ptr<checker> make_convergence(stage& on) {
  return std::make_unique<convergence_checker>(on.fleet().controller(), on.fleet().size(), on.found());
}

std::unique_ptr<checker> make_marks(stage&) { return std::make_unique<marks_checker>(); }

} // namespace

// The order matters where one asks the other: a disk that lies forbids that folders are lost.
const std::vector<plugin_entry>& all_plugins() {
  static const std::vector<plugin_entry> table{
    {"weather", make_weather},           {"partitions", make_partitions}, {"crashes", make_crashes},
    {"freezes", make_freezes},           {"clocks", make_clocks},         {"folders", make_folders},
    {"store-faults", make_store_faults}, {"orders", make_orders}};
  return table;
}

const std::vector<checker_maker>& all_checkers() {
  static const std::vector<checker_maker> table{make_evictions, make_convergence, make_ledger_checker,
                                                make_marks};
  return table;
}

} // namespace ppn::sim
