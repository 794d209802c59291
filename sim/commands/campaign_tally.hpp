// What a campaign knows: one line of JSON per seed, added up. The same lines are the state file, from which
// a campaign that was interrupted goes on.
#pragma once

#include "messages/base/error.hpp"
#include "sim/run.hpp"

#include <map>
#include <set>

namespace ppn::sim {

struct seed_line {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0;
  std::uint64_t events = 0;
  bool twice = false;     // it was run again, to compare
  bool different = false; // ... and the hashes were not the same
  bool died = false;      // the process that ran it did not survive
  counters counts;
  std::vector<std::pair<std::string, std::string>> failures; // cause, and the first text of it
};

seed_line line_of(const run_report& report);
std::string encode_line(const seed_line& line);
result<seed_line> decode_line(std::string_view text);

class campaign_tally {
public:
  void add(const seed_line& line);
  bool knows(std::uint64_t seed) const { return seeds_.contains(seed); }
  std::uint64_t seeds() const { return seeds_.size(); }
  std::uint64_t failed() const { return failed_; }
  // Counts of faults and marks that stayed zero: nothing was learned about them.
  std::vector<std::string> never() const;

  struct cause {
    std::uint64_t seeds = 0;
    std::uint64_t first_seed = 0;
    std::string text;
  };
  const std::map<std::string, cause>& causes() const { return causes_; }
  const counters& counts() const { return counts_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t compared() const { return compared_; }

private:
  std::set<std::uint64_t> seeds_;
  std::map<std::string, cause> causes_;
  counters counts_;
  std::uint64_t events_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t compared_ = 0;
};

} // namespace ppn::sim
