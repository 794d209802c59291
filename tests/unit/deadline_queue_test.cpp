// Many deadlines behind one timer: order, and how many ticks are under way.
#include "actors/deadline_queue.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;
using namespace std::chrono_literals;

namespace {

mono_time at(milliseconds since) { return mono_time{since}; }

} // namespace

BOOST_AUTO_TEST_SUITE(deadline_queue_rules)

BOOST_AUTO_TEST_CASE(what_is_due_comes_in_order_and_ties_by_key) {
  deadline_queue<int> queue;
  queue.push(at(30ms), 1);
  queue.push(at(10ms), 7);
  queue.push(at(10ms), 3);
  BOOST_TEST((queue.earliest() == at(10ms)));
  BOOST_TEST(queue.pop_due(at(10ms)).value() == 3);
  BOOST_TEST(queue.pop_due(at(10ms)).value() == 7);
  BOOST_TEST(!queue.pop_due(at(29ms)).has_value());
  BOOST_TEST(queue.pop_due(at(30ms)).value() == 1);
  BOOST_TEST(!queue.earliest().has_value());
}

BOOST_AUTO_TEST_CASE(a_later_deadline_needs_no_second_tick) {
  tick_timer timer;
  BOOST_TEST((timer.arm(at(10ms), at(0ms)) == 10ms));
  BOOST_TEST(!timer.arm(at(20ms), at(1ms)).has_value());
  BOOST_TEST(!timer.arm(at(10ms), at(1ms)).has_value());
}

BOOST_AUTO_TEST_CASE(an_earlier_deadline_gets_its_own_tick) {
  tick_timer timer;
  timer.arm(at(10ms), at(0ms));
  BOOST_TEST((timer.arm(at(5ms), at(1ms)) == 4ms));
}

BOOST_AUTO_TEST_CASE(a_tick_that_came_clears_the_way_and_an_outdated_one_does_not) {
  tick_timer timer;
  timer.arm(at(10ms), at(0ms));
  timer.arm(at(5ms), at(0ms));
  timer.fired(at(5ms));
  BOOST_TEST((timer.arm(at(12ms), at(5ms)) == 7ms));
  timer.fired(at(10ms)); // the superseded one
  BOOST_TEST(!timer.arm(at(12ms), at(10ms)).has_value());
}

BOOST_AUTO_TEST_CASE(a_deadline_in_the_past_is_armed_without_a_delay) {
  tick_timer timer;
  BOOST_TEST((timer.arm(at(1ms), at(9ms)) == 0ms));
}

BOOST_AUTO_TEST_SUITE_END()
