// Signatures of a simulated fleet (design D14, tier 1): a keyed SipHash tag under secrets that only the
// world knows. Nobody inside can forge one, and it costs a tenth of a microsecond.
#pragma once

#include "runtime/ports/signer.hpp"

#include <sodium.h>

namespace ppn::sim {

class world_signer final : public signer {
public:
  world_signer(std::uint64_t world_secret, const node_id& self)
      : secret_(world_secret), self_(self) {}

  const node_id& identity() const override { return self_; }
  signature sign(bytes_view message) override { return tag(self_, message); }
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
  node_id self_;
};

} // namespace ppn::sim
