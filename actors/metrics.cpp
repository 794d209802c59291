#include "actors/metrics.hpp"

#include "actors/deadline_queue.hpp"
#include "actors/http_core.hpp"
#include "actors/http_frames.hpp"
#include "actors/status_collector.hpp"

#include <caf/actor_system.hpp>
#include <caf/response_handle.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <map>

namespace ppn {

namespace {

constexpr std::size_t connections_most = 8; // a few Prometheus servers and a person
constexpr const char* exposition_type = "text/plain; version=0.0.4; charset=utf-8";

struct metrics_connection {
  http_frames frames;
  std::string from;
  mono_time due;          // it has to be over by then
  bool asked = false;     // what comes now is not read
  bytes response = {};
  std::size_t sent = 0;
};

struct metrics_state {
  static inline const char* name = "metrics";
  explicit metrics_state(http_actor::pointer ptr) : self(ptr) {}

  http_actor::behavior_type make_behavior(const metrics_options& given, const ports& ports_given);
  void listen();
  void listen_later();
  void on_opened(const stream_opened& what);
  void on_bytes(const stream_bytes& what);
  void on_closed(const stream_closed& what);
  void on_tick();
  void answer(connection_id id, const http_request& request);
  void reply(connection_id id, const http_response& response);
  void send_some(connection_id id);
  void drop(connection_id id);
  void arm(mono_time now);

  http_actor::pointer self;
  std::optional<ports> world;
  metrics_options options;
  wiring others;
  std::map<std::size_t, connection_id> listeners; // by the place in options.at
  std::map<connection_id, metrics_connection> connections;
  deadline_queue<connection_id> deadlines; // of id 0: to listen again
  tick_timer timer;
};

http_actor::behavior_type metrics_state::make_behavior(const metrics_options& given,
                                                       const ports& ports_given) {
  world.emplace(ports_given);
  options = given;
  return {[this](const stream_opened& m) { on_opened(m); },
          [this](const stream_bytes& m) { on_bytes(m); },
          [this](const stream_closed& m) { on_closed(m); },
          [this](const stream_writable& m) { send_some(m.connection); },
          [this](const wiring& w) {
            others = w;
            listen();
          },
          [this](const membership_update& m) { options.members = m.members; },
          [this](tick) { on_tick(); }};
}

// -- connections -------------------------------------------------------------------------------------------

void metrics_state::listen() {
  for (std::size_t i = 0; i < options.at.size(); ++i) {
    if (listeners.count(i) != 0) continue;
    auto opened = world->network.listen(options.at[i], self);
    if (opened) {
      listeners[i] = *opened;
      world->events.on(event::listening{options.at[i]});
      continue;
    }
    world->events.on(event::listen_failed{options.at[i], opened.error()});
    listen_later();
  }
}

void metrics_state::listen_later() {
  auto now = world->time.monotonic();
  deadlines.push(now + limits::listen_again_after, connection_id{});
  arm(now);
}

void metrics_state::on_opened(const stream_opened& what) {
  const char* why = !may_ask(what.peer.address, options.members.get()) ? "no member's address"
                    : connections.size() >= connections_most          ? "too many connections"
                                                                      : nullptr;
  if (why != nullptr) {
    world->events.on(event::refused{"metrics", what.peer.address, why});
    return world->network.close(what.connection);
  }
  auto now = world->time.monotonic();
  auto due = now + http_limits::request_deadline;
  connections.emplace(what.connection, metrics_connection{http_frames{now}, what.peer.address, due});
  deadlines.push(due, what.connection);
  arm(now);
}

void metrics_state::on_bytes(const stream_bytes& what) {
  auto at = connections.find(what.connection);
  if (at == connections.end() || at->second.asked) return;
  auto now = world->time.monotonic();
  if (!at->second.frames.take(what.data, now)) {
    world->events.on(event::refused{"metrics", at->second.from, "it asks without end"});
    return drop(what.connection);
  }
  auto request = at->second.frames.next(now);
  if (request && !*request) return;
  at->second.asked = true;
  if (request) return answer(what.connection, **request);
  world->events.on(event::refused{"metrics", at->second.from, "no request of HTTP"});
  reply(what.connection, request.error());
}

void metrics_state::on_closed(const stream_closed& what) {
  connections.erase(what.connection);
  for (auto at = listeners.begin(); at != listeners.end(); ++at)
    if (at->second == what.connection) {
      listeners.erase(at);
      return listen_later();
    }
}

void metrics_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  while (auto id = deadlines.pop_due(now)) {
    if (*id == connection_id{})
      listen();
    else if (auto at = connections.find(*id); at != connections.end() && at->second.due <= now)
      drop(*id);
  }
  arm(now);
}

void metrics_state::arm(mono_time now) {
  if (auto delay = timer.arm(deadlines.earliest(), now)) self->delayed_send(self, *delay, tick{});
}

void metrics_state::drop(connection_id id) {
  world->network.close(id);
  connections.erase(id);
}

// -- answers -----------------------------------------------------------------------------------------------

void metrics_state::answer(connection_id id, const http_request& request) {
  if (request.target != "/metrics") return reply(id, http_refusal(404, "what there is, is /metrics"));
  if (request.method != "GET") {
    http_response refused = http_refusal(405, "not with this method");
    refused.allow = "GET";
    return reply(id, refused);
  }
  node_report node;
  node.id = options.self;
  node.name = options.name;
  node.version = options.version;
  node.fleet = options.members->fleet;
  collect_status(self, others, std::move(node), [this, id](result<status_reply> collected) {
    if (!collected) return reply(id, http_refusal(503, collected.error().text));
    const std::string text = world->monitoring->exposition(*collected);
    http_response made;
    made.content_type = exposition_type;
    made.cache_control = "no-cache";
    made.body.assign(text.begin(), text.end());
    reply(id, made);
  });
}

void metrics_state::reply(connection_id id, const http_response& response) {
  auto at = connections.find(id);
  if (at == connections.end()) return; // it left before its answer
  at->second.response = http_octets(response, false, true, world->time.wall());
  send_some(id);
}

void metrics_state::send_some(connection_id id) {
  auto at = connections.find(id);
  if (at == connections.end() || at->second.response.empty()) return;
  metrics_connection& which = at->second;
  while (which.sent < which.response.size()) {
    auto rest = bytes_view(which.response).subspan(which.sent);
    auto piece = rest.first(std::min(rest.size(), http_limits::piece_octets));
    if (!world->network.write(id, bytes(piece.begin(), piece.end()))) return;
    which.sent += piece.size();
  }
  drop(id); // what was written is still sent
}

http_actor::behavior_type metrics(http_actor::stateful_pointer<metrics_state> self,
                                  const metrics_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

http_actor spawn_metrics(caf::actor_system& system, const metrics_options& options, const ports& world) {
  return system.spawn(metrics, options, world);
}

} // namespace ppn
