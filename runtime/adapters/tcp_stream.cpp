#include "runtime/adapters/tcp_stream.hpp"

#include "runtime/adapters/tcp_stream_broker.hpp"

#include <algorithm>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <sys/resource.h>

namespace ppn {

namespace {

std::size_t connections_most(std::size_t wanted) {
  struct rlimit descriptors {};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return wanted;
  return std::min<std::size_t>(wanted, descriptors.rlim_cur / 2);
}

} // namespace

tcp_stream::tcp_stream(caf::actor_system& system, tcp_stream_options options)
    : system_(system), table_(connections_most(options.connections_max), options.window_octets),
      broker_(
          system.middleman().spawn_broker(tcp_stream_broker, &table_, static_cast<stream*>(this))),
      poller_(*this, options.dial_deadline) {}

void tcp_stream::stop() {
  if (std::exchange(stopped_, true)) return;
  table_.stop();
  poller_.stop();
  caf::anon_send(broker_, stop_streams{});
  caf::scoped_actor waiting{system_};
  waiting->wait_for(broker_);
}

// -- the port -------------------------------------------------------------------------------------

result<connection_id> tcp_stream::listen(const stream_endpoint& at, const stream_sink& sink) {
  auto socket = listening_socket::open(at);
  if (!socket) return fail(socket.error());
  connection_id id = tcp_stream_table::next_id();
  if (status added = table_.add_listener(id, sink); !added) return fail(added.error());
  caf::anon_send(broker_, watch_sink{sink});
  poller_.add_listener(id, *std::move(socket));
  return id;
}

connection_id tcp_stream::connect(const stream_endpoint& from, const stream_endpoint& to,
                                  const stream_sink& sink) {
  connection_id id = tcp_stream_table::next_id();
  if (status added = table_.add_dialed(id, sink); !added) {
    caf::anon_send(sink, stream_closed{id, added.error()});
    return id;
  }
  auto dialed = start_dial(from, to);
  if (!dialed)
    table_.fail(id, dialed.error());
  else if (dialed->stands)
    on_dialed(id, std::move(dialed->fd));
  else
    poller_.add_dial(id, std::move(dialed->fd), to);
  return id;
}

bool tcp_stream::write(connection_id connection, bytes&& data) {
  auto outcome = table_.write(connection, std::move(data));
  if (outcome.ask_for_flush) caf::anon_send(broker_, flush_stream{connection});
  return outcome.taken;
}

void tcp_stream::close(connection_id connection) {
  switch (table_.close(connection)) {
  case tcp_stream_table::stage::unknown:
    return;
  case tcp_stream_table::stage::listener:
  case tcp_stream_table::stage::waiting:
    return poller_.remove(connection);
  case tcp_stream_table::stage::open:
    return caf::anon_send(broker_, close_stream{connection});
  }
}

// -- the poller -----------------------------------------------------------------------------------

void tcp_stream::on_dialed(connection_id id, socket_fd fd) {
  if (table_.hand_over(id, std::move(fd))) caf::anon_send(broker_, adopt_socket{id});
}

void tcp_stream::on_dial_failed(connection_id id, error reason) {
  table_.fail(id, std::move(reason));
}

void tcp_stream::on_accepted(connection_id listener, socket_fd fd) {
  connection_id id = tcp_stream_table::next_id();
  // One that is refused is closed here, with its descriptor.
  if (table_.add_accepted(id, listener)) on_dialed(id, std::move(fd));
}

void tcp_stream::on_listener_failed(connection_id listener, error reason) {
  table_.fail(listener, std::move(reason));
}

} // namespace ppn
