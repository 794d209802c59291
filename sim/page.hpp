// A run as one page that needs no network: open it in any browser and scrub through the run.
#pragma once

#include <string>
#include <string_view>

namespace ppn::sim {

std::string page_of(std::string_view timeline);

} // namespace ppn::sim
