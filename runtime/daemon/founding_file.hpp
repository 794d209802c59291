// The founding of a fleet as a file, and what it founds: a daemon takes nothing of it before all of it
// holds.
#pragma once

#include "messages/base/error.hpp"
#include "messages/fleet.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ppn {

struct fleet_founding {
  std::optional<member_record> enrolled; // of a file that a join ceremony left: this node's own record
  fleet_id fleet;
  std::vector<bytes> entries;
  membership_ptr members; // as the founding alone has it
};

// One line that names the file; ec::invalid or ec::malformed when it is no founding or has an entry that
// does not count.
result<fleet_founding> read_founding(const std::string& path);

} // namespace ppn
