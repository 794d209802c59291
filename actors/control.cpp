#include "actors/control.hpp"

#include "actors/control_frames.hpp"
#include "actors/deadline_queue.hpp"
#include "messages/base/limits.hpp"

#include <caf/actor_system.hpp>
#include <caf/response_handle.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <map>

namespace ppn {

namespace {

struct connection {
  control_frames frames;
  peer_credentials who;
  std::deque<bytes> waiting; // responses that the window refused
  std::optional<mono_time> scheduled; // the entry of the deadline queue that is meant
};

// Collects what a status consists of; the last part to arrive sends the answer.
struct status_parts {
  status_reply reply;
  int missing = 3;
  bool failed = false;
};

struct control_state {
  static inline const char* name = "control";
  explicit control_state(control_actor::pointer ptr) : self(ptr) {}

  control_actor::behavior_type make_behavior(const control_options& options, const ports& given);
  void on_opened(const stream_opened& what);
  void on_bytes(const stream_bytes& what);
  void on_writable(const stream_writable& what);
  void on_closed(const stream_closed& what);
  void on_wiring(const wiring& w);
  void on_tick();
  void listen();
  void listen_again();
  void answer(connection_id to, const control_request& request);
  void answer_status(connection_id to, std::uint64_t request);
  void complete(connection_id to, std::uint64_t request, const std::shared_ptr<status_parts>& parts);
  void answer_reload(connection_id to, std::uint64_t request);
  void reply(connection_id to, control_response response);
  void schedule(connection_id id, connection& which);
  void arm(mono_time now);

