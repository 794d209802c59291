// Ed25519 signing keys and X25519 exchange keys, always made from a seed that the entropy port gave.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"
#include "runtime/crypto/secret.hpp"

namespace ppn::crypto {

using public_key = octets_id<struct node_id_tag, 32>;

class signing_key {
public:
  // `seed`: 32 octets; the caller's copy is left to the caller.
  static signing_key from_seed(bytes_view seed);

  const public_key& public_part() const { return public_; }
  signature sign(bytes_view message) const;

private:
  signing_key() : secret_(64) {}
  secret secret_;
  public_key public_;
};

bool verify(const public_key& key, bytes_view message, const signature& sig);

struct exchange_tag;
using exchange_public = octets_id<exchange_tag, 32>;

class exchange_key {
public:
  static exchange_key from_seed(bytes_view seed);

  const exchange_public& public_part() const { return public_; }
  bytes_view secret_part() const { return secret_.view(); }
  // Fails on a low-order point: the shared value would be the same for everybody.
  result<secret> agree(const exchange_public& peer) const;

private:
  exchange_key() : secret_(32) {}
  secret secret_;
  exchange_public public_;
};

} // namespace ppn::crypto
