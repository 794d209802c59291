// The root actor: which children live on which node, and what happens when one dies.
#include "tests/actor/node_fixture.hpp"

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(node_rules, node_fixture)

BOOST_AUTO_TEST_CASE(a_member_dials_its_controller_and_runs_no_fleet) {
  start(2, 1);
  BOOST_TEST(alive("vm-fleet") == 0u);
  BOOST_TEST(alive("vm-host") == 1u);
  BOOST_REQUIRE(network.dialed.size() == 1u);
  BOOST_TEST(network.dialed[0].address == "10.8.0.1");
  BOOST_TEST(network.listeners.count("10.8.0.2") == 1u);
}

BOOST_AUTO_TEST_CASE(the_controller_hears_itself_and_dials_nobody) {
  start(1, 1);
  BOOST_TEST(alive("vm-fleet") == 1u);
  BOOST_TEST(network.dialed.empty());
  auto moved = events.of<event::member_moved>();
  BOOST_REQUIRE(moved.size() == 1u);
  BOOST_TEST((moved[0].to == member_state::alive));
}

BOOST_AUTO_TEST_CASE(the_role_moves_with_the_fleets_record) {
  start(2, 1);
  caf::anon_send(node, membership_update{members(2)});
  run();
  BOOST_TEST(alive("vm-fleet") == 1u);
  caf::anon_send(node, membership_update{members(3)});
  run();
  BOOST_TEST(alive("vm-fleet") == 0u);
  BOOST_TEST(events.of<event::child_restarted>().empty());
  BOOST_TEST(network.dialed.back().address == "10.8.0.3");
}

BOOST_AUTO_TEST_CASE(a_child_that_fails_is_restarted_and_works_again) {
  start(1, 1);
  for (const char* name : {"vm-host", "vm-fleet", "link", "control"}) {
    fail(name);
    BOOST_TEST(alive(name) == 1u);
  }
  BOOST_TEST(events.of<event::child_restarted>().size() == 4u);
  auto before = events.of<event::message_accepted>().size();
  pass(10s);
  BOOST_TEST(events.of<event::message_accepted>().size() > before);
}

BOOST_AUTO_TEST_CASE(a_child_that_fails_six_times_in_a_minute_ends_the_node) {
  start(1, 1);
  for (int i = 0; i < 5; ++i) fail("vm-host");
  BOOST_TEST(events.of<event::node_gave_up>().empty());
  fail("vm-host");
  BOOST_TEST(events.of<event::node_gave_up>().size() == 1u);
  BOOST_TEST(alive("node") == 0u);
  BOOST_TEST(alive("link") == 0u);
}

BOOST_AUTO_TEST_CASE(failures_far_apart_are_forgiven) {
  start(1, 1);
  for (int i = 0; i < 10; ++i) {
    fail("vm-host");
    pass(15s);
  }
  BOOST_TEST(events.of<event::node_gave_up>().empty());
}

BOOST_AUTO_TEST_CASE(an_ordered_stop_ends_every_actor) {
  start(1, 1);
  caf::anon_send(node, stop_node{});
  run();
  for (const char* name : {"node", "link", "vm-host", "vm-fleet", "control"})
    BOOST_TEST(alive(name) == 0u);
  BOOST_TEST(events.of<event::node_stopped>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(every_start_has_a_higher_number_than_the_last) {
  start(1, 1);
  auto first = events.of<event::node_started>().back().run;
  auto second = next_incarnation(*durable);
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST((*second > first));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_no_member_does_not_start) {
  keys.emplace(7, id_of(9));
  ports world{time, random, *keys, network, *durable, machine, guests, events, own_process, this};
  node_options options;
  options.self = id_of(9);
  options.members = members(1);
  auto started = start_node(*system, options, world);
  BOOST_REQUIRE(!started.has_value());
  BOOST_TEST((started.error().code == ec::refused));
}

BOOST_AUTO_TEST_SUITE_END()
