#include "runtime/node.hpp"

#include "actors/ledger_opening.hpp"
#include "messages/base/bytes.hpp"

namespace ppn {

namespace {

constexpr std::string_view incarnation_cell = "incarnation";

} // namespace

result<incarnation> next_incarnation(cells& durable) {
  auto stored = durable.get(incarnation_cell);
  if (!stored) return fail(stored.error());
  if (stored->version != 0 && stored->value.size() != 8)
    return fail(ec::integrity, "cell 'incarnation' holds " + std::to_string(stored->value.size()) +
                                   " octets instead of 8");
  incarnation next{stored->version == 0 ? 1 : load_le64(stored->value.data()) + 1};
  octet value[8];
  store_le64(value, next.value);
  if (auto written = durable.compare_and_set(incarnation_cell, stored->version, value); !written)
    return fail(written.error());
  return next;
}

status open_node(node_options& options, const ports& world) {
  if (world.ledgers == nullptr || options.founding.empty()) return {};
  auto ledgers = open_ledgers(options.self, options.fleet, options.founding, world);
  if (!ledgers) return fail(ledgers.error());
  for (std::string& remark : ledgers->remarks)
    world.events.on(event::ledger_state_changed{ledgers->fleet.setup.origin, "opened", remark});
  options.members = ledgers->members;
  if (options.members->find(options.self) != nullptr)
    options.enrolled.reset();
  else if (options.enrolled)
    options.members = with_member(*options.members, *options.enrolled);
  options.fleet_ledger = std::move(ledgers->fleet);
  options.own_ledger = std::move(ledgers->own);
  return {};
}

result<node_actor> start_node(caf::actor_system& system, node_options options, const ports& world) {
  if (!options.fleet_ledger)
    if (status opened = open_node(options, world); !opened) return fail(opened.error());
  if (!options.members || options.members->find(options.self) == nullptr)
    return fail(ec::refused, "this node (" + options.self.brief() + ") is not a member of its fleet");
  auto run = next_incarnation(world.durable);
  if (!run) return fail(run.error());
  options.run = *run;
  return spawn_node(system, options, world);
}

} // namespace ppn
