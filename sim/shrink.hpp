// Makes a failing run small: fewer acts, fewer nodes, less time, as long as it fails for the same cause.
#pragma once

#include "sim/scenario.hpp"

#include <functional>

namespace ppn::sim {

// A failure's cause: its rule and its text without the numbers and names, which differ from seed to seed.
std::string cause_of(const violation& found);

struct shrink_result {
  scenario smallest;
  std::uint64_t runs = 0;
  std::size_t acts_before = 0;
};

// `failing` has violations. `runs_most` bounds the work; `tell` hears how far it is.
shrink_result shrink(const run_report& failing, std::uint64_t runs_most,
                     const std::function<void(std::size_t acts, std::uint64_t runs)>& tell);

} // namespace ppn::sim
