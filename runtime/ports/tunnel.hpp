// Port: the mesh under the links (design D11). The wanted peer set is applied as a difference: what is
// not wanted any more is removed, for a peer that stays its session survives.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"
#include "messages/base/time.hpp"

#include <string>
#include <vector>

namespace ppn {

using tunnel_key = octets_id<struct tunnel_key_tag, 32>;

struct tunnel_peer {
  tunnel_key key;
  std::string endpoint; // "address:port", or empty when the peer is to find us
  std::vector<std::string> allowed;
  std::uint16_t keepalive_seconds = 0;
  bool operator==(const tunnel_peer&) const = default;
};

struct tunnel_peer_state {
  tunnel_key key;
  std::int64_t handshake_age_milliseconds = -1; // -1: never
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};

struct tunnel_changes {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  bool operator==(const tunnel_changes&) const = default;
};

class tunnel {
public:
  virtual ~tunnel() = default;
  // Refuses two peers with one key or one allowed address, and changes nothing then.
  virtual result<tunnel_changes> apply(const std::vector<tunnel_peer>& wanted) = 0;
  virtual result<std::vector<tunnel_peer_state>> peers() = 0; // ordered by key
};

} // namespace ppn
