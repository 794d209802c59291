#include "runtime/adapters/memory_hypervisor.hpp"

namespace ppn {

result<std::vector<guest_fact>> memory_hypervisor::guests() {
  if (failure_) return fail(*failure_);
  std::vector<guest_fact> all;
  for (const auto& [id, guest] : guests_)
    all.push_back(guest);
  return all;
}

} // namespace ppn
