#include "runtime/adapters/sodium_entropy.hpp"

#include "messages/base/assert.hpp"

#include <sodium.h>

namespace ppn {

sodium_entropy::sodium_entropy() {
  PPN_ASSERT(sodium_init() >= 0);
}

void sodium_entropy::fill(std::span<octet> out) {
  randombytes_buf(out.data(), out.size());
}

} // namespace ppn
