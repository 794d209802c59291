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
  return fmt::format("ppn-sim replay --nodes {} --hours {} --seed {} --chaos {}", report.options.nodes,
                     virtual_seconds(report) / 3600, report.options.seed,
                     name_of(report.options.chaos));
}

// "faults.crashes" is the member `crashes` of `faults`.
void put_counts(nlohmann::ordered_json& out, const counters& counts) {
  for (const auto& [name, value] : counts.all()) {
    auto dot = name.find('.');
    if (dot == name.npos)
      out[name] = value;
    else
      out[name.substr(0, dot)][name.substr(dot + 1)] = value;
  }
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
  put_counts(out, report.counts);
  out["violation_count"] = report.violation_count;
  auto& list = out["violations"] = nlohmann::ordered_json::array();
  for (const violation& v : report.violations)
    list.push_back({{"invariant", v.checker},
                    {"at_seconds", static_cast<double>(to_milliseconds(v.at)) / 1000},
                    {"node", v.node},
                    {"text", v.text}});
  out["pending"] = report.pending;
  out["repeat"] = repeat_command(report);
  return out.dump(2);
}

std::string to_text(const run_report& report) {
  std::string out = fmt::format(
    "{} nodes, {:.0f} virtual s in {:.3f} s ({:.0f} x), {} events, trace {:016x}\n"
    "evictions {}, returns {}, false {}, missed {}, doubts {}, violations {}",
    report.options.nodes, virtual_seconds(report), report.wall_seconds, speedup(report),
    report.events, report.trace_hash, report.counts.of("evictions"), report.counts.of("returns"),
    report.counts.of("false_evictions"), report.counts.of("missed_evictions"), report.counts.of("doubts"),
    report.violation_count);
  for (const violation& v : report.violations)
    out += fmt::format("\n{} at {:.3f} s, {}: {}", v.checker,
                       static_cast<double>(to_milliseconds(v.at)) / 1000, v.node, v.text);
  for (const std::string& one : report.pending) out += "\npending: " + one;
  if (report.violation_count > 0) out += "\nrepeat: " + repeat_command(report);
  return out;
}

} // namespace ppn::sim
