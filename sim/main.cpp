// ppn-sim: runs fleets in virtual time.
#include "sim/commands/options.hpp"

int main(int argc, char** argv) {
  CLI::App app{"ppn-sim: deterministic runs of a whole PPN fleet"};
  std::function<int()> chosen;
  ppn::sim::add_run_command(app, chosen);
  ppn::sim::add_replay_command(app, chosen);
  ppn::sim::add_shrink_command(app, chosen);
  ppn::sim::add_campaign_command(app, chosen);
  app.require_subcommand(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  return chosen();
}
