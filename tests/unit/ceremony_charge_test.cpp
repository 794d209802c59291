// Who is charged for what: a wrong code, a bad tag, a missing answer, a broken connection. And that
// the third charge on one side is the last run of that code, also in parallel and across a restart.
#include "runtime/crypto/ceremony_machine.hpp"

#include "tests/unit/ceremony_support.hpp"

namespace ppn::crypto {
namespace {

using test::at;
using test::side;
using test::table;

constexpr std::string_view wrong_text = "TC6D-CT5P";

// One run of `initiator` and `responder` with new machines, until somebody is silent.
void attempt(ceremony_code& typed, ceremony_code& shown, octet run) {
  auto a = test::machine(ceremony_side::initiator, ceremony_role::node, run);
  auto b = test::machine(ceremony_side::responder, ceremony_role::fleet, run);
  bytes message = a.start(typed, at({})).send;
  for (int i = 0; i < 6 && !message.empty(); ++i)
    message =
        (i % 2 == 0 ? b.receive(shown, message, at({})) : a.receive(typed, message, at({}))).send;
  if (!a.over() && a.peer() == nullptr) (void)a.connection_lost(typed);
  if (!b.over() && b.peer() == nullptr) (void)b.connection_lost(shown);
  BOOST_REQUIRE((a.peer() == nullptr) == (b.peer() == nullptr));
}

BOOST_AUTO_TEST_SUITE(ceremony_charges)

BOOST_AUTO_TEST_CASE(a_wrong_code_is_charged_once_on_each_side) {
  table both(ceremony_role::node, wrong_text);
  both.run_to(5);
  const ceremony_step step = both.responder.receive(both.wire.back());
  BOOST_TEST(to_string(step.guess) == "charged");
  test::check_silent_end(both.responder, step, abort_reason::bad_tag);
  BOOST_TEST(both.responder.charges() == 1);
  BOOST_TEST(both.initiator.charges() == 0);
  const ceremony_step lost = both.initiator.lost();
  BOOST_TEST(to_string(lost.guess) == "charged");
  test::check_silent_end(both.initiator, lost, abort_reason::connection_lost);
  BOOST_TEST(both.initiator.charges() == 1);
  // Once a connection, whatever else is reported about it.
  (void)both.initiator.lost();
  (void)both.initiator.machine.tick(both.initiator.code, at(ceremony_window));
  BOOST_TEST(both.initiator.charges() == 1);
}

BOOST_AUTO_TEST_CASE(a_wrong_tag_of_the_responder_is_charged_to_the_initiator) {
  table both;
  both.run_to(6);
  bytes changed = both.wire.back();
  changed.back() ^= 1;
  const ceremony_step step = both.initiator.receive(changed);
  BOOST_TEST(to_string(step.guess) == "charged");
  test::check_silent_end(both.initiator, step, abort_reason::bad_tag);
  BOOST_TEST(both.initiator.charges() == 1);
}

// The six ways a run can end early, after each number of messages, on both sides: only the
// initiator's are charged, and only between its tag and a good answer.
BOOST_AUTO_TEST_CASE(only_a_tag_without_a_good_answer_is_charged_when_a_run_breaks) {
  for (std::size_t sent = 0; sent <= 6; ++sent)
    for (int how = 0; how < 6; ++how)
      for (bool initiator : {true, false}) {
        table both;
        both.run_to(sent);
        side& one = initiator ? both.initiator : both.responder;
        const bool tag_is_out = initiator && sent >= 5;
        const bool proven = !initiator && sent == 6;
        ceremony_step step;
        if (how == 0)
          step = one.lost();
        else if (how == 1)
          step = one.machine.cancel(one.code);
        else if (how == 2)
          step = one.receive({});
        else if (how == 3)
          step = one.receive(bytes(message_size_max + 1, 7));
        else if (how == 4)
          step = one.machine.tick(one.code, at(ceremony_window));
        else
          step = one.receive(bytes{9});
        BOOST_REQUIRE(step.finished);
        BOOST_REQUIRE(step.send.empty());
        BOOST_TEST(to_string(step.guess) == (tag_is_out ? "charged" : "none"));
        BOOST_TEST(one.charges() == (tag_is_out ? 1 : 0));
        BOOST_TEST(one.code.guesses().used() == proven);
      }
}

BOOST_AUTO_TEST_CASE(a_malformed_proof_is_not_charged_to_the_responder) {
  table both;
  both.run_to(5);
  bytes cut = both.wire.back();
  cut.pop_back();
  const ceremony_step step = both.responder.receive(cut);
  test::check_silent_end(both.responder, step, abort_reason::malformed);
  BOOST_TEST(both.responder.charges() == 0);
}

BOOST_AUTO_TEST_CASE(after_three_wrong_codes_the_right_one_is_refused_also_after_a_restart) {
  for (bool restart : {false, true}) {
    ceremony_code shown = test::shown_code();
    for (octet run = 0; run < 3; ++run) {
      ceremony_code typed = test::typed_code(wrong_text);
      attempt(typed, shown, run);
      BOOST_TEST(shown.guesses().charges() == run + 1);
      if (restart)
        shown = ceremony_code::shown(test::code_of_tests, at(ceremony_window),
                                     guess_limiter::parse(shown.guesses().serialise()).value());
    }
    BOOST_TEST(shown.guesses().burned());
    ceremony_code right = test::typed_code();
    attempt(right, shown, 9);
    BOOST_TEST(!right.guesses().used());
    BOOST_TEST(!shown.guesses().used());
    // The dead responder did not even answer the hello, so the honest side lost no guess.
    BOOST_TEST(right.guesses().charges() == 0);
  }
}

BOOST_AUTO_TEST_CASE(two_wrong_codes_leave_one_try_for_the_right_one) {
  ceremony_code shown = test::shown_code();
  for (octet run = 0; run < 2; ++run) {
    ceremony_code typed = test::typed_code(wrong_text);
    attempt(typed, shown, run);
  }
  ceremony_code right = test::typed_code();
  attempt(right, shown, 9);
  BOOST_TEST(right.guesses().used());
  BOOST_TEST(shown.guesses().used());
}

BOOST_AUTO_TEST_CASE(three_false_responders_burn_the_initiators_code) {
  ceremony_code typed = test::typed_code();
  for (octet run = 0; run < 3; ++run) {
    ceremony_code guessed = ceremony_code::shown(crockford::code_octets{run}, at(ceremony_window));
    attempt(typed, guessed, run);
    BOOST_TEST(typed.guesses().charges() == run + 1);
  }
  ceremony_code right = test::shown_code();
  attempt(typed, right, 9);
  BOOST_TEST(!right.guesses().used());
  BOOST_TEST(typed.symbols().empty());
}

// Ten connections show their shares first and their wrong proofs afterwards: three are checked.
BOOST_AUTO_TEST_CASE(parallel_connections_share_three_guesses) {
  ceremony_code shown = test::shown_code();
  std::vector<ceremony_machine> machines;
  std::vector<bytes> proofs;
  for (octet run = 0; run < 10; ++run) {
    ceremony_code typed = test::typed_code(run == 9 ? test::text_of_tests : wrong_text);
    auto a = test::machine(ceremony_side::initiator, ceremony_role::node, run);
    machines.push_back(test::machine(ceremony_side::responder, ceremony_role::fleet, run));
    const bytes hello = machines.back().receive(shown, a.start(typed, at({})).send, at({})).send;
    const bytes share = a.receive(typed, hello, at({})).send;
    const bytes answer = machines.back().receive(shown, share, at({})).send;
    proofs.push_back(a.receive(typed, answer, at({})).send);
  }
  for (std::size_t run = 0; run < machines.size(); ++run) {
    const ceremony_step step = machines[run].receive(shown, proofs[run], at({}));
    BOOST_TEST(step.send.empty());
    BOOST_TEST(to_string(machines[run].reason()) ==
               to_string(run < 3 ? abort_reason::bad_tag : abort_reason::code_dead));
    BOOST_TEST(to_string(step.guess) == (run < 3 ? "charged" : "none"));
  }
  BOOST_TEST(!shown.guesses().used());
}

BOOST_AUTO_TEST_CASE(of_two_joiners_with_the_right_code_one_gets_in) {
  ceremony_code shown = test::shown_code();
  ceremony_code typed[] = {test::typed_code(), test::typed_code()};
  std::vector<ceremony_machine> a, b;
  bytes messages[2];
  for (octet run = 0; run < 2; ++run) {
    a.push_back(test::machine(ceremony_side::initiator, ceremony_role::node, run));
    b.push_back(test::machine(ceremony_side::responder, ceremony_role::fleet, run));
    messages[run] = a[run].start(typed[run], at({})).send;
  }
  for (int round = 0; round < 2; ++round)
    for (std::size_t run = 0; run < 2; ++run) {
      messages[run] = b[run].receive(shown, messages[run], at({})).send;
      messages[run] = a[run].receive(typed[run], messages[run], at({})).send;
    }
  BOOST_TEST(b[0].receive(shown, messages[0], at({})).proven);
  const ceremony_step second = b[1].receive(shown, messages[1], at({}));
  BOOST_TEST(second.finished);
  BOOST_TEST(to_string(b[1].reason()) == to_string(abort_reason::code_dead));
  BOOST_TEST(to_string(second.guess) == "none");
}

// The process dies between sending its tag and the answer, again and again.
BOOST_AUTO_TEST_CASE(a_crash_after_the_tag_left_costs_the_initiator_its_guess) {
  guess_limiter stored;
  for (octet run = 0; run < 3; ++run) {
    ceremony_code typed =
        ceremony_code::typed(test::text_of_tests, at(ceremony_window), stored).value();
    ceremony_code shown = test::shown_code();
    auto a = test::machine(ceremony_side::initiator, ceremony_role::node, run);
    auto b = test::machine(ceremony_side::responder, ceremony_role::fleet, run);
    bytes message = b.receive(shown, a.start(typed, at({})).send, at({})).send;
    message = b.receive(shown, a.receive(typed, message, at({})).send, at({})).send;
    const ceremony_step proof = a.receive(typed, message, at({}));
    BOOST_TEST(to_string(proof.guess) == "reserved");
    stored = guess_limiter::parse(typed.guesses().serialise()).value();
  }
  BOOST_TEST(stored.burned());
}

// Two runs of one initiator at once, with two guesses spent: the second must not show its tag.
BOOST_AUTO_TEST_CASE(an_initiator_never_has_more_tags_out_than_guesses_left) {
  ceremony_code typed = test::typed_code();
  typed.charge(false);
  typed.charge(false);
  std::vector<ceremony_machine> a;
  for (octet run = 0; run < 2; ++run) {
    a.push_back(test::machine(ceremony_side::initiator, ceremony_role::node, run));
    ceremony_code shown = test::shown_code();
    auto b = test::machine(ceremony_side::responder, ceremony_role::fleet, run);
    bytes message = a[run].start(typed, at({})).send;
    if (run == 1) {
      BOOST_TEST(message.empty());
      BOOST_TEST(to_string(a[run].reason()) == to_string(abort_reason::code_dead));
      break;
    }
    message = b.receive(shown, message, at({})).send;
    message = b.receive(shown, a[run].receive(typed, message, at({})).send, at({})).send;
    BOOST_TEST(!a[run].receive(typed, message, at({})).send.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
