#include "actors/control.hpp"

#include "actors/control_state.hpp"
#include "messages/base/limits.hpp"

#include <caf/actor_system.hpp>

namespace ppn {

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
    connections.emplace(what.connection,
                        control_connection_state{control_frames{now}, *what.credentials, {}, {}});
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
  send(what.connection, {0, taken.error()});
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

void control_state::schedule(connection_id id, control_connection_state& which) {
  auto due = which.frames.deadline();
  if (which.scheduled && *which.scheduled <= due) return;
  which.scheduled = due;
  deadlines.push(due, id);
  arm(world->time.monotonic());
}

void control_state::arm(mono_time now) {
  if (auto delay = timer.arm(deadlines.earliest(), now)) self->delayed_send(self, *delay, tick{});
}

// -- questions and answers ---------------------------------------------------------------------------------

void control_state::answer(connection_id to, const control_request& request) {
  auto at = connections.find(to);
  if (at == connections.end()) return;
  if (at->second.unanswered >= limits::control_requests_unanswered)
    return send(to, {request.id, error{ec::busy, "too many questions at once"}});
  ++at->second.unanswered;
  std::visit([&](const auto& body) { take(asker{to, request.id}, body); }, request.body);
}

std::optional<peer_credentials> control_state::writer(const asker& to) {
  auto at = connections.find(to.connection);
  if (at == connections.end()) return std::nullopt;
  peer_credentials who = at->second.who;
  if (who.uid == 0 || who.uid == options.owner_uid) return who;
  reply(to, error{ec::permission, "only root and the daemon's own user may"});
  return std::nullopt;
}

void control_state::take(const asker& to, const reload_request&) {
  if (!writer(to)) return;
  auto reloaded = world->self.reload();
  if (reloaded)
    reply(to, std::move(*reloaded));
  else
    reply(to, reloaded.error());
}

void control_state::reply(const asker& to, decltype(control_response::body) body) {
  auto at = connections.find(to.connection);
  if (at == connections.end()) return; // it left before its answer
  --at->second.unanswered;
  send(to.connection, {to.request, std::move(body)});
}

void control_state::send(connection_id to, const control_response& response) {
  auto at = connections.find(to);
  if (at == connections.end()) return;
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

namespace {

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
