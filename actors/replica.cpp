#include "actors/replica.hpp"

#include "actors/deadline_queue.hpp"
#include "actors/replica_core.hpp"
#include "messages/wire/ledger_codec.hpp"

#include <caf/actor_system.hpp>
#include <caf/response_handle.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>

namespace ppn {

namespace {

struct replica_state {
  static inline const char* name = "replica";
  explicit replica_state(replica_actor::pointer ptr) : self(ptr) {}
  ~replica_state() {
    for (auto& [ticket, order] : passed_on)
      order.promise.deliver(caf::make_error(caf::sec::request_receiver_down));
  }

  replica_actor::behavior_type make_behavior(const replica_options& options, const ports& given);
  void finish();
  caf::typed_response_promise<append_answer> on_order(const append_order& m);
  void on_order_request(const node_id& from, const order_request& request);
  void on_order_reply(const node_id& from, const order_reply& reply);
  void end_orders(ec code, const char* text, std::optional<mono_time> before);
  void on_message(const peer_message& m);
  void on_tick();

  // Runs one call of the core and passes on what it left.
  template <class Call>
  void with_core(Call&& call) {
    call(*core, world->time.monotonic());
    finish();
  }

  replica_actor::pointer self;
  std::optional<ports> world;
  std::optional<replica_core> core;
  struct passed_order {
    caf::typed_response_promise<append_answer> promise;
    mono_time deadline;
  };

