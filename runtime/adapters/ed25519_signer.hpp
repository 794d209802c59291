// Signatures of this node with its Ed25519 keys, which stay in guarded memory and are wiped with the
// signer.
#pragma once

#include "runtime/crypto/keys.hpp"
#include "runtime/ports/signer.hpp"

#include <array>
#include <optional>

namespace ppn {

class ed25519_signer final : public signer {
public:
  // For whoever needs an identity only; the other parts must not be asked for.
  explicit ed25519_signer(crypto::signing_key identity) : keys_{std::move(identity), {}, {}} {}
  ed25519_signer(crypto::signing_key identity, crypto::signing_key log, crypto::signing_key witness)
      : keys_{std::move(identity), std::move(log), std::move(witness)} {}

  const node_id& key(key_role role) const override { return of(role).public_part(); }
  signature sign_as(key_role role, bytes_view message) override { return of(role).sign(message); }
  bool verify(const node_id& by, bytes_view message, const signature& sig) override {
    return crypto::verify(by, message, sig);
  }

private:
  const crypto::signing_key& of(key_role role) const;

  std::array<std::optional<crypto::signing_key>, 3> keys_; // by role
};

} // namespace ppn
