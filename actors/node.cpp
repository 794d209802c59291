#include "actors/node.hpp"

#include "actors/http.hpp"
#include "actors/link.hpp"
#include "actors/metrics.hpp"
#include "actors/replica.hpp"
#include "actors/views.hpp"
#include "actors/vm_fleet.hpp"
#include "actors/vm_host.hpp"
#include "actors/witness.hpp"
#include "messages/base/assert.hpp"
#include "messages/wire/ledger_codec.hpp"

#include <caf/actor_system.hpp>
#include <caf/response_handle.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <deque>
#include <map>

namespace ppn {

namespace {

enum class child {
  link,
  vm_host,
  vm_fleet,
  control,
  ledger,
  own_ledger,
  replica,
  witness,
  views,
  http,
  metrics,
};

std::string_view to_string(child which) {
  switch (which) {
  case child::link: return "link";
  case child::vm_host: return "vm-host";
  case child::vm_fleet: return "vm-fleet";
  case child::control: return "control";
  case child::ledger: return "ledger";
  case child::own_ledger: return "own-ledger";
  case child::replica: return "replica";
  case child::witness: return "witness";
  case child::views: return "views";
  case child::http: return "http";
  case child::metrics: return "metrics";
  }
  return "unknown";
}

struct node_state {
  static inline const char* name = "node";
  explicit node_state(node_actor::pointer ptr) : self(ptr) {}

  node_actor::behavior_type make_behavior(const node_options& options, const ports& given);
  void spawn(child which);
  void end(child which);
  void wire();
  void enter_start();
  caf::typed_response_promise<append_answer> on_order(const append_order& order);
  void on_down(const caf::down_msg& what);
  bool may_restart(child which, mono_time now);
  membership_update with_self(const membership_update& update);
  void on_membership(const membership_update& given);
  void on_stop();
  void end_if_alone();
  bool is_controller() const { return options.members->controller == options.self; }

  template <class Handle>
  void adopt(child which, const Handle& handle) {
    self->monitor(handle);
    children[handle.address()] = which;
    if (world->tracker != nullptr)
      world->tracker->born(caf::actor_cast<caf::strong_actor_ptr>(handle));
  }

