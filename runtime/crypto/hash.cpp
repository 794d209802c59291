#include "runtime/crypto/hash.hpp"

#include "messages/base/assert.hpp"
#include "runtime/crypto/secret.hpp"

#include <algorithm>
#include <sodium.h>

namespace ppn::crypto {

namespace {

// libsodium's parameters are declared non-null even where the length is zero.
const octet* non_null(bytes_view data) {
  static constexpr octet nothing = 0;
  return data.data() != nullptr ? data.data() : &nothing;
}

} // namespace

digest sha256(bytes_view data) {
  digest out;
  crypto_hash_sha256(out.octets.data(), data.data(), data.size());
  return out;
}

sha512_digest sha512(std::initializer_list<bytes_view> parts) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (bytes_view part : parts) crypto_hash_sha512_update(&state, non_null(part), part.size());
  sha512_digest out;
  crypto_hash_sha512_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
  return out;
}

sha256_stream::sha256_stream() { crypto_hash_sha256_init(&state_); }

void sha256_stream::update(bytes_view data) {
  crypto_hash_sha256_update(&state_, data.data(), data.size());
}

digest sha256_stream::finish() {
  digest out;
  crypto_hash_sha256_final(&state_, out.octets.data());
  return out;
}

sha512_digest hmac_sha512(bytes_view key, std::initializer_list<bytes_view> parts) {
  crypto_auth_hmacsha512_state state;
  crypto_auth_hmacsha512_init(&state, non_null(key), key.size());
  for (bytes_view part : parts) crypto_auth_hmacsha512_update(&state, non_null(part), part.size());
  sha512_digest out;
  crypto_auth_hmacsha512_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
  return out;
}

sha512_digest hkdf_extract(bytes_view salt, bytes_view key_material) {
  return hmac_sha512(salt, {key_material});
}

void hkdf_expand(bytes_view prk, std::initializer_list<bytes_view> info, std::span<octet> out) {
  PPN_ASSERT(out.size() <= 255 * sizeof(sha512_digest));
  bytes label;
  for (bytes_view part : info) append(label, part);
  sha512_digest block{};
  wipe_guard wiped(block);
  std::size_t block_size = 0;
  octet counter = 1;
  for (std::size_t done = 0; done < out.size(); ++counter) {
    block = hmac_sha512(prk, {bytes_view{block.data(), block_size}, label, bytes_view{&counter, 1}});
    block_size = block.size();
    std::size_t take = std::min(block.size(), out.size() - done);
    std::copy_n(block.begin(), take, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += take;
  }
}

} // namespace ppn::crypto
