// Which evictions and returns are entered: each once, whatever is asked how often, whatever is lost with
// a crash, and one pair for a member that flaps.
#include "actors/registry_entries.hpp"
#include "messages/base/limits.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;
using namespace std::chrono_literals;

namespace {

node_id member(octet number) {
  node_id id;
  id.octets[0] = number;
  return id;
}

// A controller that hears itself and member 1 all the time, and member 2 when the test says so.
struct registry_fixture {
  mono_time now = mono_time{} + 1h;
  std::optional<vm_fleet_core> fleet;
  registry_entries entries;
  std::set<node_id> ledger; // evicted, as the ledger has it
  std::vector<std::string> made;
  std::uint64_t sequence = 0;
  bool heard = true;
  bool refusing = false;

  registry_fixture() {
    start();
    pass(20s);
  }
  // A controller's process: what was not entered is known to nobody.
  void start() {
    auto record = std::make_shared<membership>();
    record->controller = member(0);
    for (octet i = 0; i < 3; ++i)
      record->members.push_back({member(i),
                                 "n" + std::to_string(i),
                                 "10.8.0.1",
                                 9203,
                                 posture::onprem,
                                 member_kind::node,
                                 false,
                                 {}});
    fleet.emplace(member(0), 77, now);
    fleet->set_membership(record, now);
    entries = {};
    entries.set_recorded(ledger);
  }
  void beat(octet who) {
    heartbeat next;
    next.sequence = heartbeat_sequence{++sequence};
    fleet->on_heartbeat(member(who), next, now, wall_time{});
  }
  void step(nanoseconds length) {
    now += length;
    fleet->advance(now);
    if (!fleet->events.empty()) entries.look();
    fleet->events.clear();
    while (auto next = entries.next(*fleet, now)) {
      BOOST_TEST(!entries.next(*fleet, now).has_value()); // one at a time
      if (refusing) return entries.refused(now);
      enter(*next);
      entries.written();
    }
  }
  void enter(const entry_fact& what) {
    if (auto* evicted = std::get_if<fact::member_evicted>(&what)) {
      BOOST_TEST(ledger.insert(evicted->member).second);
      made.push_back("evicted " + std::to_string(evicted->member.octets[0]));
      silence = evicted->silence_milliseconds;
    } else {
      const auto& returned = std::get<fact::member_returned>(what);
      BOOST_TEST(ledger.erase(returned.member) == 1u);
      made.push_back("returned " + std::to_string(returned.member.octets[0]));
    }
  }
  // In steps that are short enough not to be taken for sleep.
  void pass(nanoseconds length) {
    for (nanoseconds gone{0}; gone < length; gone += 250ms) {
      if (gone % 5s == 0s) {
        beat(0);
        beat(1);
        if (heard) beat(2);
      }
      step(250ms);
    }
  }
  std::string all() const {
    std::string text;
    for (const auto& each : made)
      text += (text.empty() ? "" : ", ") + each;
    return text;
  }
  std::int64_t silence = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(registry_rules, registry_fixture)

BOOST_AUTO_TEST_CASE(while_everybody_is_heard_nothing_is_entered) {
  pass(10min);
  BOOST_TEST(all() == "");
}

BOOST_AUTO_TEST_CASE(an_eviction_is_entered_once_with_its_silence) {
  heard = false;
  pass(5min);
  BOOST_TEST(all() == "evicted 2");
  BOOST_TEST(silence > 30'000);
  BOOST_TEST(silence <= 31'000);
}

BOOST_AUTO_TEST_CASE(a_return_is_entered_when_the_member_has_settled) {
  heard = false;
  pass(1min);
  heard = true;
  pass(limits::flapping_window - 10s);
  BOOST_TEST(all() == "evicted 2");
  pass(20s); // nothing else happens in the fleet that could remind the controller
  BOOST_TEST(all() == "evicted 2, returned 2");
  pass(10min);
  BOOST_TEST(made.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_member_that_flaps_makes_one_pair) {
  for (int i = 0; i < 6; ++i) {
    heard = false;
    pass(40s);
    heard = true;
    pass(20s);
  }
  BOOST_TEST(all() == "evicted 2");
  pass(2min);
  BOOST_TEST(all() == "evicted 2, returned 2");
}

BOOST_AUTO_TEST_CASE(nothing_is_said_before_the_ledger_was_read) {
  entries = {};
  heard = false;
  pass(2min);
  BOOST_TEST(all() == "");
  entries.set_recorded({});
  pass(5s);
  BOOST_TEST(all() == "evicted 2");
}

BOOST_AUTO_TEST_CASE(a_refused_entry_is_made_a_little_later) {
  refusing = true;
  heard = false;
  pass(2min);
  BOOST_TEST(all() == "");
  refusing = false;
  pass(10s);
  BOOST_TEST(all() == "evicted 2");
}

BOOST_AUTO_TEST_CASE(after_a_restart_an_eviction_in_the_ledger_is_not_made_again) {
  heard = false;
  pass(1min);
  for (int i = 0; i < 3; ++i) {
    start();
    pass(1min);
  }
  BOOST_TEST(all() == "evicted 2");
  heard = true;
  start();
  pass(2min);
  BOOST_TEST(all() == "evicted 2, returned 2");
}

BOOST_AUTO_TEST_CASE(an_entry_that_was_lost_with_a_crash_is_made_after_it) {
  refusing = true; // never durable
  heard = false;
  pass(40s);
  refusing = false;
  start();
  pass(1min);
  BOOST_TEST(all() == "evicted 2");
}

BOOST_AUTO_TEST_SUITE_END()
