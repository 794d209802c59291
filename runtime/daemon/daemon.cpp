#include "runtime/daemon/daemon.hpp"

#include "messages/ledger.hpp"
#include "runtime/adapters/ed25519_signer.hpp"
#include "runtime/adapters/memory_hypervisor.hpp"
#include "runtime/adapters/prometheus_figures.hpp"
#include "runtime/adapters/socket_calls.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/system_clock.hpp"
#include "runtime/adapters/tcp_stream.hpp"
#include "runtime/daemon/exit_codes.hpp"
#include "runtime/daemon/fail_stop.hpp"
#include "runtime/daemon/machine.hpp"
#include "runtime/daemon/reloader.hpp"
#include "runtime/daemon/signals.hpp"
#include "runtime/node.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace ppn {

namespace {

using failure = tl::unexpected<daemon_failure>;

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

node_options options_of(const operator_word& word, const node_id& self) {
  const configuration& settings = word.settings;
  node_options options;
  options.self = self;
  options.name = settings.node.name;
  options.version = PPN_VERSION;
  options.offer = settings.pool.offer;
  if (word.founding) {
    options.fleet = word.founding->fleet;
    options.founding = word.founding->entries;
    options.enrolled = word.founding->enrolled;
  } else {
    options.fleet = settings.members.fleet;
    options.members = std::make_shared<membership>(settings.members);
  }
  options.control = stream_endpoint{"unix:" + settings.node.control, 0};
  options.owner_uid = geteuid();
  return options;
}

// What a node says of itself is a hint; the fleet's record holds, and a difference is told.
void report_hints(const configuration& settings, const member_record& self, event_log& log) {
  const auto& hint = settings.pool.posture_hint;
  if (hint && *hint != self.trust)
    log.say(log_level::warning, "posture-differs", "fleet", to_string(self.trust));
  if (settings.node.name != self.name)
    log.say(log_level::warning, "name-differs", "fleet", self.name);
  if (!settings.node.address.empty() && settings.node.address != self.address)
    log.say(log_level::warning, "address-differs", "fleet", self.address);
  if (settings.node.port != 0 && settings.node.port != self.port)
    log.say(log_level::warning, "port-differs", "fleet", std::to_string(self.port));
}

// Nothing is waited for: what is durable is durable, and whoever supervises this process starts it anew.
[[noreturn]] void end_at_once(event_log& log, int code, std::string_view reason) {
  log.say(log_level::error, "giving-up", "reason", reason);
  std::_Exit(code);
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
      // Its actors are in an unknown state.
      end_at_once(log, daemon_exit::internal, "the node ended by itself");
    }
  }
}

// On the mesh and on loopback; a node that lives on loopback has only the one.
std::vector<stream_endpoint> metrics_places(const metrics_settings& settings, const std::string& address) {
  if (settings.port == 0) return {};
  std::vector<stream_endpoint> places{{address, settings.port}};
  if (address.rfind("127.", 0) != 0 && address != "::1") places.push_back({"127.0.0.1", settings.port});
  return places;
}

// Opens the ledgers, so that the members are known, and looks at where the node is going to listen.
tl::expected<node_options, daemon_failure> open_options(const operator_word& word, event_log& log,
                                                        const ports& world) {
  node_options options = options_of(word, world.keys.identity());
  log.use_names(word.founding ? word.founding->members : options.members);
  if (status opened = open_node(options, world); !opened) return ledger_failure(opened.error());
  log.use_names(options.members);
  const member_record* self = options.members->find(options.self);
  if (self == nullptr)
    return fail_with(daemon_exit::identity,
                     "this node's key is " + options.self.hex() + ", which is no member any more");
  options.name = self->name;
  options.metrics = metrics_places(word.settings.metrics, self->address);
  report_hints(word.settings, *self, log);
  if (auto free = probe_address({self->address, self->port}); !free) return failure(free.error());
  if (word.founding && word.settings.node.http_port != 0) {
    options.http = stream_endpoint{self->address, word.settings.node.http_port};
    if (auto free = probe_address(*options.http); !free) return failure(free.error());
  }
  return options;
}

tl::expected<int, daemon_failure> run_node(const std::string& file, const operator_word& word,
                                           machine& owned, entropy& random) {
  const configuration& settings = word.settings;
  system_clock time;
  event_log log(time, settings.node.name, stdout);
  log.configure(settings.log);
  fail_stop events(log, [&log] {
    end_at_once(log, daemon_exit::ledger_failed, "the disk of a ledger failed");
  });
  prometheus_figures monitoring(time, events);
  reloader settings_source(file, settings, log);
  ed25519_signer keys(owned.keys.identity(), owned.keys.log(), owned.keys.witness());
  memory_hypervisor guests; // until libvirt's helper takes its place

  caf::actor_system_config config;
  caf::actor_system system{prepare(config)};
  remove_remote_servers(system);
  tcp_stream network(system);
  ports world{time,  random, keys,       network, *owned.durable, *owned.host,
              guests, monitoring, settings_source};
  world.monitoring = &monitoring;
  if (owned.ledgers) world.ledgers = &owned.ledgers->places();
  auto options = open_options(word, log, world);
  if (!options) return failure(options.error());
  auto node = start_node(system, std::move(*options), world);
  if (!node) return storage_failure(node.error());
  raise_when_ended(*node);
  settings_source.attach(*node);
  int code = obey_signals(*node, settings_source, log);
  settings_source.detach();
  node = fail(ec::stopping, {}); // the last handle: the system may end
  network.stop();
  return code;
}

tl::expected<node_keys, daemon_failure> keys_of(const std::string& path) {
  sodium_entropy random;
  auto folder = data_folder::open(path);
  if (!folder) return storage_failure(folder.error());
  auto keys = load_or_create(folder->sub("keys"), random);
  if (!keys) return storage_failure(keys.error());
  return std::move(*keys);
}

} // namespace

tl::expected<void, daemon_failure> check_configuration(const std::string& file) {
  auto word = hear_operator(file);
  if (!word) return failure(word.error());
  return {};
}

tl::expected<std::string, daemon_failure> make_identity(const std::string& path) {
  auto keys = keys_of(path);
  if (!keys) return failure(keys.error());
  return keys->identity().public_part().hex();
}

tl::expected<std::string, daemon_failure> make_keys(const std::string& path) {
  auto keys = keys_of(path);
  if (!keys) return failure(keys.error());
  auto identity = keys->identity();
  member_keys others{keys->log().public_part(), keys->witness().public_part(), {}};
  others.certificate = identity.sign(certified_keys_text(identity.public_part(), others));
  return nlohmann::ordered_json{{"identity", identity.public_part().hex()},
                                {"log", others.log.hex()},
                                {"witness", others.witness.hex()},
                                {"certificate", others.certificate.hex()}}
    .dump();
}

tl::expected<int, daemon_failure> run_daemon(const std::string& file) {
  auto word = hear_operator(file);
  if (!word) return failure(word.error());
  block_signals(); // before any thread exists
  sodium_entropy random;
  auto owned = open_machine(*word, random);
  if (!owned) return failure(owned.error());
  return run_node(file, *word, *owned, random);
}

} // namespace ppn
