#include "runtime/adapters/tcp_stream_broker.hpp"

#include "messages/base/assert.hpp"
#include "messages/base/time.hpp"

#include <sys/socket.h>

namespace ppn {

namespace {

constexpr std::size_t read_octets_most = 64 * 1024;
// What was written before a close has this long to go out.
constexpr seconds drain_most{20};
// After that a peer has this long to close as well. Closing at once, with octets of his still
// coming, would make the kernel reset the connection and our last octets be lost on their way.
constexpr seconds linger_most{2};
// At the end of the process nobody waits that long.
constexpr seconds stop_most{1};

} // namespace

caf::behavior tcp_stream_broker(tcp_stream_broker_state::pointer self, tcp_stream_table* table,
                                stream* owner) {
  return self->state.make_behavior(*table, *owner);
}

caf::behavior tcp_stream_broker_state::make_behavior(tcp_stream_table& shared, stream& port) {
  table = &shared;
  owner = &port;
  self->set_down_handler([this](caf::down_msg& down) { on_down(down.source); });
  // Listeners are not the broker's, and nothing here is ever made passive.
  self->set_default_handler(caf::drop);
  return {[this](const adopt_socket& m) { on_adopt(m.connection); },
          [this](const flush_stream& m) { on_flush(m.connection); },
          [this](const close_stream& m) { on_close(m.connection); },
          [this](const caf::io::new_data_msg& m) { on_data(m); },
          [this](const caf::io::data_transferred_msg& m) { on_sent(m); },
          [this](const caf::io::connection_closed_msg& m) { on_ended(m.handle); },
          [this](const linger_over& m) { on_linger_over(m.connection); },
          [this](const watch_sink& m) { watch(m.sink); },
          [this](stop_streams) { on_stop(); },
          [this](stop_over) { on_stop_over(); }};
}

// -- beginnings -----------------------------------------------------------------------------------

void tcp_stream_broker_state::on_adopt(connection_id id) {
  auto fresh = table->take_socket(id);
  if (!fresh) return; // closed before it stood
  int fd = fresh->fd.release();
  tune_stream(fd);
  fresh->announcement.peer = socket_address::peer_of(fd).endpoint();
  fresh->announcement.credentials = credentials_of(fd);
  auto handle = self->add_scribe(fd);
  connections[id].handle = handle;
  ids[handle] = id;
  self->ack_writes(handle, true);
  watch(fresh->sink);
  bool announced = table->open(id, std::move(fresh->announcement));
  // Reading begins here: the first octets follow the announcement.
  self->configure_read(handle, caf::io::receive_policy::at_most(read_octets_most));
  if (!announced) on_close(id);
}

void tcp_stream_broker_state::watch(const stream_sink& sink) {
  if (watched.insert(sink.address()).second) self->monitor(sink);
}

// -- octets ---------------------------------------------------------------------------------------

void tcp_stream_broker_state::on_flush(connection_id id) {
  auto at = connections.find(id);
  if (at == connections.end()) return;
  bytes outbox = table->take_outbox(id);
  if (outbox.empty()) return;
  auto& buffer = self->wr_buf(at->second.handle);
  buffer.insert(buffer.end(), outbox.begin(), outbox.end());
  at->second.unsent += outbox.size();
  self->flush(at->second.handle);
}

void tcp_stream_broker_state::on_data(const caf::io::new_data_msg& what) {
  auto at = ids.find(what.handle);
  PPN_ASSERT(at != ids.end());
  table->deliver(at->second, bytes(what.buf.begin(), what.buf.end()));
}

void tcp_stream_broker_state::on_sent(const caf::io::data_transferred_msg& what) {
  auto at = ids.find(what.handle);
  PPN_ASSERT(at != ids.end());
  connection& one = connections.at(at->second);
  one.unsent = what.remaining;
  table->sent(at->second, what.remaining);
  end_if_drained(at->second, one);
}

// -- ends -----------------------------------------------------------------------------------------

void tcp_stream_broker_state::shut_down(const connection& one, int how) {
  // It fails only when the peer was faster, which the loop will see as well.
  static_cast<void>(shutdown(descriptor_of(one.handle), how));
}

void tcp_stream_broker_state::on_close(connection_id id) {
  auto at = connections.find(id);
  if (at == connections.end() || at->second.closing) return;
  on_flush(id);
  at->second.closing = true;
  if (at->second.unsent > 0) self->delayed_send(self, drain_most, linger_over{id});
  end_if_drained(id, at->second);
}

void tcp_stream_broker_state::end_if_drained(connection_id id, const connection& one) {
  if (!one.closing || one.unsent > 0) return;
  if (stopping) return shut_down(one, SHUT_RDWR);
  shut_down(one, SHUT_WR);
  self->delayed_send(self, linger_most, linger_over{id});
}

void tcp_stream_broker_state::on_linger_over(connection_id id) {
  if (auto at = connections.find(id); at != connections.end()) shut_down(at->second, SHUT_RDWR);
}

void tcp_stream_broker_state::on_ended(caf::io::connection_handle handle) {
  auto at = ids.find(handle);
  PPN_ASSERT(at != ids.end());
  connection_id id = at->second;
  auto one = connections.find(id);
  error reason = why_it_ended(descriptor_of(handle));
  // CAF tells this when it cannot read any more, and would go on writing to a peer that may not
  // read.
  shut_down(one->second, SHUT_RDWR);
  connections.erase(one);
  ids.erase(at);
  table->finish(id, std::move(reason));
  if (stopping && connections.empty()) self->quit();
}

void tcp_stream_broker_state::on_stop() {
  stopping = true;
  std::vector<connection_id> all;
  for (const auto& [id, one] : connections)
    all.push_back(id);
  for (connection_id id : all) {
    connection& one = connections.at(id);
    on_close(id);
    end_if_drained(id, one); // those that were closed before
  }
  if (connections.empty()) return self->quit();
  self->delayed_send(self, stop_most, stop_over{});
}

void tcp_stream_broker_state::on_stop_over() {
  for (const auto& [id, one] : connections)
    shut_down(one, SHUT_RDWR);
}

void tcp_stream_broker_state::on_down(const caf::actor_addr& sink) {
  watched.erase(sink);
  for (connection_id id : table->ids_of(sink))
    owner->close(id);
}

} // namespace ppn
