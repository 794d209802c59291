#include "actors/link.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace ppn {

namespace {

struct link_state {
  static inline const char* name = "link";
  explicit link_state(link_actor::pointer ptr) : self(ptr) {}

  link_actor::behavior_type make_behavior(const link_options& options, const ports& given);
  void on_wiring(const wiring& w);
  void on_tick();
  void finish();
  void pass_on(const peer_message& m);
  template <class Notice>
  void tell_all(const Notice& notice);
  template <class Handle>
  void give(const Handle& to, const peer_message& m);

  // Runs one call of the hub and passes on what it left.
  template <class Call>
  void with_hub(Call&& call) {
    call(*hub);
    finish();
  }

  link_actor::pointer self;
  std::optional<ports> world;
  std::optional<link_hub> hub;
  vm_host_actor host;
  vm_fleet_actor fleet;
  replica_actor replica;
  witness_actor witness;
  bool started = false;
  tick_timer timer;
};

link_actor::behavior_type link_state::make_behavior(const link_options& options,
                                                    const ports& given) {
  world.emplace(given);
  hub.emplace(options, given);
  // Matched from the top: the frequent ones first.
  return {
    [this](const stream_bytes& m) { with_hub([&](link_hub& h) { h.on_bytes(m); }); },
    [this](const send_to_peer& m) { with_hub([&](link_hub& h) { h.send(m.to, m.message); }); },
    [this](tick) { on_tick(); },
    [this](const stream_opened& m) { with_hub([&](link_hub& h) { h.on_opened(m); }); },
    [this](const stream_closed& m) { with_hub([&](link_hub& h) { h.on_closed(m); }); },
    [this](const stream_writable& m) { with_hub([&](link_hub& h) { h.on_writable(m); }); },
    [this](const wiring& w) { on_wiring(w); },
    [this](const membership_update& m) {
      with_hub([&](link_hub& h) { h.set_membership(m.members); });
    },
    [this](const link_report_query&) { return hub->report(); }};
}

void link_state::on_wiring(const wiring& w) {
  host = w.host;
  fleet = w.fleet;
  replica = w.replica;
  witness = w.witness;
  // Nothing is accepted before there is somebody to give it to.
  if (!std::exchange(started, true)) with_hub([&](link_hub& h) { h.start(self); });
}

void link_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  with_hub([&](link_hub& h) { h.on_tick(now); });
}

void link_state::finish() {
  for (const auto& what : hub->inbox) {
    if (auto* message = std::get_if<peer_message>(&what)) {
      pass_on(*message);
    } else if (auto* up = std::get_if<peer_up>(&what)) {
      tell_all(*up);
    } else {
      tell_all(std::get<peer_down>(what));
    }
  }
  hub->inbox.clear();
  if (auto delay = timer.arm(hub->next_deadline(), world->time.monotonic()))
    self->delayed_send(self, *delay, tick{});
}

template <class Notice>
void link_state::tell_all(const Notice& notice) {
  if (host) self->send(host, notice);
  if (fleet) self->send(fleet, notice);
  if (replica) self->send(replica, notice);
}

template <class Handle>
void link_state::give(const Handle& to, const peer_message& m) {
  if (to) self->send(to, m);
}

// Each kind of message belongs to one part of a node.
void link_state::pass_on(const peer_message& m) {
  struct chooser {
    link_state& own;
    const peer_message& m;
    void operator()(const heartbeat&) { own.give(own.fleet, m); }
    void operator()(const view_request&) { own.give(own.fleet, m); }
    void operator()(const heartbeat_ack&) { own.give(own.host, m); }
    void operator()(const fleet_view&) { own.give(own.host, m); }
    void operator()(const ledger_have&) { own.give(own.replica, m); }
    void operator()(const ledger_page&) { own.give(own.replica, m); }
    void operator()(const order_request&) { own.give(own.replica, m); }
    void operator()(const order_reply&) { own.give(own.replica, m); }
    void operator()(const cosign_answer&) { own.give(own.replica, m); }
    void operator()(const cosign_request&) { own.give(own.witness, m); }
  };
  std::visit(chooser{*this, m}, *m.message);
}

link_actor::behavior_type link_behavior(link_actor::stateful_pointer<link_state> self,
                                        const link_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

link_actor spawn_link(caf::actor_system& system, const link_options& options, const ports& world) {
  return system.spawn(link_behavior, options, world);
}

} // namespace ppn
