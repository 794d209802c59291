#include "runtime/adapters/ed25519_signer.hpp"

namespace ppn {

signature ed25519_signer::sign(bytes_view message) {
  return key_.sign(message);
}

bool ed25519_signer::verify(const node_id& by, bytes_view message, const signature& sig) {
  return crypto::verify(by, message, sig);
}

} // namespace ppn
