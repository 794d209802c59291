#include "runtime/daemon/daemon.hpp"

#include "runtime/adapters/ed25519_signer.hpp"
#include "runtime/adapters/file_cells.hpp"
#include "runtime/adapters/key_files.hpp"
#include "runtime/adapters/memory_hypervisor.hpp"
#include "runtime/adapters/procfs_host.hpp"
#include "runtime/adapters/socket_calls.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/system_clock.hpp"
#include "runtime/adapters/tcp_stream.hpp"
#include "runtime/daemon/data_folder.hpp"
#include "runtime/daemon/exit_codes.hpp"
#include "runtime/daemon/reloader.hpp"
#include "runtime/daemon/settings_file.hpp"
#include "runtime/daemon/signals.hpp"
#include "runtime/node.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <cstdlib>
#include <unistd.h>

namespace ppn {

namespace {

using failure = tl::unexpected<daemon_failure>;

failure fail_with(int code, std::string text) { return failure({code, std::move(text)}); }
failure storage_failure(const error& what) {
  return fail_with(daemon_exit::of_storage(what.code), what.text);
}

// What the process holds of the world, in the order in which it has to go away again.
struct machine {
  data_folder folder;
  node_keys keys;
  std::unique_ptr<file_cells> durable;
  std::unique_ptr<procfs_host> host;
};

tl::expected<machine, daemon_failure> open_machine(const configuration& settings, entropy& random) {
  auto folder = data_folder::open(settings.node.data);
  if (!folder) return storage_failure(folder.error());
  auto keys = load_or_create(folder->sub("keys"), random);
  if (!keys) return storage_failure(keys.error());
  auto identity = keys->identity().public_part();
  if (identity != settings.self().id)
    return fail_with(daemon_exit::identity, "this node's key is " + identity.hex() +
                                              ", but [[member]] '" + settings.node.name +
                                              "' names " + settings.self().id.hex());
  auto durable = file_cells::open(folder->sub("cells"));
  if (!durable) return storage_failure(durable.error());
  procfs_options host_options;
  for (const disk_folder& disk : settings.pool.disks)
    host_options.pools.push_back({disk.name, disk.path});
  auto host = procfs_host::open(std::move(host_options));
  if (!host) return storage_failure(host.error());
  return machine{std::move(*folder), std::move(*keys), std::move(*durable), std::move(*host)};
}

// A port that is taken is told at once and by name; later the link tries again by itself.
tl::expected<void, daemon_failure> probe_address(const stream_endpoint& at) {
  auto socket = listening_socket::open(at);
  if (socket) return {};
  int code = socket.error().code == ec::permission ? daemon_exit::permission
                                                   : daemon_exit::address_in_use;
  return fail_with(code, "cannot listen on " + at.address + " port " + std::to_string(at.port) +
                           ": " + socket.error().text);
}

// CAF's own servers for peers are not ours: nothing may address them.
void remove_remote_servers(caf::actor_system& system) {
  for (auto name : {caf::atom("SpawnServ"), caf::atom("ConfigServ")}) {
    auto server = caf::actor_cast<caf::actor>(system.registry().get(name));
    system.registry().erase(name);
    if (server) caf::anon_send_exit(server, caf::exit_reason::kill);
  }
}

caf::actor_system_config& prepare(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", 2u);
  config.set("logger.verbosity", caf::atom("quiet"));
  return config;
}

node_options options_of(const configuration& settings, const membership_ptr& members) {
  node_options options;
  options.self = settings.self().id;
  options.name = settings.node.name;
  options.version = PPN_VERSION;
  options.offer = settings.pool.offer;
  options.members = members;
  options.control = stream_endpoint{"unix:" + settings.node.control, 0};
  options.owner_uid = geteuid();
  return options;
}

// What a node says of its own posture is a hint; the fleet's record holds, and a difference is told.
void report_hints(const configuration& settings, event_log& log) {
  const auto& hint = settings.pool.posture_hint;
  if (hint && *hint != settings.self().trust)
    log.say(log_level::warning, "posture-differs", "fleet", to_string(settings.self().trust));
}

// Until the node is told to end, or ends by itself.
int obey_signals(const node_actor& node, reloader& settings, event_log& log) {
  for (;;) {
    switch (wait_for_signal()) {
    case signal_word::reload: std::ignore = settings.reload(); continue;
    case signal_word::stop:
      log.say(log_level::info, "stopping", "reason", "asked to");
      caf::anon_send(node, stop_node{});
      wait_until_node_ended();
      return daemon_exit::done;
    case signal_word::node_ended:
      // Its actors are in an unknown state, so nothing is waited for: what is durable is durable, and
      // whoever supervises this process starts it anew.
      log.say(log_level::error, "giving-up", "reason", "the node ended by itself");
      std::_Exit(daemon_exit::internal);
    }
  }
}

tl::expected<int, daemon_failure> run_node(const std::string& file, const configuration& settings,
                                           machine& owned, entropy& random) {
  system_clock time;
  event_log log(time, settings.node.name, stdout);
  auto members = std::make_shared<membership>(settings.members);
  log.configure(settings.log);
  log.use_names(members);
  reloader settings_source(file, settings, log);
  ed25519_signer keys(owned.keys.identity());
  memory_hypervisor guests; // until libvirt's helper takes its place

  caf::actor_system_config config;
  caf::actor_system system{prepare(config)};
  remove_remote_servers(system);
  tcp_stream network(system);
  ports world{time,  random, keys,       network, *owned.durable, *owned.host,
              guests, log,    settings_source};
  report_hints(settings, log);
  auto node = start_node(system, options_of(settings, members), world);
  if (!node) return storage_failure(node.error());
  raise_when_ended(*node);
  settings_source.attach(*node);
  int code = obey_signals(*node, settings_source, log);
  settings_source.detach();
  node = fail(ec::stopping, {}); // the last handle: the system may end
  network.stop();
  return code;
}

} // namespace

tl::expected<void, daemon_failure> check_configuration(const std::string& file) {
  auto settings = read_configuration(file);
  if (!settings) return fail_with(daemon_exit::configuration, settings.error().text);
  return {};
}

tl::expected<std::string, daemon_failure> make_identity(const std::string& path) {
  sodium_entropy random;
  auto folder = data_folder::open(path);
  if (!folder) return storage_failure(folder.error());
  auto keys = load_or_create(folder->sub("keys"), random);
  if (!keys) return storage_failure(keys.error());
  return keys->identity().public_part().hex();
}

tl::expected<int, daemon_failure> run_daemon(const std::string& file) {
  auto settings = read_configuration(file);
  if (!settings) return fail_with(daemon_exit::configuration, settings.error().text);
  block_signals(); // before any thread exists
  sodium_entropy random;
  auto owned = open_machine(*settings, random);
  if (!owned) return failure(owned.error());
  if (auto free = probe_address({settings->node.address, settings->node.port}); !free)
    return failure(free.error());
  return run_node(file, *settings, *owned, random);
}

} // namespace ppn
