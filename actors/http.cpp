#include "actors/http.hpp"

#include "actors/deadline_queue.hpp"
#include "actors/http_core.hpp"
#include "messages/base/limits.hpp"

#include <caf/actor_system.hpp>
#include <caf/response_handle.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <map>

namespace ppn {

namespace {

struct http_connection {
  // `lingering`: all is said, and what still comes is not read.
  enum class stage : std::uint8_t { listening, asking, answering, lingering };

  http_frames frames;
  std::string from;
  stage now = stage::listening;
  bool keep_alive = true; // of the request that is being answered
  bool with_body = true;
  bool refused = false;   // this response is the last one
  bytes response = {};
  std::size_t sent = 0;
  mono_time due = {};
  std::optional<mono_time> scheduled = std::nullopt;
};

struct http_state {
  static inline const char* name = "http";
  explicit http_state(http_actor::pointer ptr) : self(ptr) {}

  http_actor::behavior_type make_behavior(const http_options& options, const ports& given);
  void listen();
  void on_membership(const membership_update& update);
  void on_opened(const stream_opened& what);
  void on_bytes(const stream_bytes& what);
  void on_closed(const stream_closed& what);
  void on_writable(const stream_writable& what);
  void on_tick();
  const char* why_refused(const stream_opened& what) const;
  void proceed(connection_id id);
  bool take_request(connection_id id, http_connection& which);
  void ask(connection_id id, const http_request& request);
  void ask_for(connection_id id, const resource::checkpoint& what, const http_request&);
  void ask_for(connection_id id, const resource::tile& what, const http_request&);
  void ask_for(connection_id id, const resource::add_checkpoint&, const http_request& request);
  void ask_for(connection_id id, const resource::witnessed& what, const http_request&);
  void reply(connection_id id, const http_response& response);
  bool send_some(connection_id id, http_connection& which);
  void finish_response(connection_id id, http_connection& which);
  void drop(connection_id id);
  void forget(connection_id id);
  void set_due(connection_id id, http_connection& which, mono_time due);
  void arm(mono_time now);

  const ledger_actor& ledger_of(served_log of) const {
    return of == served_log::fleet ? others.ledger : others.own_ledger;
  }

  // Passes a question on; its answer goes to the connection if that is still there.
  template <class Answer, class Actor, class Query>
  void relay(connection_id id, const Actor& to, Query&& query) {
    if (!to) return reply(id, http_refusal(503, "this node has no such log now"));
    self->request(to, limits::internal_request_timeout, std::forward<Query>(query))
      .then([this, id](Answer& answer) { reply(id, response_to(std::move(answer))); },
            [this, id](const caf::error&) { reply(id, http_refusal(503, "busy: ask again")); });
  }

