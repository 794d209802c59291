// How copies of the fleet's ledger follow its writer, and how witnesses are asked: plain values, at most
// once, in any order after a new link. Whoever acts on them checks every claim against its own copy.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ppn {

// A member's word about its copy: durable up to `size`. Sent when a link stands, after every page, and
// when an acknowledgement shows that the writer has more.
struct ledger_have {
  std::uint64_t size = 0;
  digest root;
  std::string note; // the newest signed checkpoint that it holds; empty: none
  bool operator==(const ledger_have&) const = default;
};

// Entries from the writer, with what it takes to check them before a single one is kept.
struct ledger_page {
  std::uint64_t from = 0;
  std::vector<bytes> entries;  // may be empty: then `target` is news about what is held already
  std::string target;          // a signed checkpoint
  std::vector<digest> extends; // the first `from` entries are in the target
  std::vector<digest> reaches; // ... and so are the first `from` + entries
  bool operator==(const ledger_page&) const = default;
};

// add-checkpoint of tlog-witness, body and answer as the text says.
struct cosign_request {
  bytes body;
  bool operator==(const cosign_request&) const = default;
};
struct cosign_answer {
  std::uint16_t status = 0;
  std::string body;
  bool operator==(const cosign_answer&) const = default;
};

// An administrator's word for one order: signs `authority_text` (messages/ledger.hpp).
struct order_authority {
  node_id admin; // an Ed25519 public key
  std::uint64_t previous_size = 0; // of the fleet's ledger as the administrator saw it
  signature proof;
  bool operator==(const order_authority&) const = default;
};

// An order as it travels to a ledger's writer: its octets are decoded by whoever needs to look.
struct submitted_order {
  bytes octets;
  std::optional<order_authority> authority;
  bool operator==(const submitted_order&) const = default;
};

// An order for the fleet's ledger, given at a member that does not write it. Sending it again is safe:
// an order is entered once.
struct order_request {
  std::uint64_t ticket = 0;
  submitted_order order;
  bool operator==(const order_request&) const = default;
};
struct order_reply {
  std::uint64_t ticket = 0;
  std::optional<error> refused;
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  bool degraded = false;
  bool operator==(const order_reply&) const = default;
};

} // namespace ppn
