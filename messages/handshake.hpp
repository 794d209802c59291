// The three messages with which two nodes prove who they are before a link carries anything
// (design D1). Their meaning lives in runtime/link/handshake; here is only what crosses the wire.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"

#include <array>
#include <variant>

namespace ppn {

// What the dialing side wants to be: a member, or an operator's tool reaching a remote control surface.
enum class link_role : std::uint8_t { node, operator_tool };

using hello_nonce = octets_id<struct hello_nonce_tag, 32>;
using exchange_octets = octets_id<struct exchange_octets_tag, 32>;

struct hello {
  std::uint16_t version = 0;
  fleet_id fleet;
  link_role role = link_role::node;
  node_id identity;
  node_id peer; // whom the initiator means to reach
  hello_nonce nonce;
  exchange_octets exchange;
  bool operator==(const hello&) const = default;
};

struct hello_reply {
  std::uint16_t version = 0;
  node_id identity;
  hello_nonce nonce;
  exchange_octets exchange;
  signature proof;
  bool operator==(const hello_reply&) const = default;
};

struct hello_finish {
  signature proof;
  bool operator==(const hello_finish&) const = default;
};

using handshake_message = std::variant<hello, hello_reply, hello_finish, error>;

} // namespace ppn
