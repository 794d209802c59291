// How many guesses an open code has left on one side. Each run with an active attacker tests one
// code, and three settled failures burn it. The side that types the code sends its tag before it
// learns whether the peer knew the code, so from that moment the guess is *reserved*: it counts
// against new runs and, in the stored form, as charged, so that neither a crash nor parallel
// connections buy another guess. A plain value: the caller makes it durable whenever a step reports
// a guess event, before it sends or closes anything.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

namespace ppn::crypto {

enum class guess_event : std::uint8_t {
  none = 0,
  reserved,  // the initiator is about to send its tag
  charged,   // a guess failed: a bad tag, or no good answer to ours
  succeeded, // the code was right, and is used up now
};
std::string_view to_string(guess_event event);

class guess_limiter {
public:
  static constexpr std::uint8_t charges_max = 3;

  // False once the code is burned or used, and while the last guess is still out.
  bool may_try() const { return !used_ && charges_ + reserved_ < charges_max; }
  // Tell the operator: no code of this limiter can succeed any more.
  bool burned() const { return charges_ >= charges_max; }
  bool used() const { return used_; }
  int charges() const { return charges_; }

  void reserve();
  // `had_reserved` says whether this run reserved its guess before.
  void charge(bool had_reserved);
  void succeed(bool had_reserved);

  bytes serialise() const;
  // Anything but the exact form is refused; the caller treats the code as burned then.
  static result<guess_limiter> parse(bytes_view stored);

  bool operator==(const guess_limiter&) const = default;

private:
  std::uint8_t charges_ = 0;
  std::uint8_t reserved_ = 0;
  bool used_ = false;
};

} // namespace ppn::crypto
