// The rules of placement, one by one, each from both sides of its edge.
#include "tests/unit/placement_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;
using namespace ppn::placement;

namespace {

struct fleet {
  placement::pool pool;
  void add(const node_facts& node) { pool.put_node(node); }
  std::string chosen(const request& asked) const {
    answer given = pool.decide(asked);
    pool.check_invariants();
    return given.node ? pool.find(*given.node)->name : std::string{to_string(given.why.why)};
  }
  reason refusal(std::uint32_t node, const request& asked) const {
    return pool.check(node_number(node), asked).why;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(placement_rules)

BOOST_AUTO_TEST_CASE(most_available_ram_wins_and_ties_go_to_the_least_id) {
  fleet all;
  all.add(node_with(3, 8 * gibi));
  all.add(node_with(1, 4 * gibi));
  all.add(node_with(2, 8 * gibi));
  BOOST_TEST(all.chosen(asks_for(gibi)) == "node-2");
  BOOST_TEST(all.pool.claim(node_number(2), guest_number(1), asks_for(gibi).takes));
  BOOST_TEST(all.chosen(asks_for(gibi)) == "node-3");
}

BOOST_AUTO_TEST_CASE(what_remains_may_equal_the_margin_but_not_pass_it) {
  fleet all;
  all.add(node_with(1, 4 * gibi));
  BOOST_TEST(all.chosen(asks_for(4 * gibi - 512 * mebi)) == "node-1");
  BOOST_TEST(all.chosen(asks_for(4 * gibi - 512 * mebi + 1)) == "no-node-fits");
  refusal why = all.pool.check(node_number(1), asks_for(4 * gibi));
  BOOST_TEST(text_of(why) == "4 GiB of RAM free, 4.5 GiB needed (4 GiB and a margin of 512 MiB)");
}

BOOST_AUTO_TEST_CASE(a_small_node_keeps_a_quarter) {
  fleet all;
  all.add(node_with(1, gibi));
  BOOST_TEST(all.chosen(asks_for(768 * mebi)) == "node-1");
  BOOST_TEST(all.chosen(asks_for(768 * mebi + 1)) == "no-node-fits");
}

BOOST_AUTO_TEST_CASE(a_small_node_with_a_small_margin_is_found_behind_larger_ones) {
  fleet all;
  node_facts large = node_with(1, 16 * gibi);
  large.ram_reported = 900 * mebi;
  all.add(large);
  all.add(node_with(2, 800 * mebi)); // margin 200 MiB
  BOOST_TEST(all.chosen(asks_for(600 * mebi)) == "node-2");
  BOOST_TEST(all.chosen(asks_for(388 * mebi)) == "node-1");
}

BOOST_AUTO_TEST_CASE(available_is_the_least_of_report_and_ledger_less_what_is_in_flight) {
  fleet all;
  node_facts node = node_with(1, 8 * gibi);
  node.ram_reported = 6 * gibi;
  node.ram_resident = gibi;
  all.add(node);
  BOOST_TEST(all.pool.available(node.id) == 6 * gibi);
  all.pool.claim(node.id, guest_number(1), asks_for(2 * gibi).takes); // reserved: both shrink
  BOOST_TEST(all.pool.available(node.id) == 4 * gibi);
  node.ram_guests =
      2 * gibi; // now the heartbeat knows it, and the guest has hardly touched its RAM
  node.ram_reported = 5 * gibi + 512 * mebi;
  all.add(node);
  BOOST_TEST(all.pool.available(node.id) == 5 * gibi); // 8 - 2 - 1
  all.pool.release(guest_number(1)); // gone, and free when the next heartbeat says so
  BOOST_TEST(all.pool.available(node.id) == 5 * gibi + 512 * mebi);
  node.ram_guests = 0;
  node.ram_reported = 8 * gibi;
  all.add(node);
  BOOST_TEST(all.pool.available(node.id) == 7 * gibi);
}

BOOST_AUTO_TEST_CASE(guests_that_only_the_node_knows_count_once) {
  fleet all;
  node_facts node = node_with(1, 8 * gibi);
  node.ram_guests = 3 * gibi;
  node.ram_reported = 5 * gibi;
  all.add(node);
  BOOST_TEST(all.pool.available(node.id) == 5 * gibi);
  all.pool.claim(node.id, guest_number(1), asks_for(gibi).takes); // not one of those
  BOOST_TEST(all.pool.available(node.id) == 4 * gibi);
  node.ram_guests = 4 * gibi;
  node.ram_reported = 4 * gibi;
  all.add(node);
  BOOST_TEST(all.pool.available(node.id) == 4 * gibi);
  all.pool.claim(node.id, guest_number(2),
                 asks_for(3 * gibi).takes); // that one, as its node tells us
  all.add(node);
  BOOST_TEST(all.pool.available(node.id) == 4 * gibi);
}

BOOST_AUTO_TEST_CASE(more_guests_than_offered_is_none_free_and_nothing_wraps) {
  fleet all;
  node_facts node = node_with(1, 2 * gibi);
  all.add(node);
  all.pool.claim(node.id, guest_number(1), asks_for(9 * gibi).takes);
  BOOST_TEST(all.pool.available(node.id) == 0u);
  BOOST_TEST(all.chosen(asks_for(1)) == "no-node-fits");
  BOOST_TEST(all.chosen(asks_for(~std::uint64_t{0})) == "no-node-fits");
}

BOOST_AUTO_TEST_CASE(reserved_nodes_come_last_whatever_they_have) {
  fleet all;
  node_facts spare = node_with(1, 64 * gibi);
  spare.reserved = true;
  spare.kvm = true;
  all.add(spare);
  all.add(node_with(2, 4 * gibi));
  request asked = asks_for(3 * gibi);
  asked.prefer_kvm = true;
  BOOST_TEST(all.chosen(asked) == "node-2");
  all.pool.claim(node_number(2), guest_number(1), asked.takes);
  BOOST_TEST(all.chosen(asked) == "node-1");
}

BOOST_AUTO_TEST_CASE(kvm_is_preferred_only_when_asked_and_only_while_it_fits) {
  fleet all;
  all.add(node_with(1, 16 * gibi));
  node_facts fast = node_with(2, 4 * gibi);
  fast.kvm = true;
  all.add(fast);
  request asked = asks_for(2 * gibi);
  BOOST_TEST(all.chosen(asked) == "node-1");
  asked.prefer_kvm = true;
  BOOST_TEST(all.chosen(asked) == "node-2");
  asked.takes.ram = 8 * gibi;
  BOOST_TEST(all.chosen(asked) == "node-1");
}

BOOST_AUTO_TEST_CASE(a_preferred_node_obeys_the_margin) { // trap T5
  fleet all;
  all.add(node_with(1, 16 * gibi));
  all.add(node_with(2, 4 * gibi));
  request asked = asks_for(3 * gibi);
  asked.preferred = node_number(2);
  BOOST_TEST(all.chosen(asked) == "node-2");
  BOOST_TEST((all.pool.decide(asked).by == choice::preferred));
  asked.takes.ram = 4 * gibi - 512 * mebi + 1;
  BOOST_TEST(all.chosen(asked) == "node-1");
  asked.preferred = node_number(9);
  BOOST_TEST(all.chosen(asked) == "node-1");
}

BOOST_AUTO_TEST_CASE(a_pinned_node_takes_it_or_nobody_does) {
  fleet all;
  all.add(node_with(1, 16 * gibi));
  all.add(node_with(2, 4 * gibi));
  request asked = asks_for(gibi);
  asked.pin = node_number(2);
  BOOST_TEST(all.chosen(asked) == "node-2");
  asked.takes.ram = 5 * gibi;
  BOOST_TEST(all.chosen(asked) == "ram");
  asked.pin = node_number(7);
  BOOST_TEST(all.chosen(asked) == "unknown-node");
}

BOOST_AUTO_TEST_CASE(a_totebox_names_its_node) { // trap T6
  fleet all;
  all.add(node_with(1, 16 * gibi));
  request asked = asks_for(gibi);
  asked.type = guest_type::totebox;
  BOOST_TEST(all.chosen(asked) == "totebox-needs-node");
  asked.preferred = node_number(1);
  BOOST_TEST(all.chosen(asked) == "totebox-needs-node");
  asked.pin = node_number(1);
  BOOST_TEST(all.chosen(asked) == "node-1");
}

BOOST_AUTO_TEST_CASE(a_totebox_goes_to_no_cloud_node_but_by_tier_or_override) {
  fleet all;
  node_facts cloud = node_with(1, 16 * gibi);
  cloud.trust = posture::cloud;
  all.add(cloud);
  request asked = asks_for(gibi);
  asked.type = guest_type::totebox;
  asked.pin = cloud.id;
  BOOST_TEST(all.chosen(asked) == "totebox-on-cloud");
  asked.vault = true;
  BOOST_TEST(all.chosen(asked) == "node-1");
  asked.vault = false;
  asked.override_posture = true;
  BOOST_TEST(all.chosen(asked) == "node-1");
  BOOST_TEST(all.pool.explain(asked).warnings.size() == 1u);
  asked.override_posture = false;
  asked.type = guest_type::privategit;
  BOOST_TEST(all.chosen(asked) == "node-1");
}

BOOST_AUTO_TEST_CASE(a_leased_node_takes_a_totebox_with_a_warning) {
  fleet all;
  node_facts leased = node_with(1, 16 * gibi);
  leased.trust = posture::leased;
  all.add(leased);
  request asked = asks_for(gibi);
  asked.type = guest_type::totebox;
  asked.pin = leased.id;
  explanation told = all.pool.explain(asked);
  BOOST_TEST(told.decided.node.has_value());
  BOOST_REQUIRE(told.warnings.size() == 1u);
  BOOST_TEST(told.warnings[0] == "node-1 is leased: you do not see every boot of it");
}

BOOST_AUTO_TEST_CASE(nodes_that_may_take_nothing_say_why) {
  fleet all;
  std::uint32_t number = 0;
  auto add = [&](auto change) {
    node_facts node = node_with(++number, 16 * gibi);
    change(node);
    all.add(node);
    return all.refusal(number, asks_for(gibi));
  };
  BOOST_TEST((add([](node_facts& n) { n.state = standing::suspect; }) == reason::suspect));
  BOOST_TEST((add([](node_facts& n) { n.state = standing::evicted; }) == reason::evicted));
  BOOST_TEST((add([](node_facts& n) { n.state = standing::flapping; }) == reason::flapping));
  BOOST_TEST((add([](node_facts& n) { n.state = standing::unheard; }) == reason::unheard));
  BOOST_TEST((add([](node_facts& n) { n.drained = true; }) == reason::drained));
  BOOST_TEST((add([](node_facts& n) { n.kind = member_kind::operator_station; }) ==
              reason::hosts_nothing));
  BOOST_TEST(all.chosen(asks_for(gibi)) == "no-node-fits");
  BOOST_TEST(
      text_of(all.pool.explain(asks_for(gibi)).decided.why) ==
      "no node takes it: 1 hosts-nothing, 1 unheard, 1 suspect, 1 evicted, 1 flapping, 1 drained");
  node_facts back = node_with(1, 16 * gibi);
  all.add(back);
  BOOST_TEST(all.chosen(asks_for(gibi)) == "node-1");
}

BOOST_AUTO_TEST_CASE(vcpus_end_at_the_ratio_and_at_the_limit) {
  fleet all;
  node_facts node = node_with(1, 64 * gibi);
  node.cpus_offered = 2;
  all.add(node);
  request asked = asks_for(gibi);
  asked.takes.vcpus = 8;
  BOOST_TEST(all.chosen(asked) == "node-1");
  asked.takes.vcpus = 9;
  BOOST_TEST((all.refusal(1, asked) == reason::vcpus));
  node.vcpus_limit = 3;
  all.add(node);
  asked.takes.vcpus = 4;
  BOOST_TEST((all.refusal(1, asked) == reason::vcpus));
  all.pool.set_rules({512 * mebi, 1});
  asked.takes.vcpus = 3;
  BOOST_TEST((all.refusal(1, asked) == reason::vcpus));
  BOOST_TEST(all.chosen(asked) == "no-node-fits");
}

BOOST_AUTO_TEST_CASE(the_guest_limit_counts_reservations) {
  fleet all;
  node_facts node = node_with(1, 64 * gibi);
  node.guests_limit = 2;
  all.add(node);
  all.pool.claim(node.id, guest_number(1), {});
  BOOST_TEST(all.chosen(asks_for(gibi)) == "node-1");
  all.pool.claim(node.id, guest_number(2), {});
  BOOST_TEST((all.refusal(1, asks_for(gibi)) == reason::guest_limit));
  BOOST_TEST(all.chosen(asks_for(gibi)) == "no-node-fits");
}

BOOST_AUTO_TEST_CASE(disk_is_counted_by_pool) {
  fleet all;
  node_facts node = node_with(1, 64 * gibi);
  node.pools = {{"default", 100 * gibi, 80 * gibi, 10 * gibi}, {"fast", 20 * gibi, 20 * gibi, 0}};
  all.add(node);
  request asked = asks_for(gibi);
  asked.takes.disk = 80 * gibi;
  BOOST_TEST(all.chosen(asked) == "node-1");
  asked.takes.pool = "fast";
  BOOST_TEST((all.refusal(1, asked) == reason::disk));
  BOOST_TEST(all.chosen(asked) == "no-node-fits");
  asked.takes.pool = "tape";
  BOOST_TEST((all.refusal(1, asked) == reason::no_such_pool));
  asked.takes.pool = "fast";
  asked.takes.disk = 15 * gibi;
  all.pool.claim(node.id, guest_number(1), asked.takes);
  BOOST_TEST((all.refusal(1, asked) == reason::disk));
}

BOOST_AUTO_TEST_CASE(a_host_port_is_given_once_and_comes_back) { // trap T8
  fleet all;
  all.add(node_with(1, 64 * gibi));
  all.add(node_with(2, 32 * gibi));
  request asked = asks_for(gibi);
  asked.takes.host_ports = {19090, 10022};
  all.pool.claim(node_number(1), guest_number(1), asked.takes);
  BOOST_TEST(all.chosen(asked) == "node-2");
  all.pool.claim(node_number(2), guest_number(2), asked.takes);
  BOOST_TEST(all.chosen(asked) == "no-node-fits");
  refusal why = all.pool.check(node_number(1), asked);
  BOOST_TEST(text_of(why) == "host port 19090 is taken by another guest");
  all.pool.release(guest_number(1));
  BOOST_TEST(all.chosen(asked) == "node-1");
}

BOOST_AUTO_TEST_CASE(affinity_looks_at_the_node_and_at_its_guests) {
  fleet all;
  node_facts gpu = node_with(1, 4 * gibi);
  gpu.labels = {"gpu=yes"};
  all.add(gpu);
  all.add(node_with(2, 64 * gibi));
  request asked = asks_for(gibi);
  asked.affinity = {"gpu=yes"};
  BOOST_TEST(all.chosen(asked) == "node-1");
  asked.affinity = {"role=front"};
  BOOST_TEST(all.chosen(asked) == "no-node-fits");
  footprint front;
  front.labels = {"role=front"};
  all.pool.claim(node_number(1), guest_number(1), front);
  BOOST_TEST(all.chosen(asked) == "node-1");
  all.pool.release(guest_number(1));
  BOOST_TEST(all.chosen(asked) == "no-node-fits");
}

BOOST_AUTO_TEST_CASE(anti_affinity_holds_in_both_directions) {
  fleet all;
  all.add(node_with(1, 64 * gibi));
  all.add(node_with(2, 4 * gibi));
  request first = asks_for(gibi);
  first.takes.labels = {"role=db"};
  request second = asks_for(gibi);
  second.takes.anti_affinity = {"role=db"};
  all.pool.claim(node_number(1), guest_number(1), first.takes);
  BOOST_TEST(all.chosen(second) == "node-2");
  all.pool.release(guest_number(1));
  all.pool.claim(node_number(1), guest_number(2), second.takes);
  BOOST_TEST(all.chosen(first) == "node-2");
  refusal why = all.pool.check(node_number(1), first);
  BOOST_TEST(text_of(why) == "the label role=db keeps them apart");
}

BOOST_AUTO_TEST_CASE(a_changed_guest_is_not_counted_against_itself) {
  fleet all;
  all.add(node_with(1, 4 * gibi));
  request asked = asks_for(3 * gibi);
  asked.takes.host_ports = {19090};
  all.pool.claim(node_number(1), guest_number(1), asked.takes);
  asked.takes.ram = 3 * gibi + 512 * mebi;
  BOOST_TEST((all.pool.check(node_number(1), asked).why == reason::ram));
  BOOST_TEST((all.pool.check(node_number(1), asked, guest_number(1)).why == reason::none));
  asked.takes.ram += 1;
  BOOST_TEST((all.pool.check(node_number(1), asked, guest_number(1)).why == reason::ram));
  all.pool.check_invariants();
}

BOOST_AUTO_TEST_CASE(a_claim_moves_and_ends_with_its_node) {
  fleet all;
  all.add(node_with(1, 4 * gibi));
  all.add(node_with(2, 4 * gibi));
  BOOST_TEST(!all.pool.claim(node_number(3), guest_number(1), {}));
  all.pool.claim(node_number(1), guest_number(1), asks_for(gibi).takes);
  all.pool.claim(node_number(2), guest_number(1), asks_for(2 * gibi).takes);
  BOOST_TEST(all.pool.available(node_number(1)) == 4 * gibi);
  BOOST_TEST(all.pool.available(node_number(2)) == 2 * gibi);
  all.pool.remove_node(node_number(2));
  BOOST_TEST(all.pool.guests() == 0u);
  BOOST_TEST(!all.pool.release(guest_number(1)));
  BOOST_TEST(all.chosen(asks_for(gibi)) == "node-1");
}

BOOST_AUTO_TEST_CASE(an_explanation_names_every_node_in_the_order_of_choice) {
  fleet all;
  all.add(node_with(1, 4 * gibi));
  all.add(node_with(2, 8 * gibi));
  node_facts spare = node_with(3, 32 * gibi);
  spare.reserved = true;
  all.add(spare);
  node_facts silent = node_with(4, 64 * gibi);
  silent.state = standing::suspect;
  all.add(silent);
  explanation told = all.pool.explain(asks_for(gibi));
  BOOST_REQUIRE(told.candidates.size() == 4u);
  BOOST_TEST(told.candidates[0].name == "node-2");
  BOOST_TEST(told.candidates[1].name == "node-1");
  BOOST_TEST(told.candidates[2].name == "node-3");
  BOOST_TEST(told.candidates[2].rank == 3u);
  BOOST_TEST((told.candidates[3].why.why == reason::suspect));
  BOOST_TEST(told.candidates[3].rank == 0u);
}

BOOST_AUTO_TEST_CASE(capacity_says_how_many_and_how_many_without_the_node_that_matters_most) {
  fleet all;
  all.add(node_with(1, 4 * gibi)); // 3 of 1 GiB
  all.add(node_with(2, 8 * gibi)); // 7
  node_facts few = node_with(3, 64 * gibi);
  few.cpus_offered = 1; // 4
  all.add(few);
  capacity much = all.pool.count(asks_for(gibi));
  BOOST_TEST(much.fits == 14u);
  BOOST_TEST(much.fits_without_one == 7u);
  BOOST_TEST((much.matters_most == node_number(2)));
  request forwarded = asks_for(gibi);
  forwarded.takes.host_ports = {19090};
  BOOST_TEST(all.pool.count(forwarded).fits == 3u);
}

BOOST_AUTO_TEST_CASE(hundreds_of_labels_pass_the_bits_of_the_mask) {
  fleet all;
  for (std::uint32_t i = 0; i < 300; ++i) {
    node_facts node = node_with(i, (4 + i) * gibi);
    node.labels = {"rack=" + std::to_string(i)};
    all.add(node);
  }
  for (std::uint32_t i = 0; i < 300; i += 7) {
    request asked = asks_for(gibi);
    asked.affinity = {"rack=" + std::to_string(i)};
    BOOST_TEST(all.chosen(asked) == "node-" + std::to_string(i));
  }
  for (std::uint32_t i = 0; i < 300; i += 2)
    all.pool.remove_node(node_number(i));
  request asked = asks_for(gibi);
  asked.affinity = {"rack=4"};
  BOOST_TEST(all.chosen(asked) == "no-node-fits");
  asked.affinity = {"rack=151"};
  BOOST_TEST(all.chosen(asked) == "node-151");
}

BOOST_AUTO_TEST_SUITE_END()
