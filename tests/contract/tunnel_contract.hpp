// What every maker of the tunnel port promises: the wanted set of peers is applied as a difference.
#pragma once

#include "runtime/ports/tunnel.hpp"
#include "tests/contract/contract.hpp"

#include <memory>
#include <rapidcheck.h>

namespace contract {

using ppn::tunnel;
using ppn::tunnel_changes;
using ppn::tunnel_peer;
using make_tunnel = std::function<std::unique_ptr<tunnel>()>;

inline tunnel_peer peer(ppn::octet number) {
  tunnel_peer made{{},
                   "192.0.2." + std::to_string(number) + ":51820",
                   {"10.77.0." + std::to_string(number) + "/32"},
                   25};
  made.key.octets.fill(number);
  return made;
}

inline std::vector<ppn::octet> peers_of(tunnel& subject) {
  auto got = subject.peers();
  REQUIRE_OK(got);
  std::vector<ppn::octet> numbers;
  for (const auto& state : *got)
    numbers.push_back(state.key.octets[0]);
  return numbers;
}

inline void check_changes(tunnel& subject, const std::vector<tunnel_peer>& wanted,
                          tunnel_changes expected) {
  auto changes = subject.apply(wanted);
  REQUIRE_OK(changes);
  BOOST_TEST((*changes == expected));
}

inline void a_new_mesh_has_no_peers(tunnel& subject) {
  BOOST_TEST(peers_of(subject).empty());
  check_changes(subject, {}, {});
}

inline void peers_come_ordered_by_key_and_were_never_heard(tunnel& subject) {
  check_changes(subject, {peer(9), peer(1), peer(200)}, {3, 0, 0});
  BOOST_TEST((peers_of(subject) == std::vector<ppn::octet>{1, 9, 200}));
  auto states = subject.peers();
  REQUIRE_OK(states);
  for (const auto& state : *states) {
    BOOST_TEST(state.handshake_age_milliseconds == -1);
    BOOST_TEST(state.received == 0u);
    BOOST_TEST(state.sent == 0u);
  }
}

inline void the_same_set_again_changes_nothing(tunnel& subject) {
  check_changes(subject, {peer(1), peer(2)}, {2, 0, 0});
  check_changes(subject, {peer(2), peer(1)}, {0, 0, 0});
}

inline void what_is_not_wanted_any_more_is_removed(tunnel& subject) {
  check_changes(subject, {peer(1), peer(2), peer(3)}, {3, 0, 0});
  check_changes(subject, {peer(3), peer(4)}, {1, 0, 2});
  BOOST_TEST((peers_of(subject) == std::vector<ppn::octet>{3, 4}));
  check_changes(subject, {}, {0, 0, 2});
  BOOST_TEST(peers_of(subject).empty());
}

inline void a_peer_that_differs_in_anything_is_changed(tunnel& subject) {
  check_changes(subject, {peer(1), peer(2)}, {2, 0, 0});
  tunnel_peer other = peer(1);
  other.endpoint = "";
  check_changes(subject, {other, peer(2)}, {0, 1, 0});
  other.allowed.push_back("10.78.0.0/16");
  check_changes(subject, {other, peer(2)}, {0, 1, 0});
  other.keepalive_seconds = 0;
  check_changes(subject, {other, peer(2)}, {0, 1, 0});
  check_changes(subject, {other, peer(2)}, {0, 0, 0});
}

inline void an_address_may_move_from_one_peer_to_another(tunnel& subject) {
  check_changes(subject, {peer(1), peer(2)}, {2, 0, 0});
  tunnel_peer first = peer(1);
  tunnel_peer second = peer(2);
  std::swap(first.allowed, second.allowed);
  check_changes(subject, {first, second}, {0, 2, 0});
}

inline void two_peers_with_one_key_or_address_are_refused_and_nothing_changes(tunnel& subject) {
  check_changes(subject, {peer(1), peer(2)}, {2, 0, 0});
  tunnel_peer same_key = peer(3);
  same_key.key = peer(4).key;
  CHECK_CODE(subject.apply({peer(3), peer(4), same_key}), invalid);
  tunnel_peer same_address = peer(3);
  same_address.allowed = {"10.77.0.9/32", peer(4).allowed[0]};
  CHECK_CODE(subject.apply({same_address, peer(4)}), invalid);
  BOOST_TEST((peers_of(subject) == std::vector<ppn::octet>{1, 2}));
  check_changes(subject, {peer(1), peer(2)}, {0, 0, 0});
}

inline void any_sequence_of_sets_ends_with_the_last_one(const make_tunnel& make) {
  BOOST_TEST(rc::check("the last set counts", [&] {
    auto subject = make();
    std::size_t count = 0;
    for (const auto& numbers : *rc::gen::arbitrary<std::vector<std::set<ppn::octet>>>()) {
      std::vector<tunnel_peer> wanted;
      for (ppn::octet number : numbers)
        wanted.push_back(peer(number));
      auto changes = subject->apply(wanted).value();
      RC_ASSERT(changes.changed == 0u);
      RC_ASSERT(count + changes.added - changes.removed == numbers.size());
      RC_ASSERT(peers_of(*subject) == std::vector<ppn::octet>(numbers.begin(), numbers.end()));
      count = numbers.size();
    }
  }));
}

inline std::vector<named_case> tunnel_cases(const make_tunnel& make) {
  auto on_new = [&](const char* name, void (*run)(tunnel&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
#define PPN_CASE(name) on_new(#name, name)
  return {
      PPN_CASE(a_new_mesh_has_no_peers),
      PPN_CASE(peers_come_ordered_by_key_and_were_never_heard),
      PPN_CASE(the_same_set_again_changes_nothing),
      PPN_CASE(what_is_not_wanted_any_more_is_removed),
      PPN_CASE(a_peer_that_differs_in_anything_is_changed),
      PPN_CASE(an_address_may_move_from_one_peer_to_another),
      PPN_CASE(two_peers_with_one_key_or_address_are_refused_and_nothing_changes),
      {"any_sequence_of_sets_ends_with_the_last_one",
       [make] { any_sequence_of_sets_ends_with_the_last_one(make); }},
  };
#undef PPN_CASE
}

} // namespace contract
