// How members speak about the ledger: whole fleets without actors, over links that lose, repeat and
// reorder. Goal: nobody honest is ever accused, no copy holds anything but what the writer wrote, and
// when links stand, everybody has everything.
#include "tests/unit/replica_support.hpp"

#include "messages/base/limits.hpp"
#include "storage/log/cosignature.hpp"

#include <rapidcheck.h>

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(replica_rules)

BOOST_AUTO_TEST_CASE(three_members_meet__everybody_has_the_founding) {
  cluster c(3);
  BOOST_TEST(c.size(0) == 0u); // nobody was asked yet
  c.link_all();
  c.run();
  BOOST_TEST(c.size(0) == c.fleet.founding.entries.size());
  BOOST_TEST(c.all_equal());
}

BOOST_AUTO_TEST_CASE(an_entry_reaches_every_copy_and_is_answered_when_one_has_it) {
  cluster c(3);
  c.link_all();
  c.run();
  auto ticket = c.enter();
  BOOST_TEST(c.all[0]->member.answer(ticket) == nullptr);
  c.run();
  BOOST_TEST(!c.all[0]->member.expect(ticket).degraded);
  BOOST_TEST(c.all_equal());
}

BOOST_AUTO_TEST_CASE(one_page_at_a_time_is_under_way_to_a_copy) {
  cluster c(2);
  c.link_all();
  c.run();
  for (int i = 0; i < 10; ++i)
    c.enter();
  auto pages = std::count_if(c.net.begin(), c.net.end(), [](const auto& each) {
    return std::holds_alternative<ledger_page>(*each.message);
  });
  BOOST_TEST(pages == 1);
  c.run();
  BOOST_TEST(c.all_equal());
}

BOOST_AUTO_TEST_CASE(a_lost_page_is_made_up_for_when_the_writer_is_heard_of_again) {
  cluster c(2);
  c.link_all();
  c.run();
  c.enter();
  c.net.clear();
  BOOST_TEST(!c.all_equal());
  c.pass(10s);
  BOOST_TEST(c.all_equal());
}

BOOST_AUTO_TEST_CASE(a_word_is_not_repeated_more_often_than_every_five_seconds) {
  cluster c(2);
  c.link_all();
  c.run();
  c.enter();
  c.net.clear();
  c.pass(6s);
  BOOST_TEST(c.all_equal());
  c.enter();
  c.net.clear();
  c.all[1]->replica->on_writer_has(c.size(0), c.now + 1s);
  c.settle(1);
  BOOST_TEST(c.net.empty());
  c.all[1]->replica->on_writer_has(c.size(0), c.now + 6s);
  c.settle(1);
  BOOST_TEST(c.net.size() == 1u);
}

BOOST_AUTO_TEST_CASE(two_who_disagree_do_not_talk_without_an_end) {
  cluster c(3);
  c.link_all();
  c.run();
  for (std::size_t i = 1; i < 3; ++i)
    c.unlink(0, i);
  test_member twin(c.fleet, 0);
  twin.take_folder_of(c.all[0]->member);
  c.all[0]->member.open();
  twin.begin();
  twin.give(c.fleet.remark(0, "of the twin"));
  twin.work();
  follow(twin, c.all[1]->member); // ... which is heard by one member only
  c.start(0);
  c.link(0, 2);
  c.run();
  c.pass(limits::ledger_survey);
  for (int i = 0; i < 5; ++i)
    c.enter();
  c.run();
  c.restart(1, false);
  c.link(0, 1);
  c.run(); // comes to an end
  BOOST_TEST(c.all[1]->accused + c.all[0]->accused > 0u);
  BOOST_TEST(!c.all[1]->member.core->trusted());
  for (int i = 0; i < 5; ++i)
    c.pass(10s);
  BOOST_TEST(c.all[2]->accused == 0u);
}

