// A middle-box that flips, repeats and swaps octets; a disk that lies. Goal: what is damaged ends a
// link, is counted, and never reaches an actor; the fleet comes back by itself.
#include "tests/scenario/scenario.hpp"

using namespace ppn;
using namespace ppn::sim;
using namespace std::chrono_literals;

namespace {

void survives(network_faults faults, const std::string& expected_refusal) {
  story s(3, 5);
  s.wait(25s);
  s.fleet.net().faults = faults;
  s.wait(10min);
  BOOST_TEST(s.times("refused") > 0u);
  BOOST_TEST(s.times(expected_refusal) > 0u);
  s.fleet.net().faults = network_faults{};
  s.wait(90s);
  for (node_index node = 0; node < 3; ++node) BOOST_TEST(s.picture(node).in_pool == 3u);
}

} // namespace

BOOST_AUTO_TEST_SUITE(hostile_stories)

BOOST_AUTO_TEST_CASE(flipped_bits__refused_as_unauthentic) {
  network_faults faults;
  faults.corrupt_permille = 300;
  survives(faults, "unauthentic");
}

BOOST_AUTO_TEST_CASE(repeated_frames__refused) {
  network_faults faults;
  faults.repeat_permille = 300;
  survives(faults, "repeated, missing or out of order");
}

BOOST_AUTO_TEST_CASE(swapped_frames__refused) {
  network_faults faults;
  faults.swap_permille = 1000;
  faults.delay_most = 20s; // so that two frames are ever under way together
  story s(3, 5);
  s.fleet.net().faults = faults;
  s.wait(30min);
  s.fleet.net().faults = network_faults{};
  s.wait(90s);
  for (node_index node = 0; node < 3; ++node) BOOST_TEST(s.picture(node).in_pool == 3u);
}

BOOST_AUTO_TEST_CASE(torn_frames__put_together_again) {
  story s(3);
  s.fleet.net().faults.tear_permille = 900;
  s.wait(5min);
  BOOST_TEST(s.times("refused") == 0u);
  for (node_index node = 0; node < 3; ++node) BOOST_TEST(s.picture(node).in_pool == 3u);
}

BOOST_AUTO_TEST_CASE(disk_is_full_at_the_start__refuses_to_start_and_starts_later) {
  story s(3);
  s.wait(25s);
  s.fleet.kill(1, false);
  s.fleet.node(1).disk().cells.fill_up(true);
  auto refused = s.fleet.start(1);
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == ec::no_space));
  s.fleet.node(1).disk().cells.fill_up(false);
  BOOST_REQUIRE(s.fleet.start(1).has_value());
  s.wait(5s);
  BOOST_TEST((s.state(1) == member_state::alive));
}

BOOST_AUTO_TEST_CASE(disk_lied_about_the_last_start__the_node_is_heard_all_the_same) {
  story s(3);
  s.fleet.kill(1, false);
  s.fleet.node(1).disk().cells.withhold_syncs(true);
  BOOST_REQUIRE(s.fleet.start(1).has_value());
  s.wait(5min);
  s.fleet.kill(1, true); // forgets that it ever started
  s.fleet.node(1).disk().cells.withhold_syncs(false);
  BOOST_REQUIRE(s.fleet.start(1).has_value());
  s.wait(8s);
  BOOST_TEST((s.state(1) == member_state::alive));
  s.wait(3min);
  BOOST_TEST(s.evictions.counts().evictions == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
