// One frame of a link: 32 octets of header, then a body of a multiple of 8 octets.
//
//   0  u32 body length      8  u64 counter
//   4  u8  version         16  MAC over octets [0, 16) and the body
//   5  u8  kind
//   6  u16 reserved, zero
//
// The length is checked before anything is allocated for it. The MAC is Poly1305 under a key of this
// frame alone: octets [32 n, 32 n + 32) of the ChaCha20 key stream (64-bit block counter, zero nonce)
// of the direction's key, for frame n; a hello has no MAC yet, its octets are zero. Counters are
// implicit on both sides, so a repeated, lost or reordered frame does not verify.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"
#include "runtime/crypto/secret.hpp"

namespace ppn::link {

enum class frame_kind : std::uint8_t { handshake = 1, data = 2 };

inline constexpr std::uint8_t protocol_version = 1;
inline constexpr std::size_t header_octets = 32;

struct frame_header {
  std::uint32_t length = 0;
  frame_kind kind = frame_kind::handshake;
  std::uint64_t counter = 0;
};

// Refuses another version, an unknown kind, a length over `length_max` or not a multiple of 8.
result<frame_header> parse_header(std::span<const octet, header_octets> raw, std::size_t length_max);

// A frame without a MAC: only before the keys stand.
bytes seal_handshake(bytes_view body);

// The MAC keys of the frames of one direction, made a batch at a time: sixteen cost hardly more than one.
class frame_keys {
public:
  explicit frame_keys(crypto::secret key) : key_(std::move(key)) {}
  // Frames are asked for in order, a frame possibly more than once.
  const octet* of(std::uint64_t frame);

private:
  static constexpr std::uint64_t batch = 16;
  crypto::secret key_;
  crypto::secret keys_{batch * 32};
  std::uint64_t made_ = 0; // frames below this one are, or were, in `keys_`
};

// One direction of an established link.
class frame_sealer {
public:
  explicit frame_sealer(crypto::secret key) : keys_(std::move(key)) {}
  bytes seal(bytes_view body);
  std::uint64_t count() const { return counter_; }

private:
  frame_keys keys_;
  std::uint64_t counter_ = 0;
};

class frame_opener {
public:
  explicit frame_opener(crypto::secret key) : keys_(std::move(key)) {}
  // `frame` is header and body. True if it is exactly the next one; constant time.
  bool open(bytes_view frame);
  std::uint64_t count() const { return counter_; }

private:
  frame_keys keys_;
  std::uint64_t counter_ = 0;
};

} // namespace ppn::link
