// SHA-256, SHA-512, HMAC-SHA-512 and HKDF-SHA-512 over libsodium. Pure functions.
#pragma once

#include "messages/base/ids.hpp"

#include <array>
#include <initializer_list>
#include <sodium/crypto_hash_sha256.h>

namespace ppn::crypto {

using sha512_digest = std::array<octet, 64>;

digest sha256(bytes_view data);
sha512_digest sha512(std::initializer_list<bytes_view> parts);

// For data that arrives in pieces.
class sha256_stream {
public:
  sha256_stream();
  void update(bytes_view data);
  digest finish();

private:
  crypto_hash_sha256_state state_;
};

// Any key length: the one-shot call of libsodium takes 32 octets only.
sha512_digest hmac_sha512(bytes_view key, std::initializer_list<bytes_view> parts);

// RFC 5869. `out` holds at most 255 * 64 octets.
sha512_digest hkdf_extract(bytes_view salt, bytes_view key_material);
void hkdf_expand(bytes_view prk, std::initializer_list<bytes_view> info, std::span<octet> out);

} // namespace ppn::crypto
