// The state file of `ppn place` and `ppn capacity` (docs/PLACEMENT.md): a fleet as placement sees
// it, in JSON, so that a decision can be asked, kept and asked again anywhere. Read strictly.
#pragma once

#include "actors/placement/pool.hpp"
#include "runtime/guest/document.hpp"

namespace ppn {

inline constexpr std::string_view placement_state_schema = "ppn.placement-state/1";

result<placement::pool> load_placement_state(std::string_view text, std::string_view file);

} // namespace ppn
