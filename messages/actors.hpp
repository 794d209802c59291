// The map of the system: every actor's interface, one sentence per handler. Handles never leave a
// process; between nodes travel Cap'n Proto bytes only.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"
#include "messages/control.hpp"
#include "messages/fleet.hpp"
#include "messages/ledger.hpp"
#include "messages/ledger_report.hpp"

#include <caf/typed_actor.hpp>
#include <caf/type_id.hpp>

namespace ppn {

struct fleet_state; // storage/ledger/fleet_fold.hpp

} // namespace ppn

// These never leave the process, so they need no wire form of CAF's.
#define PPN_LOCAL_MESSAGE(name)                                                                    \
  namespace ppn {                                                                                  \
  struct name;                                                                                     \
  }                                                                                                \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::name)

PPN_LOCAL_MESSAGE(stream_opened)
PPN_LOCAL_MESSAGE(stream_bytes)
PPN_LOCAL_MESSAGE(stream_closed)
PPN_LOCAL_MESSAGE(stream_writable)
PPN_LOCAL_MESSAGE(peer_message)
PPN_LOCAL_MESSAGE(peer_up)
PPN_LOCAL_MESSAGE(peer_down)
PPN_LOCAL_MESSAGE(membership_update)
PPN_LOCAL_MESSAGE(offer_update)
PPN_LOCAL_MESSAGE(send_to_peer)
PPN_LOCAL_MESSAGE(link_report_query)
PPN_LOCAL_MESSAGE(link_report_answer)
PPN_LOCAL_MESSAGE(view_query)
PPN_LOCAL_MESSAGE(view_answer)
PPN_LOCAL_MESSAGE(node_query)
PPN_LOCAL_MESSAGE(node_answer)
PPN_LOCAL_MESSAGE(append_order)
PPN_LOCAL_MESSAGE(append_answer)
PPN_LOCAL_MESSAGE(ledger_read_query)
PPN_LOCAL_MESSAGE(ledger_read_answer)
PPN_LOCAL_MESSAGE(ledger_report_query)
PPN_LOCAL_MESSAGE(ledger_report_answer)
PPN_LOCAL_MESSAGE(ledger_proof_query)
PPN_LOCAL_MESSAGE(ledger_proof_answer)
PPN_LOCAL_MESSAGE(ledger_tile_query)
PPN_LOCAL_MESSAGE(ledger_tile_answer)
PPN_LOCAL_MESSAGE(ledger_state_query)
PPN_LOCAL_MESSAGE(ledger_state_answer)
PPN_LOCAL_MESSAGE(add_checkpoint_query)
PPN_LOCAL_MESSAGE(add_checkpoint_answer)
PPN_LOCAL_MESSAGE(witnessed_query)
PPN_LOCAL_MESSAGE(witnessed_answer)
PPN_LOCAL_MESSAGE(ledger_grown)
PPN_LOCAL_MESSAGE(page_query)
PPN_LOCAL_MESSAGE(page_answer)
PPN_LOCAL_MESSAGE(page_offer)
PPN_LOCAL_MESSAGE(page_outcome)
PPN_LOCAL_MESSAGE(have_notice)
PPN_LOCAL_MESSAGE(copies_notice)
PPN_LOCAL_MESSAGE(survey_notice)
PPN_LOCAL_MESSAGE(accusation)
PPN_LOCAL_MESSAGE(cosign_query)
PPN_LOCAL_MESSAGE(cosign_body)
PPN_LOCAL_MESSAGE(cosigned_notice)
PPN_LOCAL_MESSAGE(roster_notice)
PPN_LOCAL_MESSAGE(writer_has)
PPN_LOCAL_MESSAGE(restore_order)
PPN_LOCAL_MESSAGE(commit_now)
PPN_LOCAL_MESSAGE(look_again)
PPN_LOCAL_MESSAGE(tick)
PPN_LOCAL_MESSAGE(wiring)
PPN_LOCAL_MESSAGE(stop_node)
#undef PPN_LOCAL_MESSAGE

