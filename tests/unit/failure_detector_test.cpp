// The rules of silence, on the pure detector: every edge from both sides, then a naive model of the
// rules against random histories.
#include "actors/failure_detector.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

using namespace ppn;
using namespace std::chrono_literals;

namespace {

node_id member(octet number) {
  node_id id;
  id.octets[0] = number;
  return id;
}

const node_id self = member(0);

struct fleet {
  explicit fleet(octet others) : detector(self, at(0ms)) {
    std::vector<node_id> ids{self};
    for (octet i = 1; i <= others; ++i) ids.push_back(member(i));
    detector.set_members(ids, at(0ms), out);
    for (const node_id& id : ids) detector.heard(id, at(0ms), out);
    out.clear();
  }
  static mono_time at(milliseconds since) { return mono_time{hours{1}} + since; }

  void heard(const node_id& id, milliseconds since) { detector.heard(id, at(since), out); check(); }
  void advance(milliseconds since) { detector.advance(at(since), out); check(); }
  // Everybody beats each 10 s up to `until`, except the silent ones; timers fire exactly.
  void live(milliseconds from, milliseconds until, const std::vector<node_id>& silent, octet others) {
    for (auto now = from; now <= until; now += 250ms) {
      if (now % 10s == 0ms)
        for (octet i = 0; i <= others; ++i)
          if (std::find(silent.begin(), silent.end(), member(i)) == silent.end()) heard(member(i), now);
      advance(now);
    }
  }
  void check() { detector.check_invariants(); }
  member_state state(const node_id& id) const { return detector.find(id)->state; }
  template <class T>
  std::vector<T> effects() const {
    std::vector<T> found;
    for (const auto& effect : out)
      if (auto* one = std::get_if<T>(&effect)) found.push_back(*one);
    return found;
  }

  failure_detector detector;
  detection_effects out;
};

} // namespace

BOOST_AUTO_TEST_SUITE(failure_detector_rules)

