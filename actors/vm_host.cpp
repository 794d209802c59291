#include "actors/vm_host.hpp"

#include "actors/deadline_queue.hpp"
#include "actors/vm_host_core.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace ppn {

namespace {

constexpr unsigned tell_again_after_acks = 6;

struct vm_host_state {
  static inline const char* name = "vm-host";
  explicit vm_host_state(vm_host_actor::pointer ptr) : self(ptr) {}

  vm_host_actor::behavior_type make_behavior(const vm_host_options& options, const ports& given);
  void on_message(const peer_message& m);
  void pass_on_size(std::uint64_t size);
  void on_peer_up(const peer_up& m);
  void on_wiring(const wiring& w);
  void on_membership(const membership_update& update);
  view_answer on_view_query() const;
  void on_tick();
  void beat(mono_time now);
  void finish();
  void tell_controller(wire_message message);

  vm_host_actor::pointer self;
  std::optional<ports> world;
  std::optional<vm_host_core> core;
  link_actor link;
  replica_actor replica;
  tick_timer timer;
  mono_time next_beat;
  std::uint64_t told_size = 0; // of the writer's ledger
  unsigned acks_since_told = 0;
};

vm_host_actor::behavior_type vm_host_state::make_behavior(const vm_host_options& options,
                                                          const ports& given) {
  world.emplace(given);
  core.emplace(options.self, options.run, world->machine.boot(), options.offer, options.members,
               world->time.monotonic());
  return {[this](const peer_message& m) { on_message(m); },
          [this](tick) { on_tick(); },
          [this](const peer_up& m) { on_peer_up(m); },
          [](const peer_down&) {},
          [this](const wiring& w) { on_wiring(w); },
          [this](const membership_update& update) { on_membership(update); },
          [this](const offer_update& update) { core->set_offer(update.offer); },
          [this](const view_query&) { return on_view_query(); }};
}

void vm_host_state::on_message(const peer_message& m) {
  auto now = world->time.monotonic();
  std::optional<view_request> next;
  if (auto* ack = std::get_if<heartbeat_ack>(m.message.get())) {
    next = core->on_ack(m.from, *ack, now);
    if (m.from == core->controller()) pass_on_size(ack->ledger_size);
  }
  else if (auto* page = std::get_if<fleet_view>(m.message.get()))
    next = core->on_view(m.from, *page, now);
  finish();
  if (next) tell_controller(*next);
}

// News at once; the same again only now and then, for a copy whose question was lost.
void vm_host_state::pass_on_size(std::uint64_t size) {
  if (!replica || size == 0) return;
  if (size == told_size && ++acks_since_told < tell_again_after_acks) return;
  told_size = size;
  acks_since_told = 0;
  self->send(replica, writer_has{size});
}

// Nobody waits for the next beat to know that this node is back.
void vm_host_state::on_peer_up(const peer_up& m) {
  if (m.peer == core->controller()) beat(world->time.monotonic());
}

void vm_host_state::on_wiring(const wiring& w) {
  link = w.link;
  replica = w.replica;
  beat(world->time.monotonic());
}

void vm_host_state::on_membership(const membership_update& update) {
  core->set_membership(update.members);
}

view_answer vm_host_state::on_view_query() const {
  auto now = world->time.monotonic();
  return {core->view(now), core->view_age_milliseconds(now)};
}

void vm_host_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  if (now >= next_beat)
    beat(now);
  else if (auto delay = timer.arm(next_beat, now))
    self->delayed_send(self, *delay, tick{});
}

void vm_host_state::beat(mono_time now) {
  next_beat = now + limits::heartbeat_interval;
  if (auto delay = timer.arm(next_beat, now)) self->delayed_send(self, *delay, tick{});
  auto sample = world->machine.sample();
  if (!sample) world->events.on(event::host_sample_failed{sample.error()});
  auto guests = world->guests.guests();
  if (!guests) world->events.on(event::host_sample_failed{guests.error()});
  // A node that cannot measure itself is alive all the same; it offers nothing.
  tell_controller(core->beat(sample ? *sample : host_sample{},
                             guests ? *guests : std::vector<guest_fact>{}, world->time.wall()));
}

void vm_host_state::finish() {
  for (const node_event& what : core->events) world->events.on(what);
  core->events.clear();
}

void vm_host_state::tell_controller(wire_message message) {
  if (link)
    self->send(link, send_to_peer{core->controller(),
                                  std::make_shared<wire_message>(std::move(message))});
}

vm_host_actor::behavior_type vm_host(vm_host_actor::stateful_pointer<vm_host_state> self,
                                     const vm_host_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

vm_host_actor spawn_vm_host(caf::actor_system& system, const vm_host_options& options,
                            const ports& world) {
  return system.spawn(vm_host, options, world);
}

} // namespace ppn
