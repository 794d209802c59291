// Messages of a ceremony on a stream: a little-endian u32 with the length, then as many octets. Before the
// peer has proved anything a message is never larger than the largest one of the handshake.
#pragma once

#include "runtime/crypto/ceremony_wire.hpp"

#include <optional>
#include <string>

namespace ppn {

class pairing_frames {
public:
  // False when the peer sends what no message of ours looks like: nothing more is to be read from it.
  bool take(bytes_view data, bool proven);
  std::optional<bytes> next();
  static bytes framed(bytes_view message);

private:
  bytes pending_;
};

// Whether an IP literal is in "ADDRESS" or "ADDRESS/BITS"; everything is in an empty text, nothing in one
// that is neither.
bool address_within(const std::string& address, const std::string& where);

} // namespace ppn
