// Signatures of a simulated fleet (design D14, tier 1): a keyed SipHash tag under secrets that only the
// world knows. Nobody inside can forge one, and it costs a tenth of a microsecond.
#pragma once

#include "runtime/ports/signer.hpp"

#include <array>
#include <sodium.h>

namespace ppn::sim {

class world_signer final : public signer {
public:
  world_signer(std::uint64_t world_secret, const node_id& self) : secret_(world_secret) {
    keys_[0] = self;
    for (std::size_t role = 1; role < keys_.size(); ++role) {
      keys_[role] = self;
      keys_[role].octets[0] = static_cast<octet>(self.octets[0] + role); // another key of its own
    }
  }

  const node_id& key(key_role role) const override { return keys_[static_cast<std::size_t>(role)]; }
  signature sign_as(key_role role, bytes_view message) override { return tag(key(role), message); }
  bool verify(const node_id& by, bytes_view message, const signature& sig) override {
    return tag(by, message) == sig;
  }

private:
  signature tag(const node_id& by, bytes_view message) const {
    octet key[crypto_shorthash_siphashx24_KEYBYTES];
    store_le64(key, secret_);
    std::copy_n(by.octets.begin(), 8, key + 8);
    signature out;
    crypto_shorthash_siphashx24(out.octets.data(), message.data(), message.size(), key);
    for (std::size_t at = 16; at < out.octets.size(); at += 16)
      crypto_shorthash_siphashx24(out.octets.data() + at, out.octets.data() + at - 16, 16, key);
    return out;
  }

  std::uint64_t secret_;
  std::array<node_id, 3> keys_; // by role
};

} // namespace ppn::sim
