// The floor under the simulator: a fleet's heartbeats with nothing but CAF. Every node is an actor
// system under the test scheduler whose one actor ticks each 10 s of virtual time and sends a small
// message to the first node's; no bytes, no keys, no checks, no state.
#pragma once

#include <cstdint>

namespace ppn::bench {

// Answers how many messages were handled.
std::uint64_t run_bare_heartbeats(std::uint32_t nodes, std::uint64_t virtual_seconds);

} // namespace ppn::bench
