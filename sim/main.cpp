// ppn-sim: runs fleets in virtual time.
#include "messages/base/planted.hpp"
#include "sim/report.hpp"
#include "sim/run.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>
#include <iostream>
#include <map>

namespace {

using namespace ppn;

struct command {
  sim::run_options options;
  double hours = 1;
  bool json = false;
  std::string trace_file;
  std::string planted;
};

void describe(CLI::App& app, command& wanted) {
  static const std::map<std::string, sim::chaos_level> levels{
    {"none", sim::chaos_level::none},
    {"network", sim::chaos_level::network},
    {"all", sim::chaos_level::all}};
  CLI::App* run = app.add_subcommand("run", "Run one fleet from one seed");
  run->add_option("--nodes", wanted.options.nodes, "Nodes of the fleet")
    ->check(CLI::Range(1, 10'000))
    ->capture_default_str();
  run->add_option("--hours", wanted.hours, "Virtual hours")
    ->check(CLI::Range(0.01, 100'000.0))
    ->capture_default_str();
  run->add_option("--seed", wanted.options.seed, "Seed: the same one, the same run")
    ->capture_default_str();
  run->add_option("--chaos", wanted.options.chaos, "Faults: none, network, all")
    ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case));
  run->add_flag("--json", wanted.json, "One JSON object on standard output");
  run->add_option("--trace", wanted.trace_file, "Write what happened as text, '-' for standard error");
#if PPN_PLANTED
  run->add_option("--plant", wanted.planted, "Run with a bug on purpose")
    ->check(CLI::IsMember(std::vector<std::string>(std::begin(planted_bugs), std::end(planted_bugs))));
#endif
  app.require_subcommand(1);
}

int run(command& wanted) {
  wanted.options.length = milliseconds{std::llround(wanted.hours * 3'600'000.0)};
  if (!wanted.trace_file.empty()) {
    wanted.options.trace =
      wanted.trace_file == "-" ? stderr : std::fopen(wanted.trace_file.c_str(), "w");
    if (wanted.options.trace == nullptr) {
      std::cerr << "ppn-sim: cannot write the trace to '" << wanted.trace_file << "'\n";
      return 2;
    }
  }
#if PPN_PLANTED
  chosen_planted_bug = wanted.planted;
#endif
  auto begun = std::chrono::steady_clock::now();
  auto report = sim::run(wanted.options);
  report.wall_seconds =
    std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (wanted.options.trace != nullptr && wanted.options.trace != stderr)
    std::fclose(wanted.options.trace);
  std::cout << (wanted.json ? sim::to_json(report) : sim::to_text(report)) << '\n';
  return report.violation_count == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"ppn-sim: deterministic runs of a whole PPN fleet"};
  command wanted;
  describe(app, wanted);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  return run(wanted);
}
