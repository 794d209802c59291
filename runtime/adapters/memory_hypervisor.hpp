// Guests that exist in a table only: for fleets without a hypervisor and for tests, which put
// guests in and take them out as an operator or a crash would.
#pragma once

#include "runtime/ports/hypervisor.hpp"

#include <map>
#include <optional>

namespace ppn {

class memory_hypervisor final : public hypervisor {
public:
  result<std::vector<guest_fact>> guests() override;

  void put(const guest_fact& guest) { guests_[guest.id] = guest; }
  void remove(const guest_id& id) { guests_.erase(id); }
  // Answers this until it is given none again, like a hypervisor that is down.
  void fail_with(std::optional<error> why) { failure_ = std::move(why); }

private:
  std::map<guest_id, guest_fact> guests_;
  std::optional<error> failure_;
};

} // namespace ppn
