#include "runtime/adapters/ed25519_signer.hpp"

#include "messages/base/assert.hpp"

namespace ppn {

const crypto::signing_key& ed25519_signer::of(key_role role) const {
  const auto& key = keys_[static_cast<std::size_t>(role)];
  PPN_ASSERT(key.has_value());
  return *key;
}

} // namespace ppn
