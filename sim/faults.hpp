// What one run's world is like. Drawn from the seed (swarm.hpp), so that some faults are absent in a
// run and others extreme; all times and chances are integers, so that every compiler agrees.
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

struct fault_plan {
  network_faults network;
  // Mean distance between two faults of a kind; zero: none in this run.
  nanoseconds partition_every{0};
  nanoseconds partition_least{seconds{2}};
  nanoseconds partition_most{seconds{120}};
  bool one_way = false;
  nanoseconds crash_every{0};
  nanoseconds down_least{seconds{1}};
  nanoseconds down_most{seconds{150}};
  std::uint32_t power_permille = 0; // of crashes: the machine dies, its peers get no word
  nanoseconds freeze_every{0};
  nanoseconds freeze_least{seconds{1}};
  nanoseconds freeze_most{seconds{90}};
  nanoseconds jump_every{0}; // of a wall clock, by up to a year
  std::int64_t drift_ppm_most = 0;
  std::uint32_t disk_fault_permille = 0; // of starts: the cell disk fails or lies
  std::uint32_t nodes_per_machine = 1;
  nanoseconds store_fault_every{0}; // a ledger's disk is full, or fails to write or to sync
  // The controller comes back with a data folder of some time ago, when every member holds all that it
  // wrote: what only the lost folder knew is beyond any promise.
  nanoseconds older_folder_every{0};
};

// What operators do in a run.
struct workload_plan {
  nanoseconds order_every{0}; // mean distance of two orders; zero: nobody is at work
  std::uint32_t burst_most = 1;
  std::uint32_t authority_permille = 0; // of orders: signed by the administrator
  std::uint32_t stale_permille = 0;     // ... who looked at an older screen
  std::uint32_t forged_permille = 0;    // ... or signed by somebody who may not
  std::uint32_t twice_permille = 0;     // given again, perhaps at another node
};

} // namespace ppn::sim
