// Stories about silence, told to the whole node in the simulator. Goal: every rule of heartbeats and
// eviction through the real actors, links and codec, not only in the detector.
#include "tests/scenario/scenario.hpp"

using namespace ppn;
using namespace ppn::sim;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(eviction_stories)

BOOST_AUTO_TEST_CASE(three_nodes_start__everybody_sees_three_in_the_pool) {
  story s(3);
  s.wait(25s);
  for (node_index node = 0; node < 3; ++node) {
    BOOST_TEST((s.state(node) == member_state::alive));
    BOOST_TEST(s.picture(node).in_pool == 3u);
  }
}

BOOST_AUTO_TEST_CASE(kill_a_member__suspect_evicted_back) {
  story s(3);
  s.wait(25s);
  s.fleet.kill(1, false);
  s.wait(16s);
  BOOST_TEST((s.state(1) == member_state::suspect));
  s.wait(16s);
  BOOST_TEST((s.state(1) == member_state::evicted));
  BOOST_TEST(s.times("guests of") == 1u); // one of two others silent: no doubt, consequences drawn
  BOOST_REQUIRE(s.fleet.start(1).has_value());
  s.wait(1s);
  BOOST_TEST((s.state(1) == member_state::alive));
}

BOOST_AUTO_TEST_CASE(lose_the_power_of_a_member__its_peers_get_no_word_and_it_is_evicted_all_the_same) {
  story s(3);
  s.wait(25s);
  s.fleet.kill(2, true);
  s.wait(32s);
  BOOST_TEST((s.state(2) == member_state::evicted));
  BOOST_REQUIRE(s.fleet.start(2).has_value());
  s.wait(6s); // the old connection stands on the controller's side until the new one replaces it
  BOOST_TEST((s.state(2) == member_state::alive));
}

BOOST_AUTO_TEST_CASE(freeze_both_others__two_evictions_and_the_controller_doubts_itself) {
  story s(3);
  s.wait(25s);
  s.fleet.freeze(1, 60s);
  s.fleet.freeze(2, 60s);
  s.wait(42s);
  BOOST_TEST((s.state(1) == member_state::evicted));
  BOOST_TEST((s.state(2) == member_state::evicted));
  BOOST_TEST(s.doubt);
  BOOST_TEST(s.times("marked lost") == 0u);
  s.wait(30s);
  BOOST_TEST((s.state(1) == member_state::alive));
  BOOST_TEST((s.state(2) == member_state::alive));
  BOOST_TEST(!s.doubt);
}

BOOST_AUTO_TEST_CASE(freeze_the_controller__nobody_is_evicted_for_its_sleep) {
  story s(3);
  s.wait(25s);
  s.fleet.freeze(0, 5min);
  s.wait(6min);
  BOOST_TEST(s.evictions.counts().evictions == 0u);
  BOOST_TEST(s.evictions.counts().sleeps == 1u);
}

BOOST_AUTO_TEST_CASE(partition_a_member__evicted_then_back_after_the_heal) {
  story s(4);
  s.wait(25s);
  auto cut = s.isolate(3);
  s.wait(42s);
  BOOST_TEST((s.state(3) == member_state::evicted));
  BOOST_TEST(s.picture(1).in_pool == 3u);
  s.fleet.net().heal(cut);
  s.wait(12s);
  BOOST_TEST((s.state(3) == member_state::alive));
  s.wait(15s);
  BOOST_TEST(s.picture(3).in_pool == 4u);
}

BOOST_AUTO_TEST_CASE(one_way_partition__beats_lost_acknowledgements_or_not) {
  story s(3);
  s.wait(25s);
  partition cut;
  cut.side = {false, true, false};
  cut.to_side = false; // what it sends is lost, what is sent to it arrives
  s.fleet.net().add_partition(cut);
  s.wait(45s);
  BOOST_TEST((s.state(1) == member_state::evicted));
}

BOOST_AUTO_TEST_CASE(wall_clock_31_seconds_slow_or_a_year_off__nothing_happens) { // trap T1
  story s(3);
  s.wait(25s);
  s.fleet.node(1).time().jump_wall(-31s);
  s.fleet.node(2).time().jump_wall(hours{24 * 365});
  s.fleet.node(0).time().jump_wall(-hours{24 * 365});
  s.wait(3min);
  BOOST_TEST(s.evictions.counts().suspects == 0u);
}

BOOST_AUTO_TEST_CASE(kill_the_controller__after_its_start_everybody_counts_as_heard) {
  story s(3);
  s.wait(25s);
  s.fleet.kill(0, false);
  s.wait(2min);
  BOOST_REQUIRE(s.fleet.start(0).has_value());
  s.wait(14s);
  BOOST_TEST(s.evictions.counts().evictions == 0u);
  BOOST_TEST((s.state(1) == member_state::alive));
  BOOST_TEST((s.state(2) == member_state::alive));
  s.wait(15s);
  BOOST_TEST((s.picture(1).stamp == s.picture(0).stamp));
}

BOOST_AUTO_TEST_CASE(member_stays_down_while_the_controller_starts__evicted_30_seconds_later) {
  story s(3);
  s.wait(25s);
  s.fleet.kill(0, false);
  s.fleet.kill(2, false);
  s.wait(1min);
  BOOST_REQUIRE(s.fleet.start(0).has_value());
  s.wait(29s);
  BOOST_TEST(s.evictions.counts().evictions == 0u);
  s.wait(2s);
  BOOST_TEST((s.state(2) == member_state::evicted));
}

BOOST_AUTO_TEST_CASE(an_idle_fleet_does_nothing_between_heartbeats) {
  story s(3);
  s.wait(60s); // settled, just after a beat
  s.wait(1s);
  auto before = s.fleet.events();
  s.wait(3s);
  BOOST_TEST(s.fleet.events() == before);
}

BOOST_AUTO_TEST_SUITE_END()
