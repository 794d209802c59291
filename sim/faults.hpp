// How a network is; all times and chances are integers, so that every compiler agrees.
#pragma once

#include "messages/base/time.hpp"

#include <cstdint>
#include <string_view>

namespace ppn::sim {

enum class chaos_level : std::uint8_t { none, network, all };

struct network_faults {
  nanoseconds delay_least = microseconds{200};
  nanoseconds delay_most = microseconds{800};
  std::uint32_t loss_permille = 0;    // of segments; seen as a retransmission delay
  std::uint32_t tear_permille = 0;    // a segment arrives in two pieces
  std::uint32_t corrupt_permille = 0; // a bit flips where no checksum of the network sees it
  std::uint32_t repeat_permille = 0;  // a middle-box sends a segment twice
  std::uint32_t swap_permille = 0;    // ... or two in the wrong order
  std::uint32_t cut_permille = 0;     // a connection is reset for no reason
};

} // namespace ppn::sim
