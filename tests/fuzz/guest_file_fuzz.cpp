// What operators write about guests and fleets, in any shape: an answer or an error with a place.
#include "messages/base/assert.hpp"
#include "runtime/guest/guest_file.hpp"
#include "runtime/guest/placement_state.hpp"

#include <cstddef>
#include <cstdint>

using namespace ppn;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with('{')) {
    auto pool = load_placement_state(text, "f");
    if (pool) {
      pool->check_invariants();
      placement::request asked;
      asked.takes.ram = 1;
      placement::explanation told = pool->explain(asked);
      PPN_ASSERT(told.candidates.size() == pool->nodes());
    } else {
      PPN_ASSERT(!pool.error().text.empty());
    }
    return 0;
  }
  auto guest = load_guest(text, "f", shipped_catalogue());
  if (guest) {
    PPN_ASSERT(!guest->spec.name.empty() && guest->spec.ram > 0);
    PPN_ASSERT(guest->spec.ram_floor <= guest->spec.ram);
  } else {
    PPN_ASSERT(!guest.error().text.empty());
  }
  return 0;
}