namespace ppn {

// -- streams: what the stream port tells the actor that opened a stream --------------------------------

struct stream_endpoint {
  std::string address; // IP literal or "unix:PATH"
  std::uint16_t port = 0;
  auto operator<=>(const stream_endpoint&) const = default;
};

// Who is at the other end of a local socket, as the kernel says.
struct peer_credentials {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  bool operator==(const peer_credentials&) const = default;
};

struct stream_opened {
  connection_id connection;
  connection_id listener; // zero: we dialed
  stream_endpoint peer;
  std::optional<peer_credentials> credentials;
};
struct stream_bytes {
  connection_id connection;
  bytes data;
};
struct stream_closed {
  connection_id connection;
  error reason;
};
struct stream_writable {
  connection_id connection;
};

using stream_sink = caf::typed_actor<
  caf::reacts_to<stream_opened>,   // A dialed connection stands, or a listener accepted one.
  caf::reacts_to<stream_bytes>,    // Some octets arrived, in order.
  caf::reacts_to<stream_closed>,   // The connection is gone; nothing follows.
  caf::reacts_to<stream_writable>>; // A write that was refused would now be taken.

// -- between the actors of one node --------------------------------------------------------------------

// An authenticated message of another member (or of this node itself, when it is the addressee).
struct peer_message {
  node_id from;
  wire_message_ptr message;
};
struct peer_up {
  node_id peer;
};
struct peer_down {
  node_id peer;
  error reason;
};
// The record of the fleet changed; consumers diff it themselves.
struct membership_update {
  membership_ptr members;
};
// What this node offers to the pool may change while it runs.
struct offer_update {
  node_offer offer;
};

struct send_to_peer {
  node_id to;
  wire_message_ptr message;
};

struct link_report_query {};
struct link_report_answer {
  std::vector<link_report> links;
  std::vector<refusal_count> refusals;
};

struct view_query {};
struct view_answer {
  std::shared_ptr<const fleet_view> view; // null: none yet
  std::int64_t age_milliseconds = -1;
};

struct node_query {};
struct node_answer {
  std::uint64_t child_restarts = 0;
  std::int64_t uptime_milliseconds = 0;
  membership_ptr members;
};

// -- ledgers ---------------------------------------------------------------------------------------------

// Write this order; the answer comes when it is durable and may be relied on.
struct append_order {
  submitted_order order;
};
struct append_answer {
  std::optional<error> refused;
  std::uint64_t index = 0;
  std::uint64_t size = 0; // of the checkpoint that covers it
  bool degraded = false;  // no second member holds it yet
};

struct ledger_read_query {
  std::uint64_t from = 0;
  std::uint64_t most = 0;
};
struct ledger_read_answer {
  std::optional<error> refused;
  std::uint64_t size = 0; // of the ledger
  std::vector<bytes> entries;
  std::vector<digest> leaves; // of the same entries, from the tree
};

struct ledger_report_query {};
struct ledger_report_answer {
  ledger_report report;
};

// A proof file for one entry under the newest checkpoint.
struct ledger_proof_query {
  std::uint64_t index = 0;
};
struct ledger_proof_answer {
  std::optional<error> refused;
  std::string proof;
};

// A file of the log as tlog-tiles lays it out: its first `width` hashes or entries. ec::not_found when
// the log does not have as many.
struct ledger_tile_query {
  bool entries = false; // hashes otherwise
  unsigned level = 0;
  std::uint64_t index = 0;
  unsigned width = 0;
};
struct ledger_tile_answer {
  std::optional<error> refused;
  bytes data;
};

// How things stand in the fleet, for its registers; null when nothing of it changed since `known`.
struct ledger_state_query {
  std::uint64_t known = 0;
};
struct ledger_state_answer {
  std::uint64_t changes = 0; // what to ask with next time
  std::shared_ptr<const fleet_state> state;
};

// add-checkpoint of tlog-witness, from somebody who is no peer; answered as the text says.
struct add_checkpoint_query {
  bytes body;
};
struct add_checkpoint_answer {
  std::uint16_t status = 0;
  std::string content_type;
  std::string body;
};
// What this witness cosigned last, by the SHA-256 of the origin; empty: nothing.
struct witnessed_query {
  digest origin;
};
struct witnessed_answer {
  std::string note;
};

// The ledger holds more than before: whoever subscribed reads what it needs.
struct ledger_grown {
  std::uint64_t size = 0;
  std::shared_ptr<const std::vector<node_id>> evicted; // members that are entered as evicted
};

// Between a ledger and the replica that speaks for it.
struct page_query {
  node_id to;
  ledger_have have;
};
struct page_answer {
  node_id to;
  std::optional<error> refused;
  ledger_page page;
};
struct page_offer {
  node_id from;
  std::shared_ptr<const wire_message> page; // holds a ledger_page
};
struct page_outcome {
  node_id from;
  std::optional<error> refused;
  ledger_have have;
};
// Another member's word about its copy.
struct have_notice {
  node_id from;
  ledger_have have;
};
struct copies_notice {
  std::vector<std::pair<node_id, std::uint64_t>> held; // of those who told
  std::vector<node_id> reachable;
};
// The members were asked what they have of this writer's ledger.
struct survey_notice {};
// The witness saw what speaks against the ledger; it remembers that itself, and tells it again when asked to.
struct accusation {
  ledger_evidence what;
};
struct cosign_query {
  node_id witness;
  std::uint64_t old_size = 0;
};
struct cosign_body {
  node_id witness;
  std::uint64_t size = 0;
  std::string note;
  bytes body;
};
struct cosigned_notice {
  std::string note;
};
struct roster_notice {
  std::shared_ptr<const ledger_roster> roster;
  std::uint64_t size = 0;
};
// The controller acknowledged a heartbeat: its ledger has this many entries.
struct writer_has {
  std::uint64_t size = 0;
};
// The operator's word: catch up from this member although this node writes the ledger.
struct restore_order {
  node_id from;
};
struct commit_now {}; // internal: something waits to be written
struct look_again {}; // internal: re-hash a little more of what is stored

struct tick {};      // internal: the actor's own timer
struct wiring;       // who is who, told anew after every restart of a child
struct stop_node {}; // orderly stop; guests are left alone

using peer_listener = caf::typed_actor<
  caf::reacts_to<peer_message>, // A message arrived for this actor's part of the protocol.
  caf::reacts_to<peer_up>,      // A link to this peer stands.
  caf::reacts_to<peer_down>>;   // It is gone.

using replica_actor = peer_listener::extend<
  caf::replies_to<append_order>::with<append_answer>, // Write an order, wherever its writer is.
  caf::reacts_to<wiring>,            // The link to speak by, the ledger to speak for.
  caf::reacts_to<membership_update>, // Who writes, who follows.
  caf::reacts_to<roster_notice>,     // Who signs and who witnesses, and how much there is.
  caf::reacts_to<page_answer>,       // A page that was asked for, to be sent.
  caf::reacts_to<page_outcome>,      // What became of a page that came.
  caf::reacts_to<cosign_body>,       // What to ask a witness.
  caf::reacts_to<writer_has>,        // The writer may be ahead.
  caf::reacts_to<restore_order>,     // Follow this member until it has nothing more.
  caf::reacts_to<tick>>;             // Internal: a deadline has come.

using witness_actor = caf::typed_actor<
  caf::reacts_to<wiring>,        // The link to answer by, the ledger to tell of evidence.
  caf::reacts_to<roster_notice>, // Whose checkpoints to judge.
  caf::reacts_to<peer_message>,  // A checkpoint to judge.
  caf::replies_to<add_checkpoint_query>::with<add_checkpoint_answer>, // The same, by HTTP.
  caf::replies_to<witnessed_query>::with<witnessed_answer>>; // What it cosigned last.

using ledger_actor = caf::typed_actor<
  caf::replies_to<append_order>::with<append_answer>,             // Write an order.
  caf::reacts_to<commit_now>,                                     // Internal: write what waits.
  caf::replies_to<ledger_read_query>::with<ledger_read_answer>,   // Entries by index.
  caf::replies_to<ledger_report_query>::with<ledger_report_answer>, // For status.
  caf::replies_to<ledger_proof_query>::with<ledger_proof_answer>, // Proof of one entry.
  caf::replies_to<ledger_tile_query>::with<ledger_tile_answer>,   // For readers by HTTP.
  caf::replies_to<ledger_state_query>::with<ledger_state_answer>, // For the registers on disk.
  caf::reacts_to<wiring>,           // Whom to tell.
  caf::reacts_to<page_query>,       // Make a page for another copy.
  caf::reacts_to<page_offer>,       // Check a page and keep it.
  caf::reacts_to<have_notice>,      // Another copy's word: does it contradict this one?
  caf::reacts_to<copies_notice>,    // Who holds how much: answers may wait for it.
  caf::reacts_to<survey_notice>,    // The members were asked: writing may begin.
  caf::reacts_to<accusation>,       // This node's witness holds evidence: believe nobody, tell everybody.
  caf::reacts_to<cosign_query>,     // Make a witness's request.
  caf::reacts_to<cosigned_notice>,  // Witnesses signed.
  caf::reacts_to<look_again>,       // Internal: re-hash a little more.
  caf::reacts_to<tick>>;            // Internal: an answer has waited long enough.

using link_actor = stream_sink::extend<
  caf::reacts_to<wiring>,            // Whom to give what arrives.
  caf::reacts_to<send_to_peer>,      // Send if the link is up, otherwise drop and count.
  caf::reacts_to<membership_update>, // Dial, keep and drop peers accordingly.
  caf::replies_to<link_report_query>::with<link_report_answer>, // For status.
  caf::reacts_to<tick>>;             // Internal: the earliest deadline has come.

using vm_host_actor = peer_listener::extend<
  caf::reacts_to<wiring>,            // The link to send by.
  caf::reacts_to<membership_update>, // The controller may be another one now.
  caf::reacts_to<offer_update>,  // The operator changed what this node offers.
  caf::replies_to<view_query>::with<view_answer>, // The fleet as this node knows it.
  caf::reacts_to<tick>>;             // Internal: sample and send a heartbeat.

using vm_fleet_actor = peer_listener::extend<
  caf::reacts_to<wiring>,            // The link to answer by.
  caf::reacts_to<membership_update>, // Members came or went.
  caf::replies_to<view_query>::with<view_answer>, // The fleet with silences as of now.
  caf::reacts_to<ledger_grown>,      // For the acknowledgements.
  caf::reacts_to<tick>>;             // Internal: a deadline of a member has come.

using control_actor = stream_sink::extend<
  caf::reacts_to<wiring>,            // Whom to ask.
  caf::reacts_to<membership_update>, // Names for the answers.
  caf::reacts_to<tick>>;             // Internal: drop connections that ask nothing.

using http_actor = stream_sink::extend<
  caf::reacts_to<wiring>,            // Whom to ask.
  caf::reacts_to<membership_update>, // Who may ask.
  caf::reacts_to<tick>>;             // Internal: drop connections that say nothing.

using views_actor = caf::typed_actor<
  caf::reacts_to<wiring>,       // The ledger to read.
  caf::reacts_to<ledger_grown>, // There is more to write down.
  caf::reacts_to<tick>>;        // Internal: the next piece of work.

using node_actor = caf::typed_actor<
  caf::reacts_to<membership_update>, // Pass on, and hold or lay down the controller's part.
  caf::reacts_to<offer_update>,  // Pass on to vm_host.
  caf::replies_to<node_query>::with<node_answer>, // For status.
  caf::replies_to<append_order>::with<append_answer>, // An operator's order for the fleet's ledger.
  caf::reacts_to<restore_order>,     // An operator's word: pass it on to the replica.
  caf::reacts_to<stop_node>>;        // Close listeners and end.

struct wiring {
  link_actor link;
  vm_host_actor host;
  vm_fleet_actor fleet; // null unless this node is the controller
  node_actor node;
  ledger_actor ledger;      // the fleet's; null in a fleet without one
  ledger_actor own_ledger;  // this node's
  replica_actor replica;
  witness_actor witness;
  views_actor views; // null where none are kept
};

} // namespace ppn
