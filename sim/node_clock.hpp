// One node's clocks as a function of the world's time: the monotonic one may run fast or slow, the wall
// clock may jump. A freeze needs nothing here: time goes on while the node does not run.
#pragma once

#include "runtime/ports/clock.hpp"

namespace ppn::sim {

// The world's own time; nodes never see it.
using world_time = nanoseconds;

class node_clock final : public clock {
public:
  // `now` is the world's time and outlives the clock. Monotonic time starts at `origin`.
  node_clock(const world_time& now, nanoseconds origin) : now_(now), base_mono_(origin) {}

  mono_time monotonic() const override { return at(now_); }
  wall_time wall() const override {
    return wall_time{monotonic().time_since_epoch() + wall_offset_};
  }

  mono_time at(world_time when) const {
    auto passed = (when - base_world_).count();
    return mono_time{base_mono_ + nanoseconds{passed + passed / 1000000 * drift_ppm_ +
                                              passed % 1000000 * drift_ppm_ / 1000000}};
  }
  // The first moment at which this clock shows `due` or later.
  world_time when(mono_time due) const {
    auto wanted = due.time_since_epoch() - base_mono_;
    if (drift_ppm_ == 0) return base_world_ + wanted;
    // Exact but for the roundings of at(), which are a few nanoseconds either way.
    auto scaled = static_cast<__int128>(wanted.count()) * 1000000 / (1000000 + drift_ppm_);
    world_time guess = base_world_ + nanoseconds{static_cast<std::int64_t>(scaled)};
    while (at(guess) < due) guess += nanoseconds{1};
    while (at(guess - nanoseconds{1}) >= due) guess -= nanoseconds{1};
    return guess;
  }

  void set_drift(std::int64_t ppm) {
    base_mono_ = monotonic().time_since_epoch();
    base_world_ = now_;
    drift_ppm_ = ppm;
  }
  void set_wall_offset(nanoseconds offset) { wall_offset_ = offset; }
  void jump_wall(nanoseconds by) { wall_offset_ += by; }

private:
  const world_time& now_;
  world_time base_world_{0};
  nanoseconds base_mono_;
  std::int64_t drift_ppm_ = 0;
  nanoseconds wall_offset_{0};
};

} // namespace ppn::sim