  http_actor::pointer self;
  std::optional<ports> world;
  http_options options;
  wiring others;
  connection_id listener;
  std::map<connection_id, http_connection> connections;
  std::size_t waiting_octets = 0;
  bool proceeding = false;
  deadline_queue<connection_id> deadlines; // of id 0: to listen again
  tick_timer timer;
};

http_actor::behavior_type http_state::make_behavior(const http_options& given_options,
                                                    const ports& given) {
  world.emplace(given);
  options = given_options;
  return {[this](const stream_opened& m) { on_opened(m); },
          [this](const stream_bytes& m) { on_bytes(m); },
          [this](const stream_closed& m) { on_closed(m); },
          [this](const stream_writable& m) { on_writable(m); },
          [this](const wiring& w) {
            others = w;
            if (listener == connection_id{}) listen();
          },
          [this](const membership_update& m) { on_membership(m); },
          [this](tick) { on_tick(); }};
}

// -- connections -------------------------------------------------------------------------------------------

void http_state::listen() {
  auto opened = world->network.listen(options.at, self);
  if (opened) {
    listener = *opened;
    return world->events.on(event::listening{options.at});
  }
  world->events.on(event::listen_failed{options.at, opened.error()});
  auto now = world->time.monotonic();
  deadlines.push(now + limits::listen_again_after, connection_id{});
  arm(now);
}

// Whoever is no member any more asks no more; a node whose address moved listens there.
void http_state::on_membership(const membership_update& update) {
  membership_ptr former = std::exchange(options.members, update.members);
  const member_record* before = former ? former->find(options.self) : nullptr;
  const member_record* own = options.members->find(options.self);
  if (before == nullptr || own == nullptr || before->address == own->address) return;
  if (options.at.address != before->address) return;
  options.at.address = own->address;
  if (listener != connection_id{}) world->network.close(std::exchange(listener, connection_id{}));
  listen();
}

const char* http_state::why_refused(const stream_opened& what) const {
  if (!may_ask(what.peer.address, options.members.get())) return "no member's address";
  if (connections.size() >= http_limits::connections) return "too many connections";
  auto same = std::count_if(connections.begin(), connections.end(), [&](const auto& each) {
    return each.second.from == what.peer.address;
  });
  if (static_cast<std::size_t>(same) >= http_limits::connections_per_address)
    return "too many connections of one address";
  return nullptr;
}

void http_state::on_opened(const stream_opened& what) {
  if (const char* why = why_refused(what)) {
    world->events.on(event::refused{"http", what.peer.address, why});
    return world->network.close(what.connection);
  }
  auto now = world->time.monotonic();
  auto [at, added] =
    connections.emplace(what.connection, http_connection{http_frames{now}, what.peer.address});
  set_due(what.connection, at->second, at->second.frames.deadline());
}

void http_state::on_bytes(const stream_bytes& what) {
  auto at = connections.find(what.connection);
  if (at == connections.end() || at->second.now == http_connection::stage::lingering) return;
  if (!at->second.frames.take(what.data, world->time.monotonic())) {
    world->events.on(event::refused{"http", at->second.from, "it asks without end"});
    return drop(what.connection);
  }
  proceed(what.connection);
}

void http_state::on_writable(const stream_writable& what) { proceed(what.connection); }

void http_state::on_closed(const stream_closed& what) {
  if (what.connection != listener) return forget(what.connection);
  listener = connection_id{};
  auto now = world->time.monotonic();
  deadlines.push(now + limits::listen_again_after, connection_id{});
  arm(now);
}

void http_state::drop(connection_id id) {
  world->network.close(id);
  forget(id);
}

void http_state::forget(connection_id id) {
  auto at = connections.find(id);
  if (at == connections.end()) return;
  waiting_octets -= at->second.response.size();
  connections.erase(at);
}

// -- time --------------------------------------------------------------------------------------------------

void http_state::set_due(connection_id id, http_connection& which, mono_time due) {
  which.due = due;
  if (which.scheduled && *which.scheduled <= due) return;
  which.scheduled = due;
  deadlines.push(due, id);
  arm(world->time.monotonic());
}

void http_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  while (auto id = deadlines.pop_due(now)) {
    if (*id == connection_id{} && listener == connection_id{}) listen();
    auto at = connections.find(*id);
    if (at == connections.end() || !at->second.scheduled || *at->second.scheduled > now) continue;
    at->second.scheduled.reset();
    if (at->second.due > now)
      set_due(*id, at->second, at->second.due);
    else
      drop(*id);
  }
  arm(now);
}

void http_state::arm(mono_time now) {
  if (auto delay = timer.arm(deadlines.earliest(), now)) self->delayed_send(self, *delay, tick{});
}

// -- one request after the other ---------------------------------------------------------------------------

// As far as it goes without waiting for anybody. Each step may end the connection, so it is looked up
// anew; an answer that is there at once only goes on the round, however many requests came together.
void http_state::proceed(connection_id id) {
  if (std::exchange(proceeding, true)) return;
  for (auto at = connections.find(id); at != connections.end(); at = connections.find(id)) {
    bool went_on = at->second.now == http_connection::stage::answering
                     ? send_some(id, at->second)
                     : at->second.now == http_connection::stage::listening &&
                         take_request(id, at->second);
    if (!went_on) break;
  }
  proceeding = false;
}

bool http_state::take_request(connection_id id, http_connection& which) {
  auto now = world->time.monotonic();
  auto request = which.frames.next(now);
  if (request && !*request) {
    if (which.frames.owes_continue()) {
      auto interim = view_of(http_continue);
      std::ignore = world->network.write(id, bytes(interim.begin(), interim.end()));
    }
    set_due(id, which, which.frames.deadline());
    return false;
  }
  which.now = http_connection::stage::asking;
  set_due(id, which, now + http_limits::request_deadline);
  if (!request) {
    world->events.on(event::refused{"http", which.from, "answered " +
                                                          std::to_string(request.error().status)});
    which.refused = true;
    which.with_body = true;
    reply(id, request.error());
    return true;
  }
  which.keep_alive = (*request)->keep_alive;
  which.with_body = (*request)->method != "HEAD";
  ask(id, **request);
  return true;
}

void http_state::ask(connection_id id, const http_request& request) {
  if (!may_ask(connections.at(id).from, options.members.get())) {
    connections.at(id).refused = true;
    return reply(id, http_refusal(403, "this address is no member's any more"));
  }
  auto found = find_resource(request.target);
  if (!found) return reply(id, http_refusal(404, "there is nothing of that name"));
  if (auto refused = check_method(*found, request.method)) return reply(id, *refused);
  std::visit([&](const auto& what) { ask_for(id, what, request); }, *found);
}

void http_state::ask_for(connection_id id, const resource::checkpoint& what, const http_request&) {
  relay<ledger_report_answer>(id, ledger_of(what.of), ledger_report_query{});
}

void http_state::ask_for(connection_id id, const resource::tile& what, const http_request&) {
  relay<ledger_tile_answer>(id, ledger_of(what.of), tile_query(what.address));
}

void http_state::ask_for(connection_id id, const resource::add_checkpoint&,
                         const http_request& request) {
  relay<add_checkpoint_answer>(id, others.witness, add_checkpoint_query{request.body});
}

void http_state::ask_for(connection_id id, const resource::witnessed& what, const http_request&) {
  relay<witnessed_answer>(id, others.witness, witnessed_query{what.origin});
}

// -- answers -----------------------------------------------------------------------------------------------

void http_state::reply(connection_id id, const http_response& response) {
  auto at = connections.find(id);
  if (at == connections.end()) return; // it left before its answer
  http_connection& which = at->second;
  bool room = waiting_octets + response.body.size() <= http_limits::waiting_octets;
  which.response =
    http_octets(room ? response : http_refusal(503, "busy: too many answers are being read"),
                which.keep_alive && !which.refused, which.with_body, world->time.wall());
  which.sent = 0;
  waiting_octets += which.response.size();
  which.now = http_connection::stage::answering;
  proceed(id);
}

// Whether all of it was taken.
bool http_state::send_some(connection_id id, http_connection& which) {
  while (which.sent < which.response.size()) {
    auto rest = bytes_view(which.response).subspan(which.sent);
    auto piece = rest.first(std::min(rest.size(), http_limits::piece_octets));
    if (!world->network.write(id, bytes(piece.begin(), piece.end()))) return false;
    which.sent += piece.size();
    set_due(id, which, world->time.monotonic() + http_limits::request_deadline);
  }
  finish_response(id, which);
  return true;
}

void http_state::finish_response(connection_id id, http_connection& which) {
  auto now = world->time.monotonic();
  waiting_octets -= which.response.size();
  which.response = {};
  if (which.refused) {
    which.now = http_connection::stage::lingering;
    return set_due(id, which, now + http_limits::linger);
  }
  if (!which.keep_alive) return drop(id);
  which.now = http_connection::stage::listening;
  which.frames.restart(now);
  set_due(id, which, which.frames.deadline());
}

http_actor::behavior_type http(http_actor::stateful_pointer<http_state> self,
                               const http_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

http_actor spawn_http(caf::actor_system& system, const http_options& options, const ports& world) {
  return system.spawn(http, options, world);
}

} // namespace ppn
