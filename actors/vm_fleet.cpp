#include "actors/vm_fleet.hpp"

#include "actors/deadline_queue.hpp"
#include "actors/registry_entries.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "actors/vm_fleet_core.hpp"

#include "messages/base/assert.hpp"

#include <caf/actor_system.hpp>
#include <caf/response_handle.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace ppn {

namespace {

struct vm_fleet_state {
  static inline const char* name = "vm-fleet";
  explicit vm_fleet_state(vm_fleet_actor::pointer ptr) : self(ptr) {}

  vm_fleet_actor::behavior_type make_behavior(const vm_fleet_options& options, const ports& given);
  void on_message(const peer_message& m);
  void on_heartbeat(const node_id& from, const heartbeat& beat);
  void on_membership(const membership_update& update);
  view_answer on_view_query() const;
  void on_tick();
  void finish(mono_time now);
  void answer(const node_id& to, wire_message message);
  void on_ledger_grown(const ledger_grown& m);
  void enter(mono_time now);
  result<submitted_order> order_for(entry_fact what);

  vm_fleet_actor::pointer self;
  std::optional<ports> world;
  std::optional<vm_fleet_core> core;
  link_actor link;
  ledger_actor ledger;
  node_id own;
  registry_entries entries;
  std::optional<std::pair<entry_fact, submitted_order>> unanswered;
  tick_timer timer;
};

vm_fleet_actor::behavior_type vm_fleet_state::make_behavior(const vm_fleet_options& options,
                                                            const ports& given) {
  world.emplace(given);
  own = options.self;
  auto now = world->time.monotonic();
  core.emplace(options.self, world->random.number(), now);
  core->set_membership(options.members, now);
  finish(now);
  return {[this](const peer_message& m) { on_message(m); },
          [this](tick) { on_tick(); },
          [this](const peer_up& m) { core->on_link(m.peer); },
          [](const peer_down&) {}, // silence decides, not a broken connection
          [this](const wiring& w) {
            link = w.link;
            ledger = w.ledger;
          },
          [this](const membership_update& update) { on_membership(update); },
          [this](const view_query&) { return on_view_query(); },
          [this](const ledger_grown& m) { on_ledger_grown(m); }};
}

void vm_fleet_state::on_message(const peer_message& m) {
  if (auto* beat = std::get_if<heartbeat>(m.message.get())) return on_heartbeat(m.from, *beat);
  if (auto* asked = std::get_if<view_request>(m.message.get()))
    answer(m.from, core->page(asked->have, world->time.monotonic()));
}

void vm_fleet_state::on_heartbeat(const node_id& from, const heartbeat& beat) {
  auto now = world->time.monotonic();
  auto ack = core->on_heartbeat(from, beat, now, world->time.wall());
  finish(now);
  if (ack) answer(from, *ack);
}

void vm_fleet_state::on_membership(const membership_update& update) {
  auto now = world->time.monotonic();
  core->set_membership(update.members, now);
  finish(now);
}

view_answer vm_fleet_state::on_view_query() const {
  return {std::make_shared<fleet_view>(core->whole(world->time.monotonic())), 0};
}

void vm_fleet_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  core->advance(now);
  finish(now);
}

void vm_fleet_state::finish(mono_time now) {
  if (!core->events.empty()) entries.look();
  for (const node_event& what : core->events) world->events.on(what);
  core->events.clear();
  enter(now);
  if (auto delay = timer.arm(core->next_deadline(), now)) self->delayed_send(self, *delay, tick{});
}

// -- entries -----------------------------------------------------------------------------------------------

void vm_fleet_state::on_ledger_grown(const ledger_grown& m) {
  core->set_ledger_size(m.size);
  if (m.evicted) entries.set_recorded({m.evicted->begin(), m.evicted->end()});
  finish(world->time.monotonic());
}

result<submitted_order> vm_fleet_state::order_for(entry_fact what) {
  ledger_order order;
  world->random.fill(order.id.octets);
  order.who = {order_author::kind::node, own, 0};
  order.what = std::move(what);
  return wire::encode_order(order).map(
    [](bytes octets) { return submitted_order{std::move(octets), std::nullopt}; });
}

void vm_fleet_state::enter(mono_time now) {
  if (!ledger) return;
  auto what = entries.next(*core, now);
  if (!what) return;
  // One whose fate is unknown is given again as it was: the ledger enters an order once.
  if (!unanswered || unanswered->first != *what) {
    auto order = order_for(*what);
    PPN_ASSERT(order.has_value());
    unanswered = {std::move(*what), std::move(*order)};
  }
  auto refused = [this] { entries.refused(world->time.monotonic()); };
  self->request(ledger, caf::infinite, append_order{unanswered->second})
    .then(
      [this, refused](const append_answer& answer) {
        unanswered.reset();
        if (answer.refused) return refused();
        entries.written();
        finish(world->time.monotonic());
      },
      [refused](const caf::error&) { refused(); });
}

void vm_fleet_state::answer(const node_id& to, wire_message message) {
  if (link) self->send(link, send_to_peer{to, std::make_shared<wire_message>(std::move(message))});
}

vm_fleet_actor::behavior_type vm_fleet(vm_fleet_actor::stateful_pointer<vm_fleet_state> self,
                                       const vm_fleet_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

vm_fleet_actor spawn_vm_fleet(caf::actor_system& system, const vm_fleet_options& options,
                              const ports& world) {
  return system.spawn(vm_fleet, options, world);
}

} // namespace ppn
