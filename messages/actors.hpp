// The map of the system: every actor's interface, one sentence per handler. Handles never leave a
// process; between nodes travel Cap'n Proto bytes only.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"
#include "messages/control.hpp"
#include "messages/fleet.hpp"

#include <caf/typed_actor.hpp>
#include <caf/type_id.hpp>

namespace ppn {

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

struct tick {};      // internal: the actor's own timer
struct wiring;       // who is who, told anew after every restart of a child
struct stop_node {}; // orderly stop; guests are left alone

using peer_listener = caf::typed_actor<
  caf::reacts_to<peer_message>, // A message arrived for this actor's part of the protocol.
  caf::reacts_to<peer_up>,      // A link to this peer stands.
  caf::reacts_to<peer_down>>;   // It is gone.

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
  caf::reacts_to<tick>>;             // Internal: a deadline of a member has come.

using control_actor = stream_sink::extend<
  caf::reacts_to<wiring>,            // Whom to ask.
  caf::reacts_to<membership_update>, // Names for the answers.
  caf::reacts_to<tick>>;             // Internal: drop connections that ask nothing.

using node_actor = caf::typed_actor<
  caf::reacts_to<membership_update>, // Pass on, and hold or lay down the controller's part.
  caf::reacts_to<offer_update>,  // Pass on to vm_host.
  caf::replies_to<node_query>::with<node_answer>, // For status.
  caf::reacts_to<stop_node>>;        // Close listeners and end.

struct wiring {
  link_actor link;
  vm_host_actor host;
  vm_fleet_actor fleet; // null unless this node is the controller
  node_actor node;
};

} // namespace ppn
