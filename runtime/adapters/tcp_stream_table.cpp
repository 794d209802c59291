#include "runtime/adapters/tcp_stream_table.hpp"

#include "messages/base/assert.hpp"

#include <atomic>

namespace ppn {

connection_id tcp_stream_table::next_id() {
  static std::atomic<std::uint64_t> last{0};
  return connection_id{++last};
}

tcp_stream_table::entry* tcp_stream_table::find(connection_id id) {
  auto at = connections_.find(id);
  return at == connections_.end() ? nullptr : &at->second;
}

tcp_stream_table::removed tcp_stream_table::remove(connection_id id) {
  return {connections_.extract(id), listeners_.extract(id)};
}

// -- the port and the poller ----------------------------------------------------------------------

status tcp_stream_table::add_listener(connection_id id, const stream_sink& sink) {
  std::lock_guard lock(mutex_);
  if (stopping_) return ppn::fail(ec::stopping, "the streams are being closed");
  listeners_.emplace(id, sink);
  return {};
}

status tcp_stream_table::add(connection_id id, connection_id listener, const stream_sink& sink) {
  if (stopping_) return ppn::fail(ec::stopping, "the streams are being closed");
  if (connections_.size() >= connections_max_)
    return ppn::fail(ec::busy,
                     std::to_string(connections_.size()) + " connections are open already");
  entry made;
  made.sink = sink;
  made.listener = listener;
  connections_.emplace(id, std::move(made));
  return {};
}

status tcp_stream_table::add_dialed(connection_id id, const stream_sink& sink) {
  std::lock_guard lock(mutex_);
  return add(id, {}, sink);
}

status tcp_stream_table::add_accepted(connection_id id, connection_id listener) {
  std::lock_guard lock(mutex_);
  auto at = listeners_.find(listener);
  if (at == listeners_.end()) return ppn::fail(ec::not_found, "its listener is gone");
  return add(id, listener, at->second);
}

bool tcp_stream_table::hand_over(connection_id id, socket_fd fd) {
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  if (known == nullptr) return false;
  known->fd = std::move(fd);
  return true;
}

void tcp_stream_table::fail(connection_id id, error reason) {
  removed gone; // outlives the lock, as everywhere below
  std::lock_guard lock(mutex_);
  if (auto at = listeners_.find(id); at != listeners_.end())
    caf::anon_send(at->second, stream_closed{id, std::move(reason)});
  else if (entry* known = find(id))
    caf::anon_send(known->sink, stream_closed{id, std::move(reason)});
  gone = remove(id);
}

tcp_stream_table::write_outcome tcp_stream_table::write(connection_id id, bytes&& data) {
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  if (known == nullptr || !known->open || known->closed || data.empty()) return {};
  if (known->outbox.size() + known->unsent >= window_) {
    known->refused = true;
    return {false, false};
  }
  if (known->outbox.empty())
    known->outbox = std::move(data);
  else
    append(known->outbox, data);
  return {true, !std::exchange(known->flush_is_asked, true)};
}

tcp_stream_table::stage tcp_stream_table::close(connection_id id) {
  removed gone;
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  if (known != nullptr && known->closed) return stage::unknown;
  if (known != nullptr && known->open) {
    known->closed = true;
    return stage::open;
  }
  gone = remove(id);
  if (gone.listener) return stage::listener;
  return gone.connection ? stage::waiting : stage::unknown;
}

void tcp_stream_table::stop() {
  std::vector<removed> gone;
  std::lock_guard lock(mutex_);
  stopping_ = true;
  std::vector<connection_id> unopened;
  for (auto& [id, sink] : listeners_)
    unopened.push_back(id);
  for (auto& [id, one] : connections_) {
    one.closed = true;
    if (!one.open) unopened.push_back(id);
  }
  for (connection_id id : unopened)
    gone.push_back(remove(id));
}

// -- the broker -----------------------------------------------------------------------------------

std::optional<tcp_stream_table::fresh_socket> tcp_stream_table::take_socket(connection_id id) {
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  if (known == nullptr || !known->fd) return std::nullopt;
  fresh_socket taken{std::move(known->fd), known->sink, {id, known->listener, {}, std::nullopt}};
  known->open = true;
  return taken;
}

bool tcp_stream_table::open(connection_id id, stream_opened announcement) {
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  PPN_ASSERT(known != nullptr); // only the broker removes what it has taken
  bool orphan = known->listener != connection_id{} && !listeners_.contains(known->listener);
  if (orphan) known->closed = true;
  if (known->closed) return false;
  caf::anon_send(known->sink, std::move(announcement));
  return true;
}

bytes tcp_stream_table::take_outbox(connection_id id) {
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  if (known == nullptr) return {};
  known->flush_is_asked = false;
  known->unsent += known->outbox.size();
  return std::exchange(known->outbox, {});
}

void tcp_stream_table::sent(connection_id id, std::size_t remaining) {
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  if (known == nullptr) return;
  known->unsent = remaining;
  if (!known->refused || known->closed || known->outbox.size() + remaining > window_ / 2) return;
  known->refused = false;
  caf::anon_send(known->sink, stream_writable{id});
}

void tcp_stream_table::deliver(connection_id id, bytes data) {
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  if (known == nullptr || known->closed) return;
  caf::anon_send(known->sink, stream_bytes{id, std::move(data)});
}

void tcp_stream_table::finish(connection_id id, error reason) {
  removed gone;
  std::lock_guard lock(mutex_);
  entry* known = find(id);
  if (known == nullptr) return;
  if (!known->closed) caf::anon_send(known->sink, stream_closed{id, std::move(reason)});
  gone = remove(id);
}

std::vector<connection_id> tcp_stream_table::ids_of(const caf::actor_addr& sink) {
  std::lock_guard lock(mutex_);
  std::vector<connection_id> found;
  for (const auto& [id, one] : connections_)
    if (one.sink.address() == sink) found.push_back(id);
  for (const auto& [id, owner] : listeners_)
    if (owner.address() == sink) found.push_back(id);
  return found;
}

} // namespace ppn