BOOST_AUTO_TEST_CASE(pages_and_words_of_strangers_and_of_those_who_do_not_write_are_ignored) {
  cluster c(3);
  c.link_all();
  c.run();
  auto& replica = *c.all[1]->replica;
  auto page = std::make_shared<wire_message>(ledger_page{});
  replica.on_message(test_fleet::id_of(20), page, c.now);
  replica.on_message(c.all[2]->member.id, page, c.now);
  BOOST_TEST(replica.asks.empty());
  replica.on_message(c.all[0]->member.id, page, c.now);
  BOOST_TEST(replica.asks.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(survey_of_members)

BOOST_AUTO_TEST_CASE(a_writer_alone_with_silent_members_waits_without_an_end) {
  cluster c(3);
  c.pass(10min);
  BOOST_TEST(c.size(0) == 0u);
  BOOST_TEST(c.all[0]->member.core->report().why == "asking members");
}

BOOST_AUTO_TEST_CASE(a_fleet_of_one_asks_nobody) {
  cluster c(1);
  BOOST_TEST(c.size(0) == c.fleet.founding.entries.size());
}

BOOST_AUTO_TEST_CASE(who_does_not_answer_is_waited_for_half_a_minute) {
  cluster c(3);
  c.link(0, 1);
  c.run();
  c.pass(limits::ledger_survey - 1s);
  BOOST_TEST(c.size(0) == 0u);
  c.pass(1s);
  BOOST_TEST(c.size(0) == c.fleet.founding.entries.size());
}

BOOST_AUTO_TEST_CASE(a_word_from_a_member_that_is_ahead_ends_in_a_restore) {
  cluster c(3);
  c.link_all();
  c.run();
  test_member yesterday(c.fleet, 0);
  yesterday.take_folder_of(c.all[0]->member);
  for (int i = 0; i < 5; ++i)
    c.enter();
  c.run();
  for (std::size_t i = 1; i < 3; ++i)
    c.unlink(0, i);
  c.all[0]->member.take_folder_of(yesterday);
  c.start(0);
  auto old_size = c.size(0);
  c.link_all();
  c.run();
  c.enter();
  c.pass(1min);
  BOOST_TEST(c.size(0) == old_size);
  BOOST_TEST(c.all[0]->member.core->report().state == "read only");
  c.all[0]->replica->restore_from(c.all[2]->member.id, c.now);
  c.settle(0);
  c.run();
  c.pass(10s);
  BOOST_TEST(c.size(0) == old_size + 6); // what it had lost, and what waited meanwhile
  BOOST_TEST(c.all_equal());
  for (const auto& each : c.all)
    BOOST_TEST(each->accused == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rough_links)

BOOST_AUTO_TEST_CASE(loss_repetition_and_disorder_lead_nobody_astray) {
  BOOST_TEST(rc::check([] {
    cluster c(3, *rc::gen::element(acknowledgement::local, acknowledgement::one, acknowledgement::majority));
    int steps = *rc::gen::inRange(10, 120);
    for (int step = 0; step < steps; ++step) {
      std::size_t some = *rc::gen::inRange<std::size_t>(1, 3);
      switch (*rc::gen::inRange(0, 9)) {
      case 0:
        c.link(0, some);
        break;
      case 1:
        c.unlink(0, some);
        break;
      case 2:
        for (int i = *rc::gen::inRange(1, 5); i > 0; --i)
          c.enter();
        break;
      case 3:
        c.restart(*rc::gen::inRange<std::size_t>(0, 3), *rc::gen::arbitrary<bool>());
        break;
      case 4:
        c.now += seconds{*rc::gen::inRange(0, 40)};
        c.settle(0);
        break;
      case 5:
        if (!c.net.empty()) c.net.push_back(c.net[*rc::gen::inRange<std::size_t>(0, c.net.size())]);
        break;
      case 6:
        if (!c.net.empty()) c.net.erase(c.net.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, c.net.size()));
        break;
      default:
        for (int i = 0; i < 8 && !c.net.empty(); ++i) {
          auto which = c.net.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, c.net.size());
          auto letter = *which;
          c.net.erase(which);
          if (c.up[letter.from][letter.to]) c.deliver(letter);
        }
      }
      for (std::size_t i = 0; i < 3; ++i) {
        RC_ASSERT(c.all[i]->accused == 0u);
        RC_ASSERT(c.is_beginning(i));
      }
    }
    c.net.clear();
    for (std::size_t i = 1; i < 3; ++i)
      c.unlink(0, i);
    c.link_all();
    c.run();
    for (int i = 0; i < 4; ++i)
      c.pass(20s);
    auto ticket = c.enter();
    c.run();
    RC_ASSERT(c.all_equal());
    RC_ASSERT(c.all[0]->member.code(ticket) == "entered");
    RC_ASSERT(!c.all[0]->member.expect(ticket).degraded);
  }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(asking_witnesses)

BOOST_AUTO_TEST_CASE(the_newest_checkpoint_gets_every_witness_line_once_a_second) {
  cluster c(3);
  c.link_all();
  c.run();
  c.pass(2s);
  c.enter();
  c.run();
  c.pass(2s);
  auto cosigned = log::parse_note(view_of(c.all[0]->member.core->report().cosigned));
  BOOST_REQUIRE(cosigned.has_value());
  BOOST_TEST(cosigned->signatures.size() == 3u); // the log's and two witnesses'
  BOOST_TEST(c.witnessed[1]->size == c.size(0));
  BOOST_TEST(c.witnessed[2]->size == c.size(0));
}

BOOST_AUTO_TEST_CASE(a_witness_that_remembers_more_than_the_writer_knows_is_asked_again) {
  cluster c(2);
  c.link_all();
  c.run();
  c.pass(2s);
  auto before = c.witnessed[1]->size;
  c.restart(0, false); // the writer's side forgets what was cosigned
  c.link_all();
  c.run();
  c.enter();
  c.run();
  c.pass(2s);
  BOOST_TEST(c.witnessed[1]->size == before + 1);
}

BOOST_AUTO_TEST_CASE(an_answer_before_the_question_does_no_harm) {
  cluster c(2);
  c.link_all();
  c.run();
  replica_core writer(c.all[0]->member.id, c.members, c.all[0]->member.keys, c.now);
  auto witness = c.all[1]->member.id;
  writer.on_peer_up(witness, c.now);
  writer.on_message(witness, std::make_shared<wire_message>(ledger_have{0, log::empty_root(), {}}), c.now);
  writer.set_roster(roster_of(*c.all[0]->member.core, c.fleet.origin), c.size(0), c.now);
  writer.advance(c.now + 1min);
  auto asked = std::count_if(writer.asks.begin(), writer.asks.end(),
                             [](const auto& each) { return std::holds_alternative<cosign_query>(each); });
  BOOST_REQUIRE(asked == 1); // the ledger has not answered what to ask yet
  for (std::uint16_t status : {200, 409, 500})
    writer.on_message(witness, std::make_shared<wire_message>(cosign_answer{status, "7\n"}), c.now);
  auto told = std::count_if(writer.asks.begin(), writer.asks.end(),
                            [](const auto& each) { return std::holds_alternative<cosigned_notice>(each); });
  BOOST_TEST(told == 0);
}

BOOST_AUTO_TEST_CASE(a_line_that_is_not_the_witnesses_own_is_refused_and_named) {
  cluster c(2);
  c.link_all();
  c.run();
  auto& replica = *c.all[0]->replica;
  c.enter();
  replica.advance(c.now + 1min);
  for (auto& what : std::exchange(replica.asks, {}))
    c.ask(*c.all[0], std::move(what));
  auto note = log::parse_note(view_of(c.all[0]->member.core->book().note())).value();
  auto foreign = test_fleet::keys_of(5);
  auto key = log::make_vkey(witness_name(c.fleet.origin, c.all[1]->member.id), log::key_type::cosignature,
                            c.all[1]->member.keys.key(key_role::witness));
  auto line = log::make_cosignature(
      note.text, *key, 1'000, [&](bytes_view text) { return foreign.sign_as(key_role::witness, text); });
  replica.events.clear();
  replica.on_message(c.all[1]->member.id,
                     std::make_shared<wire_message>(cosign_answer{200, log::to_text(*line)}), c.now);
  BOOST_REQUIRE(replica.events.size() == 1u);
  BOOST_TEST(std::get<event::refused>(replica.events[0]).reason == "cosignature");
  BOOST_TEST(c.all[0]->member.core->report().cosigned.empty());
}

BOOST_AUTO_TEST_SUITE_END()
