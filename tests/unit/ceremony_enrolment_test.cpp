// After the tags: nothing is sealed or handed out before the operator compared the strings, each
// side has its own part, and every record counts once.
#include "runtime/crypto/ceremony_machine.hpp"

#include "tests/unit/ceremony_support.hpp"

namespace ppn::crypto {
namespace {

using test::at;
using test::side;
using test::table;

constexpr ceremony_role roles[] = {ceremony_role::node, ceremony_role::fleet};

bool confirmed(side& one) {
  return one.machine.confirm(one.code, at({})).has_value();
}

result<ceremony_step> enrol(side& one, std::string_view record) {
  return one.machine.enrol(one.code, view_of(record), at({}));
}

result<ceremony_step> acknowledge(side& one, std::string_view answer) {
  return one.machine.acknowledge(one.code, view_of(answer), at({}));
}

template <class T>
bool refused(const result<T>& what) {
  return !what && what.error().code == ec::refused;
}

BOOST_AUTO_TEST_SUITE(ceremony_enrolment)

BOOST_AUTO_TEST_CASE(nothing_can_be_confirmed_or_sealed_before_both_tags_were_good) {
  for (std::size_t sent = 0; sent < 6; ++sent) {
    table both;
    both.run_to(sent);
    for (side* one : {&both.initiator, &both.responder}) {
      BOOST_TEST(refused(one->machine.confirm(one->code, at({}))));
      BOOST_TEST(refused(enrol(*one, "record")));
      BOOST_TEST(refused(acknowledge(*one, "taken")));
      BOOST_TEST(one->machine.peer() == nullptr);
      BOOST_TEST(!one->machine.over());
    }
  }
}

BOOST_AUTO_TEST_CASE(the_fleet_enrols_once_and_only_after_the_comparison) {
  for (ceremony_role role : roles) {
    table both(role);
    both.compare();
    BOOST_TEST(refused(enrol(both.fleet(), "record")));
    BOOST_REQUIRE(confirmed(both.fleet()));
    BOOST_TEST(refused(enrol(both.node(), "record")));
    BOOST_REQUIRE(enrol(both.fleet(), "record").has_value());
    BOOST_TEST(refused(enrol(both.fleet(), "record")));
    BOOST_TEST(refused(both.fleet().machine.confirm(both.fleet().code, at({}))));
    BOOST_TEST(refused(acknowledge(both.fleet(), "taken")));
  }
}

BOOST_AUTO_TEST_CASE(a_record_that_comes_before_the_nodes_own_comparison_is_held_back) {
  for (ceremony_role role : roles) {
    table both(role);
    both.compare();
    BOOST_REQUIRE(confirmed(both.fleet()));
    const bytes record = enrol(both.fleet(), "record")->send;
    const ceremony_step early = both.node().receive(record);
    BOOST_TEST(!early.record.has_value());
    BOOST_TEST(!early.finished);
    BOOST_TEST(refused(acknowledge(both.node(), "taken")));
    auto step = both.node().machine.confirm(both.node().code, at({}));
    BOOST_REQUIRE(step.has_value());
    BOOST_TEST(text_of(step->record.value()) == "record");
    const bytes answer = acknowledge(both.node(), "taken")->send;
    BOOST_TEST(both.fleet().receive(answer).finished);
  }
}

BOOST_AUTO_TEST_CASE(an_operator_who_says_no_ends_the_run_and_a_held_record_is_never_seen) {
  table both;
  both.compare();
  BOOST_REQUIRE(confirmed(both.fleet()));
  (void)both.node().receive(enrol(both.fleet(), "record")->send);
  const ceremony_step step = both.node().machine.cancel(both.node().code);
  test::check_silent_end(both.node(), step, abort_reason::cancelled);
  BOOST_TEST(refused(both.node().machine.confirm(both.node().code, at({}))));
}

BOOST_AUTO_TEST_CASE(a_record_in_the_wrong_direction_or_too_early_ends_the_run) {
  table early;
  early.compare();
  BOOST_REQUIRE(confirmed(early.fleet()));
  // The node cannot seal before it was enrolled, so what comes here is forged or reflected.
  const ceremony_step step = early.fleet().receive(encode_record(bytes(40)));
  test::check_silent_end(early.fleet(), step, abort_reason::unexpected_message);

  table reflected;
  reflected.compare();
  BOOST_REQUIRE(confirmed(reflected.fleet()));
  const bytes own = enrol(reflected.fleet(), "record")->send;
  test::check_silent_end(reflected.fleet(), reflected.fleet().receive(own), abort_reason::bad_seal);
}

BOOST_AUTO_TEST_CASE(a_repeated_record_ends_the_run_before_and_after_the_comparison) {
  for (bool compared : {false, true}) {
    table both;
    both.compare();
    BOOST_REQUIRE(confirmed(both.fleet()));
    if (compared) BOOST_REQUIRE(confirmed(both.node()));
    const bytes record = enrol(both.fleet(), "record")->send;
    BOOST_TEST(!both.node().receive(record).finished);
    const ceremony_step again = both.node().receive(record);
    test::check_silent_end(both.node(), again, abort_reason::unexpected_message);
  }
}

BOOST_AUTO_TEST_CASE(every_changed_bit_of_both_records_is_found) {
  for (ceremony_role role : roles)
    for (bool acknowledgement : {false, true})
      for (std::size_t bit = 0; bit < 8 * (1 + 2 + sealed_channel::overhead); ++bit) {
        table both(role);
        both.compare();
        BOOST_REQUIRE(confirmed(both.fleet()) && confirmed(both.node()));
        bytes message = enrol(both.fleet(), "ab")->send;
        if (acknowledgement) {
          BOOST_REQUIRE(both.node().receive(message).record.has_value());
          message = acknowledge(both.node(), "cd")->send;
        }
        message[bit / 8] ^= static_cast<octet>(1 << (bit % 8));
        side& receiver = acknowledgement ? both.fleet() : both.node();
        const ceremony_step step = receiver.receive(message);
        BOOST_REQUIRE(step.finished && !step.record);
        BOOST_REQUIRE(receiver.machine.stage() == ceremony_stage::aborted);
      }
}

BOOST_AUTO_TEST_CASE(the_largest_record_fits_and_a_larger_one_leaves_the_run_alive) {
  table both;
  both.compare();
  BOOST_REQUIRE(confirmed(both.fleet()) && confirmed(both.node()));
  const std::string most(sealed_channel::plain_max, 'x');
  auto larger = enrol(both.fleet(), most + "x");
  BOOST_REQUIRE(!larger.has_value());
  BOOST_CHECK(larger.error().code == ec::too_large);
  BOOST_TEST(both.node().receive(enrol(both.fleet(), most)->send).record->size() == most.size());
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_after_the_tags_charges_nobody) {
  table both;
  both.compare();
  for (side* one : {&both.initiator, &both.responder}) {
    const ceremony_step step = one->lost();
    BOOST_TEST(to_string(step.guess) == "none");
    test::check_silent_end(*one, step, abort_reason::connection_lost);
    BOOST_TEST(one->charges() == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
