// All links of one node, as plain code over the stream port: accepts, dials, greets, seals, queues,
// gives up and tries again. The link actor feeds it events and ticks and passes on what it leaves in
// `inbox`.
//
// Today's shape is a star: a member dials the controller, everybody accepts members. A connection is
// turned away as early as it can be told: by its source address before a byte is read, by its identity
// before anything is signed. Of two proven connections with one peer the newer stays: the older one is
// what a crash or a cut left behind.
#pragma once

#include "actors/deadline_queue.hpp"
#include "actors/link_table.hpp"
#include "runtime/ports/ports.hpp"

namespace ppn {

struct link_options {
  node_id self;
  membership_ptr members;
};

class link_hub {
public:
  using notice = std::variant<peer_message, peer_up, peer_down>;

  link_hub(const link_options& options, const ports& world) : self_(options.self),
      members_(options.members), world_(world) {}

  // For whoever runs the hub; consumed after every call.
  std::vector<notice> inbox;

  void start(const stream_sink& sink);
  void set_membership(const membership_ptr& members);
  void send(const node_id& to, const wire_message_ptr& message);

  void on_opened(const stream_opened& what);
  void on_bytes(const stream_bytes& what);
  void on_closed(const stream_closed& what);
  void on_writable(const stream_writable& what);
  void on_tick(mono_time now);
  // When the next tick is needed, after every call.
  std::optional<mono_time> next_deadline() const { return deadlines_.earliest(); }

  link_report_answer report() const;

private:
  // A connection; a peer to dial again (connection zero); the listener (both zero).
  using deadline_key = std::pair<connection_id, node_id>;
  using connection_map = std::unordered_map<connection_id, link_connection>;

  const member_record& own_record() const;
  link::handshake_terms terms() const { return {members_->fleet, link_role::node}; }
  bool dials(const node_id& peer) const;
  bool member_address(const std::string& address) const;
  status admit(const node_id& identity, const std::string& address) const;
  void listen();
  void dial_if_wanted(const node_id& peer);
  void schedule_redial(link_peer& peer, const node_id& id);
  void accept(const stream_opened& what);
  void begin_dialed(const stream_opened& what, link_connection& connection);
  void apply(connection_id id);
  void take_body(const node_id& from, bytes_view body);
  void on_established(connection_id id, link_connection& connection);
  void settle(link_connection& connection);
  void drop(connection_id id, const error& reason, bool announce);
  void transmit(connection_id id, link_connection& connection, bytes frame);
  void drain(connection_id id, link_connection& connection);
  void schedule(connection_id id, link_connection& connection);
  void refuse(std::string_view reason, const std::string& from, const std::string& text);

  node_id self_;
  membership_ptr members_;
  ports world_;
  stream_sink sink_;
  connection_id listener_;
  std::map<node_id, link_peer> peers_;
  connection_map connections_;
  pending_limits pending_;
  deadline_queue<deadline_key> deadlines_;
  std::map<std::string_view, std::uint64_t> refusals_;
  link::session_effects effects_;
};

} // namespace ppn
