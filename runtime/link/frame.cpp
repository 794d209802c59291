#include "runtime/link/frame.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <array>
#include <sodium.h>

namespace ppn::link {

namespace {

constexpr std::size_t mac_offset = 16;
static_assert(mac_offset + crypto_onetimeauth_BYTES == header_octets);

void write_header(octet* at, const frame_header& header) {
  store_le32(at, header.length);
  at[4] = protocol_version;
  at[5] = static_cast<octet>(header.kind);
  at[6] = at[7] = 0;
  store_le64(at + 8, header.counter);
}

void compute_mac(octet* out, const octet* frame_key, const octet* header, bytes_view body) {
  crypto_onetimeauth_state state;
  crypto_onetimeauth_init(&state, frame_key);
  crypto_onetimeauth_update(&state, header, mac_offset);
  crypto_onetimeauth_update(&state, body.data(), body.size());
  crypto_onetimeauth_final(&state, out);
}

bytes with_header(const frame_header& header, bytes_view body) {
  bytes frame(header_octets + body.size());
  write_header(frame.data(), header);
  std::copy(body.begin(), body.end(), frame.begin() + header_octets);
  return frame;
}

} // namespace

result<frame_header> parse_header(std::span<const octet, header_octets> raw,
                                  std::size_t length_max) {
  if (raw[4] != protocol_version)
    return fail(ec::unsupported, "frame version " + std::to_string(raw[4]) + ", this node speaks " +
                                     std::to_string(protocol_version));
  if (raw[5] != static_cast<octet>(frame_kind::handshake) &&
      raw[5] != static_cast<octet>(frame_kind::data))
    return fail(ec::malformed, "unknown frame kind");
  if (raw[6] != 0 || raw[7] != 0) return fail(ec::malformed, "reserved octets are not zero");
  frame_header header{load_le32(raw.data()), static_cast<frame_kind>(raw[5]),
                      load_le64(raw.data() + 8)};
  if (header.length > length_max)
    return fail(ec::too_large, "frame of " + std::to_string(header.length) + " octets, at most " +
                                   std::to_string(length_max));
  if (header.length == 0 || header.length % 8 != 0)
    return fail(ec::malformed, "frame length is not a positive multiple of 8");
  return header;
}

bytes seal_handshake(bytes_view body) {
  PPN_ASSERT(body.size() % 8 == 0);
  return with_header({static_cast<std::uint32_t>(body.size()), frame_kind::handshake, 0}, body);
}

const octet* frame_keys::of(std::uint64_t frame) {
  static_assert(crypto_onetimeauth_KEYBYTES == 32);
  constexpr std::uint64_t per_block = 2; // of 64 octets
  PPN_ASSERT(frame <= made_ && frame + batch >= made_);
  if (frame == made_) {
    std::array<octet, crypto_stream_chacha20_NONCEBYTES> nonce{};
    sodium_memzero(keys_.data(), keys_.size());
    crypto_stream_chacha20_xor_ic(keys_.data(), keys_.data(), keys_.size(), nonce.data(),
                                  frame / per_block, key_.data());
    made_ += batch;
  }
  return keys_.data() + 32 * (frame % batch);
}

bytes frame_sealer::seal(bytes_view body) {
  PPN_ASSERT(body.size() % 8 == 0);
  bytes frame =
    with_header({static_cast<std::uint32_t>(body.size()), frame_kind::data, counter_}, body);
  compute_mac(frame.data() + mac_offset, keys_.of(counter_), frame.data(), body);
  ++counter_;
  return frame;
}

bool frame_opener::open(bytes_view frame) {
  PPN_ASSERT(frame.size() > header_octets);
  if (load_le64(frame.data() + 8) != counter_) return false;
  std::array<octet, crypto_onetimeauth_BYTES> wanted;
  compute_mac(wanted.data(), keys_.of(counter_), frame.data(), frame.subspan(header_octets));
  if (sodium_memcmp(wanted.data(), frame.data() + mac_offset, wanted.size()) != 0) return false;
  ++counter_;
  return true;
}

} // namespace ppn::link
