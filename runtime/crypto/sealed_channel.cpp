#include "runtime/crypto/sealed_channel.hpp"

#include "messages/base/assert.hpp"

#include <array>
#include <sodium.h>

namespace ppn::crypto {

namespace {

static_assert(sealed_channel::key_size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(sealed_channel::overhead == crypto_aead_xchacha20poly1305_ietf_ABYTES);

using nonce_octets = std::array<octet, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES>;

// The number in the first eight octets, low octet first; the rest zero. A key serves one direction
// of one ceremony, so a number is used once under it.
nonce_octets nonce_of(std::uint64_t number) {
  nonce_octets nonce{};
  store_le64(nonce.data(), number);
  return nonce;
}

} // namespace

sealed_channel::sealed_channel(secret send_key, secret receive_key)
    : send_key_(std::move(send_key)), receive_key_(std::move(receive_key)) {
  PPN_ASSERT(send_key_.size() == key_size);
  PPN_ASSERT(receive_key_.size() == key_size);
}

result<bytes> sealed_channel::seal(bytes_view plain, bytes_view context) {
  if (!alive()) return fail(ec::refused, "the sealed channel is closed");
  if (plain.size() > plain_max) return fail(ec::too_large, "a sealed record holds at most 60 KiB");
  bytes out(plain.size() + overhead);
  unsigned long long size = 0;
  const nonce_octets nonce = nonce_of(sent_);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), &size, plain.data(), plain.size(),
                                             context.data(), context.size(), nullptr, nonce.data(),
                                             send_key_.data());
  PPN_ASSERT(size == out.size());
  ++sent_;
  return out;
}

result<bytes> sealed_channel::open(bytes_view sealed, bytes_view context) {
  if (!alive()) return fail(ec::refused, "the sealed channel is closed");
  bool good = sealed.size() >= overhead && sealed.size() <= plain_max + overhead;
  bytes out;
  if (good) {
    out.resize(sealed.size() - overhead);
    unsigned long long size = 0;
    const nonce_octets nonce = nonce_of(received_);
    good = crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), &size, nullptr, sealed.data(),
                                                      sealed.size(), context.data(), context.size(),
                                                      nonce.data(), receive_key_.data()) == 0;
  }
  if (!good) {
    close();
    return fail(ec::unauthentic, "a sealed record does not open: the channel is closed");
  }
  ++received_;
  return out;
}

void sealed_channel::close() {
  send_key_ = secret{};
  receive_key_ = secret{};
}

} // namespace ppn::crypto
