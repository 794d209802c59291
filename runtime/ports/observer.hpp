// Port: what a node tells the outside about itself, as typed events. The daemon turns them into log
// lines and counters, the simulator into its trace and the evidence of its checkers. Events carry no
// secrets. Observers must not call back into the node.
#pragma once

#include "messages/actors.hpp"
#include "messages/base/error.hpp"
#include "messages/fleet.hpp"
#include "messages/ledger.hpp"
#include "messages/ledger_report.hpp"

#include <string>
#include <variant>

namespace ppn::event {

// An authenticated message was taken from a link, before any actor acts on it. Frequent.
struct message_accepted {
  node_id from;
  std::size_t kind; // index in wire_message
};
struct link_up {
  node_id peer;
  bool dialed;
};
struct link_down {
  node_id peer;
  error reason;
};
// A connection or frame was turned away. `reason` is of a closed set of short names.
struct refused {
  std::string_view reason;
  std::string from; // address
  std::string text;
};
struct listening {
  stream_endpoint at;
};
struct listen_failed {
  stream_endpoint at;
  error reason;
};
// The controller moved a member to another state.
struct member_moved {
  node_id member;
  member_state from;
  member_state to;
  nanoseconds silence; // by the controller's monotonic clock
  bool flapping;
};
struct doubt_changed {
  self_doubt doubt;
};
// The controller did not run for a while: its deadlines moved by this much.
struct controller_slept {
  nanoseconds shift;
};
struct guests_marked_lost {
  node_id member;
};
// This node now holds this picture of the fleet.
struct view_adopted {
  view_stamp stamp;
  std::size_t rows;
  std::size_t in_pool;
  bool doubt;
};
struct host_sample_failed {
  error reason;
};
struct node_started {
  node_id id;
  incarnation run;
};
struct child_restarted {
  std::string_view child;
  std::string reason;
};
struct node_gave_up {
  std::string_view child;
};
struct node_stopped {};
// Entries of a ledger became durable here, under a checkpoint of this root: by its writer, or by a copy.
struct ledger_committed {
  std::string_view origin;
  ledger_part part;
  std::uint64_t first;
  std::shared_ptr<const std::vector<digest>> leaves;
  std::uint64_t size;
  digest root;
};
// Whoever ordered this entry may rely on it.
struct ledger_acknowledged {
  std::string_view origin;
  std::uint64_t index;
  acknowledgement policy; // how many copies were asked for
  bool degraded;          // ... and are not there
};
struct ledger_accused {
  ledger_evidence what;
};
// The writer waits, writes, stopped, or its answers do (not) wait for a second copy.
struct ledger_state_changed {
  std::string_view origin;
  std::string state;
  std::string why;
};
struct ledger_cosigned {
  std::string_view origin;
  std::uint64_t size;
  digest root;
};
struct witness_refused {
  std::string_view origin;
  int status;
  std::string why;
};
struct control_connected {
  peer_credentials by;
};

} // namespace ppn::event

namespace ppn {

using node_event =
  std::variant<event::message_accepted, event::link_up, event::link_down, event::refused,
               event::listening, event::listen_failed, event::member_moved, event::doubt_changed,
               event::controller_slept, event::guests_marked_lost, event::view_adopted,
               event::host_sample_failed, event::node_started, event::child_restarted,
               event::node_gave_up, event::node_stopped, event::control_connected,
               event::ledger_committed, event::ledger_acknowledged, event::ledger_accused,
               event::ledger_state_changed, event::ledger_cosigned, event::witness_refused>;

class observer {
public:
  virtual ~observer() = default;
  virtual void on(const node_event& what) = 0;
};

} // namespace ppn
