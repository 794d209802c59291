// The controller's rows, versions and pages; together with vm_host_core, which reads them.
#include "actors/vm_fleet_core.hpp"
#include "actors/vm_host_core.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;
using namespace std::chrono_literals;

namespace {

node_id member(std::uint32_t number) {
  node_id id;
  store_le32(id.octets.data(), number);
  return id;
}

membership_ptr record_of(std::uint32_t count) {
  auto record = std::make_shared<membership>();
  record->controller = member(0);
  record->term = term_number{3};
  for (std::uint32_t i = 0; i < count; ++i)
    record->members.push_back({member(i), "n" + std::to_string(i), "10.8.0.1", 9203, posture::onprem,
                               member_kind::node, false, {}});
  std::sort(record->members.begin(), record->members.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return record;
}

mono_time at(milliseconds since) { return mono_time{minutes{1}} + since; }

heartbeat beat(std::uint64_t sequence) {
  heartbeat out;
  out.sequence = heartbeat_sequence{sequence};
  out.capacity.ram_total = out.capacity.ram_available = 1 << 30;
  return out;
}

struct controller {
  explicit controller(std::uint32_t count) : members(record_of(count)), core(member(0), 77, at(0ms)) {
    core.set_membership(members, at(0ms));
  }
  std::optional<heartbeat_ack> hear(std::uint32_t who, std::uint64_t sequence, milliseconds when) {
    return core.on_heartbeat(member(who), beat(sequence), at(when), wall_time{});
  }
  membership_ptr members;
  vm_fleet_core core;
};

// Fetches pages as a node does until the core asks for no more; answers how many it took.
int fetch(vm_fleet_core& from, vm_host_core& into, const heartbeat_ack& ack, milliseconds when) {
  int pages = 0;
  auto next = into.on_ack(member(0), ack, at(when));
  while (next) {
    next = into.on_view(member(0), from.page(next->have, at(when)), at(when));
    ++pages;
  }
  return pages;
}

} // namespace

BOOST_AUTO_TEST_SUITE(vm_fleet_core_rules)

BOOST_AUTO_TEST_CASE(a_heartbeat_is_acknowledged_with_its_number_and_the_term) {
  controller c(2);
  auto ack = c.hear(1, 5, 10ms);
  BOOST_REQUIRE(ack.has_value());
  BOOST_TEST(ack->sequence.value == 5u);
  BOOST_TEST(ack->term.value == 3u);
}

BOOST_AUTO_TEST_CASE(a_repeated_heartbeat_and_a_strangers_are_not_acknowledged) {
  controller c(2);
  c.hear(1, 5, 10ms);
  BOOST_TEST(!c.hear(1, 5, 20ms).has_value());
  BOOST_TEST(!c.hear(1, 4, 20ms).has_value());
  BOOST_TEST(!c.hear(9, 1, 20ms).has_value());
  // On a new link a node may count from one again, even if its disk forgot that it started.
  c.core.on_link(member(1));
  BOOST_TEST(c.hear(1, 1, 30ms).has_value());
}

BOOST_AUTO_TEST_CASE(a_repeat_does_not_keep_a_member_alive) {
  controller c(2);
  c.hear(1, 5, 0ms);
  c.hear(0, 1, 14s);
  c.hear(1, 5, 14'900ms);
  c.core.advance(at(15s));
  BOOST_TEST((c.core.whole(at(15s)).rows[1].state == member_state::suspect));
}

BOOST_AUTO_TEST_CASE(a_quiet_fleet_changes_no_version) {
  controller c(3);
  for (std::uint32_t i = 0; i < 3; ++i) c.hear(i, 1, 0ms);
  auto before = c.hear(0, 2, 10s)->view;
  for (std::uint64_t round = 3; round < 10; ++round)
    for (std::uint32_t i = 0; i < 3; ++i) {
      auto ack = c.hear(i, round, milliseconds{10'000 * static_cast<int>(round - 1)});
      BOOST_REQUIRE(ack.has_value());
      BOOST_TEST((ack->view == before));
    }
}

BOOST_AUTO_TEST_CASE(a_node_fetches_what_changed_and_nothing_else) {
  controller c(3);
  for (std::uint32_t i = 0; i < 3; ++i) c.hear(i, 1, 0ms);
  vm_host_core host(member(2), incarnation{1}, {}, {}, c.members, mono_time{});
  auto ack = c.hear(2, 2, 10s);
  BOOST_TEST(fetch(c.core, host, *ack, 10s) == 1);
  BOOST_TEST(host.view(at(10s))->rows.size() == 3u);
  BOOST_TEST(fetch(c.core, host, *c.hear(2, 3, 11s), 11s) == 0);
  c.hear(0, 2, 14s);
  c.core.advance(at(15s)); // member 1 becomes suspect
  auto delta = c.core.page(host.view(at(15s))->stamp, at(15s));
  BOOST_TEST(delta.rows.size() == 1u);
  fetch(c.core, host, *c.hear(2, 4, 15s), 15s);
  auto view = host.view(at(17s));
  BOOST_TEST((view->rows[1].state == member_state::suspect));
  BOOST_TEST(view->rows[1].record.name == "n1");
  BOOST_TEST(view->rows[1].silence_milliseconds == 17'000); // goes on from what the page said
  BOOST_TEST(view->rows[0].silence_milliseconds == -1);     // only the controller can know
}

BOOST_AUTO_TEST_CASE(a_large_fleet_comes_in_pages) {
  controller c(300);
  vm_host_core host(member(2), incarnation{1}, {}, {}, c.members, mono_time{});
  auto ack = c.hear(2, 1, 0ms);
  BOOST_TEST(fetch(c.core, host, *ack, 0ms) >= 3);
  BOOST_TEST(host.view(at(0ms))->rows.size() == 300u);
  BOOST_TEST(fetch(c.core, host, *c.hear(2, 2, 10s), 10s) == 0);
}

BOOST_AUTO_TEST_CASE(another_controllers_run_makes_everybody_begin_anew) {
  controller first(3);
  vm_host_core host(member(2), incarnation{1}, {}, {}, first.members, mono_time{});
  fetch(first.core, host, *first.hear(2, 1, 0ms), 0ms);
  vm_fleet_core second(member(0), 78, at(20s));
  second.set_membership(record_of(2), at(20s));
  auto ack = second.on_heartbeat(member(1), beat(1), at(20s), wall_time{});
  fetch(second, host, *ack, 20s);
  BOOST_TEST(host.view(at(20s))->rows.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_removed_member_leaves_every_picture) {
  controller c(3);
  vm_host_core host(member(2), incarnation{1}, {}, {}, c.members, mono_time{});
  fetch(c.core, host, *c.hear(2, 1, 0ms), 0ms);
  auto smaller = std::make_shared<membership>(*record_of(3));
  smaller->members.erase(smaller->members.begin() + 1);
  c.core.set_membership(smaller, at(5s));
  fetch(c.core, host, *c.hear(2, 2, 10s), 10s);
  BOOST_TEST(host.view(at(10s))->rows.size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
