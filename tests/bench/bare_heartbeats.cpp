#include "tests/bench/bare_heartbeats.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <memory>
#include <vector>

namespace ppn::bench {

namespace {

using tick_atom = caf::atom_constant<caf::atom("tick")>;
using beat_atom = caf::atom_constant<caf::atom("beat")>;

struct bare_node {
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  caf::scheduler::test_coordinator* scheduler = nullptr;
  caf::actor actor;
};

// What a node wants delivered to the first one, until the driver takes it there.
using outbox = std::vector<std::uint64_t>;

caf::behavior beating(caf::event_based_actor* self, outbox* out, std::uint64_t* handled) {
  self->delayed_send(self, std::chrono::seconds(10), tick_atom::value);
  return {[=](tick_atom) {
            ++*handled;
            out->push_back(*handled);
            self->delayed_send(self, std::chrono::seconds(10), tick_atom::value);
          },
          [=](beat_atom, std::uint64_t) { ++*handled; }};
}

void drain(bare_node& node) {
  while (node.scheduler->try_run_once()) {
  }
}

} // namespace

std::uint64_t run_bare_heartbeats(std::uint32_t count, std::uint64_t virtual_seconds) {
  std::uint64_t handled = 0;
  outbox out;
  std::vector<std::unique_ptr<bare_node>> nodes;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto node = std::make_unique<bare_node>();
    node->config.set("scheduler.policy", caf::atom("testing"));
    node->system = std::make_unique<caf::actor_system>(node->config);
    node->scheduler = dynamic_cast<caf::scheduler::test_coordinator*>(&node->system->scheduler());
    node->actor = node->system->spawn(beating, &out, &handled);
    drain(*node);
    nodes.push_back(std::move(node));
  }
  for (std::uint64_t now = 0; now < virtual_seconds; now += 10) {
    for (auto& node : nodes) {
      node->scheduler->advance_time(std::chrono::seconds(10));
      drain(*node);
    }
    for (std::uint64_t beat : out) caf::anon_send(nodes[0]->actor, beat_atom::value, beat);
    out.clear();
    drain(*nodes[0]);
  }
  for (auto& node : nodes) {
    caf::anon_send_exit(node->actor, caf::exit_reason::kill);
    node->actor = nullptr;
    node->scheduler->clock().cancel_all();
    drain(*node);
  }
  return handled;
}

} // namespace ppn::bench
