// What every maker of the clock port promises.
#pragma once

#include "runtime/ports/clock.hpp"
#include "tests/contract/contract.hpp"

#include <memory>

namespace contract {

using make_clock = std::function<std::unique_ptr<ppn::clock>()>;

inline void monotonic_time_never_goes_back(const ppn::clock& subject) {
  ppn::mono_time before = subject.monotonic();
  for (int i = 0; i < 10'000; ++i) {
    ppn::mono_time now = subject.monotonic();
    BOOST_REQUIRE((now >= before));
    before = now;
  }
}

inline void monotonic_time_is_far_from_both_ends(const ppn::clock& subject) {
  // Deadlines are made by adding to it and silences by subtracting from it.
  BOOST_TEST((subject.monotonic() > ppn::mono_time{} - ppn::hours(1)));
  BOOST_TEST((subject.monotonic() < ppn::mono_time::max() - ppn::hours(24 * 365 * 100)));
}

inline void wall_time_is_a_time_of_this_century(const ppn::clock& subject) {
  constexpr ppn::hours year(24 * 365);
  BOOST_TEST((subject.wall() > ppn::wall_time{} + 30 * year));
  BOOST_TEST((subject.wall() < ppn::wall_time{} + 130 * year));
}

inline std::vector<named_case> clock_cases(const make_clock& make) {
  auto on_new = [&](const char* name, void (*run)(const ppn::clock&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
  return {
      on_new("monotonic_time_never_goes_back", monotonic_time_never_goes_back),
      on_new("monotonic_time_is_far_from_both_ends", monotonic_time_is_far_from_both_ends),
      on_new("wall_time_is_a_time_of_this_century", wall_time_is_a_time_of_this_century),
  };
}

} // namespace contract
