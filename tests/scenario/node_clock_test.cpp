// A drifting clock and its inverse: a timer fires at the first moment its node's clock shows it.
#include "sim/node_clock.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;
using namespace ppn::sim;

BOOST_AUTO_TEST_SUITE(node_clock_rules)

BOOST_AUTO_TEST_CASE(when_is_the_first_moment_that_shows_the_time) {
  for (std::int64_t ppm : {-5000, -50, -1, 0, 1, 50, 5000})
    for (std::int64_t ahead : {1LL, 999'999LL, 15'000'000'000LL, 2'592'000'000'000'007LL}) {
      world_time now{12'345'678'901};
      node_clock clock(now, hours{700});
      clock.set_drift(ppm);
      mono_time due = clock.monotonic() + nanoseconds{ahead};
      world_time at = clock.when(due);
      BOOST_TEST((clock.at(at) >= due), "drift " << ppm << " ahead " << ahead);
      BOOST_TEST((clock.at(at - nanoseconds{1}) < due), "drift " << ppm << " ahead " << ahead);
    }
}

BOOST_AUTO_TEST_CASE(a_new_drift_begins_where_the_old_one_was) {
  world_time now{0};
  node_clock clock(now, seconds{5});
  clock.set_drift(5000);
  now = seconds{1000};
  auto before = clock.monotonic();
  BOOST_TEST((before.time_since_epoch() == seconds{5} + seconds{1005}));
  clock.set_drift(-5000);
  BOOST_TEST((clock.monotonic() == before));
}

BOOST_AUTO_TEST_CASE(a_wall_jump_moves_no_monotonic_time) {
  world_time now{0};
  node_clock clock(now, seconds{5});
  auto mono = clock.monotonic();
  auto wall = clock.wall();
  clock.jump_wall(-hours{24 * 365});
  BOOST_TEST((clock.monotonic() == mono));
  BOOST_TEST((clock.wall() == wall - hours{24 * 365}));
}

BOOST_AUTO_TEST_SUITE_END()
