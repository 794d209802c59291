// Port: time. Monotonic time decides, wall time is shown and stamped. Timers are not here: they go
// through the actor system's own clock, which runs with the same monotonic time.
#pragma once

#include "messages/base/time.hpp"

namespace ppn {

class clock {
public:
  virtual ~clock() = default;
  // Never goes back; counts the time that the process was stopped, not that the machine was suspended.
  virtual mono_time monotonic() const = 0;
  virtual wall_time wall() const = 0;
};

} // namespace ppn