  node_actor::pointer self;
  std::optional<ports> world;
  node_options options;
  mono_time started;
  wiring known;
  control_actor control;
  http_actor http;
  http_actor metrics;
  std::map<caf::actor_addr, child> children; // looked up, never iterated
  std::map<child, std::deque<mono_time>> restarts;
  std::uint64_t restarts_total = 0;
  bool stopping = false;
};

node_actor::behavior_type node_state::make_behavior(const node_options& given_options,
                                                    const ports& given) {
  world.emplace(given);
  options = given_options;
  started = world->time.monotonic();
  known.node = self;
  self->set_down_handler([this](const caf::down_msg& what) { on_down(what); });
  world->events.on(event::node_started{options.self, options.run});
  spawn(child::link);
  if (options.own_ledger) spawn(child::own_ledger);
  if (options.fleet_ledger) {
    spawn(child::ledger);
    spawn(child::replica);
    spawn(child::witness);
    if (world->ledgers->views != nullptr) spawn(child::views);
    if (options.http) spawn(child::http);
  }
  spawn(child::vm_host);
  if (is_controller()) spawn(child::vm_fleet);
  if (options.control) spawn(child::control);
  if (world->monitoring != nullptr && !options.metrics.empty()) spawn(child::metrics);
  wire();
  enter_start();
  return {[this](const membership_update& update) { on_membership(update); },
          [this](const offer_update& update) {
            options.offer = update.offer;
            self->send(known.host, update);
          },
          [this](const node_query&) {
            return node_answer{restarts_total,
                               to_milliseconds(world->time.monotonic() - started),
                               options.members};
          },
          [this](const append_order& order) { return on_order(order); },
          [this](const restore_order& order) {
            if (known.replica) self->send(known.replica, order);
          },
          [this](stop_node) { on_stop(); }};
}

caf::typed_response_promise<append_answer> node_state::on_order(const append_order& order) {
  auto promise = self->make_response_promise<append_answer>();
  if (known.replica)
    promise.delegate(known.replica, order);
  else
    promise.deliver(append_answer{error{ec::unsupported, "this fleet has no ledger"}});
  return promise;
}

void node_state::spawn(child which) {
  auto& system = self->system();
  switch (which) {
  case child::link:
    known.link = spawn_link(system, {options.self, options.members}, *world);
    return adopt(which, known.link);
  case child::vm_host:
    known.host =
      spawn_vm_host(system, {options.self, options.run, options.offer, options.members}, *world);
    return adopt(which, known.host);
  case child::vm_fleet:
    known.fleet = spawn_vm_fleet(system, {options.self, options.members}, *world);
    return adopt(which, known.fleet);
  case child::control:
    control = spawn_control(system,
                            {options.self, options.name, options.version, *options.control,
                             options.owner_uid, options.members},
                            *world);
    return adopt(which, control);
  case child::ledger:
    known.ledger = spawn_ledger(system, *options.fleet_ledger, *world);
    return adopt(which, known.ledger);
  case child::own_ledger:
    known.own_ledger = spawn_ledger(system, *options.own_ledger, *world);
    return adopt(which, known.own_ledger);
  case child::replica:
    known.replica = spawn_replica(system, {options.self, options.members}, *world);
    return adopt(which, known.replica);
  case child::witness:
    known.witness = spawn_witness(system, {options.self}, *world);
    return adopt(which, known.witness);
  case child::views:
    known.views = spawn_views(
      system, {options.fleet_ledger->setup.origin, options.fleet_ledger->own_thread}, *world);
    return adopt(which, known.views);
  case child::http:
    http = spawn_http(system, {options.self, *options.http, options.members}, *world);
    return adopt(which, http);
  case child::metrics:
    metrics = spawn_metrics(
      system, {options.self, options.name, options.version, options.metrics, options.members}, *world);
    return adopt(which, metrics);
  }
}

// The node's own ledger begins each run with a word about it.
void node_state::enter_start() {
  if (!known.own_ledger) return;
  ledger_order order;
  world->random.fill(order.id.octets);
  order.who = {order_author::kind::node, options.self, 0};
  order.what = fact::node_started{options.self, options.run, world->machine.boot(), options.version};
  auto octets = wire::encode_order(order);
  PPN_ASSERT(octets.has_value());
  // What becomes of it the ledger tells by its own events.
  self->request(known.own_ledger, caf::infinite, append_order{{std::move(*octets), std::nullopt}})
    .then([](const append_answer&) {}, [](const caf::error&) {});
}

void node_state::wire() {
  // First: what the others send as soon as they know the link must find it knowing them.
  self->send(known.link, known);
  if (known.fleet) self->send(known.fleet, known);
  self->send(known.host, known);
  if (known.replica) self->send(known.replica, known);
  if (known.witness) self->send(known.witness, known);
  if (known.ledger) self->send(known.ledger, known);
  if (known.own_ledger) self->send(known.own_ledger, known);
  if (known.views) self->send(known.views, known);
  if (http) self->send(http, known);
  if (metrics) self->send(metrics, known);
  if (control) self->send(control, known);
}

void node_state::on_down(const caf::down_msg& what) {
  auto at = children.find(what.source);
  if (at == children.end()) return;
  child which = at->second;
  children.erase(at);
  if (stopping) return end_if_alone();
  auto now = world->time.monotonic();
  if (!may_restart(which, now)) {
    world->events.on(event::node_gave_up{to_string(which)});
    return on_stop();
  }
  ++restarts_total;
  world->events.on(event::child_restarted{to_string(which), self->system().render(what.reason)});
  spawn(which);
  wire();
}

bool node_state::may_restart(child which, mono_time now) {
  auto& recent = restarts[which];
  while (!recent.empty() && recent.front() + limits::child_restart_window < now) recent.pop_front();
  if (recent.size() >= limits::child_restarts) return false;
  recent.push_back(now);
  return true;
}

// An ordered end: its down message finds nothing to restart.
void node_state::end(child which) {
  PPN_ASSERT(which == child::vm_fleet && known.fleet);
  children.erase(known.fleet.address());
  self->send_exit(known.fleet, caf::exit_reason::user_shutdown);
  known.fleet = nullptr;
}

// Until the copy has caught up with the entry that let this node in, it goes on as the fleet told it.
membership_update node_state::with_self(const membership_update& update) {
  if (!options.enrolled) return update;
  if (update.members->find(options.self) != nullptr) {
    options.enrolled.reset();
    return update;
  }
  return {with_member(*update.members, *options.enrolled)};
}

void node_state::on_membership(const membership_update& given) {
  const membership_update update = with_self(given);
  if (stopping || *options.members == *update.members) return;
  // Whoever is a member no more has nothing to do here, and nobody listens to it.
  if (update.members->find(options.self) == nullptr) return on_stop();
  options.members = update.members;
  if (is_controller() && !known.fleet)
    spawn(child::vm_fleet);
  else if (!is_controller() && known.fleet)
    end(child::vm_fleet);
  self->send(known.link, update);
  self->send(known.host, update);
  if (known.fleet) self->send(known.fleet, update);
  if (known.replica) self->send(known.replica, update);
  if (control) self->send(control, update);
  if (http) self->send(http, update);
  if (metrics) self->send(metrics, update);
  wire();
}

// The root ends last: whoever waits for it may then take the ports away.
void node_state::on_stop() {
  if (std::exchange(stopping, true)) return;
  self->send_exit(known.link, caf::exit_reason::user_shutdown);
  self->send_exit(known.host, caf::exit_reason::user_shutdown);
  if (known.fleet) self->send_exit(known.fleet, caf::exit_reason::user_shutdown);
  if (known.replica) self->send_exit(known.replica, caf::exit_reason::user_shutdown);
  if (known.witness) self->send_exit(known.witness, caf::exit_reason::user_shutdown);
  if (known.ledger) self->send_exit(known.ledger, caf::exit_reason::user_shutdown);
  if (known.own_ledger) self->send_exit(known.own_ledger, caf::exit_reason::user_shutdown);
  if (known.views) self->send_exit(known.views, caf::exit_reason::user_shutdown);
  if (http) self->send_exit(http, caf::exit_reason::user_shutdown);
  if (metrics) self->send_exit(metrics, caf::exit_reason::user_shutdown);
  if (control) self->send_exit(control, caf::exit_reason::user_shutdown);
  end_if_alone();
}

void node_state::end_if_alone() {
  if (!children.empty()) return;
  world->events.on(event::node_stopped{});
  self->quit();
}

node_actor::behavior_type node(node_actor::stateful_pointer<node_state> self,
                               const node_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

membership_ptr with_member(const membership& members, const member_record& more) {
  auto out = std::make_shared<membership>(members);
  auto at = std::find_if(out->members.begin(), out->members.end(),
                         [&](const member_record& each) { return !(each.id < more.id); });
  out->members.insert(at, more);
  return out;
}

node_actor spawn_node(caf::actor_system& system, const node_options& options, const ports& world) {
  auto root = system.spawn(node, options, world);
  if (world.tracker != nullptr)
    world.tracker->born(caf::actor_cast<caf::strong_actor_ptr>(root));
  return root;
}

} // namespace ppn
