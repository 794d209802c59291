// Many seeds of the whole swarm, twice the same hash for the same seed, and the planted bugs: a checker
// that cannot fail proves nothing.
#include "messages/base/planted.hpp"
#include "sim/run.hpp"

#include <algorithm>
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

bool is_count_of_failures(std::string_view name) {
  return name == "false_evictions" || name == "missed_evictions";
}

} // namespace

BOOST_AUTO_TEST_SUITE(seeds)

BOOST_AUTO_TEST_CASE(no_seed_breaks_an_invariant_and_every_fault_and_mark_is_seen) {
  std::uint64_t last = full_counts() ? 500 : 60;
  counters all;
  for (std::uint64_t seed = 1; seed <= last; ++seed) {
    auto report = run(one_hour(seed, chaos_level::all));
    all.add(report.counts);
    BOOST_TEST(report.violation_count == 0u,
               "seed " << seed << ": "
                       << (report.violations.empty() ? "" : report.violations.front().text));
  }
  for (const auto& [name, value] : all.all())
    if (!is_count_of_failures(name)) BOOST_TEST(value > 0u, name << " never happened");
}

// What a swarm did, given as a list: the same run, to the last event.
BOOST_AUTO_TEST_CASE(a_run_told_again_by_its_acts_is_the_same_run) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    auto first = run(one_hour(seed, chaos_level::all));
    auto again = one_hour(seed, chaos_level::all);
    again.acts = std::vector<act>{};
    for (const act& one : first.acts) {
      auto read = read_act(text_of(one));
      BOOST_REQUIRE(read.has_value());
      again.acts->push_back(*read);
    }
    BOOST_TEST(!check_acts(again).has_value());
    auto second = run(again);
    BOOST_TEST(first.trace_hash == second.trace_hash, "seed " << seed);
  }
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
namespace {

struct planted_case {
  std::string_view bug;
  std::uint64_t seeds;   // in so many the checkers must have spoken
  std::string_view says; // part of what one of them has to say
};

constexpr planted_case planted_cases[] = {
  {"evict-early", 10, ""},
  {"evict-late", 10, ""},
  {"ignore-sleep", 10, ""},
  {"forget-return", 10, ""},
  {"acknowledge-before-copied", 2, "members hold"},
  {"ack-before-durable", 1, "that is not durable"},
  {"cell-not-written", 1, "in its cell"},
  {"fence-of-ids", 4, "an order that was entered before"},
  {"authority-unchecked-by-writer", 12, "accuses an honest fleet: authority"},
  {"copy-unchecked-authority", 8, "has no administrator's signature"},
  {"write-without-survey", 10, "accuses an honest fleet: rollback"},
  {"skip-entry-in-page", 2, "of the fleet's ledger"},
  {"page-unproven", 1, "holds another entry"},
};

bool is_found(const planted_case& planted, std::uint64_t seed) {
  auto report = run(one_hour(seed, chaos_level::all));
  return std::any_of(report.violations.begin(), report.violations.end(), [&](const violation& found) {
    return found.text.find(planted.says) != std::string::npos;
  });
}

} // namespace

BOOST_AUTO_TEST_CASE(every_planted_bug_is_found) {
  BOOST_TEST(std::size(planted_cases) == std::size(planted_bugs));
  for (const planted_case& planted : planted_cases) {
    chosen_planted_bug = planted.bug;
    bool found = false;
    for (std::uint64_t seed = 1; seed <= planted.seeds && !found; ++seed) found = is_found(planted, seed);
    chosen_planted_bug = {};
    BOOST_TEST(found, planted.bug << " was not found in " << planted.seeds << " seeds");
  }
}
#endif

BOOST_AUTO_TEST_SUITE_END()
