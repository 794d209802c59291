// Three charged guesses burn a code, whatever order charges, reservations, crashes and restarts
// come in.
#include "runtime/crypto/guess_limiter.hpp"

#include <boost/test/unit_test.hpp>

namespace ppn::crypto {
namespace {

guess_limiter after_crash(const guess_limiter& before) {
  auto stored = guess_limiter::parse(before.serialise());
  BOOST_REQUIRE(stored.has_value());
  return *stored;
}

BOOST_AUTO_TEST_SUITE(guesses)

BOOST_AUTO_TEST_CASE(three_charges_burn_the_code) {
  guess_limiter guesses;
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(guesses.may_try());
    BOOST_TEST(!guesses.burned());
    guesses.charge(false);
  }
  BOOST_TEST(guesses.burned());
  BOOST_TEST(!guesses.may_try());
  guesses.charge(false);
  BOOST_TEST(guesses.charges() == 3);
}

BOOST_AUTO_TEST_CASE(a_reserved_guess_counts_until_it_is_settled) {
  guess_limiter guesses;
  guesses.reserve();
  guesses.reserve();
  guesses.reserve();
  BOOST_TEST(!guesses.may_try());
  BOOST_TEST(!guesses.burned());
  guesses.charge(true);
  BOOST_TEST(guesses.charges() == 1);
  BOOST_TEST(!guesses.may_try());
}

BOOST_AUTO_TEST_CASE(a_crash_does_not_give_a_reserved_guess_back) {
  guess_limiter guesses;
  guesses.charge(false);
  guesses.reserve();
  const guess_limiter restarted = after_crash(guesses);
  BOOST_TEST(restarted.charges() == 2);
  BOOST_TEST(restarted.may_try());
}

BOOST_AUTO_TEST_CASE(a_success_uses_the_code_up_for_ever) {
  guess_limiter guesses;
  guesses.reserve();
  guesses.succeed(true);
  BOOST_TEST(guesses.used());
  BOOST_TEST(!guesses.may_try());
  BOOST_TEST(!guesses.burned());
  BOOST_TEST(!after_crash(guesses).may_try());
  BOOST_TEST(after_crash(guesses).used());
}

BOOST_AUTO_TEST_CASE(the_stored_form_is_three_octets_and_nothing_else_is_read) {
  guess_limiter guesses;
  guesses.charge(false);
  BOOST_TEST(to_hex(guesses.serialise()) == "010100");
  int good = 0;
  for (int format = 0; format < 256; ++format)
    for (int charges = 0; charges < 256; ++charges)
      for (int used = 0; used < 4; ++used) {
        const bytes stored{static_cast<octet>(format), static_cast<octet>(charges),
                           static_cast<octet>(used)};
        auto read = guess_limiter::parse(stored);
        good += read.has_value() ? 1 : 0;
        BOOST_REQUIRE(!read || read->serialise() == stored);
      }
  BOOST_TEST(good == 4 * 2);
  for (std::size_t size : {0, 1, 2, 4}) {
    auto read = guess_limiter::parse(bytes(size, 1));
    BOOST_REQUIRE(!read.has_value());
    BOOST_CHECK(read.error().code == ec::integrity);
  }
}

// Every sequence of nine steps out of: a good run, a failed one, one that crashes after its tag
// left, a restart. Never are there more than three runs that had an attacker's answer checked.
BOOST_AUTO_TEST_CASE(no_order_of_failures_crashes_and_restarts_buys_a_fourth_guess) {
  for (int sequence = 0; sequence < 4 * 4 * 4 * 4 * 4 * 4 * 4 * 4 * 4; ++sequence) {
    guess_limiter guesses;
    int tried = 0;
    bool succeeded = false;
    for (int step = 0, rest = sequence; step < 9; ++step, rest /= 4) {
      if (rest % 4 == 3) {
        guesses = after_crash(guesses);
        continue;
      }
      if (!guesses.may_try()) continue;
      BOOST_REQUIRE(!succeeded);
      ++tried;
      guesses.reserve();
      if (rest % 4 == 0) {
        guesses.succeed(true);
        succeeded = true;
      } else if (rest % 4 == 1) {
        guesses.charge(true);
      } else {
        guesses = after_crash(guesses);
      }
    }
    BOOST_REQUIRE(tried <= 3);
  }
}

BOOST_AUTO_TEST_CASE(every_event_has_a_name) {
  BOOST_TEST(to_string(guess_event::none) == "none");
  BOOST_TEST(to_string(guess_event::reserved) == "reserved");
  BOOST_TEST(to_string(guess_event::charged) == "charged");
  BOOST_TEST(to_string(guess_event::succeeded) == "succeeded");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
