// The ceremony as it should go, in both directions of showing and typing, octet for octet as a
// second implementation computed it; and its two clocks.
#include "runtime/crypto/ceremony_machine.hpp"

#include "tests/unit/ceremony_support.hpp"

namespace ppn::crypto {
namespace {

using test::at;
using test::table;
using test::unhex;

constexpr ceremony_role roles[] = {ceremony_role::node, ceremony_role::fleet};

BOOST_AUTO_TEST_SUITE(ceremony_happy)

BOOST_AUTO_TEST_CASE(both_sides_show_the_same_string_after_six_messages_and_end_after_eight) {
  for (ceremony_role role : roles) {
    table both(role);
    both.compare();
    BOOST_TEST(both.initiator.machine.sas() == both.responder.machine.sas());
    BOOST_TEST(both.initiator.machine.sas().size() == 7u);
    BOOST_CHECK(*both.initiator.machine.peer() == both.responder.machine.self());
    BOOST_CHECK(*both.responder.machine.peer() == both.initiator.machine.self());

    test::side& fleet = both.fleet();
    test::side& node = both.node();
    BOOST_REQUIRE(fleet.machine.confirm(fleet.code, at({})).has_value());
    BOOST_REQUIRE(node.machine.confirm(node.code, at({})).has_value());
    const bytes enrolment = fleet.machine.enrol(fleet.code, view_of("record"), at({})).value().send;
    const ceremony_step taken = node.receive(enrolment);
    BOOST_TEST(text_of(taken.record.value()) == "record");
    BOOST_TEST(!taken.finished);
    const ceremony_step answer =
        node.machine.acknowledge(node.code, view_of("taken"), at({})).value();
    BOOST_TEST(answer.finished);
    const ceremony_step end = fleet.receive(answer.send);
    BOOST_TEST(text_of(end.record.value()) == "taken");
    BOOST_TEST(end.finished);

    std::size_t octets = enrolment.size() + answer.send.size();
    for (const bytes& message : both.wire)
      octets += message.size();
    BOOST_TEST(both.wire.size() == 6u);
    BOOST_TEST(octets < 2048u);
    for (test::side* one : {&fleet, &node}) {
      BOOST_CHECK(one->machine.stage() == ceremony_stage::done);
      BOOST_CHECK(one->machine.reason() == abort_reason::none);
      BOOST_TEST(one->machine.peer() != nullptr);
      BOOST_TEST(one->machine.sas().empty());
      BOOST_TEST(one->code.symbols().empty());
      BOOST_TEST(one->receive(both.wire[0]).send.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(guess_events_come_with_the_step_that_must_wait_for_the_disk) {
  table both;
  std::vector<std::string> events;
  const auto note = [&](const ceremony_step& step) { events.emplace_back(to_string(step.guess)); };
  ceremony_step step = both.initiator.start();
  note(step);
  for (int i = 0; i < 6; ++i) {
    step = i % 2 == 0 ? both.responder.receive(step.send) : both.initiator.receive(step.send);
    note(step);
  }
  const std::vector<std::string> expected{"none",     "none",      "none",     "none",
                                          "reserved", "succeeded", "succeeded"};
  BOOST_TEST(events == expected, boost::test_tools::per_element());
  BOOST_TEST(both.initiator.charges() == 0);
  BOOST_TEST(both.responder.charges() == 0);
  BOOST_TEST(both.initiator.code.guesses().used());
  BOOST_TEST(both.responder.code.guesses().used());
}

ceremony_party party_of(const nlohmann::json& from, const std::string& which, ceremony_role role) {
  return {role, public_key::from(unhex(from.at("identity_" + which))).value(),
          exchange_public::from(unhex(from.at("tunnel_" + which))).value()};
}

BOOST_AUTO_TEST_CASE(all_eight_messages_equal_the_second_implementation) {
  const auto ceremonies = test::vectors("cpace-ceremony.json").at("ceremonies");
  BOOST_REQUIRE(ceremonies.size() == 2u);
  for (const auto& one : ceremonies) {
    const auto role =
        one.at("initiator_role") == "node" ? ceremony_role::node : ceremony_role::fleet;
    const auto make = [&](ceremony_side side, const std::string& which, ceremony_role whose) {
      return ceremony_machine::make(side, party_of(one, which, whose),
                                    test::secret_of(unhex(one.at("entropy_" + which))), at({}))
          .value();
    };
    const bytes random = unhex(one.at("code_octets"));
    test::side a{test::typed_code(one.at("code").get<std::string>()),
                 make(ceremony_side::initiator, "initiator", role)};
    test::side b{ceremony_code::shown(std::span<const octet, 5>(random), at(ceremony_window)),
                 make(ceremony_side::responder, "responder", test::other(role))};

    std::vector<bytes> wire{a.start().send};
    for (int i = 0; i < 5; ++i)
      wire.push_back((i % 2 == 0 ? b : a).receive(wire.back()).send);
    BOOST_REQUIRE(a.receive(wire.back()).proven);
    BOOST_TEST(a.machine.sas() == one.at("sas").get<std::string>());
    BOOST_TEST(b.machine.sas() == one.at("sas").get<std::string>());

    test::side& fleet = role == ceremony_role::fleet ? a : b;
    test::side& node = role == ceremony_role::node ? a : b;
    for (test::side* each : {&fleet, &node})
      BOOST_REQUIRE(each->machine.confirm(each->code, at({})).has_value());
    wire.push_back(
        fleet.machine.enrol(fleet.code, unhex(one.at("enrolment")), at({})).value().send);
    BOOST_REQUIRE(node.receive(wire.back()).record.has_value());
    wire.push_back(
        node.machine.acknowledge(node.code, unhex(one.at("acknowledgement")), at({})).value().send);
    for (std::size_t i = 0; i < wire.size(); ++i)
      BOOST_TEST(to_hex(wire[i]) == one.at("messages").at(i).get<std::string>(),
                 "message " << i + 1);
  }
}

BOOST_AUTO_TEST_CASE(no_message_holds_the_code_the_string_or_the_initiators_reveal) {
  table both;
  both.compare();
  const std::string sas = both.initiator.machine.sas();
  const secret random = test::entropy(1);
  const bytes_view reveal = random.view().last(reveal_size);
  for (const bytes& message : both.wire)
    for (std::string_view hidden : {std::string_view("TC6DCT5N"), test::text_of_tests,
                                    std::string_view(sas), text_of(reveal)})
      BOOST_TEST(text_of(message).find(hidden) == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(other_random_octets_give_other_shares_and_another_string) {
  table one(ceremony_role::node, test::text_of_tests, 0);
  table two(ceremony_role::node, test::text_of_tests, 1);
  one.compare();
  two.compare();
  BOOST_TEST(one.initiator.machine.sas() != two.initiator.machine.sas());
  for (std::size_t i = 0; i < 6; ++i)
    BOOST_TEST(to_hex(one.wire[i]) != to_hex(two.wire[i]));
}

BOOST_AUTO_TEST_CASE(random_octets_that_reduce_to_zero_are_refused) {
  for (const char* low : {"00000000000000000000000000000000", "edd3f55c1a631258d69cf7a2def9de14"}) {
    bytes random(ceremony_machine::entropy_size, 1);
    std::fill_n(random.begin() + nonce_size, cpace::uniform_size, octet{0});
    const bytes order = *from_hex(low);
    std::copy(order.begin(), order.end(), random.begin() + nonce_size);
    if (order[0] != 0) random[nonce_size + 31] = 0x10;
    auto made =
        ceremony_machine::make(ceremony_side::initiator, test::party(ceremony_role::node, 1),
                               secret::take(random), at({}));
    BOOST_REQUIRE(!made.has_value());
    BOOST_CHECK(made.error().code == ec::invalid);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ceremony_clocks)

// After any number of messages, both sides end at the deadline, by the timer or by what comes late.
BOOST_AUTO_TEST_CASE(a_handshake_has_ten_seconds_at_every_stage) {
  for (std::size_t sent = 1; sent <= 6; ++sent)
    for (bool by_message : {false, true}) {
      table both;
      both.run_to(sent);
      const mono_time end = at(ceremony_handshake_deadline);
      test::side& waiting = both.receiver(sent - 1);
      BOOST_REQUIRE(waiting.machine.deadline(waiting.code) == end);
      BOOST_TEST(!waiting.machine.tick(waiting.code, end - nanoseconds{1}).finished);
      const ceremony_step step = by_message ? waiting.receive(both.wire.back(), end)
                                            : waiting.machine.tick(waiting.code, end);
      test::check_silent_end(waiting, step, abort_reason::timed_out);
      const bool tag_was_out = sent == 6;
      BOOST_TEST(waiting.charges() == (tag_was_out ? 1 : 0));
    }
}

BOOST_AUTO_TEST_CASE(the_window_ends_a_handshake_that_began_late) {
  table both;
  const mono_time end = at(ceremony_window);
  const mono_time late = end - seconds{1};
  auto made = ceremony_machine::make(ceremony_side::initiator, test::party(ceremony_role::node, 1),
                                     test::entropy(1), late);
  test::side side{test::typed_code(), std::move(*made)};
  BOOST_TEST(!side.start(late).send.empty());
  BOOST_CHECK(side.machine.deadline(side.code) == end);
  test::check_silent_end(side, side.machine.tick(side.code, end), abort_reason::expired);
  BOOST_TEST(side.code.symbols().empty());
}

BOOST_AUTO_TEST_CASE(a_code_after_600_seconds_is_dead_for_both_sides) {
  table both;
  const mono_time end = at(ceremony_window);
  const ceremony_step first = both.initiator.start(end);
  test::check_silent_end(both.initiator, first, abort_reason::expired);
  table other;
  other.run_to(1);
  const ceremony_step answer = other.responder.receive(other.wire[0], end);
  test::check_silent_end(other.responder, answer, abort_reason::expired);
  BOOST_TEST(other.responder.charges() == 0);
}

BOOST_AUTO_TEST_CASE(the_window_also_ends_the_comparison_and_the_enrolment) {
  const mono_time end = at(ceremony_window);
  for (int confirmed = 0; confirmed < 2; ++confirmed) {
    table both;
    both.compare();
    for (test::side* one : {&both.initiator, &both.responder}) {
      BOOST_CHECK(one->machine.deadline(one->code) == end);
      if (confirmed != 0)
        BOOST_REQUIRE(one->machine.confirm(one->code, end - nanoseconds{1}).has_value());
      BOOST_TEST(!one->machine.tick(one->code, end - nanoseconds{1}).finished);
    }
    auto step = both.fleet().machine.enrol(both.fleet().code, view_of("record"), end);
    BOOST_REQUIRE(step.has_value());
    test::check_silent_end(both.fleet(), *step, abort_reason::expired);
    auto confirm = both.node().machine.confirm(both.node().code, end);
    BOOST_REQUIRE(confirm.has_value());
    test::check_silent_end(both.node(), *confirm, abort_reason::expired);
    BOOST_TEST(both.initiator.charges() == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
