// What the commands of ppn-sim share: the options that name a run, and what they print about one.
#pragma once

#include "sim/run.hpp"

#include <CLI/CLI.hpp>

namespace ppn::sim {

struct common_options {
  run_options run;
  double hours = 1;
  std::string planted;
  bool json = false;

  // After the command line was read.
  run_options made() const;
};

void add_common(CLI::App& to, common_options& wanted);
// Runs it and measures the time that it takes.
run_report timed_run(const run_options& options);
// 0, or 2 with a message: a file that cannot be read or written.
result<std::string> read_file(const std::string& path);
status write_file(const std::string& path, std::string_view text);
int usage_error(const error& what);

void add_run_command(CLI::App& app, std::function<int()>& chosen);
void add_replay_command(CLI::App& app, std::function<int()>& chosen);
void add_shrink_command(CLI::App& app, std::function<int()>& chosen);
void add_campaign_command(CLI::App& app, std::function<int()>& chosen);

} // namespace ppn::sim