BOOST_AUTO_TEST_CASE(a_member_is_suspect_at_15_seconds_and_not_before) {
  fleet f(1);
  f.heard(self, 14s);
  f.advance(14'999ms);
  BOOST_TEST((f.state(member(1)) == member_state::alive));
  f.advance(15'000ms);
  BOOST_TEST((f.state(member(1)) == member_state::suspect));
  BOOST_TEST(f.effects<detection::moved>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(eviction_falls_between_30_and_31_seconds) {
  fleet f(1);
  f.live(250ms, 30'000ms, {member(1)}, 1);
  BOOST_TEST((f.state(member(1)) == member_state::suspect));
  auto due = f.detector.next_deadline();
  BOOST_REQUIRE(due.has_value());
  BOOST_TEST((*due > fleet::at(30s) && *due <= fleet::at(31s)));
  f.detector.advance(*due, f.out);
  BOOST_TEST((f.state(member(1)) == member_state::evicted));
  auto moves = f.effects<detection::moved>();
  BOOST_TEST((moves.back().silence > 30s && moves.back().silence <= 31s));
  BOOST_TEST(f.effects<detection::lost>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_word_brings_a_suspect_back_without_a_return) {
  fleet f(1);
  f.live(250ms, 20'000ms, {member(1)}, 1);
  f.heard(member(1), 20'100ms);
  BOOST_TEST((f.state(member(1)) == member_state::alive));
  BOOST_TEST(f.detector.find(member(1))->returns == 0u);
  BOOST_TEST(!f.detector.find(member(1))->flapping);
}

BOOST_AUTO_TEST_CASE(an_evicted_member_returns_and_flaps_for_a_minute) {
  fleet f(1);
  f.live(250ms, 31'000ms, {member(1)}, 1);
  f.heard(member(1), 31'000ms);
  BOOST_TEST((f.state(member(1)) == member_state::alive));
  BOOST_TEST(f.detector.find(member(1))->flapping);
  BOOST_TEST(f.detector.find(member(1))->returns == 1u);
  f.live(31'250ms, 90'750ms, {}, 1);
  BOOST_TEST(f.detector.find(member(1))->flapping);
  f.live(91'000ms, 91'250ms, {}, 1);
  BOOST_TEST(!f.detector.find(member(1))->flapping);
  BOOST_TEST(f.effects<detection::settled>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_stranger_is_ignored) {
  fleet f(1);
  f.heard(member(9), 1s);
  BOOST_TEST(f.out.empty());
  BOOST_TEST(f.detector.find(member(9)) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_new_member_counts_as_heard_when_it_joins) {
  fleet f(1);
  f.live(250ms, 20'000ms, {}, 1);
  f.detector.set_members({self, member(1), member(2)}, fleet::at(20s), f.out);
  BOOST_TEST((f.state(member(2)) == member_state::expected));
  f.live(20'250ms, 34'750ms, {member(2)}, 1);
  BOOST_TEST((f.state(member(2)) == member_state::expected));
  f.live(35'000ms, 50'250ms, {member(2)}, 1);
  BOOST_TEST((f.state(member(2)) == member_state::evicted));
}

BOOST_AUTO_TEST_CASE(a_removed_member_is_forgotten_with_its_deadlines) {
  fleet f(2);
  f.live(250ms, 20'000ms, {member(2)}, 2);
  f.detector.set_members({self, member(1)}, fleet::at(20s), f.out);
  f.out.clear();
  f.live(20'250ms, 60'000ms, {}, 1);
  BOOST_TEST(f.out.empty());
}

BOOST_AUTO_TEST_CASE(half_of_the_members_silent_together_make_the_controller_doubt) {
  fleet f(4);
  f.live(250ms, 30'250ms, {member(1), member(2)}, 4);
  BOOST_TEST(f.detector.doubt().active);
  BOOST_TEST(f.detector.doubt().silent == 2u);
  BOOST_TEST(f.detector.doubt().members == 4u);
  BOOST_TEST((f.state(member(1)) == member_state::evicted)); // no exception from eviction
  BOOST_TEST(f.effects<detection::lost>().empty());          // but from its consequences
  // One comes back: one silent member is no reason to doubt. Now the other one's guests are lost.
  f.heard(member(1), 31s);
  BOOST_TEST(!f.detector.doubt().active);
  auto lost = f.effects<detection::lost>();
  BOOST_REQUIRE(lost.size() == 1u);
  BOOST_TEST((lost[0].member == member(2)));
}

BOOST_AUTO_TEST_CASE(less_than_half_silent_is_no_reason_to_doubt) {
  fleet f(5);
  f.live(250ms, 30'250ms, {member(1), member(2)}, 5);
  BOOST_TEST(!f.detector.doubt().active);
  BOOST_TEST(f.effects<detection::lost>().size() == 2u);
}

BOOST_AUTO_TEST_CASE(one_silent_member_of_two_nodes_is_no_reason_to_doubt) {
  fleet f(1);
  f.live(250ms, 30'250ms, {member(1)}, 1);
  BOOST_TEST(!f.detector.doubt().active);
}

BOOST_AUTO_TEST_CASE(the_doubt_survives_the_evictions_that_it_caused) {
  fleet f(2);
  f.live(250ms, 120'000ms, {member(1), member(2)}, 2);
  BOOST_TEST(f.detector.doubt().active);
  BOOST_TEST(f.detector.doubt().episodes == 1u);
  BOOST_TEST(f.effects<detection::lost>().empty());
}

BOOST_AUTO_TEST_CASE(a_controller_that_slept_evicts_nobody_for_it) {
  fleet f(2);
  f.live(250ms, 12'000ms, {}, 2);
  f.heard(member(1), 92s); // 80 s later, without a call between
  auto slept = f.effects<detection::slept>();
  BOOST_REQUIRE(slept.size() == 1u);
  BOOST_TEST((slept[0].shift == 80s));
  BOOST_TEST((f.state(member(2)) == member_state::alive));
  // Its silence goes on from where it was: heard 2 s before the sleep.
  f.live(92'250ms, 104'750ms, {member(2)}, 2);
  BOOST_TEST((f.state(member(2)) == member_state::alive));
  f.advance(105'000ms);
  BOOST_TEST((f.state(member(2)) == member_state::suspect));
}

BOOST_AUTO_TEST_CASE(a_late_timer_is_not_a_sleep) {
  fleet f(1);
  f.heard(self, 14s);
  f.advance(15'500ms);
  BOOST_TEST(f.effects<detection::slept>().empty());
  BOOST_TEST((f.state(member(1)) == member_state::suspect));
}

// A naive reading of the rules, recomputed from the whole history at every step.
BOOST_AUTO_TEST_CASE(random_histories_agree_with_a_naive_model) {
  BOOST_TEST(rc::check([] {
    fleet f(6);
    std::array<milliseconds, 7> last{};
    std::array<bool, 7> out_of_pool{};
    auto now = 0ms;
    for (int step = 0; step < 400; ++step) {
      now += 250ms;
      auto who = static_cast<octet>(*rc::gen::inRange(0, 60));
      if (now % 5s == 0ms) who = 0;
      if (who < 7) {
        f.heard(member(who), now);
        last[who] = now;
        out_of_pool[who] = false;
      }
      f.advance(now);
      for (octet i = 0; i < 7; ++i) {
        auto silence = now - last[i];
        if (silence >= 30'250ms) out_of_pool[i] = true;
        auto expected = out_of_pool[i]    ? member_state::evicted
                        : silence >= 15s ? member_state::suspect
                                         : member_state::alive;
        RC_ASSERT(f.state(member(i)) == expected);
      }
    }
  }));
}

BOOST_AUTO_TEST_SUITE_END()