  node_id own;
  membership_ptr members;
  link_actor link;
  ledger_actor ledger;
  tick_timer timer;
  std::map<std::uint64_t, passed_order> passed_on; // by ticket: the oldest first
  std::uint64_t next_ticket = 0;
};

replica_actor::behavior_type replica_state::make_behavior(const replica_options& options,
                                                          const ports& given) {
  world.emplace(given);
  own = options.self;
  members = options.members;
  next_ticket = world->random.number() >> 1; // answers to an earlier run of this actor mean nothing now
  core.emplace(own, members, world->keys, world->time.monotonic());
  using c = replica_core&;
  return {
    [this](const append_order& m) { return on_order(m); },
    [this](const peer_message& m) { on_message(m); },
    [this](const peer_up& m) {
      with_core([&](c core, mono_time now) { core.on_peer_up(m.peer, now); });
    },
    [this](const peer_down& m) {
      if (m.peer == members->controller)
        end_orders(ec::timed_out, "the link to the controller broke", std::nullopt);
      with_core([&](c core, mono_time now) { core.on_peer_down(m.peer, now); });
    },
    [this](const wiring& w) {
      link = w.link;
      ledger = w.ledger;
      finish();
    },
    [this](const membership_update& m) {
      members = m.members;
      with_core([&](c core, mono_time now) { core.set_membership(m.members, now); });
    },
    [this](const roster_notice& m) {
      with_core([&](c core, mono_time now) { core.set_roster(m.roster, m.size, now); });
    },
    [this](const page_answer& m) {
      with_core([&](c core, mono_time) { core.on_page_made(m); });
    },
    [this](const page_outcome& m) {
      with_core([&](c core, mono_time now) { core.on_page_taken(m, now); });
    },
    [this](const cosign_body& m) {
      with_core([&](c core, mono_time) { core.on_cosign_body(m); });
    },
    [this](const writer_has& m) {
      with_core([&](c core, mono_time now) { core.on_writer_has(m.size, now); });
    },
    [this](const restore_order& m) {
      with_core([&](c core, mono_time now) { core.restore_from(m.from, now); });
    },
    [this](tick) { on_tick(); }};
}

void replica_state::finish() {
  for (const node_event& what : std::exchange(core->events, {})) world->events.on(what);
  if (link)
    for (auto& out : std::exchange(core->sends, {}))
      self->send(link, send_to_peer{out.to, std::make_shared<wire_message>(std::move(out.message))});
  if (ledger)
    for (auto& ask : std::exchange(core->asks, {}))
      std::visit([this](auto& what) { self->send(ledger, std::move(what)); }, ask);
  auto next = core->next_deadline();
  if (!passed_on.empty() && (!next || passed_on.begin()->second.deadline < *next))
    next = passed_on.begin()->second.deadline;
  if (auto delay = timer.arm(next, world->time.monotonic()))
    self->delayed_send(self, *delay, tick{});
}

void replica_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  end_orders(ec::timed_out, "the controller did not answer", now);
  with_core([&](replica_core& core, mono_time at) { core.advance(at); });
}

// -- orders of this node's operators, for the writer -----------------------------------------------------

caf::typed_response_promise<append_answer> replica_state::on_order(const append_order& m) {
  auto promise = self->make_response_promise<append_answer>();
  bool here = members->controller == own;
  if (here && ledger) {
    promise.delegate(ledger, m);
    return promise;
  }
  if (!link || !core->is_up(members->controller) ||
      passed_on.size() >= limits::orders_passed_on) {
    promise.deliver(append_answer{error{ec::unreachable, "the controller cannot be reached"}});
    return promise;
  }
  auto deadline = world->time.monotonic() + limits::order_deadline;
  passed_on.emplace(++next_ticket, passed_order{promise, deadline});
  self->send(link, send_to_peer{members->controller, std::make_shared<wire_message>(order_request{
                                                       next_ticket, m.order})});
  finish();
  return promise;
}

void replica_state::on_order_request(const node_id& from, const order_request& request) {
  auto answer = [this, from, ticket = request.ticket](append_answer done) {
    if (link)
      self->send(link, send_to_peer{from, std::make_shared<wire_message>(order_reply{
                                            ticket, std::move(done.refused), done.index,
                                            done.size, done.degraded})});
  };
  if (members->controller != own || !ledger)
    return answer({error{ec::stale, "this node does not write the fleet's ledger"}});
  // A member speaks for itself and its users; an administrator's word is proven by a signature.
  auto order = wire::decode_order(request.order.octets);
  if (!order) return answer({order.error()});
  if (order->who.by == order_author::kind::admin ? !request.order.authority.has_value()
                                                 : order->who.key != from)
    return answer({error{ec::refused, "the order is not its sender's"}});
  self->request(ledger, caf::infinite, append_order{request.order})
    .then([answer](const append_answer& done) { answer(done); },
          [answer](const caf::error&) {
            answer({error{ec::timed_out, "the ledger was restarted"}});
          });
}

void replica_state::on_order_reply(const node_id& from, const order_reply& reply) {
  auto at = passed_on.find(reply.ticket);
  if (from != members->controller || at == passed_on.end()) return;
  at->second.promise.deliver(
    append_answer{reply.refused, reply.index, reply.size, reply.degraded});
  passed_on.erase(at);
}

// Those whose deadline has passed, or all of them.
void replica_state::end_orders(ec code, const char* text, std::optional<mono_time> before) {
  while (!passed_on.empty() && (!before || passed_on.begin()->second.deadline <= *before)) {
    passed_on.begin()->second.promise.deliver(append_answer{error{code, text}});
    passed_on.erase(passed_on.begin());
  }
}

void replica_state::on_message(const peer_message& m) {
  if (auto* request = std::get_if<order_request>(m.message.get()))
    return on_order_request(m.from, *request);
  if (auto* reply = std::get_if<order_reply>(m.message.get())) return on_order_reply(m.from, *reply);
  with_core([&](replica_core& core, mono_time now) { core.on_message(m.from, m.message, now); });
}

replica_actor::behavior_type replica(replica_actor::stateful_pointer<replica_state> self,
                                     const replica_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

replica_actor spawn_replica(caf::actor_system& system, const replica_options& options,
                            const ports& world) {
  return system.spawn(replica, options, world);
}

} // namespace ppn
