// How fast the simulator is, as virtual seconds per second and as a share of the bare CAF loop that was
// measured in the same run. Usage: sim_bench [HOURS] [NODES]
#include "sim/run.hpp"
#include "tests/bench/bare_heartbeats.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

template <class Work>
double seconds_of(Work&& work) {
  auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

} // namespace

int main(int argc, char** argv) {
  auto hours = static_cast<std::uint64_t>(argc > 1 ? std::atoi(argv[1]) : 720);
  auto nodes = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 3);
  ppn::sim::run_options options;
  options.nodes = nodes;
  options.length = std::chrono::hours(hours);
  double bare = 1e300;
  double whole = 1e300;
  // Interleaved, the best of three: the machine's other work disturbs both alike.
  for (int round = 0; round < 3; ++round) {
    bare = std::min(bare, seconds_of([&] { ppn::bench::run_bare_heartbeats(nodes, hours * 3600); }));
    whole = std::min(whole, seconds_of([&] { ppn::sim::run(options); }));
  }
  double virtual_seconds = static_cast<double>(hours) * 3600;
  std::printf("%u nodes, %llu virtual hours, best of 3\n", nodes,
              static_cast<unsigned long long>(hours));
  std::printf("bare CAF heartbeats  %12.0f x real time\n", virtual_seconds / bare);
  std::printf("ppn-sim, chaos none  %12.0f x real time\n", virtual_seconds / whole);
  std::printf("ratio                %12.3f\n", bare / whole);
}