  control_actor::pointer self;
  std::optional<ports> world;
  control_options options;
  wiring others;
  connection_id listener;
  std::map<connection_id, connection> connections;
  deadline_queue<connection_id> deadlines;
  tick_timer timer;
};

control_actor::behavior_type control_state::make_behavior(const control_options& given_options,
                                                          const ports& given) {
  world.emplace(given);
  options = given_options;
  return {[this](const stream_opened& m) { on_opened(m); },
          [this](const stream_bytes& m) { on_bytes(m); },
          [this](const stream_closed& m) { on_closed(m); },
          [this](const stream_writable& m) { on_writable(m); },
          [this](const wiring& w) { on_wiring(w); },
          [this](const membership_update& m) { options.members = m.members; },
          [this](tick) { on_tick(); }};
}

void control_state::on_wiring(const wiring& w) {
  others = w;
  if (listener == connection_id{}) listen();
}

void control_state::listen() {
  auto opened = world->network.listen(options.at, self);
  if (!opened) {
    world->events.on(event::listen_failed{options.at, opened.error()});
    return listen_again();
  }
  listener = *opened;
  world->events.on(event::listening{options.at});
}

void control_state::listen_again() {
  auto now = world->time.monotonic();
  deadlines.push(now + limits::listen_again_after, connection_id{});
  arm(now);
}

void control_state::on_opened(const stream_opened& what) {
  bool full = connections.size() >= limits::control_connections;
  if (full || !what.credentials) {
    world->events.on(event::refused{"control", what.peer.address,
                                    full ? "too many connections" : "nobody knows who it is"});
    return world->network.close(what.connection);
  }
  auto now = world->time.monotonic();
  auto [at, added] =
    connections.emplace(what.connection, connection{control_frames{now}, *what.credentials, {}, {}});
  world->events.on(event::control_connected{*what.credentials});
  schedule(what.connection, at->second);
}

void control_state::on_bytes(const stream_bytes& what) {
  auto at = connections.find(what.connection);
  if (at == connections.end()) return;
  std::vector<control_request> requests;
  auto taken = at->second.frames.take(what.data, world->time.monotonic(), requests);
  for (const control_request& request : requests) answer(what.connection, request);
  if (taken) return schedule(what.connection, at->second);
  world->events.on(event::refused{"control", "uid " + std::to_string(at->second.who.uid),
                                  taken.error().text});
  reply(what.connection, {0, taken.error()});
  world->network.close(what.connection);
  connections.erase(what.connection);
}

void control_state::on_writable(const stream_writable& what) {
  auto at = connections.find(what.connection);
  if (at == connections.end()) return;
  auto& waiting = at->second.waiting;
  while (!waiting.empty() && world->network.write(what.connection, std::move(waiting.front())))
    waiting.pop_front();
}

void control_state::on_closed(const stream_closed& what) {
  connections.erase(what.connection);
  if (what.connection != listener) return;
  listener = connection_id{};
  listen_again();
}

void control_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  while (auto id = deadlines.pop_due(now)) {
    if (*id == connection_id{} && listener == connection_id{}) listen();
    auto at = connections.find(*id);
    if (at == connections.end()) continue;
    if (!at->second.scheduled || *at->second.scheduled > now) continue; // outdated
    at->second.scheduled.reset();
    if (at->second.frames.deadline() > now) {
      schedule(*id, at->second);
      continue;
    }
    world->network.close(*id);
    connections.erase(at);
  }
  arm(now);
}

void control_state::schedule(connection_id id, connection& which) {
  auto due = which.frames.deadline();
  if (which.scheduled && *which.scheduled <= due) return;
  which.scheduled = due;
  deadlines.push(due, id);
  arm(world->time.monotonic());
}

void control_state::arm(mono_time now) {
  if (auto delay = timer.arm(deadlines.earliest(), now)) self->delayed_send(self, *delay, tick{});
}

void control_state::answer(connection_id to, const control_request& request) {
  if (std::holds_alternative<status_request>(request.body))
    answer_status(to, request.id);
  else
    answer_reload(to, request.id);
}

void control_state::answer_status(connection_id to, std::uint64_t request) {
  auto parts = std::make_shared<status_parts>();
  node_report& node = parts->reply.node;
  node.id = options.self;
  node.name = options.name;
  node.version = options.version;
  node.fleet = options.members->fleet;
  auto arrived = [this, to, request, parts] { complete(to, request, parts); };
  auto failed = [arrived, parts](const caf::error&) {
    parts->failed = true;
    arrived();
  };
  auto take_view = [arrived, parts](const view_answer& a) {
    if (a.view) parts->reply.view = *a.view;
    parts->reply.node.view_age_milliseconds = a.age_milliseconds;
    arrived();
  };
  // The controller itself knows the silences of this moment.
  if (others.fleet)
    self->request(others.fleet, limits::internal_request_timeout, view_query{})
      .then(take_view, failed);
  else
    self->request(others.host, limits::internal_request_timeout, view_query{})
      .then(take_view, failed);
  self->request(others.link, limits::internal_request_timeout, link_report_query{})
    .then([arrived, parts](const link_report_answer& a) {
      parts->reply.node.links = a.links;
      parts->reply.node.refusals = a.refusals;
      arrived();
    }, failed);
  self->request(others.node, limits::internal_request_timeout, node_query{})
    .then([arrived, parts](const node_answer& a) {
      parts->reply.node.child_restarts = a.child_restarts;
      parts->reply.node.uptime_milliseconds = a.uptime_milliseconds;
      arrived();
    }, failed);
}

void control_state::complete(connection_id to, std::uint64_t request,
                             const std::shared_ptr<status_parts>& parts) {
  if (--parts->missing > 0) return;
  if (parts->failed) return reply(to, {request, error{ec::timed_out, "a part of the node is slow"}});
  reply(to, {request, std::move(parts->reply)});
}

void control_state::answer_reload(connection_id to, std::uint64_t request) {
  auto at = connections.find(to);
  if (at == connections.end()) return;
  std::uint32_t uid = at->second.who.uid;
  if (uid != 0 && uid != options.owner_uid)
    return reply(to, {request, error{ec::permission, "only root and the daemon's own user may"}});
  auto reloaded = world->self.reload();
  if (reloaded)
    reply(to, {request, std::move(*reloaded)});
  else
    reply(to, {request, reloaded.error()});
}

void control_state::reply(connection_id to, control_response response) {
  auto at = connections.find(to);
  if (at == connections.end()) return; // it left before its answer
  bytes framed = control_frames::frame(response);
  auto& waiting = at->second.waiting;
  if (waiting.empty() && world->network.write(to, std::move(framed))) return;
  waiting.push_back(std::move(framed));
  if (waiting.size() <= limits::control_responses_waiting) return;
  world->events.on(event::refused{"control", "uid " + std::to_string(at->second.who.uid),
                                  "it asks and does not read"});
  world->network.close(to);
  connections.erase(at);
}

control_actor::behavior_type control(control_actor::stateful_pointer<control_state> self,
                                     const control_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

control_actor spawn_control(caf::actor_system& system, const control_options& options,
                            const ports& world) {
  return system.spawn(control, options, world);
}

} // namespace ppn
