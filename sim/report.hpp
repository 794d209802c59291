// A run's report for programs and for people.
#pragma once

#include "sim/run.hpp"

namespace ppn::sim {

std::string to_json(const run_report& report);
std::string to_text(const run_report& report);

} // namespace ppn::sim
