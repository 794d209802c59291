// os-infrastructure: the daemon of one node.
#include "runtime/config/config.hpp"
#include "runtime/daemon/daemon.hpp"
#include "runtime/daemon/exit_codes.hpp"
#include "runtime/daemon/genesis.hpp"
#include "runtime/daemon/join.hpp"

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

// What --genesis takes beside it.
struct genesis_line {
  bool asked = false;
  ppn::genesis_options options;
};

void add_genesis(CLI::App& app, genesis_line& line) {
  CLI::Option* genesis = app.add_flag("--genesis", line.asked,
                                      "Found a fleet of one on this machine, then run it; safe to repeat");
  ppn::genesis_options& to = line.options;
  auto add = [&](const char* name, std::string& value, const char* help) {
    app.add_option(name, value, help)->needs(genesis);
  };
  app.add_option("--data", to.data, "Data folder of the node (/var/lib/ppn)");
  add("--name", to.name, "Name of the node; without it, of the machine");
  add("--fleet-name", to.fleet, "Name of the fleet (home)");
  add("--address", to.address, "The node's address on the mesh (10.8.0.1)");
  add("--mesh-prefix", to.mesh_prefix, "Addresses of the mesh (10.8.0.0/24)");
  add("--admin-key", to.admin_key, "File of the first administrator's key: taken, or made if it is missing");
  add("--passphrase-file", to.passphrase_file, "File whose first line is that key's passphrase");
  app.add_flag("--no-passphrase", to.no_passphrase, "For fleets that are thrown away")->needs(genesis);
  to.data = "/var/lib/ppn";
}

// What --join takes beside it.
struct join_line {
  CLI::Option* asked = nullptr;
  ppn::join_options options;
};

void add_join(CLI::App& app, join_line& line) {
  ppn::join_options& to = line.options;
  line.asked = app.add_option("--join", to.code,
                              "Be let into a fleet, then run: CODE@ADDRESS uses the code that ppn pair open"
                              " shows; alone it shows one");
  line.asked->expected(0, 1);
  app.add_option("--listen", to.listen, "Where a code that is shown is waited for (every address)")
    ->needs(line.asked);
  app.add_option("--from", to.from, "Who may try it: ADDRESS or PREFIX/BITS")->needs(line.asked);
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
  genesis_line genesis;
  add_genesis(app, genesis);
  join_line join;
  add_join(app, join);
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
  if (genesis.asked) {
    auto made = ppn::make_genesis(genesis.options);
    if (!made) return report(made.error());
    file = *made;
  }
  if (join.asked->count() > 0) {
    join.options.data = genesis.options.data;
    auto made = ppn::make_join(join.options);
    if (!made) return report(made.error());
    file = *made;
  }
  if (file.empty()) {
    std::cerr << "os-infrastructure: --config FILE, --genesis or --join is needed (see --help)\n";
    return ppn::daemon_exit::usage;
  }
  if (check) {
    auto checked = ppn::check_configuration(file);
    return checked ? 0 : report(checked.error());
  }
  auto ended = ppn::run_daemon(file);
  return ended ? *ended : report(ended.error());
}
