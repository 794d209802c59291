#include "sim/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ppn::sim {

namespace {

double virtual_seconds(const run_report& report) {
  return static_cast<double>(to_milliseconds(report.options.length)) / 1000;
}

double speedup(const run_report& report) {
  return report.wall_seconds > 0 ? virtual_seconds(report) / report.wall_seconds : 0;
}

std::string_view name_of(chaos_level level) {
  if (level == chaos_level::none) return "none";
  return level == chaos_level::network ? "network" : "all";
}

// The one line that runs this again.
std::string repeat_command(const run_report& report) {
  return fmt::format("ppn-sim run --nodes {} --hours {} --seed {} --chaos {}", report.options.nodes,
                     virtual_seconds(report) / 3600, report.options.seed,
                     name_of(report.options.chaos));
}

nlohmann::ordered_json faults_json(const run_report& report) {
  const auto& f = report.faults;
  const auto& n = report.network;
  return {{"partitions", f.partitions},
          {"one_way_partitions", f.one_way_partitions},
          {"crashes", f.crashes},
          {"power_losses", f.power_losses},
          {"restarts", f.restarts},
          {"failed_starts", f.failed_starts},
          {"freezes", f.freezes},
          {"wall_jumps", f.wall_jumps},
          {"drifting_clocks", f.drifts},
          {"older_folders", f.older_folders},
          {"store_faults", f.store_faults},
          {"fail_stops", f.fail_stops},
          {"segments", n.segments},
          {"segments_torn", n.torn},
          {"segments_corrupted", n.corrupted},
          {"segments_repeated", n.repeated},
          {"segments_swapped", n.swapped},
          {"connections_cut", n.broken}};
}

} // namespace

std::string to_json(const run_report& report) {
  nlohmann::ordered_json out;
  out["schema"] = "ppn.sim-run/1";
  out["seed"] = report.options.seed;
  out["nodes"] = report.options.nodes;
  out["chaos"] = name_of(report.options.chaos);
  out["virtual_seconds"] = virtual_seconds(report);
  out["wall_seconds"] = report.wall_seconds;
  out["speedup"] = speedup(report);
  out["events"] = report.events;
  out["trace_hash"] = fmt::format("{:016x}", report.trace_hash);
  out["suspects"] = report.members.suspects;
  out["evictions"] = report.members.evictions;
  out["returns"] = report.members.returns;
  out["false_evictions"] = report.members.false_evictions;
  out["missed_evictions"] = report.members.missed_evictions;
  out["doubts"] = report.members.doubts;
  out["controller_sleeps"] = report.members.sleeps;
  out["ledger"] = {{"entries", report.ledger.entries},
                   {"commits", report.ledger.commits},
                   {"copies", report.ledger.copies},
                   {"acknowledged", report.ledger.acknowledged},
                   {"degraded", report.ledger.degraded},
                   {"cosigned", report.ledger.cosigned}};
  out["orders"] = {{"given", report.orders.given},
                   {"signed", report.orders.authority},
                   {"stale", report.orders.stale},
                   {"forged", report.orders.forged},
                   {"twice", report.orders.twice},
                   {"restores", report.orders.restores}};
  out["faults"] = faults_json(report);
  out["violation_count"] = report.violation_count;
  auto& list = out["violations"] = nlohmann::ordered_json::array();
  for (const violation& v : report.violations)
    list.push_back({{"invariant", v.checker},
                    {"at_seconds", static_cast<double>(to_milliseconds(v.at)) / 1000},
                    {"node", v.node},
                    {"text", v.text}});
  out["repeat"] = repeat_command(report);
  return out.dump(2);
}

std::string to_text(const run_report& report) {
  std::string out = fmt::format(
    "{} nodes, {:.0f} virtual s in {:.3f} s ({:.0f} x), {} events, trace {:016x}\n"
    "evictions {}, returns {}, false {}, missed {}, doubts {}, violations {}",
    report.options.nodes, virtual_seconds(report), report.wall_seconds, speedup(report),
    report.events, report.trace_hash, report.members.evictions, report.members.returns,
    report.members.false_evictions, report.members.missed_evictions, report.members.doubts,
    report.violation_count);
  for (const violation& v : report.violations)
    out += fmt::format("\n{} at {:.3f} s, {}: {}", v.checker,
                       static_cast<double>(to_milliseconds(v.at)) / 1000, v.node, v.text);
  if (report.violation_count > 0) out += "\nrepeat: " + repeat_command(report);
  return out;
}

} // namespace ppn::sim
