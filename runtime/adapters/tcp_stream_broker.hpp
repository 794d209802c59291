// The actor that owns the open streams: CAF's event loop reads and writes their sockets and calls
// it. It never uses CAF's own close, which loses what a peer is just sending, never gives up on a
// peer that takes nothing, and leaks a socket that is opened and closed in one turn of the loop.
// Instead it shuts sockets down and lets the loop find out, so that every stream ends on one path,
// `on_ended`.
#pragma once

#include "runtime/adapters/tcp_stream_table.hpp"
#include "runtime/ports/stream.hpp"

#include <caf/io/broker.hpp>
#include <caf/stateful_actor.hpp>
#include <set>

namespace ppn {

struct adopt_socket {
  connection_id connection;
};
struct flush_stream {
  connection_id connection;
};
struct close_stream {
  connection_id connection;
};
struct watch_sink {
  stream_sink sink;
};
struct stop_streams {};
struct linger_over { // internal: a closed stream has had its time
  connection_id connection;
};
struct stop_over {}; // internal: the same for all of them

} // namespace ppn

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::adopt_socket)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::flush_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::close_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::watch_sink)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::stop_streams)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::linger_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::stop_over)

namespace ppn {

struct tcp_stream_broker_state {
  static inline const char* name = "tcp-streams";
  using pointer = caf::io::stateful_broker<tcp_stream_broker_state>*;

  explicit tcp_stream_broker_state(pointer ptr) : self(ptr) {}
  caf::behavior make_behavior(tcp_stream_table& shared, stream& port);

  void on_adopt(connection_id id);
  void on_flush(connection_id id);
  void on_close(connection_id id);
  void on_data(const caf::io::new_data_msg& what);
  void on_sent(const caf::io::data_transferred_msg& what);
  void on_ended(caf::io::connection_handle handle);
  void on_linger_over(connection_id id);
  void on_stop();
  void on_stop_over();
  void watch(const stream_sink& sink);
  void on_down(const caf::actor_addr& sink);

  struct connection {
    caf::io::connection_handle handle;
    bool closing = false;   // nobody listens any more, what was written still goes out
    std::size_t unsent = 0; // octets given to CAF that the kernel has not taken
  };
  static int descriptor_of(caf::io::connection_handle handle) {
    return static_cast<int>(handle.id());
  }
  static void shut_down(const connection& one, int how);
  void end_if_drained(connection_id id, const connection& one);

  pointer self;
  tcp_stream_table* table = nullptr; // both outlive this actor
  stream* owner = nullptr;
  std::unordered_map<connection_id, connection> connections;
  // A handle is the number of a descriptor: another stream may have it as soon as this one ended.
  std::unordered_map<caf::io::connection_handle, connection_id> ids;
  std::set<caf::actor_addr> watched;
  bool stopping = false;
};

caf::behavior tcp_stream_broker(tcp_stream_broker_state::pointer self, tcp_stream_table* table,
                                stream* owner);

} // namespace ppn
