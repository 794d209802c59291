// The two tables of a simulation: what happens to a fleet, and who judges it.
#pragma once

#include "sim/checker.hpp"
#include "sim/plugin.hpp"

#include <memory>

namespace ppn::sim {

using plugin_maker = std::unique_ptr<plugin> (*)(stage&, random_source);
struct plugin_entry {
  std::string_view name; // also names its share of the seed
  plugin_maker make;
};
const std::vector<plugin_entry>& all_plugins();

using checker_maker = std::unique_ptr<checker> (*)(stage&);
const std::vector<checker_maker>& all_checkers();

} // namespace ppn::sim
