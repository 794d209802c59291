// Port: the guests of this machine. The node owns its guests (design D9); this port tells which of
// them run. Life-cycle verbs arrive with the guests themselves.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"

#include <string>
#include <vector>

namespace ppn {

enum class guest_state : std::uint8_t { defined, running, paused, stopped };

struct guest_fact {
  guest_id id;
  std::string name;
  guest_state state = guest_state::defined;
  std::uint64_t ram = 0; // nominal octets
  std::uint64_t disk_committed = 0; // octets promised in `pool`, written or not
  std::string pool = "default";
  bool operator==(const guest_fact&) const = default;
};

class hypervisor {
public:
  virtual ~hypervisor() = default;
  // Ordered by id; only guests that carry this node's metadata.
  virtual result<std::vector<guest_fact>> guests() = 0;
};

} // namespace ppn
