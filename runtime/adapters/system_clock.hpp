// The clock of the machine: CLOCK_MONOTONIC decides, CLOCK_REALTIME is shown. The actor system's
// own timers run on the same monotonic clock, so that deadlines and timers agree.
#pragma once

#include "runtime/ports/clock.hpp"

namespace ppn {

class system_clock final : public clock {
public:
  mono_time monotonic() const override;
  wall_time wall() const override;
};

} // namespace ppn
