// os-infrastructure: the daemon of one node.
#include "runtime/config/config.hpp"
#include "runtime/daemon/daemon.hpp"
#include "runtime/daemon/exit_codes.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace {

int report(const ppn::daemon_failure& failure) {
  std::cerr << "os-infrastructure: " << failure.text << '\n';
  return failure.exit_code;
}

int print(const tl::expected<std::string, ppn::daemon_failure>& line) {
  if (!line) return report(line.error());
  std::cout << *line << '\n';
  return std::cout.flush() ? 0 : ppn::daemon_exit::internal;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"os-infrastructure: one node of a private fleet for virtual machines"};
  std::string file;
  std::string identity_of;
  std::string keys_of;
  bool check = false;
  bool help_config = false;
  app.add_option("--config", file, "Configuration file (TOML)");
  app.add_flag("--check-config", check, "Check the configuration file and end");
  app.add_flag("--help-config", help_config, "Describe every key of the configuration file");
  app.add_option("--identity", identity_of,
                 "Make the keys of this data folder if it has none, print the node's identity, end");
  app.add_option("--keys", keys_of,
                 "Likewise, print what `ppn fleet found` needs of this node as one line of JSON");
  app.set_version_flag("--version", PPN_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : ppn::daemon_exit::usage;
  }
  if (help_config) {
    std::cout << ppn::describe_configuration();
    return 0;
  }
  if (!identity_of.empty()) return print(ppn::make_identity(identity_of));
  if (!keys_of.empty()) return print(ppn::make_keys(keys_of));
  if (file.empty()) {
    std::cerr << "os-infrastructure: --config FILE is needed (see --help)\n";
    return ppn::daemon_exit::usage;
  }
  if (check) {
    auto checked = ppn::check_configuration(file);
    return checked ? 0 : report(checked.error());
  }
  auto ended = ppn::run_daemon(file);
  return ended ? *ended : report(ended.error());
}
