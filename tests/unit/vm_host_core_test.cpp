// What a node says about itself and whom it believes.
#include "actors/vm_host_core.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;
using namespace std::chrono_literals;

namespace {

node_id member(octet number) {
  node_id id;
  id.octets[0] = number;
  return id;
}

membership_ptr record(octet controller, std::uint64_t term) {
  auto out = std::make_shared<membership>();
  out->controller = member(controller);
  out->term = term_number{term};
  for (octet i = 0; i < 3; ++i) out->members.push_back({member(i), "n", "10.8.0.1", 9203, posture::onprem,
                               member_kind::node, false, {}});
  return out;
}

mono_time at(milliseconds since) { return mono_time{since}; }

constexpr std::uint64_t gib = 1ULL << 30;

host_sample machine() {
  host_sample out;
  out.ram_total = 8 * gib;
  out.ram_available = 3 * gib;
  out.cpus = 4;
  return out;
}

guest_fact guest(octet number, std::uint64_t ram) {
  guest_fact out;
  out.id.octets[0] = number;
  out.ram = ram;
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(vm_host_core_rules)

BOOST_AUTO_TEST_CASE(available_is_the_least_of_what_is_measured_and_what_is_unsold) {
  vm_host_core core(member(1), incarnation{4}, {}, {4 * gib, 2, 16, false}, record(0, 1), mono_time{});
  auto beat = core.beat(machine(), {guest(1, 2 * gib)}, wall_time{});
  BOOST_TEST(beat.capacity.ram_offered == 4 * gib);
  BOOST_TEST(beat.capacity.ram_available == 2 * gib);
  BOOST_TEST(beat.capacity.cpus_offered == 2u);
  BOOST_TEST(beat.run.value == 4u);
  auto less = machine();
  less.ram_available = gib;
  BOOST_TEST(core.beat(less, {}, wall_time{}).capacity.ram_available == gib);
}

BOOST_AUTO_TEST_CASE(a_node_that_shares_its_machine_leaves_the_machines_free_memory_out) {
  vm_host_core core(member(1), incarnation{1}, {}, {4 * gib, 0, 16, true}, record(0, 1), mono_time{});
  auto less = machine();
  less.ram_available = gib / 2;
  BOOST_TEST(core.beat(less, {}, wall_time{}).capacity.ram_available == 4 * gib);
}

BOOST_AUTO_TEST_CASE(guests_over_the_offer_leave_nothing_and_never_less) {
  vm_host_core core(member(1), incarnation{1}, {}, {gib, 0, 16, false}, record(0, 1), mono_time{});
  BOOST_TEST(core.beat(machine(), {guest(1, 3 * gib)}, wall_time{}).capacity.ram_available == 0u);
}

BOOST_AUTO_TEST_CASE(what_guests_were_promised_counts_as_committed_in_their_pool) {
  vm_host_core core(member(1), incarnation{1}, {}, {}, record(0, 1), mono_time{});
  auto with_pools = machine();
  with_pools.pools = {{"default", 100, 60, 0}, {"fast", 50, 50, 0}};
  auto first = guest(1, gib);
  first.disk_committed = 30;
  auto second = guest(2, gib);
  second.disk_committed = 7;
  second.pool = "fast";
  auto pools = core.beat(with_pools, {first, second}, wall_time{}).capacity.pools;
  BOOST_TEST(pools[0].committed == 30u);
  BOOST_TEST(pools[0].free == 60u);
  BOOST_TEST(pools[1].committed == 7u);
}

BOOST_AUTO_TEST_CASE(sequences_grow_and_the_inventory_digest_follows_the_guests) {
  vm_host_core core(member(1), incarnation{1}, {}, {}, record(0, 1), mono_time{});
  auto first = core.beat(machine(), {guest(1, gib)}, wall_time{});
  auto same = core.beat(machine(), {guest(1, gib)}, wall_time{});
  auto other = core.beat(machine(), {guest(2, gib)}, wall_time{});
  BOOST_TEST((first.sequence < same.sequence && same.sequence < other.sequence));
  BOOST_TEST((first.inventory == same.inventory));
  BOOST_TEST((first.inventory != other.inventory));
}

BOOST_AUTO_TEST_CASE(only_the_controller_of_the_newest_term_is_believed) {
  vm_host_core core(member(1), incarnation{1}, {}, {}, record(0, 5), mono_time{});
  heartbeat_ack ack{{1}, term_number{5}, {9, 9}};
  BOOST_TEST(!core.on_ack(member(2), ack, at(0ms)).has_value());
  ack.term = term_number{4};
  BOOST_TEST(!core.on_ack(member(0), ack, at(0ms)).has_value());
  ack.term = term_number{5};
  BOOST_TEST(core.on_ack(member(0), ack, at(0ms)).has_value());
  fleet_view page;
  page.stamp = {9, 9};
  page.term = term_number{4};
  core.on_view(member(0), page, at(1ms));
  BOOST_TEST(core.view(at(1ms)) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_question_is_asked_again_only_after_a_while) {
  vm_host_core core(member(1), incarnation{1}, {}, {}, record(0, 1), mono_time{});
  heartbeat_ack ack{{1}, term_number{1}, {9, 9}};
  BOOST_TEST(core.on_ack(member(0), ack, at(0ms)).has_value());
  BOOST_TEST(!core.on_ack(member(0), ack, at(4s)).has_value());
  BOOST_TEST(core.on_ack(member(0), ack, at(5s)).has_value());
}

BOOST_AUTO_TEST_CASE(a_page_that_does_not_continue_the_picture_is_ignored) {
  vm_host_core core(member(1), incarnation{1}, {}, {}, record(0, 1), mono_time{});
  fleet_view whole;
  whole.stamp = {9, 4};
  whole.term = term_number{1};
  core.on_view(member(0), whole, at(0ms));
  fleet_view gap = whole;
  gap.since = 6;
  gap.stamp.version = 8;
  core.on_view(member(0), gap, at(1ms));
  BOOST_TEST(core.view(at(1ms))->stamp.version == 4u);
  gap.since = 4;
  core.on_view(member(0), gap, at(2ms));
  BOOST_TEST(core.view(at(2ms))->stamp.version == 8u);
}

BOOST_AUTO_TEST_CASE(the_age_of_a_picture_counts_from_its_last_confirmation) {
  vm_host_core core(member(1), incarnation{1}, {}, {}, record(0, 1), mono_time{});
  BOOST_TEST(core.view_age_milliseconds(at(0ms)) == -1);
  fleet_view whole;
  whole.stamp = {9, 4};
  whole.term = term_number{1};
  core.on_view(member(0), whole, at(0ms));
  BOOST_TEST(core.view_age_milliseconds(at(7s)) == 7'000);
  core.on_ack(member(0), {{1}, term_number{1}, {9, 4}}, at(8s));
  BOOST_TEST(core.view_age_milliseconds(at(9s)) == 1'000);
}

BOOST_AUTO_TEST_SUITE_END()
