#include "runtime/crypto/keys.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <sodium.h>

namespace ppn::crypto {

signing_key signing_key::from_seed(bytes_view seed) {
  PPN_ASSERT(seed.size() == crypto_sign_SEEDBYTES);
  signing_key key;
  crypto_sign_seed_keypair(key.public_.octets.data(), key.secret_.data(), seed.data());
  return key;
}

signature signing_key::sign(bytes_view message) const {
  signature out;
  crypto_sign_detached(out.octets.data(), nullptr, message.data(), message.size(), secret_.data());
  return out;
}

bool verify(const public_key& key, bytes_view message, const signature& sig) {
  return crypto_sign_verify_detached(sig.octets.data(), message.data(), message.size(),
                                     key.octets.data()) == 0;
}

exchange_key exchange_key::from_seed(bytes_view seed) {
  PPN_ASSERT(seed.size() == crypto_scalarmult_SCALARBYTES);
  exchange_key key;
  std::copy(seed.begin(), seed.end(), key.secret_.data());
  PPN_ASSERT(crypto_scalarmult_base(key.public_.octets.data(), key.secret_.data()) == 0);
  return key;
}

result<secret> exchange_key::agree(const exchange_public& peer) const {
  secret shared(crypto_scalarmult_BYTES);
  if (crypto_scalarmult(shared.data(), secret_.data(), peer.octets.data()) != 0)
    return fail(ec::unauthentic, "the peer's exchange key is a low-order point");
  return shared;
}

} // namespace ppn::crypto
