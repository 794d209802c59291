// The sealed records of a ceremony: XChaCha20-Poly1305 under one key a direction, with the number
// of the record as its nonce. Both ends count, so a record that is repeated, left out, moved or
// sent back to its sender does not open, and one that does not open ends the channel: what follows
// a gap cannot be trusted. The `context` of a record is authenticated with it and never sent.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"
#include "runtime/crypto/secret.hpp"

namespace ppn::crypto {

class sealed_channel {
public:
  static constexpr std::size_t key_size = 32;
  static constexpr std::size_t overhead = 16;
  // A record fits the control frame that carries it (limits::frame_control_max) with room to spare.
  static constexpr std::size_t plain_max = 60 * 1024;

  // Without keys: nothing can be sealed or opened.
  sealed_channel() = default;
  sealed_channel(secret send_key, secret receive_key);
  sealed_channel(sealed_channel&&) noexcept = default;
  sealed_channel& operator=(sealed_channel&&) noexcept = default;

  result<bytes> seal(bytes_view plain, bytes_view context);
  result<bytes> open(bytes_view sealed, bytes_view context);

  bool alive() const { return !send_key_.empty(); }
  const secret& send_key() const { return send_key_; }
  const secret& receive_key() const { return receive_key_; }
  // How many records went and came; the number of a record is its nonce.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }

  // Wipes both keys.
  void close();

private:
  secret send_key_;
  secret receive_key_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

} // namespace ppn::crypto
