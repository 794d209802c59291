#include "sim/commands/options.hpp"

#include "messages/base/planted.hpp"

#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

namespace ppn::sim {

run_options common_options::made() const {
  run_options options = run;
  options.length = milliseconds{std::llround(hours * 3'600'000.0)};
#if PPN_PLANTED
  chosen_planted_bug = planted;
#endif
  return options;
}

void add_common(CLI::App& to, common_options& wanted) {
  static const std::map<std::string, chaos_level> levels{{"none", chaos_level::none},
                                                         {"network", chaos_level::network},
                                                         {"all", chaos_level::all}};
  to.add_option("--nodes", wanted.run.nodes, "Nodes of the fleet")
    ->check(CLI::Range(1, 10'000))
    ->capture_default_str();
  to.add_option("--hours", wanted.hours, "Virtual hours")
    ->check(CLI::Range(0.01, 100'000.0))
    ->capture_default_str();
  to.add_option("--chaos", wanted.run.chaos, "Faults: none, network, all")
    ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case));
  to.add_flag("--json", wanted.json, "One JSON object on standard output");
#if PPN_PLANTED
  to.add_option("--plant", wanted.planted, "Run with a bug on purpose")
    ->check(CLI::IsMember(std::vector<std::string>(std::begin(planted_bugs), std::end(planted_bugs))));
#endif
}

run_report timed_run(const run_options& options) {
  auto begun = std::chrono::steady_clock::now();
  auto report = run(options);
  report.wall_seconds =
    std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return report;
}

result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return fail(ec::not_found, "cannot read '" + path + "'");
  return text.str();
}

status write_file(const std::string& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return fail(ec::io_failed, "cannot write '" + path + "'");
  return {};
}

int usage_error(const error& what) {
  std::cerr << "ppn-sim: " << what.text << '\n';
  return 2;
}

} // namespace ppn::sim
