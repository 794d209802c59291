// The state of the control actor; its handlers are in control.cpp, what it answers to each question in
// control_status.cpp and control_ledger.cpp.
#pragma once

#include "actors/control.hpp"
#include "actors/control_frames.hpp"
#include "actors/deadline_queue.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <map>

namespace ppn {

struct control_connection_state {
  control_frames frames;
  peer_credentials who;
  std::deque<bytes> waiting; // responses that the window refused
  std::optional<mono_time> scheduled; // the entry of the deadline queue that is meant
  std::size_t unanswered = 0;
};

struct control_state {
  static inline const char* name = "control";
  explicit control_state(control_actor::pointer ptr) : self(ptr) {}

  control_actor::behavior_type make_behavior(const control_options& options, const ports& given);
  void on_opened(const stream_opened& what);
  void on_bytes(const stream_bytes& what);
  void on_writable(const stream_writable& what);
  void on_closed(const stream_closed& what);
  void on_wiring(const wiring& w);
  void on_tick();
  void listen();
  void listen_again();
  void schedule(connection_id id, control_connection_state& which);
  void arm(mono_time now);

  // Whom an answer goes to.
  struct asker {
    connection_id connection;
    std::uint64_t request = 0;
  };
  void answer(connection_id to, const control_request& request);
  void reply(const asker& to, decltype(control_response::body) body);
  void send(connection_id to, const control_response& response);
  // The one who asks, if it may change something; otherwise it is answered.
  std::optional<peer_credentials> writer(const asker& to);

  void take(const asker& to, const status_request&);
  void take(const asker& to, const reload_request&);
  void take(const asker& to, const ledger_report_request& request);
  void take(const asker& to, const ledger_read_request& request);
  void take(const asker& to, const ledger_proof_request& request);
  void take(const asker& to, const ledger_note_request& request);
  void take(const asker& to, const ledger_submit_request& request);
  void take(const asker& to, const ledger_restore_request& request);
  ledger_actor ledger_of(ledger_choice which) const {
    return which == ledger_choice::fleet ? others.ledger : others.own_ledger;
  }
  void append(const asker& to, ledger_choice which, submitted_order order);

  control_actor::pointer self;
  std::optional<ports> world;
  control_options options;
  wiring others;
  connection_id listener;
  std::map<connection_id, control_connection_state> connections;
  deadline_queue<connection_id> deadlines;
  tick_timer timer;
};

} // namespace ppn
