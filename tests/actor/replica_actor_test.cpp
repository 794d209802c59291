// The replica's actor: orders of a member on their way to the controller and back, and what the controller
// takes of others.
#include "messages/base/limits.hpp"
#include "tests/actor/ledger_fixture.hpp"

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

namespace {

struct replica_fixture : ledger_fixture {
  static membership_ptr three_members() {
    auto record = std::make_shared<membership>();
    record->controller = test_fleet::id_of(0);
    record->term = term_number{1};
    for (std::size_t i = 0; i < 3; ++i) {
      member_record member;
      member.id = test_fleet::id_of(i);
      member.name = "n" + std::to_string(i);
      member.address = "10.8.0." + std::to_string(i + 1);
      member.port = 9203;
      record->members.push_back(member);
    }
    return record;
  }
  void start_as(std::size_t member) {
    self_index = member;
    around.link = link_listener();
    around.ledger = ledger_listener();
    spawn();
  }
  void spawn() {
    replica =
        keep(spawn_replica(*system, {test_fleet::id_of(self_index), three_members()}, world_of(self_index)));
    caf::anon_send(replica, around);
    run();
  }
  // A ledger that enters everything, when the test lets it.
  ledger_actor ledger_listener() {
    return keep(system->spawn([this]() -> ledger_actor::behavior_type {
      return {[this](const append_order& m) {
                told.orders.push_back(m);
                return append_answer{std::nullopt, 41, 42, true};
              },
              [](commit_now) {},
              [](const ledger_read_query&) { return ledger_read_answer{}; },
              [](ledger_report_query) { return ledger_report_answer{}; },
              [](const ledger_proof_query&) { return ledger_proof_answer{}; },
              [](const ledger_tile_query&) { return ledger_tile_answer{}; },
              [](const ledger_state_query&) { return ledger_state_answer{}; },
              [](const wiring&) {},
              [](const page_query&) {},
              [](const page_offer&) {},
              [](const have_notice&) {},
              [](const copies_notice&) {},
              [](survey_notice) {},
              [](const accusation&) {},
              [](const cosign_query&) {},
              [](const cosigned_notice&) {},
              [](look_again) {},
              [](tick) {}};
    }));
  }
  void link_up(std::size_t with) {
    caf::anon_send(replica, peer_up{test_fleet::id_of(with)});
    run();
  }
  void hear(std::size_t from, wire_message message) {
    caf::anon_send(replica,
                   peer_message{test_fleet::id_of(from), std::make_shared<wire_message>(std::move(message))});
    run();
  }
  template <class T>
  std::vector<T> sent() const {
    std::vector<T> found;
    for (const auto& each : told.sent)
      if (auto* one = std::get_if<T>(each.message.get())) found.push_back(*one);
    return found;
  }
  std::string answered(std::size_t from, order_request request) {
    hear(from, std::move(request));
    auto replies = sent<order_reply>();
    BOOST_REQUIRE(!replies.empty());
    const auto& last = replies.back();
    return last.refused ? std::string(to_string(last.refused->code)) : "entered";
  }
  submitted_order local_remark(std::size_t node) {
    return fleet.order({order_author::kind::local_user, test_fleet::id_of(node), 1000}, fact::noted{});
  }

