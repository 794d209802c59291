// One maker per file of this folder; `random` is the plugin's own, for its acts.
#pragma once

#include "sim/plugin.hpp"
#include "sim/random.hpp"

#include <memory>

namespace ppn::sim {

std::unique_ptr<plugin> make_weather(stage& on, random_source random);
std::unique_ptr<plugin> make_partitions(stage& on, random_source random);
std::unique_ptr<plugin> make_crashes(stage& on, random_source random);
std::unique_ptr<plugin> make_freezes(stage& on, random_source random);
std::unique_ptr<plugin> make_clocks(stage& on, random_source random);
std::unique_ptr<plugin> make_folders(stage& on, random_source random);
std::unique_ptr<plugin> make_store_faults(stage& on, random_source random);
std::unique_ptr<plugin> make_orders(stage& on, random_source random);

} // namespace ppn::sim
