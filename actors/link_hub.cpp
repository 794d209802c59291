#include "actors/link_hub.hpp"

#include "messages/base/assert.hpp"
#include "messages/wire/codec.hpp"

#include <algorithm>

namespace ppn {

namespace {

// A link that stood this long was a good one: the next dial starts without a delay again.
constexpr seconds steady_after{10};

bool is_telemetry(const wire_message& message) {
  return std::holds_alternative<heartbeat>(message) || std::holds_alternative<heartbeat_ack>(message);
}

} // namespace

// -- who is who -----------------------------------------------------------------------------------------

const member_record& link_hub::own_record() const {
  const member_record* own = members_->find(self_);
  PPN_ASSERT(own != nullptr);
  return *own;
}

bool link_hub::dials(const node_id& peer) const {
  return peer == members_->controller && self_ != members_->controller;
}

bool link_hub::member_address(const std::string& address) const {
  return std::any_of(members_->members.begin(), members_->members.end(),
                     [&](const member_record& m) { return m.address == address; });
}

status link_hub::admit(const node_id& identity, const std::string& address) const {
  const member_record* record = members_->find(identity);
  if (record == nullptr) return fail(ec::refused, "not a member: " + identity.brief());
  if (identity == self_) return fail(ec::refused, "this node's own identity");
  if (record->address != address)
    return fail(ec::refused, record->name + " belongs to " + record->address + ", not " + address);
  return {};
}

void link_hub::refuse(std::string_view reason, const std::string& from, const std::string& text) {
  ++refusals_[reason];
  world_.events.on(event::refused{reason, from, text});
}

// -- listening and dialing ------------------------------------------------------------------------------

void link_hub::start(const stream_sink& sink) {
  sink_ = sink;
  listen();
  set_membership(members_);
}

void link_hub::listen() {
  stream_endpoint at{own_record().address, own_record().port};
  auto listener = world_.network.listen(at, sink_);
  if (listener) {
    listener_ = *listener;
    world_.events.on(event::listening{at});
    return;
  }
  world_.events.on(event::listen_failed{at, listener.error()});
  deadlines_.push(world_.time.monotonic() + limits::listen_again_after, {});
}

void link_hub::set_membership(const membership_ptr& members) {
  bool moved = members_->fleet != members->fleet;
  auto before = members_;
  members_ = members;
  std::vector<connection_id> gone;
  for (const auto& [id, connection] : connections_) {
    const member_record* now = members->find(connection.session.peer());
    const member_record* then = before->find(connection.session.peer());
    if (moved || now == nullptr || then == nullptr || now->address != then->address ||
        now->port != then->port)
      gone.push_back(id);
  }
  std::sort(gone.begin(), gone.end());
  for (connection_id id : gone) drop(id, {ec::refused, "the fleet's record changed"}, true);
  std::erase_if(peers_, [&](const auto& entry) { return members->find(entry.first) == nullptr; });
  for (const member_record& record : members->members)
    if (record.id != self_) dial_if_wanted(record.id);
}

void link_hub::dial_if_wanted(const node_id& peer) {
  const member_record* record = members_->find(peer);
  if (!sink_ || record == nullptr || !dials(peer)) return;
  link_peer& entry = peers_[peer];
  if (entry.up || entry.dialing) return;
  entry.redial_at.reset();
  auto now = world_.time.monotonic();
  connection_id id = world_.network.connect({own_record().address, 0},
                                            {record->address, record->port}, sink_);
  effects_.clear();
  auto session =
    link::session::dial(terms(), peer, world_.keys, world_.random, now, effects_);
  entry.dialing = id;
  auto [at, added] = connections_.emplace(
    id, link_connection{std::move(session), {record->address, record->port}, false, false, {}, {},
                        false, {}});
  PPN_ASSERT(added);
  at->second.stalled = std::move(effects_.transmit.front()); // goes out once the stream stands
  schedule(id, at->second);
}

void link_hub::schedule_redial(link_peer& peer, const node_id& id) {
  if (!dials(id) || peer.redial_at) return;
  // Between half and all of the back-off, so that a fleet does not come back in one moment.
  auto half = static_cast<std::uint64_t>(peer.backoff.count()) / 2;
  auto delay = nanoseconds{half + world_.random.number() % (half + 1)};
  peer.backoff = std::min<nanoseconds>(2 * peer.backoff, limits::redial_most);
  peer.redial_at = world_.time.monotonic() + delay;
  deadlines_.push(*peer.redial_at, {connection_id{}, id});
}

// -- streams --------------------------------------------------------------------------------------------

void link_hub::on_opened(const stream_opened& what) {
  if (what.listener != connection_id{}) return accept(what);
  auto at = connections_.find(what.connection);
  if (at == connections_.end()) return world_.network.close(what.connection);
  begin_dialed(what, at->second);
}

void link_hub::begin_dialed(const stream_opened& what, link_connection& connection) {
  connection.open = true;
  transmit(what.connection, connection, std::move(connection.stalled));
}

void link_hub::accept(const stream_opened& what) {
  const std::string& address = what.peer.address;
  if (!member_address(address)) {
    world_.network.close(what.connection);
    return refuse("address", address, "no member lives there");
  }
  if (!pending_.admit(address)) {
    world_.network.close(what.connection);
    return refuse("too-many-hellos", address, "too many connections have not proven who they are");
  }
  auto session = link::session::accept(
    terms(), [this, address](const node_id& identity) { return admit(identity, address); },
    world_.keys, world_.random, world_.time.monotonic());
  auto [at, added] = connections_.emplace(
    what.connection,
    link_connection{std::move(session), what.peer, true, true, {}, {}, false, {}});
  PPN_ASSERT(added);
  schedule(what.connection, at->second);
}

void link_hub::on_bytes(const stream_bytes& what) {
  auto at = connections_.find(what.connection);
  if (at == connections_.end()) return;
  effects_.clear();
  at->second.session.take(what.data, world_.time.monotonic(), effects_);
  apply(what.connection);
}

// Effects in the order in which they happened: what was authenticated before an end still counts.
void link_hub::apply(connection_id id) {
  link_connection& connection = connections_.at(id);
  for (bytes& frame : effects_.transmit) transmit(id, connection, std::move(frame));
  if (effects_.established) on_established(id, connection);
  node_id peer = connection.session.peer();
  for (bytes_view body : effects_.bodies) take_body(peer, body);
  if (effects_.ended) {
    bool proven = !connection.pending && connection.session.frames_in() > 0;
    if (!proven || effects_.ended->code != ec::timed_out)
      refuse(to_string(effects_.ended->code), connection.remote.address, effects_.ended->text);
    return drop(id, *effects_.ended, true);
  }
  schedule(id, connection);
}

void link_hub::take_body(const node_id& from, bytes_view body) {
  auto message = wire::decode_node_message(body);
  // Perhaps a later version's: the link stays, the message is counted and left alone.
  if (!message) return refuse("undecodable", from.brief(), message.error().text);
  world_.events.on(event::message_accepted{from, message->index()});
  inbox.push_back(peer_message{from, std::make_shared<wire_message>(std::move(*message))});
}

void link_hub::settle(link_connection& connection) {
  if (!connection.pending) return;
  connection.pending = false;
  pending_.release(connection.remote.address);
}

void link_hub::on_established(connection_id id, link_connection& connection) {
  settle(connection);
  node_id peer = connection.session.peer();
  link_peer& entry = peers_[peer];
  if (entry.dialing == id) entry.dialing.reset();
  if (entry.up) drop(*entry.up, {ec::stale, "replaced by a newer connection"}, false);
  entry.up = id;
  entry.last_error.clear();
  ++entry.established;
  world_.events.on(event::link_up{peer, connection.session.dialed()});
  inbox.push_back(peer_up{peer});
}

void link_hub::on_closed(const stream_closed& what) {
  if (what.connection == listener_) {
    listener_ = connection_id{};
    world_.events.on(event::listen_failed{{own_record().address, own_record().port}, what.reason});
    deadlines_.push(world_.time.monotonic() + limits::listen_again_after, {});
    return;
  }
  if (connections_.contains(what.connection)) drop(what.connection, what.reason, true);
}

void link_hub::drop(connection_id id, const error& reason, bool announce) {
  auto at = connections_.find(id);
  PPN_ASSERT(at != connections_.end());
  link_connection connection = std::move(at->second);
  connections_.erase(at);
  settle(connection);
  world_.network.close(id);
  auto found = peers_.find(connection.session.peer());
  if (found == peers_.end()) return;
  link_peer& peer = found->second;
  if (peer.up != id && peer.dialing != id) return;
  bool was_up = peer.up == id;
  auto now = world_.time.monotonic();
  if (was_up && connection.session.age(now) >= steady_after) peer.backoff = limits::redial_first;
  peer.frames_in += connection.session.frames_in();
  peer.frames_out += connection.session.frames_out();
  peer.last_error = render(reason);
  (was_up ? peer.up : peer.dialing).reset();
  if (was_up && announce) inbox.push_back(peer_down{found->first, reason});
  world_.events.on(event::link_down{found->first, reason});
  schedule_redial(peer, found->first);
}

// -- sending --------------------------------------------------------------------------------------------

void link_hub::send(const node_id& to, const wire_message_ptr& message) {
  if (to == self_) {
    world_.events.on(event::message_accepted{self_, message->index()});
    inbox.push_back(peer_message{self_, message});
    return;
  }
  auto peer = peers_.find(to);
  if (peer == peers_.end()) return;
  if (!peer->second.up) return; // its state says so; what was meant for it is stale when it is back
  connection_id id = *peer->second.up;
  link_connection& connection = connections_.at(id);
  bytes body = wire::encode(*message);
  bool bulk = std::holds_alternative<ledger_page>(*message) ||
              std::holds_alternative<cosign_request>(*message) ||
              std::holds_alternative<order_request>(*message);
  // The receiver would end the link for it.
  if (body.size() > (bulk ? limits::frame_bulk_max : limits::frame_control_max))
    return refuse("too-large", to.brief(), "a message of our own is over the frame's cap");
  if (connection.blocked)
    peer->second.dropped += connection.queue.push({is_telemetry(*message), std::move(body)});
  else
    transmit(id, connection, connection.session.seal(body));
}

void link_hub::transmit(connection_id id, link_connection& connection, bytes frame) {
  PPN_ASSERT(!connection.blocked);
  if (world_.network.write(id, std::move(frame))) return;
  connection.blocked = true;
  connection.stalled = std::move(frame);
}

void link_hub::on_writable(const stream_writable& what) {
  auto at = connections_.find(what.connection);
  if (at == connections_.end() || !at->second.blocked) return;
  at->second.blocked = false;
  transmit(what.connection, at->second, std::move(at->second.stalled));
  drain(what.connection, at->second);
}

void link_hub::drain(connection_id id, link_connection& connection) {
  while (!connection.blocked && !connection.queue.empty())
    transmit(id, connection, connection.session.seal(connection.queue.pop().body));
}

// -- time -----------------------------------------------------------------------------------------------

void link_hub::schedule(connection_id id, link_connection& connection) {
  auto due = connection.session.deadline();
  if (connection.scheduled && *connection.scheduled <= due) return;
  connection.scheduled = due;
  deadlines_.push(due, {id, node_id{}});
}

void link_hub::on_tick(mono_time now) {
  while (auto key = deadlines_.pop_due(now)) {
    auto [id, peer] = *key;
    if (id == connection_id{} && peer == node_id{}) {
      if (listener_ == connection_id{}) listen();
    } else if (id == connection_id{}) {
      auto found = peers_.find(peer);
      if (found != peers_.end() && found->second.redial_at && *found->second.redial_at <= now) {
        found->second.redial_at.reset();
        dial_if_wanted(peer);
      }
    } else if (auto at = connections_.find(id); at != connections_.end()) {
      if (!at->second.scheduled || *at->second.scheduled > now) continue;
      at->second.scheduled.reset();
      effects_.clear();
      at->second.session.on_deadline(now, effects_);
      apply(id);
    }
  }
}

// -- reports --------------------------------------------------------------------------------------------

link_report_answer link_hub::report() const {
  link_report_answer answer;
  for (const auto& [id, peer] : peers_) {
    link_report line;
    line.peer = id;
    line.state = peer.up ? "up" : peer.dialing ? "dialing" : peer.redial_at ? "waiting" : "idle";
    line.established = peer.established;
    line.frames_in = peer.frames_in;
    line.frames_out = peer.frames_out;
    line.dropped = peer.dropped;
    line.last_error = peer.last_error;
    if (peer.up) {
      const auto& session = connections_.at(*peer.up).session;
      line.frames_in += session.frames_in();
      line.frames_out += session.frames_out();
    }
    answer.links.push_back(std::move(line));
  }
  for (const auto& [reason, count] : refusals_)
    answer.refusals.push_back({std::string{reason}, count});
  return answer;
}

} // namespace ppn
