// A run as a file: who there is, how long, and what is done to them, to be written by hand or by a
// shrinker.
//
//   name = "a laptop that sleeps through its eviction"
//   seed = 7
//   nodes = ["laptop-a", "laptop-b", "gcp-cloud-1"]   # the first is the controller; or just a number
//   length = "10m"
//   calm = "7m"                                       # faults end; left out: 3 min before the end
//   acts = [
//     "at 40s partition laptop-b | laptop-a gcp-cloud-1 for 1m",
//     "at 3m kill gcp-cloud-1 for 20s",
//   ]
//   expect = "no violation"                           # or a part of what a checker has to say
#pragma once

#include "messages/base/error.hpp"
#include "sim/run.hpp"

namespace ppn::sim {

inline constexpr std::string_view no_violation = "no violation";

struct scenario {
  std::string name;
  std::string expect{no_violation};
  std::vector<std::pair<std::string, std::uint64_t>> at_least; // counts that show that it bites
  run_options options;
};

// `where` names the text in errors: "FILE:12:5: ...".
result<scenario> read_scenario(const std::string& where, std::string_view text);
std::string text_of(const scenario& what);
// Whether the run went as the scenario says; otherwise why not.
status judge(const scenario& what, const run_report& report);

} // namespace ppn::sim
