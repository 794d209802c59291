// Draws one run's faults from its seed: each kind is absent in some runs and extreme in others, because
// a mix of everything at medium strength hides what a single fault alone would show.
#pragma once

#include "sim/faults.hpp"
#include "sim/random.hpp"

namespace ppn::sim {

fault_plan draw_faults(chaos_level level, random_source random);
workload_plan draw_workload(chaos_level level, random_source random);

} // namespace ppn::sim
