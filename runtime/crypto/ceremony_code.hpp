// One open code on one side of a ceremony: the eight symbols, how many guesses it has left and when
// its window closes. Every run against the code goes through this one value, so parallel
// connections share its guesses. The symbols are wiped as soon as no run can succeed any more: a
// burned, used or expired code is not in memory to be asked about. Where the stored count comes
// from after a restart, and which clock the deadline is taken from, is up to the caller.
#pragma once

#include "messages/base/time.hpp"
#include "runtime/crypto/ceremony_wire.hpp"
#include "runtime/crypto/crockford.hpp"
#include "runtime/crypto/guess_limiter.hpp"

namespace ppn::crypto {

// From opening to the end of the enrolment; then the code is dead and the ceremony starts again.
inline constexpr seconds ceremony_window{600};

class ceremony_code {
public:
  // The side that shows the code: five octets from the entropy port. The caller's copy is left to
  // the caller. `so_far` is the stored count when the code outlived a restart.
  static ceremony_code shown(std::span<const octet, crockford::code_size> random, mono_time expires,
                             const guess_limiter& so_far = {});
  // The side where it is typed. Refused before any guess is spent when it cannot be a code.
  static result<ceremony_code> typed(std::string_view text, mono_time expires,
                                     const guess_limiter& so_far = {});

  // Why a run may not go on to its proof now: expired or code_dead; none when it may.
  abort_reason refusal(mono_time now) const;
  // Wipes the symbols once the window is over; harmless at any time.
  void expire(mono_time now);

  const guess_limiter& guesses() const { return guesses_; }
  mono_time expires() const { return expires_; }
  // The canonical symbols, the PRS of CPace; empty once they are wiped.
  bytes_view symbols() const { return symbols_.view(); }
  // XXXX-XXXX for the screen; empty once the symbols are wiped.
  std::string grouped() const;

  // See guess_limiter; each may wipe the symbols.
  void reserve();
  void charge(bool had_reserved);
  void succeed(bool had_reserved);

private:
  ceremony_code(secret symbols, mono_time expires, const guess_limiter& so_far);
  void wipe_if_spent();

  secret symbols_;
  mono_time expires_;
  guess_limiter guesses_;
};

} // namespace ppn::crypto
