// The writer's half of a ledger: what is one commit, what is one order, and what a full or broken disk does
// to those who wait.
#include "tests/unit/ledger_core_support.hpp"

#include "messages/base/limits.hpp"

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
    for (std::size_t i = 0; i < count; ++i)
      writer.give(fleet.remark(0, text));
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
  BOOST_TEST(taken * (limits::reason_octets + 200) > limits::ledger_queue_octets);
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
    auto first =
        writer.give(fleet.decided(fact::posture_set{writer.id, posture::leased}, writer.core->size()));
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
  auto take = fact::role_given{fleet_role::controller,    test_fleet::id_of(1), term_number{2}, true, founded,
                               writer.core->book().root()};
  auto ticket = writer.give(fleet.decided(take, founded));
  writer.work();
  BOOST_TEST(writer.code(ticket) == "refused");
  BOOST_TEST(writer.core->trusted());
  BOOST_TEST(writer.core->is_writer());
}

BOOST_AUTO_TEST_SUITE_END()
