#include "runtime/adapters/system_clock.hpp"

#include "messages/base/assert.hpp"

#include <ctime>

namespace ppn {

namespace {

nanoseconds read(clockid_t id) {
  timespec now{};
  PPN_ASSERT(clock_gettime(id, &now) == 0);
  return seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

} // namespace

mono_time system_clock::monotonic() const {
  return mono_time(read(CLOCK_MONOTONIC));
}

wall_time system_clock::wall() const {
  return wall_time(read(CLOCK_REALTIME));
}

} // namespace ppn
