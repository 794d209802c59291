// Two kinds of time that never mix. Monotonic time decides; wall time is shown and stamped, no more.
#pragma once

#include <chrono>
#include <cstdint>

namespace ppn {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// One node's own clock that only goes forward; its origin means nothing to anybody else.
struct monotonic_clock_tag {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = nanoseconds;
  static constexpr bool is_steady = true;
};
using mono_time = std::chrono::time_point<monotonic_clock_tag, nanoseconds>;

// POSIX time as the node believes it, possibly wrong by a year.
struct wall_clock_tag {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = nanoseconds;
  static constexpr bool is_steady = false;
};
using wall_time = std::chrono::time_point<wall_clock_tag, nanoseconds>;

inline std::int64_t to_milliseconds(nanoseconds value) {
  return duration_cast<milliseconds>(value).count();
}

} // namespace ppn
