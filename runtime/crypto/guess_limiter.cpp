#include "runtime/crypto/guess_limiter.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <array>

namespace ppn::crypto {

namespace {

// Stored form, never to change its meaning: format, charges, used.
constexpr octet stored_format = 1;
constexpr std::size_t stored_size = 3;

constexpr std::array<std::string_view, 4> event_names{"none", "reserved", "charged", "succeeded"};
static_assert(event_names.size() == static_cast<std::size_t>(guess_event::succeeded) + 1);

} // namespace

std::string_view to_string(guess_event event) {
  return event_names.at(static_cast<std::size_t>(event));
}

void guess_limiter::reserve() {
  PPN_ASSERT(may_try());
  ++reserved_;
}

void guess_limiter::charge(bool had_reserved) {
  if (had_reserved) {
    PPN_ASSERT(reserved_ > 0);
    --reserved_;
  }
  charges_ = std::min<std::uint8_t>(charges_max, charges_ + 1);
}

void guess_limiter::succeed(bool had_reserved) {
  if (had_reserved) {
    PPN_ASSERT(reserved_ > 0);
    --reserved_;
  }
  used_ = true;
}

bytes guess_limiter::serialise() const {
  // A reserved guess is stored as a charged one: a crash must not give it back.
  const int spent = std::min<int>(charges_max, charges_ + reserved_);
  return {stored_format, static_cast<octet>(spent), static_cast<octet>(used_ ? 1 : 0)};
}

result<guess_limiter> guess_limiter::parse(bytes_view stored) {
  if (stored.size() != stored_size || stored[0] != stored_format || stored[1] > charges_max ||
      stored[2] > 1)
    return fail(ec::integrity, "the stored count of guesses is damaged");
  guess_limiter out;
  out.charges_ = stored[1];
  out.used_ = stored[2] == 1;
  return out;
}

} // namespace ppn::crypto
