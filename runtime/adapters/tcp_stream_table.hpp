// What the callers of the stream port, the poller's thread and the broker share: which connections
// and listeners there are, whose they are, and how much waits to be sent. Every event for a sink
// goes through here, under the lock, so that none follows a close by the owner.
#pragma once

#include "runtime/adapters/socket_calls.hpp"

#include <caf/actor_addr.hpp>
#include <caf/send.hpp>
#include <mutex>
#include <unordered_map>

namespace ppn {

class tcp_stream_table {
public:
  // How a connection or listener stood when it was closed.
  enum class stage : std::uint8_t { unknown, listener, waiting, open };

  // What the broker takes over.
  struct fresh_socket {
    socket_fd fd;
    stream_sink sink;
    stream_opened announcement;
  };

  tcp_stream_table(std::size_t connections_max, std::size_t window)
      : connections_max_(connections_max), window_(window) {}

  // Unique in this process; no id is ever used again.
  static connection_id next_id();

  // -- for the port and the poller
  // After ec::stopping, ec::busy (too many connections) or not_found (no such listener) the id is
  // unknown.
  status add_listener(connection_id id, const stream_sink& sink);
  status add_dialed(connection_id id, const stream_sink& sink);
  status add_accepted(connection_id id, connection_id listener);
  // From now on `take_socket` finds it. false: the owner has closed it meanwhile.
  bool hand_over(connection_id id, socket_fd fd);
  // What never became a stream, and a listener that broke.
  void fail(connection_id id, error reason);

  struct write_outcome {
    bool taken = true;
    bool ask_for_flush = false; // the broker does not know yet that there is something to send
  };
  write_outcome write(connection_id id, bytes&& data);
  stage close(connection_id id);
  // No more connections or listeners; events of those that there are cease.
  void stop();

  // -- for the broker
  std::optional<fresh_socket> take_socket(connection_id id);
  // From now on it takes writes. Announces it, unless it was closed meanwhile or its listener was:
  // then it is as closed by its owner, and the answer false.
  bool open(connection_id id, stream_opened announcement);
  bytes take_outbox(connection_id id);
  // So many octets of it the kernel has not taken.
  void sent(connection_id id, std::size_t remaining);
  void deliver(connection_id id, bytes data);
  // The descriptor is going away.
  void finish(connection_id id, error reason);
  std::vector<connection_id> ids_of(const caf::actor_addr& sink);

private:
  struct entry {
    stream_sink sink;
    connection_id listener;
    socket_fd fd;                // until the broker takes it
    bool open = false;           // the broker has it
    bool closed = false;         // by its owner: nothing more is told
    bool refused = false;        // a write, so stream_writable is due
    bool flush_is_asked = false; // the broker will come for the outbox
    bytes outbox;
    std::size_t unsent = 0; // octets the broker took and the kernel did not, yet
  };

  using connection_map = std::unordered_map<connection_id, entry>;
  using listener_map = std::unordered_map<connection_id, stream_sink>;
  // Destroyed only after the lock is released: the last handle of a sink may run anybody's
  // destructor.
  struct removed {
    connection_map::node_type connection;
    listener_map::node_type listener;
  };

  entry* find(connection_id id);
  removed remove(connection_id id);
  status add(connection_id id, connection_id listener, const stream_sink& sink);

  const std::size_t connections_max_;
  const std::size_t window_;

  std::mutex mutex_; // protects what follows
  connection_map connections_;
  listener_map listeners_;
  bool stopping_ = false;
};

} // namespace ppn
