// Bugs on purpose, so that we know our checkers can see. Only a build with PPN_PLANTED holds them, and
// even there each sleeps until it is chosen by name; in every other build the test is the constant
// false and no name remains in the binary.
#pragma once

#if PPN_PLANTED

#include <string_view>

namespace ppn {

inline std::string_view chosen_planted_bug; // set once by main, before any actor runs
inline constexpr std::string_view planted_bugs[] = {
  "evict-early",
  "evict-late",
  "ignore-sleep",
  "forget-return",
  "acknowledge-before-copied",
  "authority-unchecked-by-writer",
  "write-without-survey",
  "page-unproven",
  "skip-entry-in-page",
  "copy-unchecked-authority",
  "ack-before-durable",
  "cell-not-written",
  "fence-of-ids",
};

} // namespace ppn

#define PPN_PLANT(name) (::ppn::chosen_planted_bug == (name))

#else
#define PPN_PLANT(name) false
#endif
