// What nodes tell each other about the fleet: heartbeats up, acknowledgements and the view down. Plain
// values inside a node; wire/codec.hpp turns them into Cap'n Proto between nodes.
#pragma once

#include "messages/base/ids.hpp"
#include "messages/base/time.hpp"
#include "messages/replication.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace ppn {

enum class posture : std::uint8_t { onprem, leased, cloud };
std::string_view to_string(posture value);
std::optional<posture> posture_from(std::string_view text);

// `node` hosts guests; `operator_station` is a workstation on the mesh that hosts nothing.
enum class member_kind : std::uint8_t { node, operator_station };
std::string_view to_string(member_kind value);

// One member as the fleet's record names it. A node never declares its own address or posture.
struct member_record {
  node_id id;
  std::string name;
  std::string address; // on the mesh
  std::uint16_t port = 0;
  posture trust = posture::onprem;
  member_kind kind = member_kind::node;
  bool reserved = false;
  std::vector<std::string> labels;
  bool operator==(const member_record&) const = default;
};

// Who belongs to the fleet and who holds its roles. Today from the configuration, later folded from
// the ledger; whoever consumes it cannot tell.
struct membership {
  fleet_id fleet;
  term_number term;
  node_id controller;
  std::vector<member_record> members; // ordered by id

  const member_record* find(const node_id& id) const;
  const member_record* find_by_name(std::string_view name) const;
  bool operator==(const membership&) const = default;
};
using membership_ptr = std::shared_ptr<const membership>;

struct disk_pool {
  std::string name;
  std::uint64_t total = 0;
  std::uint64_t free = 0;
  std::uint64_t committed = 0; // promised to guests, written or not
  bool operator==(const disk_pool&) const = default;
};

// What the operator lets this node give to the pool (configuration `[pool]`).
struct node_offer {
  std::uint64_t ram = 0; // octets; 0: all that the machine has
  std::uint32_t cpus = 0; // 0: all
  std::uint32_t guests = 128;
  // Several nodes on one machine: the machine's own free memory says nothing about this node's share.
  bool measure_offer_only = false;
  bool operator==(const node_offer&) const = default;
};

// What a node offers and what it measures.
struct node_capacity {
  std::uint64_t ram_total = 0;
  std::uint64_t ram_offered = 0;
  std::uint64_t ram_available = 0;
  std::uint64_t ram_guests = 0; // sum of the guests' nominal RAM
  std::uint32_t cpus_offered = 0;
  std::uint32_t cpu_load_permille = 0;
  std::uint32_t guests_limit = 0;
  bool kvm = false;
  std::vector<disk_pool> pools;
  bool operator==(const node_capacity&) const = default;
};

struct view_stamp {
  std::uint64_t epoch = 0;   // drawn when a controller starts
  std::uint64_t version = 0; // grows with every change of a row
  auto operator<=>(const view_stamp&) const = default;
};

struct heartbeat {
  heartbeat_sequence sequence;
  boot_id boot;
  incarnation run;
  node_capacity capacity;
  std::uint32_t guests = 0;
  digest inventory; // over the sorted guest set: equal digests need no list
  view_stamp view;  // the view that this node holds
  std::int64_t wall_milliseconds = 0; // shown as skew; never decides anything
  bool operator==(const heartbeat&) const = default;
};

struct heartbeat_ack {
  heartbeat_sequence sequence;
  term_number term;
  view_stamp view;
  std::uint64_t ledger_size = 0; // of the fleet's ledger, as the controller has it
  bool operator==(const heartbeat_ack&) const = default;
};

enum class member_state : std::uint8_t {
  expected, // counted as heard when the controller started, not heard yet
  alive,
  suspect,
  evicted,
};
std::string_view to_string(member_state value);

// One line of the fleet as its controller sees it.
struct member_view {
  member_record record;
  member_state state = member_state::expected;
  bool flapping = false;
  bool controller = false;
  std::int64_t silence_milliseconds = 0;         // when the view was made
  std::int64_t transition_silence_milliseconds = 0; // the silence at the last change of state
  std::uint64_t evictions = 0;
  std::uint64_t returns = 0;
  std::uint64_t heartbeats = 0;
  std::int64_t skew_milliseconds = 0;
  boot_id boot;
  node_capacity capacity;
  std::uint32_t guests = 0;
  bool node_lost = false; // its guests are recorded as lost; held back while the controller doubts itself
  std::uint64_t changed = 0; // version at which this row last changed
  bool operator==(const member_view&) const = default;
};

struct self_doubt {
  bool active = false;
  std::uint32_t silent = 0;  // |S|
  std::uint32_t members = 0; // |M|
  std::uint64_t episodes = 0;
  bool operator==(const self_doubt&) const = default;
};

struct view_request {
  view_stamp have;
  bool operator==(const view_request&) const = default;
};

struct fleet_view {
  view_stamp stamp;
  std::uint64_t since = 0; // rows changed after this version; 0: all of them
  bool last = true;        // more pages follow otherwise
  term_number term;
  node_id controller;
  self_doubt doubt;
  std::vector<member_view> rows; // ordered by id
  bool operator==(const fleet_view&) const = default;
};

using wire_message = std::variant<heartbeat, heartbeat_ack, view_request, fleet_view, ledger_have,
                                  ledger_page, cosign_request, cosign_answer, order_request,
                                  order_reply>;
using wire_message_ptr = std::shared_ptr<const wire_message>;

} // namespace ppn