  std::size_t self_index = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(orders_of_a_member, replica_fixture)

BOOST_AUTO_TEST_CASE(an_order_goes_to_the_controller_and_its_answer_comes_back) {
  start_as(1);
  link_up(0);
  auto given = local_remark(1);
  auto asked = ask(replica, given);
  run();
  auto requests = sent<order_request>();
  BOOST_REQUIRE(requests.size() == 1u);
  BOOST_TEST((requests[0].order == given));
  hear(0, order_reply{requests[0].ticket, std::nullopt, 7, 8, true});
  BOOST_REQUIRE(code(asked) == "entered");
  BOOST_TEST(asked->answer->index == 7u);
  BOOST_TEST(asked->answer->size == 8u);
  BOOST_TEST(asked->answer->degraded);
}

BOOST_AUTO_TEST_CASE(answers_find_their_orders_in_any_order_and_once) {
  start_as(1);
  link_up(0);
  auto first = ask(replica, local_remark(1));
  auto second = ask(replica, local_remark(1));
  run();
  auto requests = sent<order_request>();
  BOOST_REQUIRE(requests.size() == 2u);
  hear(0, order_reply{requests[1].ticket, std::nullopt, 2, 3, false});
  hear(0, order_reply{requests[1].ticket, error{ec::refused, ""}, 0, 0, false}); // once more
  hear(0, order_reply{requests[0].ticket, error{ec::stale, "no"}, 0, 0, false});
  BOOST_TEST(code(first) == "stale");
  BOOST_TEST(code(second) == "entered");
}

BOOST_AUTO_TEST_CASE(an_answer_of_anybody_but_the_controller_is_none) {
  start_as(1);
  link_up(0);
  link_up(2);
  auto asked = ask(replica, local_remark(1));
  run();
  hear(2, order_reply{sent<order_request>()[0].ticket, std::nullopt, 7, 8, false});
  BOOST_TEST(code(asked) == "waits");
}

BOOST_AUTO_TEST_CASE(without_a_link_the_answer_is_unreachable_at_once) {
  start_as(1);
  auto asked = ask(replica, local_remark(1));
  run();
  BOOST_TEST(code(asked) == "unreachable");
  BOOST_TEST(sent<order_request>().empty());
}

BOOST_AUTO_TEST_CASE(a_link_that_breaks_leaves_an_unknown_fate) {
  start_as(1);
  link_up(0);
  auto asked = ask(replica, local_remark(1));
  run();
  caf::anon_send(replica, peer_down{test_fleet::id_of(2), {ec::unreachable, ""}});
  run();
  BOOST_TEST(code(asked) == "waits"); // another link
  caf::anon_send(replica, peer_down{test_fleet::id_of(0), {ec::unreachable, ""}});
  run();
  BOOST_TEST(code(asked) == "timed-out");
}

BOOST_AUTO_TEST_CASE(no_answer_in_time_is_an_unknown_fate_and_a_late_one_is_dropped) {
  start_as(1);
  link_up(0);
  auto first = ask(replica, local_remark(1));
  run();
  pass(1s);
  auto second = ask(replica, local_remark(1));
  run();
  pass(limits::order_deadline - 1s);
  BOOST_TEST(code(first) == "timed-out");
  BOOST_TEST(code(second) == "waits");
  hear(0, order_reply{sent<order_request>()[0].ticket, std::nullopt, 7, 8, false});
  pass(1s);
  BOOST_TEST(code(second) == "timed-out");
}

BOOST_AUTO_TEST_CASE(there_is_a_bound_to_orders_under_way) {
  start_as(1);
  link_up(0);
  std::vector<std::shared_ptr<question>> asked;
  for (std::size_t i = 0; i <= limits::orders_passed_on; ++i)
    asked.push_back(ask(replica, local_remark(1)));
  run();
  BOOST_TEST(std::count_if(asked.begin(), asked.end(),
                           [](const auto& each) { return code(each) == "unreachable"; }) == 1);
}

BOOST_AUTO_TEST_CASE(after_a_restart_an_answer_to_the_old_run_answers_nobody) {
  start_as(1);
  link_up(0);
  auto old = ask(replica, local_remark(1));
  run();
  end(caf::actor_cast<caf::actor>(replica));
  BOOST_TEST(code(old) == "broken");
  spawn();
  link_up(0);
  auto fresh = ask(replica, local_remark(1));
  run();
  auto requests = sent<order_request>();
  BOOST_REQUIRE(requests.size() == 2u);
  BOOST_TEST(requests[0].ticket != requests[1].ticket);
  hear(0, order_reply{requests[0].ticket, std::nullopt, 7, 8, false});
  BOOST_TEST(code(fresh) == "waits");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(orders_at_the_controller, replica_fixture)

BOOST_AUTO_TEST_CASE(a_members_own_order_is_given_to_the_ledger_and_answered) {
  start_as(0);
  link_up(1);
  BOOST_TEST(answered(1, {77, local_remark(1)}) == "entered");
  auto reply = sent<order_reply>().back();
  BOOST_TEST(reply.ticket == 77u);
  BOOST_TEST(reply.index == 41u);
  BOOST_TEST(reply.size == 42u);
  BOOST_TEST(reply.degraded);
  BOOST_TEST(answered(1, {78, fleet.remark(1)}) == "entered");
  BOOST_TEST((told.sent.back().to == test_fleet::id_of(1)));
}

BOOST_AUTO_TEST_CASE(an_administrators_order_may_come_from_anywhere_with_a_signature) {
  start_as(0);
  link_up(1);
  auto given = fleet.decided(fact::posture_set{test_fleet::id_of(2), posture::cloud}, 3);
  BOOST_TEST(answered(1, {1, given}) == "entered");
  given.authority.reset();
  BOOST_TEST(answered(1, {2, given}) == "refused");
  BOOST_TEST(told.orders.size() == 1u);
}

BOOST_AUTO_TEST_CASE(nobody_speaks_for_another_node) {
  start_as(0);
  link_up(1);
  BOOST_TEST(answered(1, {1, fleet.remark(2)}) == "refused");
  BOOST_TEST(answered(1, {2, local_remark(2)}) == "refused");
  BOOST_TEST(answered(1, {3, fleet.remark(0)}) == "refused");
  BOOST_TEST(answered(1, {4, {bytes{1, 2, 3}, std::nullopt}}) == "malformed");
  BOOST_TEST(told.orders.empty());
}

BOOST_AUTO_TEST_CASE(a_member_takes_no_orders_of_others) {
  start_as(1);
  link_up(2);
  BOOST_TEST(answered(2, {1, local_remark(2)}) == "stale");
  BOOST_TEST(told.orders.empty());
}

BOOST_AUTO_TEST_CASE(the_controllers_own_orders_go_to_its_ledger_directly) {
  start_as(0);
  auto asked = ask(replica, local_remark(0));
  run();
  BOOST_TEST(code(asked) == "entered");
  BOOST_TEST(told.orders.size() == 1u);
  BOOST_TEST(sent<order_request>().empty());
}

BOOST_AUTO_TEST_SUITE_END()
