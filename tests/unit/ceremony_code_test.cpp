// One open code: what a person types becomes the eight canonical symbols, and they are gone as soon
// as nobody can succeed with them.
#include "runtime/crypto/ceremony_code.hpp"

#include "tests/unit/ceremony_support.hpp"

namespace ppn::crypto {
namespace {

using test::at;

BOOST_AUTO_TEST_SUITE(ceremony_codes)

BOOST_AUTO_TEST_CASE(both_sides_hold_the_same_canonical_symbols) {
  const ceremony_code shown = test::shown_code();
  BOOST_TEST(shown.grouped() == test::text_of_tests);
  for (std::string_view text : {"TC6D-CT5N", "tc6dct5n", "T-C-6-D-C-T-5-N"})
    BOOST_TEST(to_hex(test::typed_code(text).symbols()) == to_hex(shown.symbols()));
  BOOST_TEST(text_of(test::typed_code("iLlo-oIlO").symbols()) == "11100110");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_code_costs_no_guess) {
  auto code = ceremony_code::typed("TC6D-CT5", at(ceremony_window));
  BOOST_REQUIRE(!code.has_value());
  BOOST_CHECK(code.error().code == ec::invalid);
}

BOOST_AUTO_TEST_CASE(a_code_lives_for_600_seconds_and_not_one_nanosecond_more) {
  ceremony_code code = test::shown_code();
  const mono_time end = at(ceremony_window);
  BOOST_CHECK(ceremony_window == seconds{600});
  BOOST_CHECK(code.refusal(end - nanoseconds{1}) == abort_reason::none);
  BOOST_CHECK(code.refusal(end) == abort_reason::expired);
  code.expire(end - nanoseconds{1});
  BOOST_TEST(!code.symbols().empty());
  code.expire(end);
  BOOST_TEST(code.symbols().empty());
  BOOST_TEST(code.grouped().empty());
  // Even for a caller whose time is not monotonic after all.
  BOOST_CHECK(code.refusal(at({})) == abort_reason::code_dead);
}

BOOST_AUTO_TEST_CASE(a_burned_code_is_wiped_and_stays_dead_after_a_restart) {
  ceremony_code code = test::shown_code();
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(!code.symbols().empty());
    code.charge(false);
  }
  BOOST_TEST(code.symbols().empty());
  BOOST_CHECK(code.refusal(at({})) == abort_reason::code_dead);
  const auto stored = guess_limiter::parse(code.guesses().serialise());
  const ceremony_code again =
      ceremony_code::shown(test::code_of_tests, at(ceremony_window), stored.value());
  BOOST_TEST(again.symbols().empty());
  BOOST_CHECK(again.refusal(at({})) == abort_reason::code_dead);
  const auto typed = ceremony_code::typed("TC6DCT5N", at(ceremony_window), stored.value());
  BOOST_CHECK(typed->refusal(at({})) == abort_reason::code_dead);
}

BOOST_AUTO_TEST_CASE(a_used_code_is_wiped) {
  ceremony_code code = test::typed_code();
  code.reserve();
  BOOST_TEST(!code.symbols().empty());
  code.succeed(true);
  BOOST_TEST(code.symbols().empty());
  BOOST_CHECK(code.refusal(at({})) == abort_reason::code_dead);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
