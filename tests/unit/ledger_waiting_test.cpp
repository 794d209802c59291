// What a writer waits for: other members' copies before it answers, and other members' words before it
// writes at all.
#include "tests/unit/ledger_core_support.hpp"

#include "messages/base/limits.hpp"

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

namespace {

struct policy_fixture {
  test_fleet fleet{5};
  test_member writer{fleet, 0};
  node_id one = test_fleet::id_of(1), two = test_fleet::id_of(2);

  explicit policy_fixture() { writer.begin(); }
  void choose(acknowledgement policy) {
    writer.core->on_reachable({one, two});
    auto ticket = writer.give(fleet.decided(fact::acknowledgement_chosen{policy}, writer.core->size()));
    writer.work();
    held(one, writer.core->size());
    held(two, writer.core->size());
    BOOST_REQUIRE(writer.code(ticket) == "entered");
    writer.core->events.clear();
  }
  std::uint64_t enter(nanoseconds now = {}) {
    auto ticket = writer.give(fleet.remark(0), now);
    writer.work(now);
    return ticket;
  }
  void held(const node_id& member, std::uint64_t size, nanoseconds now = {}) {
    writer.core->on_copy(member, size);
    writer.core->advance(at(now));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(acknowledgement_rules, policy_fixture)

BOOST_AUTO_TEST_CASE(local__answers_when_it_is_durable_here) {
  choose(acknowledgement::local);
  auto ticket = enter();
  BOOST_TEST(!writer.expect(ticket).degraded);
}

BOOST_AUTO_TEST_CASE(one__answers_when_a_second_member_holds_it) {
  choose(acknowledgement::one);
  auto ticket = enter();
  auto size = writer.core->size();
  BOOST_TEST(writer.answer(ticket) == nullptr);
  held(one, size - 1);
  BOOST_TEST(writer.answer(ticket) == nullptr);
  held(one, size);
  BOOST_TEST(!writer.expect(ticket).degraded);
}

BOOST_AUTO_TEST_CASE(majority__answers_when_more_than_half_hold_it) {
  choose(acknowledgement::majority);
  auto ticket = enter();
  auto size = writer.core->size();
  held(one, size);
  BOOST_TEST(writer.answer(ticket) == nullptr); // two of five
  held(two, size + 100);
  BOOST_TEST(!writer.expect(ticket).degraded);
}

BOOST_AUTO_TEST_CASE(a_copy_of_somebody_who_is_no_member_does_not_count) {
  choose(acknowledgement::one);
  held(test_fleet::id_of(20), 1'000);
  auto ticket = enter();
  BOOST_TEST(writer.answer(ticket) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_copy_of_somebody_who_was_removed_does_not_count) {
  choose(acknowledgement::one);
  held(one, 1'000);
  enter();
  auto removed = writer.give(fleet.decided(fact::member_removed{one}, writer.core->size()));
  writer.work();
  BOOST_TEST(writer.answer(removed) == nullptr); // its own answer already waits for another copy
  auto ticket = enter();
  BOOST_TEST(writer.answer(ticket) == nullptr);
  held(two, writer.core->size());
  BOOST_TEST(!writer.expect(ticket).degraded);
}

BOOST_AUTO_TEST_CASE(nobody_can_be_reached__answers_at_once_and_degraded) {
  choose(acknowledgement::one);
  writer.core->on_reachable({});
  auto ticket = enter();
  BOOST_TEST(writer.expect(ticket).degraded);
  BOOST_TEST(writer.times("degraded") == 1u);
  BOOST_TEST(writer.core->report().degraded);
}

BOOST_AUTO_TEST_CASE(the_last_reachable_one_goes__those_who_wait_are_answered_degraded) {
  choose(acknowledgement::one);
  auto ticket = enter();
  writer.core->on_reachable({});
  writer.core->advance(at({}));
  BOOST_TEST(writer.expect(ticket).degraded);
}

BOOST_AUTO_TEST_CASE(nobody_copies_in_time__degraded_is_told_once_and_ends) {
  choose(acknowledgement::one);
  auto first = enter();
  auto second = enter(1s);
  BOOST_REQUIRE(writer.core->next_deadline() == at(limits::acknowledgement_deadline));
  writer.core->advance(at(limits::acknowledgement_deadline));
  BOOST_TEST(writer.expect(first).degraded);
  BOOST_TEST(writer.answer(second) == nullptr); // its own five seconds are not over
  writer.core->advance(at(limits::acknowledgement_deadline + 1s));
  BOOST_TEST(writer.expect(second).degraded);
  BOOST_TEST(writer.times("degraded") == 1u);
  auto third = enter(10s);
  held(one, writer.core->size(), 10s);
  BOOST_TEST(!writer.expect(third).degraded);
  BOOST_TEST(writer.times("ready") == 1u);
  BOOST_TEST(!writer.core->report().degraded);
}

BOOST_AUTO_TEST_CASE(answers_leave_in_order_and_only_for_what_is_held) {
  choose(acknowledgement::one);
  auto first = enter();
  auto held_size = writer.core->size();
  auto second = enter();
  held(one, held_size);
  BOOST_TEST(writer.answer(first) != nullptr);
  BOOST_TEST(writer.answer(second) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

// A writer, a copy that has all of it and one that lags; then the writer's process ends.
struct survey_fixture {
  test_fleet fleet{3};
  test_member writer{fleet, 0}, copy{fleet, 1}, lagging{fleet, 2};
  test_member yesterday{fleet, 0};

  survey_fixture() {
    writer.begin();
    copy.open();
    lagging.open();
    enter(3);
    follow(writer, lagging);
    yesterday.take_folder_of(writer);
    writer.open();
    writer.core->on_surveyed();
    enter(4);
    follow(writer, copy);
  }
  void enter(int count) {
    for (int i = 0; i < count; ++i) {
      writer.give(fleet.remark(0));
      writer.work();
    }
  }
  // As the survey goes: the members' words come, then the end of it.
  void hear_from_everybody() {
    BOOST_TEST(!writer.core->commit_due());
    writer.core->compare(lagging.id, lagging.core->have());
    writer.core->compare(copy.id, copy.core->have());
    writer.core->on_surveyed();
  }
  // Reads on, writes nothing, and writes again after it caught up with `from`.
  void comes_back(const test_member& from) {
    auto before = writer.core->size();
    auto refused = writer.give(fleet.remark(0));
    writer.work();
    BOOST_TEST(writer.core->size() == before);
    BOOST_TEST(writer.answer(refused) == nullptr); // it waits
    BOOST_TEST(writer.core->report().state == "read only");
    BOOST_TEST(writer.core->report().why.find(copy.id.brief()) != std::string::npos);
    follow(from, writer);
    writer.work();
    BOOST_TEST(writer.code(refused) == "entered");
    BOOST_TEST(writer.core->trusted());
    follow(writer, copy);
    follow(writer, lagging);
    BOOST_TEST((copy.core->book().root() == writer.core->book().root()));
    BOOST_TEST((lagging.core->book().root() == writer.core->book().root()));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(survey_rules, survey_fixture)

BOOST_AUTO_TEST_CASE(the_same_folder__asks_and_writes_on) {
  writer.open();
  auto ticket = writer.give(fleet.remark(0));
  hear_from_everybody();
  writer.work();
  BOOST_TEST(writer.code(ticket) == "entered");
}

BOOST_AUTO_TEST_CASE(yesterdays_folder__signs_nothing_until_it_caught_up) {
  writer.take_folder_of(yesterday);
  writer.open();
  hear_from_everybody();
  comes_back(copy);
}

BOOST_AUTO_TEST_CASE(an_empty_folder__signs_nothing_until_it_caught_up) {
  test_member empty(fleet, 0);
  writer.take_folder_of(empty);
  writer.open();
  BOOST_TEST(writer.core->size() == 0u);
  hear_from_everybody();
  comes_back(copy);
}

BOOST_AUTO_TEST_CASE(restored_from_a_copy_that_lags__goes_on_waiting_for_the_other_one) {
  test_member empty(fleet, 0);
  writer.take_folder_of(empty);
  writer.open();
  hear_from_everybody();
  follow(lagging, writer);
  writer.work();
  BOOST_TEST(writer.core->size() == lagging.core->size());
  BOOST_TEST(!writer.core->commit_due());
  BOOST_TEST(writer.core->report().state == "read only");
  comes_back(copy);
}

BOOST_AUTO_TEST_CASE(a_folder_put_back_from_a_lagging_copy__asks_like_any_other) {
  writer.take_folder_of(lagging);
  writer.open();
  hear_from_everybody();
  comes_back(copy);
}

BOOST_AUTO_TEST_CASE(a_word_that_nobody_signed_keeps_no_writer_from_writing) {
  writer.take_folder_of(yesterday);
  writer.open();
  ledger_have boast = copy.core->have();
  boast.note.clear();
  boast.size = 1'000'000;
  writer.core->compare(copy.id, boast);
  log::checkpoint claimed{fleet.origin, 1'000'000, boast.root, {}};
  auto own_key = log::make_vkey(fleet.origin, log::key_type::ed25519, copy.keys.key(key_role::log));
  boast.note = log::sign_checkpoint(claimed, *own_key, [&](bytes_view text) {
                 return copy.keys.sign_as(key_role::log, text);
               }).value();
  writer.core->compare(copy.id, boast);
  writer.core->on_surveyed();
  auto ticket = writer.give(fleet.remark(0));
  writer.work();
  BOOST_TEST(writer.code(ticket) == "entered");
}

BOOST_AUTO_TEST_CASE(the_older_word_comes_too_late__the_writer_stops_and_says_why) {
  writer.take_folder_of(yesterday);
  writer.open();
  writer.core->on_surveyed(); // nobody who knew was there to answer
  writer.give(fleet.remark(0));
  writer.work();
  writer.core->compare(copy.id, copy.core->have());
  BOOST_TEST(!writer.core->trusted());
  BOOST_TEST(writer.core->report().state == "read only");
  auto ticket = writer.give(fleet.remark(0));
  writer.work();
  BOOST_TEST(writer.answer(ticket) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
