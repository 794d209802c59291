// Many seeds of the whole swarm, twice the same hash for the same seed, and the planted bugs: a checker
// that cannot fail proves nothing.
#include "messages/base/planted.hpp"
#include "sim/run.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <set>

using namespace ppn;
using namespace ppn::sim;

namespace {

bool full_counts() {
  const char* counts = std::getenv("PPN_TEST_COUNTS");
  return counts != nullptr && std::string_view{counts} == "full";
}

run_options one_hour(std::uint64_t seed, chaos_level level) {
  run_options options;
  options.seed = seed;
  options.chaos = level;
  return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(seeds)

BOOST_AUTO_TEST_CASE(no_seed_breaks_an_invariant) {
  std::uint64_t last = full_counts() ? 500 : 40;
  for (std::uint64_t seed = 1; seed <= last; ++seed) {
    auto report = run(one_hour(seed, chaos_level::all));
    BOOST_TEST(report.violation_count == 0u,
               "seed " << seed << ": "
                       << (report.violations.empty() ? "" : report.violations.front().text));
  }
}

BOOST_AUTO_TEST_CASE(a_campaign_exercises_every_fault) {
  chaos_counts faults;
  network_marks network;
  eviction_counts members;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto report = run(one_hour(seed, chaos_level::all));
    faults.partitions += report.faults.partitions;
    faults.one_way_partitions += report.faults.one_way_partitions;
    faults.power_losses += report.faults.power_losses;
    faults.failed_starts += report.faults.failed_starts;
    faults.freezes += report.faults.freezes;
    faults.wall_jumps += report.faults.wall_jumps;
    network.torn += report.network.torn;
    network.corrupted += report.network.corrupted;
    network.repeated += report.network.repeated;
    network.swapped += report.network.swapped;
    network.broken += report.network.broken;
    members.evictions += report.members.evictions;
    members.returns += report.members.returns;
    members.doubts += report.members.doubts;
    members.sleeps += report.members.sleeps;
  }
  for (std::uint64_t count :
       {faults.partitions, faults.one_way_partitions, faults.power_losses, faults.failed_starts,
        faults.freezes, faults.wall_jumps, network.torn, network.corrupted, network.repeated,
        network.swapped, network.broken, members.evictions, members.returns, members.doubts,
        members.sleeps})
    BOOST_TEST(count > 0u);
}

BOOST_AUTO_TEST_CASE(the_same_seed_is_the_same_run_and_another_one_is_not) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed : {1, 7, 42}) {
    auto first = run(one_hour(seed, chaos_level::all));
    auto second = run(one_hour(seed, chaos_level::all));
    BOOST_TEST(first.trace_hash == second.trace_hash);
    BOOST_TEST(first.events == second.events);
    hashes.insert(first.trace_hash);
  }
  BOOST_TEST(hashes.size() == 3u);
}

#if PPN_PLANTED
BOOST_AUTO_TEST_CASE(a_planted_bug_is_found) {
  for (std::string_view bug : {"evict-early", "evict-late", "ignore-sleep", "forget-return"}) {
    chosen_planted_bug = bug;
    std::uint64_t found = 0;
    for (std::uint64_t seed = 1; seed <= 10 && found == 0; ++seed)
      found = run(one_hour(seed, chaos_level::all)).violation_count;
    chosen_planted_bug = {};
    BOOST_TEST(found > 0u, bug << " was not found in ten seeds");
  }
}
#endif

BOOST_AUTO_TEST_SUITE_END()
