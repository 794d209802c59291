// What is written into ledgers: an order says who wants what and why; an entry is an order with the
// term and time at which the log's writer took it. The octets of an order are what an administrator
// signs, so an entry keeps them as they came. wire/ledger_codec.hpp gives the one canonical form.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/ids.hpp"
#include "messages/fleet.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ppn {

// Drawn by whoever gives the order: the same id twice is one order.
using order_id = octets_id<struct order_id_tag, 16>;
using grant_id = octets_id<struct grant_id_tag, 16>;
using signing_public = node_id; // every Ed25519 public key has the same form

// On whose word: an administrator's key, a node by itself, or a user of a node's control socket.
struct order_author {
  enum class kind : std::uint8_t { node, admin, local_user };
  kind by = kind::node;
  signing_public key;    // of the node (also where the local user is), or of the administrator
  std::uint32_t uid = 0; // of a local user
  auto operator<=>(const order_author&) const = default;
};

// A node's keys besides its identity, vouched for by the identity over `certified_keys_text`.
struct member_keys {
  signing_public log;
  signing_public witness;
  signature certificate;
  bool operator==(const member_keys&) const = default;
};

enum class acknowledgement : std::uint8_t { local, one, majority };
std::string_view to_string(acknowledgement value);
std::optional<acknowledgement> acknowledgement_from(std::string_view text);

enum class fleet_role : std::uint8_t { controller, hub };
std::string_view to_string(fleet_role value);

// The right to do something, as domain section 8 lists it. Its issuer is the author of the order that
// carries it, its signature the order's authority; both are checked by every replica.
struct capability {
  enum right : std::uint8_t { read = 1, write = 2, invoke = 4, grant = 8, revoke = 16 };
  static constexpr std::uint8_t rights_all = 31;

  grant_id serial;
  std::string type; // what kind of resource: "vm", "ledger", "ceremony", ...
  std::uint8_t rights = 0;
  signing_public subject;
  std::string resource; // which one; "*" is every one of the type
  std::int64_t issued_milliseconds = 0;
  std::int64_t expires_milliseconds = 0; // 0: never
  std::uint64_t anchor_size = 0;         // the ledger as the issuer knew it
  digest anchor_root;
  bool operator==(const capability&) const = default;
};

// -- what: one type per kind of entry. "Authority": counts only with an administrator's signature. -------

namespace fact {

// Authority; the first entry of a fleet's ledger. The fleet's id is the digest of this order's octets.
struct genesis {
  std::string fleet_name;
  signing_public admin;
  std::string mesh_prefix; // "10.8.0.0/24"
  bool operator==(const genesis&) const = default;
};
// Authority; the same id again changes its record.
struct member_added {
  member_record record;
  member_keys keys;
  bool operator==(const member_added&) const = default;
};
// Authority.
struct member_removed {
  node_id member;
  bool operator==(const member_removed&) const = default;
};
// Authority.
struct admin_added {
  signing_public admin;
  std::string label;
  bool operator==(const admin_added&) const = default;
};
// Authority; the last one cannot go.
struct admin_removed {
  signing_public admin;
  bool operator==(const admin_removed&) const = default;
};
// Authority. For the controller's part it opens `term`: the last entry under the old key (hand-over), or
// the first under the new one (take-over), which names what was known of the old term.
struct role_given {
  fleet_role role = fleet_role::controller;
  node_id holder;
  term_number term;
  bool taken_over = false;
  std::uint64_t old_size = 0;
  digest old_root;
  bool operator==(const role_given&) const = default;
};
// Authority; at most limits::witnesses.
struct witnesses_named {
  std::vector<node_id> witnesses; // ordered
  bool operator==(const witnesses_named&) const = default;
};
// Authority.
struct acknowledgement_chosen {
  acknowledgement policy = acknowledgement::one;
  bool operator==(const acknowledgement_chosen&) const = default;
};
// Authority.
struct posture_set {
  node_id member;
  posture trust = posture::onprem;
  bool operator==(const posture_set&) const = default;
};
// Authority: an administrator's, or of a subject whose own grant has the right `grant` over it.
struct grant_issued {
  capability grant;
  bool operator==(const grant_issued&) const = default;
};
// Authority, likewise with the right `revoke`.
struct grant_revoked {
  grant_id serial;
  bool operator==(const grant_revoked&) const = default;
};

struct member_evicted {
  node_id member;
  std::int64_t silence_milliseconds = 0;
  bool doubted = false; // the controller doubted itself at that moment
  bool operator==(const member_evicted&) const = default;
};
struct member_returned {
  node_id member;
  std::uint32_t times = 1; // a flapping member's returns are one entry
  bool operator==(const member_returned&) const = default;
};
struct node_started {
  node_id node;
  incarnation run;
  boot_id boot;
  std::string version;
  bool operator==(const node_started&) const = default;
};
// An operator's remark: the order's reason is the text.
struct noted {
  bool operator==(const noted&) const = default;
};
// A body that is too large for an entry, or not for everybody's eyes: it is kept elsewhere.
struct document_filed {
  std::string name;
  std::uint64_t octets = 0;
  digest content;
  bool operator==(const document_filed&) const = default;
};

} // namespace fact

using entry_fact =
  std::variant<fact::genesis, fact::member_added, fact::member_removed, fact::admin_added,
               fact::admin_removed, fact::role_given, fact::witnesses_named,
               fact::acknowledgement_chosen, fact::posture_set, fact::grant_issued,
               fact::grant_revoked, fact::member_evicted, fact::member_returned, fact::node_started,
               fact::noted, fact::document_filed>;

// Short, lower-case name of a kind of entry: "member-added".
std::string_view kind_of(const entry_fact& what);
bool needs_authority(const entry_fact& what);

// -- orders and entries ----------------------------------------------------------------------------------

struct ledger_order {
  order_id id;
  order_author who;
  std::string why;                    // --reason
  std::optional<order_id> supersedes; // an earlier order that this one corrects
  entry_fact what;
  bool operator==(const ledger_order&) const = default;
};

struct ledger_entry {
  term_number term;
  std::int64_t when_milliseconds = 0; // the writer's wall clock: for people, never decides
  submitted_order order;
  bool operator==(const ledger_entry&) const = default;
};

// An entry with its order looked at.
struct opened_entry {
  ledger_entry entry;
  ledger_order order;
  bool operator==(const opened_entry&) const = default;
};

// What an administrator's signature covers: fleet, size and the order's octets. The genesis order is
// signed for the zero fleet id, because its own octets make the id.
bytes authority_text(const fleet_id& fleet, std::uint64_t previous_size, bytes_view order);
// What a node's identity key signs about its other keys.
bytes certified_keys_text(const node_id& node, const member_keys& keys);

} // namespace ppn
