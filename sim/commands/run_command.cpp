// ppn-sim run, replay and shrink: one run, from a seed or from a scenario.
#include "sim/commands/options.hpp"
#include "sim/page.hpp"
#include "sim/report.hpp"
#include "sim/shrink.hpp"

#include <fmt/format.h>

#include <iostream>

namespace ppn::sim {

namespace {

struct one_run {
  common_options common;
  std::string scenario_file;
  std::string trace_file;
  std::string acts_file;
  std::string page_file;
  std::string out_file = "shrunk.toml";
  std::uint64_t runs_most = 2000;
};

void add_one(CLI::App& to, one_run& wanted) {
  add_common(to, wanted.common);
  to.add_option("--seed", wanted.common.run.seed, "Seed: the same one, the same run")
    ->capture_default_str();
  to.add_option("SCENARIO", wanted.scenario_file, "A scenario file instead of a seed");
}

// From the file if there is one, otherwise from the options.
result<scenario> wanted_run(const one_run& wanted) {
  scenario made;
  made.options = wanted.common.made();
  if (wanted.scenario_file.empty()) return made;
  auto text = read_file(wanted.scenario_file);
  if (!text) return fail(text.error());
  return read_scenario(wanted.scenario_file, *text);
}

status open_trace(run_options& options, const std::string& file) {
  if (file.empty()) return {};
  options.trace = file == "-" ? stderr : std::fopen(file.c_str(), "w");
  if (options.trace == nullptr) return fail(ec::io_failed, "cannot write the trace to '" + file + "'");
  return {};
}

void close_trace(const run_options& options) {
  if (options.trace != nullptr && options.trace != stderr) std::fclose(options.trace);
}

scenario as_scenario(const run_report& report) {
  scenario made;
  made.name = "seed " + std::to_string(report.options.seed);
  made.options = report.options;
  made.options.acts = report.acts;
  made.options.calm = report.calm;
  if (report.violation_count > 0) made.expect = report.violations.front().checker;
  return made;
}

int run_one(const one_run& wanted) {
  auto what = wanted_run(wanted);
  if (!what) return usage_error(what.error());
  if (auto opened = open_trace(what->options, wanted.trace_file); !opened)
    return usage_error(opened.error());
  what->options.timeline = !wanted.page_file.empty();
  auto report = timed_run(what->options);
  close_trace(what->options);
  if (!wanted.page_file.empty())
    if (auto written = write_file(wanted.page_file, page_of(report.timeline)); !written)
      return usage_error(written.error());
  if (!wanted.acts_file.empty())
    if (auto written = write_file(wanted.acts_file, text_of(as_scenario(report))); !written)
      return usage_error(written.error());
  std::cout << (wanted.common.json ? to_json(report) : to_text(report)) << '\n';
  if (wanted.scenario_file.empty()) return report.violation_count == 0 ? 0 : 1;
  auto verdict = judge(*what, report);
  if (!verdict) std::cerr << wanted.scenario_file << ": " << verdict.error().text << '\n';
  return verdict ? 0 : 1;
}

// Twice: as it was told, and by the list of its acts. Both must be the same run.
int replay(const one_run& wanted) {
  auto what = wanted_run(wanted);
  if (!what) return usage_error(what.error());
  if (auto opened = open_trace(what->options, wanted.trace_file); !opened)
    return usage_error(opened.error());
  auto first = timed_run(what->options);
  close_trace(what->options);
  auto second = run(as_scenario(first).options);
  for (const act& one : first.acts) std::cout << text_of(one) << '\n';
  std::cout << to_text(first) << '\n';
  bool same = first.trace_hash == second.trace_hash;
  std::cout << (same ? "told again by its acts: the same run\n"
                     : fmt::format("told again by its acts: ANOTHER RUN, {:016x}\n", second.trace_hash));
  if (!same) return 3;
  return first.violation_count == 0 ? 0 : 1;
}

int shrink_one(const one_run& wanted) {
  auto what = wanted_run(wanted);
  if (!what) return usage_error(what.error());
  auto report = timed_run(what->options);
  if (report.violation_count == 0)
    return usage_error({ec::invalid, "this run violates nothing: there is nothing to shrink"});
  std::cerr << report.violations.front().checker << ": " << report.violations.front().text << "\n"
            << report.acts.size() << " acts\n";
  auto made = shrink(report, wanted.runs_most, [](std::size_t acts, std::uint64_t runs) {
    std::cerr << "\r" << acts << " acts after " << runs << " runs   " << std::flush;
  });
  std::cerr << '\n';
  auto text = text_of(made.smallest);
  if (auto written = write_file(wanted.out_file, text); !written) return usage_error(written.error());
  std::cout << text << "# " << made.acts_before << " acts became "
            << made.smallest.options.acts->size() << " in " << made.runs << " runs: " << wanted.out_file
            << '\n';
  return 0;
}

} // namespace

void add_run_command(CLI::App& app, std::function<int()>& chosen) {
  auto wanted = std::make_shared<one_run>();
  CLI::App* command = app.add_subcommand("run", "Run one fleet from one seed or scenario");
  add_one(*command, *wanted);
  command->add_option("--trace,--log", wanted->trace_file,
                      "Write what happened, a line per change; '-' for standard error");
  command->add_option("--html", wanted->page_file, "Write a page that shows the run");
  command->add_option("--acts", wanted->acts_file, "Write all that was done as a scenario file");
  command->callback([wanted, &chosen] { chosen = [wanted] { return run_one(*wanted); }; });
}

void add_replay_command(CLI::App& app, std::function<int()>& chosen) {
  auto wanted = std::make_shared<one_run>();
  CLI::App* command =
    app.add_subcommand("replay", "Run it again, say what was done, and tell it once more by its acts");
  add_one(*command, *wanted);
  command->add_option("--trace,--log", wanted->trace_file, "Write what happened; '-': standard error");
  command->callback([wanted, &chosen] { chosen = [wanted] { return replay(*wanted); }; });
}

void add_shrink_command(CLI::App& app, std::function<int()>& chosen) {
  auto wanted = std::make_shared<one_run>();
  CLI::App* command = app.add_subcommand("shrink", "Make a failing run small and write it as a scenario");
  add_one(*command, *wanted);
  command->add_option("--out", wanted->out_file, "The scenario file")->capture_default_str();
  command->add_option("--runs", wanted->runs_most, "Runs at most")->capture_default_str();
  command->callback([wanted, &chosen] { chosen = [wanted] { return shrink_one(*wanted); }; });
}

} // namespace ppn::sim
