// What every maker of the hypervisor port promises. A world is a hypervisor and the hand that
// starts and ends guests behind its back.
#pragma once

#include "runtime/ports/hypervisor.hpp"
#include "tests/contract/contract.hpp"

#include <memory>

namespace contract {

using ppn::guest_fact;
using ppn::guest_state;

class hypervisor_world {
public:
  virtual ~hypervisor_world() = default;
  virtual ppn::hypervisor& subject() = 0;
  virtual void put(const guest_fact& guest) = 0;
  virtual void remove(const ppn::guest_id& id) = 0;
};
using make_hypervisor_world = std::function<std::unique_ptr<hypervisor_world>()>;

inline guest_fact guest(ppn::octet number, guest_state state = guest_state::running) {
  guest_fact fact{{}, "guest-" + std::to_string(number), state, 512ull * 1024 * 1024, 4ull << 30};
  fact.id.octets.fill(number);
  return fact;
}

inline std::vector<guest_fact> guests_of(hypervisor_world& world) {
  auto got = world.subject().guests();
  REQUIRE_OK(got);
  return *std::move(got);
}

inline void a_machine_without_guests_has_none(hypervisor_world& world) {
  BOOST_TEST(guests_of(world).empty());
}

inline void guests_come_ordered_by_id(hypervisor_world& world) {
  for (int number : {200, 3, 77, 1})
    world.put(guest(static_cast<ppn::octet>(number)));
  BOOST_TEST(
      (guests_of(world) == std::vector<guest_fact>{guest(1), guest(3), guest(77), guest(200)}));
}

inline void every_state_is_told(hypervisor_world& world) {
  std::vector<guest_fact> all{guest(1, guest_state::defined), guest(2, guest_state::running),
                              guest(3, guest_state::paused), guest(4, guest_state::stopped)};
  for (const guest_fact& one : all)
    world.put(one);
  BOOST_TEST((guests_of(world) == all));
}

inline void a_change_is_seen_by_the_next_look(hypervisor_world& world) {
  world.put(guest(1));
  world.put(guest(2));
  world.put(guest(1, guest_state::stopped));
  world.remove(guest(2).id);
  BOOST_TEST((guests_of(world) == std::vector<guest_fact>{guest(1, guest_state::stopped)}));
  world.remove(guest(2).id);
  world.remove(guest(1).id);
  BOOST_TEST(guests_of(world).empty());
}

inline std::vector<named_case> hypervisor_cases(const make_hypervisor_world& make) {
  auto on_new = [&](const char* name, void (*run)(hypervisor_world&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
#define PPN_CASE(name) on_new(#name, name)
  return {
      PPN_CASE(a_machine_without_guests_has_none),
      PPN_CASE(guests_come_ordered_by_id),
      PPN_CASE(every_state_is_told),
      PPN_CASE(a_change_is_seen_by_the_next_look),
  };
#undef PPN_CASE
}

} // namespace contract
