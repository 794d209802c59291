// One thread that waits for sockets that are no streams yet: dialed ones until they stand or fail,
// and listening ones until somebody knocks. CAF could do neither for us: its connect blocks the
// thread of all streams, and its accept, once descriptors have run out, is called again and again
// for ever. It sleeps whenever there is nothing to wait for.
#pragma once

#include "messages/base/time.hpp"
#include "runtime/adapters/socket_calls.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <thread>

namespace ppn {

class socket_poller {
public:
  // Told in the poller's own thread, which holds the poller's lock: do not call back.
  class observer {
  public:
    virtual ~observer() = default;
    virtual void on_dialed(connection_id id, socket_fd fd) = 0;
    virtual void on_dial_failed(connection_id id, error reason) = 0;
    virtual void on_accepted(connection_id listener, socket_fd fd) = 0;
    virtual void on_listener_failed(connection_id listener, error reason) = 0;
  };

  socket_poller(observer& told, milliseconds dial_deadline);
  ~socket_poller() { stop(); }

  void add_dial(connection_id id, socket_fd fd, const stream_endpoint& to);
  void add_listener(connection_id id, listening_socket socket);
  // Closes the socket. Nothing is told about it once this has returned. Unknown ids are ignored.
  void remove(connection_id id);
  // Closes all sockets and ends the thread. Not to be called from it.
  void stop();

private:
  using moment = std::chrono::steady_clock::time_point;
  struct dial {
    socket_fd fd;
    stream_endpoint to;
    moment deadline;
  };
  struct listener {
    listening_socket socket;
    std::optional<moment> paused_until;
  };

  void run();
  int wait_at_most(moment now); // in milliseconds, as epoll takes it
  void on_ready(connection_id id, moment now);
  void on_deadlines(moment now);
  // false: the listener is of no use any more
  bool accept_some(connection_id id, listener& from, moment now);
  void wake();
  bool watch(int operation, int fd, std::uint32_t events, connection_id id);

  observer& observer_;
  const milliseconds dial_deadline_;
  socket_fd epoll_;
  socket_fd wake_;

  std::mutex mutex_; // protects what follows
  std::map<connection_id, dial> dials_;
  std::map<connection_id, listener> listeners_;
  bool stopping_ = false;

  std::thread thread_; // last: it uses everything above
};

} // namespace ppn
