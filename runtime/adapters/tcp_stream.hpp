// The stream port over real sockets, TCP and local ones (design D1): we open, dial and accept the
// sockets ourselves and CAF's event loop moves the octets. CAF's own protocol between nodes is
// neither used nor opened.
//
// Who does what: the caller's thread opens sockets and fills outboxes; the poller's thread waits
// for dialed and listening sockets; a broker actor in CAF's network thread owns the open streams;
// the table is what they share. A connection begins in the table, goes to the poller if it must
// wait, then to the broker, which alone announces it and tells of its octets and its end: so events
// are in order.
#pragma once

#include "messages/base/limits.hpp"
#include "runtime/adapters/socket_poller.hpp"
#include "runtime/adapters/tcp_stream_table.hpp"
#include "runtime/ports/stream.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

namespace ppn {

struct tcp_stream_options {
  milliseconds dial_deadline{5'000};
  // Beyond it accepted sockets are closed at once. At most half of the descriptors this process may
  // have, whatever is said here: the store and the guests need some, too.
  std::size_t connections_max = 4'096;
  std::size_t window_octets = limits::stream_window_octets;
};

class tcp_stream final : public stream, private socket_poller::observer {
public:
  // `system` has to have caf::io::middleman and to live longer.
  explicit tcp_stream(caf::actor_system& system, tcp_stream_options options = {});
  ~tcp_stream() override { stop(); }

  result<connection_id> listen(const stream_endpoint& at, const stream_sink& sink) override;
  connection_id connect(const stream_endpoint& from, const stream_endpoint& to,
                        const stream_sink& sink) override;
  bool write(connection_id connection, bytes&& data) override;
  void close(connection_id connection) override;

  // Closes everything and lasts until that is done: what was written gets a second to go out. Sinks
  // hear nothing more. Blocks, so it is for the thread that composes the node.
  void stop();

private:
  void on_dialed(connection_id id, socket_fd fd) override;
  void on_dial_failed(connection_id id, error reason) override;
  void on_accepted(connection_id listener, socket_fd fd) override;
  void on_listener_failed(connection_id listener, error reason) override;

  caf::actor_system& system_;
  tcp_stream_table table_;
  caf::actor broker_;
  socket_poller poller_; // last: its thread calls us
  bool stopped_ = false;
};

} // namespace ppn
