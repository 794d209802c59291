// Sealed records: in order, once, in their own direction, or not at all.
#include "runtime/crypto/sealed_channel.hpp"

#include "tests/unit/ceremony_support.hpp"

namespace ppn::crypto {
namespace {

struct ends {
  sealed_channel left{test::secret_of(bytes(32, 1)), test::secret_of(bytes(32, 2))};
  sealed_channel right{test::secret_of(bytes(32, 2)), test::secret_of(bytes(32, 1))};
};

BOOST_AUTO_TEST_SUITE(sealed_records)

BOOST_AUTO_TEST_CASE(records_open_in_order_in_both_directions) {
  ends two;
  for (std::size_t size : {0, 1, 1000, 60 * 1024}) {
    const bytes plain(size, 5);
    auto there = two.left.seal(plain, view_of("context"));
    BOOST_REQUIRE(there.has_value());
    BOOST_TEST(there->size() == size + sealed_channel::overhead);
    BOOST_CHECK(two.right.open(*there, view_of("context")) == plain);
    auto back = two.right.seal(plain, {});
    BOOST_CHECK(two.left.open(*back, {}) == plain);
  }
  BOOST_TEST(two.left.sent() == 4u);
  BOOST_TEST(two.right.received() == 4u);
}

BOOST_AUTO_TEST_CASE(equal_records_look_different_and_a_repeated_one_ends_the_channel) {
  ends two;
  const bytes first = two.left.seal(view_of("same"), {}).value();
  const bytes second = two.left.seal(view_of("same"), {}).value();
  BOOST_TEST(to_hex(first) != to_hex(second));
  BOOST_TEST(two.right.open(first, {}).has_value());
  auto repeated = two.right.open(first, {});
  BOOST_REQUIRE(!repeated.has_value());
  BOOST_CHECK(repeated.error().code == ec::unauthentic);
  BOOST_TEST(!two.right.alive());
  // What follows is refused even when it would have been right.
  auto later = two.right.open(second, {});
  BOOST_CHECK(later.error().code == ec::refused);
  BOOST_CHECK(two.right.seal(view_of("x"), {}).error().code == ec::refused);
}

BOOST_AUTO_TEST_CASE(a_record_left_out_or_sent_back_does_not_open) {
  ends skipped;
  (void)skipped.left.seal(view_of("one"), {});
  BOOST_TEST(!skipped.right.open(skipped.left.seal(view_of("two"), {}).value(), {}).has_value());
  ends reflected;
  const bytes own = reflected.left.seal(view_of("one"), {}).value();
  BOOST_TEST(!reflected.left.open(own, {}).has_value());
}

BOOST_AUTO_TEST_CASE(every_changed_bit_another_context_and_a_cut_are_found) {
  for (std::size_t bit = 0; bit < 8 * (3 + sealed_channel::overhead); ++bit) {
    ends two;
    bytes sealed = two.left.seal(view_of("abc"), view_of("context")).value();
    sealed[bit / 8] ^= static_cast<octet>(1 << (bit % 8));
    BOOST_REQUIRE(!two.right.open(sealed, view_of("context")).has_value());
  }
  for (std::size_t size = 0; size < 3 + sealed_channel::overhead; ++size) {
    ends two;
    const bytes sealed = two.left.seal(view_of("abc"), view_of("context")).value();
    BOOST_REQUIRE(!two.right.open(bytes_view(sealed).first(size), view_of("context")).has_value());
  }
  ends two;
  const bytes sealed = two.left.seal(view_of("abc"), view_of("context")).value();
  BOOST_TEST(!two.right.open(sealed, view_of("Context")).has_value());
}

BOOST_AUTO_TEST_CASE(sizes_over_the_cap_are_refused_and_a_channel_without_keys_is_closed) {
  ends two;
  const bytes large(sealed_channel::plain_max + 1);
  BOOST_CHECK(two.left.seal(large, {}).error().code == ec::too_large);
  BOOST_TEST(two.left.alive());
  BOOST_CHECK(two.right.open(bytes(large.size() + sealed_channel::overhead), {}).error().code ==
              ec::unauthentic);
  sealed_channel closed;
  BOOST_TEST(!closed.alive());
  BOOST_CHECK(closed.seal({}, {}).error().code == ec::refused);
  BOOST_CHECK(closed.open({}, {}).error().code == ec::refused);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
