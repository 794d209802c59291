// The writer's half of a ledger: what is one commit, when an answer may leave, what a full or broken
// disk does to those who wait, and whom a starting writer asks first.
#include "tests/unit/ledger_core_support.hpp"

#include "messages/base/limits.hpp"

#include <rapidcheck.h>

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

namespace {

struct writer_fixture {
  test_fleet fleet{3};
  test_member writer{fleet, 0};
  std::uint64_t founded = fleet.founding.entries.size();

  writer_fixture() { writer.begin(); }

  std::vector<event::ledger_committed> commits() const {
    std::vector<event::ledger_committed> found;
    for (const auto& what : writer.core->events)
      if (auto* one = std::get_if<event::ledger_committed>(&what)) found.push_back(*one);
    return found;
  }
  std::size_t give_many(std::size_t count, const std::string& text = "a remark") {
    for (std::size_t i = 0; i < count; ++i) writer.give(fleet.remark(0, text));
    return count;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(group_commit_rules, writer_fixture)

BOOST_AUTO_TEST_CASE(a_fleet_begins_with_its_founding_and_nothing_else) {
  BOOST_REQUIRE(commits().size() == 1u);
  BOOST_TEST(commits()[0].size == founded);
  BOOST_TEST(writer.core->is_writer());
  for (std::uint64_t i = 0; i < founded; ++i)
    BOOST_TEST((writer.entries->read(i).value() == fleet.founding.entries[i]));
}

BOOST_AUTO_TEST_CASE(nothing_is_written_while_nothing_waits) {
  BOOST_TEST(!writer.core->commit_due());
  writer.core->commit(wall_at({}), at({}));
  BOOST_TEST(commits().size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_arrives_meanwhile_is_the_next_commit) {
  give_many(3);
  writer.core->commit(wall_at({}), at({}));
  BOOST_TEST(!writer.core->commit_due());
  auto late = writer.give(fleet.remark(0));
  BOOST_TEST(writer.answer(late) == nullptr);
  writer.work();
  BOOST_REQUIRE(commits().size() == 3u);
  BOOST_TEST(commits()[1].leaves->size() == 3u);
  BOOST_TEST(commits()[2].leaves->size() == 1u);
  BOOST_TEST(writer.expect(late).index == founded + 3);
  BOOST_TEST(writer.expect(late).size == founded + 4);
}

BOOST_AUTO_TEST_CASE(a_commit_takes_1024_entries_at_most) {
  give_many(limits::commit_entries + 5);
  writer.work();
  BOOST_REQUIRE(commits().size() == 3u);
  BOOST_TEST(commits()[1].leaves->size() == limits::commit_entries);
  BOOST_TEST(commits()[2].leaves->size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_commit_takes_a_mebibyte_of_orders_at_most) {
  const std::string text(limits::reason_octets, 'x');
  give_many(1'100, text);
  writer.work();
  BOOST_REQUIRE(commits().size() == 3u);
  std::size_t octets = 0;
  for (std::uint64_t i = founded; i < commits()[1].size; ++i)
    octets += wire::decode_entry(writer.entries->read(i).value())->entry.order.octets.size();
  BOOST_TEST(octets <= limits::commit_octets);
  BOOST_TEST(octets + 2 * limits::reason_octets > limits::commit_octets);
}

BOOST_AUTO_TEST_CASE(an_order_of_an_administrator_ends_its_group) {
  writer.give(fleet.remark(0));
  writer.give(fleet.decided(fact::posture_set{writer.id, posture::leased}, founded));
  auto second = writer.give(fleet.decided(fact::posture_set{writer.id, posture::onprem}, founded));
  auto after = writer.give(fleet.remark(0));
  writer.work();
  BOOST_REQUIRE(commits().size() == 3u);
  BOOST_TEST(commits()[1].leaves->size() == 2u);
  // Judged after the first one had its effect, whose screen it had not seen.
  BOOST_TEST(writer.code(second) == "stale");
  BOOST_TEST(writer.code(after) == "entered");
  BOOST_TEST(writer.core->trusted());
}

BOOST_AUTO_TEST_CASE(an_order_without_the_right_to_it_is_refused_alone) {
  sim::world_signer nobody{test_fleet::secret, test_fleet::id_of(29)};
  auto first = writer.give(fleet.remark(0));
  auto unsigned_one = writer.give(fleet.order({order_author::kind::admin, fleet.admin.identity(), 0},
                                              fact::posture_set{writer.id, posture::leased}));
  auto forged = fleet.decided(fact::posture_set{writer.id, posture::leased}, founded);
  forged.authority->proof = nobody.sign(authority_text(fleet.founding.fleet, founded, forged.octets));
  auto forged_one = writer.give(forged);
  auto foreign = writer.give(fleet.order({order_author::kind::node, nobody.identity(), 0}, fact::noted{}));
  auto garbage = writer.give({bytes{1, 2, 3}, std::nullopt});
  auto last = writer.give(fleet.remark(0));
  writer.work();
  BOOST_TEST(writer.code(first) == "entered");
  BOOST_TEST(writer.code(unsigned_one) == "refused");
  BOOST_TEST(writer.code(forged_one) == "unauthentic");
  BOOST_TEST(writer.code(foreign) == "not-found");
  BOOST_TEST(writer.code(garbage) == "malformed");
  BOOST_TEST(writer.expect(last).index == founded + 1);
}

BOOST_AUTO_TEST_CASE(the_queue_is_bounded_in_entries) {
  give_many(limits::ledger_queue_entries);
  auto beyond = writer.give(fleet.remark(0));
  BOOST_TEST(writer.code(beyond) == "busy");
  writer.core->commit(wall_at({}), at({}));
  auto again = writer.give(fleet.remark(0));
  BOOST_TEST(writer.answer(again) == nullptr);
  writer.work();
  BOOST_TEST(writer.code(again) == "entered");
  BOOST_TEST(writer.core->size() == founded + limits::ledger_queue_entries + 1);
}

BOOST_AUTO_TEST_CASE(the_queue_is_bounded_in_octets) {
  const std::string text(limits::reason_octets, 'x');
  std::size_t taken = 0;
  std::string code;
  for (; code.empty(); ++taken) {
    auto ticket = writer.give(fleet.remark(0, text));
    if (writer.answer(ticket) != nullptr) code = writer.code(ticket);
  }
  BOOST_TEST(code == "busy");
  BOOST_TEST(taken < limits::ledger_queue_entries);
  BOOST_TEST(taken * (limits::reason_octets + 100) > limits::ledger_queue_octets);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(once_only_rules, writer_fixture)

BOOST_AUTO_TEST_CASE(an_order_given_again_later_is_answered_with_its_entry) {
  auto order = fleet.remark(0);
  auto first = writer.give(order);
  writer.work();
  auto again = writer.give(order);
  BOOST_TEST(!writer.core->commit_due());
  BOOST_TEST(writer.expect(again).index == writer.expect(first).index);
  BOOST_TEST(writer.core->size() == founded + 1);
}

BOOST_AUTO_TEST_CASE(an_order_given_again_after_a_restart_is_found_too) {
  auto order = fleet.remark(0);
  writer.give(order);
  writer.work();
  writer.begin();
  auto again = writer.give(order);
  writer.work();
  BOOST_TEST(writer.expect(again).index == founded);
  BOOST_TEST(writer.core->size() == founded + 1);
}

BOOST_AUTO_TEST_CASE(an_order_given_twice_while_it_waits_is_one_entry) {
  auto order = fleet.remark(0);
  auto first = writer.give(order);
  auto second = writer.give(order);
  writer.work();
  BOOST_TEST(writer.code(first) == "entered");
  BOOST_TEST(writer.code(second) == "busy"); // to be asked again, and then answered with the entry
  BOOST_TEST(writer.core->size() == founded + 1);
}

BOOST_AUTO_TEST_CASE(an_order_given_twice_in_two_groups_is_one_entry) {
  auto order = fleet.remark(0);
  auto first = writer.give(order);
  writer.give(fleet.decided(fact::posture_set{writer.id, posture::leased}, founded));
  auto second = writer.give(order);
  writer.work();
  BOOST_TEST(writer.expect(first).index == writer.expect(second).index);
  BOOST_TEST(writer.core->size() == founded + 2);
}

BOOST_AUTO_TEST_CASE(another_order_under_a_known_id_is_not_taken_for_it) {
  auto order = fleet.remark(0, "the true one");
  writer.give(order);
  writer.work();
  auto read = wire::decode_order(order.octets).value();
  read.why = "another one";
  auto other = writer.give({wire::encode_order(read).value(), std::nullopt});
  writer.work();
  BOOST_TEST(writer.code(other) == "exists");
  BOOST_TEST(writer.core->size() == founded + 1);
}

BOOST_AUTO_TEST_CASE(tickets_are_never_given_twice) {
  auto first = writer.core->new_ticket();
  BOOST_TEST(writer.core->new_ticket() > first);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(writers_disk_rules, writer_fixture)

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_and_the_same_order_succeeds_later) {
  auto order = fleet.remark(0);
  writer.disk.fail_next_append(append_fault::full);
  auto refused = writer.give(order);
  writer.work();
  BOOST_TEST(writer.code(refused) == "no-space");
  BOOST_TEST(writer.core->size() == founded);
  BOOST_TEST(writer.times("failed") == 0u);
  auto again = writer.give(order);
  BOOST_REQUIRE(writer.core->next_deadline().has_value()); // a full disk is not asked without a pause
  writer.core->advance(*writer.core->next_deadline());
  writer.work(2s);
  BOOST_TEST(writer.expect(again).index == founded);
}

BOOST_AUTO_TEST_CASE(a_founding_on_a_full_disk_waits_for_room) {
  test_member other(fleet, 0);
  other.open();
  other.disk.limit_octets(100);
  other.core->on_surveyed();
  other.work();
  BOOST_TEST(other.core->size() == 0u);
  BOOST_TEST(!other.core->commit_due());
  other.disk.limit_octets(~std::uint64_t{0});
  other.core->advance(at(5s));
  other.work(5s);
  BOOST_TEST(other.core->size() == founded);
}

BOOST_AUTO_TEST_CASE(a_failed_write_fails_everything_that_waits_and_says_so) {
  for (append_fault fault : {append_fault::write_fails, append_fault::sync_fails}) {
    writer.begin();
    writer.disk.fail_next_append(fault);
    auto first = writer.give(fleet.decided(fact::posture_set{writer.id, posture::leased}, writer.core->size()));
    auto waiting = writer.give(fleet.remark(0));
    writer.work();
    BOOST_TEST(writer.code(first) == "io-failed");
    BOOST_TEST(writer.code(waiting) == "io-failed");
    BOOST_TEST(writer.times("failed") == 1u);
    BOOST_TEST(writer.core->report().state == "failed");
    auto later = writer.give(fleet.remark(0));
    BOOST_TEST(writer.code(later) == "io-failed");
    BOOST_TEST(!writer.core->commit_due());
    writer.lose_power();
  }
  writer.begin();
  BOOST_TEST(writer.core->size() == founded);
}

BOOST_AUTO_TEST_CASE(a_cell_that_cannot_remember_is_a_failure_however_full_the_disk) {
  writer.cell_disk.fill_up(true);
  auto ticket = writer.give(fleet.remark(0));
  writer.work();
  BOOST_TEST(writer.code(ticket) == "io-failed");
  BOOST_TEST(writer.times("failed") == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_answered_is_there_after_a_loss_of_power) {
  sim::random_source random{3};
  std::map<std::uint64_t, std::string> answered;
  for (int round = 0; round < 40; ++round) {
    writer.begin();
    for (std::uint64_t i = random.below(4); i > 0; --i) {
      const std::string text = std::to_string(round) + "/" + std::to_string(i);
      auto ticket = writer.give(fleet.remark(0, text));
      if (random.permille(300))
        writer.disk.fail_next_append(random.permille(500) ? append_fault::sync_fails : append_fault::full);
      writer.work();
      if (!writer.expect(ticket).refused) answered[writer.expect(ticket).index] = text;
      writer.core->advance(at(1h));
    }
    writer.lose_power();
  }
  writer.begin();
  BOOST_TEST(answered.size() > 10u);
  for (const auto& [index, text] : answered)
    BOOST_TEST(wire::decode_entry(writer.entries->read(index).value())->order.why == text);
}

BOOST_AUTO_TEST_CASE(a_delegated_grant_that_has_expired_is_refused_by_the_writer_itself) {
  auto keys = test_fleet::keys_of(1);
  fact::grant_issued own;
  own.grant = {{}, "vm", capability::grant | capability::read, keys.identity(), "*", 0, 0, 0, {}};
  own.grant.serial.octets[0] = 1;
  own.grant.expires_milliseconds = to_milliseconds((wall_at(10s)).time_since_epoch());
  writer.give(fleet.decided(own, writer.core->size()));
  writer.work();
  fact::grant_issued handed_on = own;
  handed_on.grant.serial.octets[0] = 2;
  handed_on.grant.rights = capability::read;
  auto order = fleet.order({order_author::kind::node, keys.identity(), 0}, handed_on);
  auto ticket = writer.give(fleet.signed_by(keys, order, writer.core->size()));
  writer.work(1min); // nothing was written since: the newest entry is from before the end of the grant
  BOOST_TEST(writer.expect(ticket).refused.has_value());
  BOOST_TEST(writer.core->trusted());
}

BOOST_AUTO_TEST_CASE(the_old_writer_does_not_enter_a_take_over) {
  auto take = fact::role_given{fleet_role::controller, test_fleet::id_of(1), term_number{2}, true,
                               founded, writer.core->book().root()};
  auto ticket = writer.give(fleet.decided(take, founded));
  writer.work();
  BOOST_TEST(writer.code(ticket) == "refused");
  BOOST_TEST(writer.core->trusted());
  BOOST_TEST(writer.core->is_writer());
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct policy_fixture {
  test_fleet fleet{5};
  test_member writer{fleet, 0};
  node_id one = test_fleet::id_of(1), two = test_fleet::id_of(2);

  explicit policy_fixture() { writer.begin(); }
  void choose(acknowledgement policy) {
    writer.core->on_reachable({});
    auto ticket = writer.give(fleet.decided(fact::acknowledgement_chosen{policy}, writer.core->size()));
    writer.work();
    BOOST_REQUIRE(writer.code(ticket) == "entered");
    writer.core->on_reachable({one, two});
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
