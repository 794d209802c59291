// Signatures of this node with its Ed25519 identity key, which stays in guarded memory and is wiped
// with the signer.
#pragma once

#include "runtime/crypto/keys.hpp"
#include "runtime/ports/signer.hpp"

namespace ppn {

class ed25519_signer final : public signer {
public:
  explicit ed25519_signer(crypto::signing_key key) : key_(std::move(key)) {}

  const node_id& identity() const override { return key_.public_part(); }
  signature sign(bytes_view message) override;
  bool verify(const node_id& by, bytes_view message, const signature& sig) override;

private:
  crypto::signing_key key_;
};

} // namespace ppn
