// What every maker of the stream port promises. A `stream_place` is two nodes that can reach each
// other; a `party` is one of them with a sink that keeps everything it is told, in order.
#pragma once

#include "messages/base/limits.hpp"
#include "runtime/ports/stream.hpp"
#include "tests/contract/contract.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <map>
#include <memory>
#include <mutex>

namespace contract {

using ppn::bytes;
using ppn::bytes_view;
using ppn::connection_id;
using ppn::stream_endpoint;
using ppn::stream_sink;

enum class side : std::uint8_t { here, there };

class stream_place {
public:
  virtual ~stream_place() = default;
  virtual caf::actor_system& system(side which) = 0;
  virtual ppn::stream& network(side which) = 0;
  // The address a node dials from, and one it can listen at where nobody does so yet.
  virtual stream_endpoint own(side which) = 0;
  virtual stream_endpoint unused(side which) = 0;
  // Lets things happen until it holds; false when patience is over.
  virtual bool run_until(const std::function<bool()>& holds) = 0;
  // Lets happen whatever would still happen soon.
  virtual void settle() = 0;
};
using make_stream_place = std::function<std::unique_ptr<stream_place>()>;

// -- a sink that remembers ------------------------------------------------------------------------

struct told_of_connection {
  std::vector<ppn::stream_opened> opened;
  bytes received;
  std::vector<ppn::stream_closed> closed;
  std::size_t writables = 0;
};

class sink_log {
public:
  void on(const ppn::stream_opened& event) {
    std::lock_guard lock(mutex_);
    order_.push_back(event.connection);
    auto& told = expect(event.connection, 0);
    told.opened.push_back(event);
  }
  void on(const ppn::stream_bytes& event) {
    std::lock_guard lock(mutex_);
    ppn::append(expect(event.connection, 1).received, event.data);
  }
  void on(const ppn::stream_writable& event) {
    std::lock_guard lock(mutex_);
    ++expect(event.connection, 1).writables;
  }
  void on(const ppn::stream_closed& event) {
    std::lock_guard lock(mutex_);
    auto& told = connections_[event.connection];
    out_of_order_ += told.closed.size();
    told.closed.push_back(event);
  }

  told_of_connection of(connection_id id) const {
    std::lock_guard lock(mutex_);
    auto at = connections_.find(id);
    return at == connections_.end() ? told_of_connection{} : at->second;
  }
  std::size_t received_octets(connection_id id) const {
    std::lock_guard lock(mutex_);
    auto at = connections_.find(id);
    return at == connections_.end() ? 0 : at->second.received.size();
  }
  std::vector<connection_id> opened() const {
    std::lock_guard lock(mutex_);
    return order_;
  }
  std::size_t out_of_order() const {
    std::lock_guard lock(mutex_);
    return out_of_order_;
  }

private:
  // Opened once, then anything but that, and nothing once it is closed.
  told_of_connection& expect(connection_id id, std::size_t openings) {
    auto& told = connections_[id];
    if (told.opened.size() != openings || !told.closed.empty()) ++out_of_order_;
    return told;
  }

  mutable std::mutex mutex_;
  std::map<connection_id, told_of_connection> connections_;
  std::vector<connection_id> order_;
  std::size_t out_of_order_ = 0;
};

inline stream_sink::behavior_type recording_sink(stream_sink::pointer,
                                                 const std::shared_ptr<sink_log>& log) {
  return {[log](const ppn::stream_opened& event) { log->on(event); },
          [log](const ppn::stream_bytes& event) { log->on(event); },
          [log](const ppn::stream_closed& event) { log->on(event); },
          [log](const ppn::stream_writable& event) { log->on(event); }};
}

class party {
public:
  party(stream_place& place, side which)
      : place_(place), which_(which), sink_(place.system(which).spawn(recording_sink, log_)) {}
  party(const party&) = delete;
  party& operator=(const party&) = delete;
  ~party() { BOOST_CHECK_EQUAL(log_->out_of_order(), 0u); }

  connection_id listen(const stream_endpoint& at) {
    auto listener = network().listen(at, sink_);
    REQUIRE_OK(listener);
    return *listener;
  }
  connection_id dial(const stream_endpoint& to) {
    return network().connect(place_.own(which_), to, sink_);
  }

  // Writes what may be too much at once.
  void write(connection_id id, bytes data) {
    std::size_t writables = told(id).writables;
    while (!network().write(id, std::move(data))) {
      ++refusals;
      wait("it may write again", [&] { return told(id).writables > writables; });
      writables = told(id).writables;
    }
  }
  void close(connection_id id) { network().close(id); }

  void wait(const char* what, const std::function<bool()>& holds) {
    BOOST_REQUIRE_MESSAGE(place_.run_until(holds), "waited in vain until " << what);
  }
  // The n-th connection that was announced to this sink.
  connection_id wait_opened(std::size_t n = 0) {
    wait("it is opened", [&] { return log_->opened().size() > n; });
    return log_->opened()[n];
  }
  ppn::error wait_closed(connection_id id) {
    wait("it is closed", [&] { return !told(id).closed.empty(); });
    return told(id).closed.front().reason;
  }
  bytes wait_received(connection_id id, std::size_t octets) {
    wait("all octets are there", [&] { return log_->received_octets(id) >= octets; });
    return told(id).received;
  }

  told_of_connection told(connection_id id) const { return log_->of(id); }
  std::size_t announcements() const { return log_->opened().size(); }
  ppn::stream& network() { return place_.network(which_); }
  const stream_sink& sink() const { return sink_; }

  std::size_t refusals = 0;

private:
  stream_place& place_;
  side which_;
  std::shared_ptr<sink_log> log_ = std::make_shared<sink_log>();
  stream_sink sink_;
};

inline bytes octets_of(std::string_view text) {
  return {text.begin(), text.end()};
}

// Every octet depends on its place, with a period that fits no buffer.
inline bytes pattern(std::size_t size) {
  bytes out(size);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<ppn::octet>((i % 65'521) * 131 >> 3);
  return out;
}

// A server that listens, a client that dialed it, and the ids of both ends.
struct linked_pair {
  explicit linked_pair(stream_place& place)
      : server(place, side::here), client(place, side::there), at(place.unused(side::here)),
        listener(server.listen(at)), dialed(client.dial(at)), accepted(server.wait_opened()) {
    BOOST_REQUIRE(client.wait_opened() == dialed);
  }

  party server;
  party client;
  stream_endpoint at;
  connection_id listener;
  connection_id dialed;
  connection_id accepted;
};

// -- beginnings -----------------------------------------------------------------------------------

inline void both_ends_are_told_of_a_connection(stream_place& place) {
  linked_pair pair(place);
  ppn::stream_opened at_client = pair.client.told(pair.dialed).opened.at(0);
  BOOST_CHECK((at_client.listener == connection_id{}));
  BOOST_CHECK((at_client.peer == pair.at));
  ppn::stream_opened at_server = pair.server.told(pair.accepted).opened.at(0);
  BOOST_CHECK((at_server.listener == pair.listener));
  BOOST_CHECK((pair.accepted != pair.dialed && pair.accepted != pair.listener));
}

inline void the_peer_sees_the_address_dialed_from(stream_place& place) {
  linked_pair pair(place);
  ppn::stream_opened at_server = pair.server.told(pair.accepted).opened.at(0);
  BOOST_TEST(at_server.peer.address == place.own(side::there).address);
}

inline void an_address_nobody_listens_at_is_unreachable(stream_place& place) {
  party client(place, side::there);
  connection_id dialed = client.dial(place.unused(side::here));
  BOOST_TEST(client.wait_closed(dialed).code == ppn::ec::unreachable);
  BOOST_TEST(client.told(dialed).opened.size() == 0u);
}

inline void an_address_is_listened_at_once(stream_place& place) {
  party server(place, side::here);
  stream_endpoint at = place.unused(side::here);
  connection_id first = server.listen(at);
  CHECK_CODE(server.network().listen(at, server.sink()), in_use);
  server.close(first);
  CHECK_CODE(server.network().listen(at, server.sink()), none);
}

inline void two_listeners_are_kept_apart(stream_place& place) {
  party server(place, side::here);
  party other(place, side::here);
  party client(place, side::there);
  stream_endpoint at = place.unused(side::here);
  connection_id first = server.listen(at);
  stream_endpoint other_at = place.unused(side::here);
  connection_id second = other.listen(other_at);
  BOOST_CHECK((first != second));
  client.dial(other_at);
  connection_id accepted = other.wait_opened();
  BOOST_CHECK((other.told(accepted).opened.at(0).listener == second));
  client.dial(at);
  accepted = server.wait_opened();
  BOOST_CHECK((server.told(accepted).opened.at(0).listener == first));
  BOOST_TEST(other.announcements() == 1u);
}

inline void a_closed_listener_keeps_its_connections_and_takes_no_more(stream_place& place) {
  linked_pair pair(place);
  pair.server.close(pair.listener);
  connection_id late = pair.client.dial(pair.at);
  BOOST_TEST(pair.client.wait_closed(late).code == ppn::ec::unreachable);
  pair.client.write(pair.dialed, octets_of("still here"));
  BOOST_CHECK((pair.server.wait_received(pair.accepted, 10) == octets_of("still here")));
  BOOST_TEST(pair.server.announcements() == 1u);
}

// -- octets ---------------------------------------------------------------------------------------

inline void octets_go_both_ways(stream_place& place) {
  linked_pair pair(place);
  for (int round = 1; round <= 3; ++round) {
    pair.client.write(pair.dialed, octets_of("ping"));
    std::size_t octets = 4 * static_cast<std::size_t>(round);
    bytes got = pair.server.wait_received(pair.accepted, octets);
    BOOST_TEST(got.size() == octets);
    pair.server.write(pair.accepted, octets_of("pong"));
    pair.client.wait_received(pair.dialed, octets);
  }
  BOOST_CHECK((pair.client.told(pair.dialed).received == octets_of("pongpongpong")));
  BOOST_CHECK((pair.server.told(pair.accepted).received == octets_of("pingpingping")));
}

inline void a_full_window_refuses_and_says_when_it_is_not(stream_place& place) {
  linked_pair pair(place);
  const bytes all = pattern(8 * 1024 * 1024);
  // More than the window in one piece is taken while the window is empty.
  std::size_t at = 4 * ppn::limits::stream_window_octets;
  pair.client.write(pair.dialed, bytes(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at)));
  for (std::size_t piece = 1; at < all.size(); piece = (piece * 7 + 1) % 65'536) {
    std::size_t end = std::min(all.size(), at + std::max<std::size_t>(piece, 1));
    pair.client.write(pair.dialed, bytes(all.begin() + static_cast<std::ptrdiff_t>(at),
                                         all.begin() + static_cast<std::ptrdiff_t>(end)));
    at = end;
  }
  BOOST_CHECK(pair.server.wait_received(pair.accepted, all.size()) == all);
  BOOST_TEST(pair.client.refusals > 0u);
  place.settle();
  // One for each refusal, none for nothing.
  BOOST_TEST(pair.client.told(pair.dialed).writables == pair.client.refusals);
}

inline void a_refused_write_leaves_its_data_alone(stream_place& place) {
  linked_pair pair(place);
  const bytes piece = pattern(2 * ppn::limits::stream_window_octets);
  std::size_t taken = 0;
  bytes data = piece;
  while (pair.client.network().write(pair.dialed, std::move(data))) {
    ++taken;
    data = piece;
  }
  BOOST_CHECK(data == piece);
  bytes got = pair.server.wait_received(pair.accepted, taken * piece.size());
  BOOST_TEST(got.size() == taken * piece.size());
}

// -- ends -----------------------------------------------------------------------------------------

inline void a_close_is_seen_once_by_the_other_end(stream_place& place) {
  for (bool by_client : {true, false}) {
    linked_pair pair(place);
    party& closing = by_client ? pair.client : pair.server;
    party& other = by_client ? pair.server : pair.client;
    connection_id closed = by_client ? pair.dialed : pair.accepted;
    connection_id left = by_client ? pair.accepted : pair.dialed;
    closing.close(closed);
    ppn::error reason = other.wait_closed(left);
    BOOST_TEST(reason.code == ppn::ec::unreachable);
    BOOST_TEST(!reason.text.empty());
    place.settle();
    BOOST_TEST(other.told(left).closed.size() == 1u);
    BOOST_TEST(closing.told(closed).closed.size() == 0u);
  }
}

inline void what_was_written_before_a_close_arrives(stream_place& place) {
  for (bool by_client : {true, false}) {
    linked_pair pair(place);
    party& closing = by_client ? pair.client : pair.server;
    party& other = by_client ? pair.server : pair.client;
    connection_id left = by_client ? pair.accepted : pair.dialed;
    const bytes all = pattern(ppn::limits::stream_window_octets * 3);
    closing.write(by_client ? pair.dialed : pair.accepted, all);
    closing.close(by_client ? pair.dialed : pair.accepted);
    other.wait_closed(left);
    BOOST_CHECK(other.told(left).received == all);
  }
}

inline void calls_on_what_is_closed_or_unknown_are_harmless(stream_place& place) {
  linked_pair pair(place);
  ppn::stream& network = pair.client.network();
  pair.client.close(pair.dialed);
  BOOST_TEST(network.write(pair.dialed, octets_of("too late")));
  pair.client.close(pair.dialed);
  pair.server.wait_closed(pair.accepted);
  BOOST_TEST(pair.server.network().write(pair.accepted, octets_of("too late")));
  pair.server.close(pair.accepted);
  connection_id unknown{~std::uint64_t{0} / 4};
  BOOST_TEST(network.write(unknown, octets_of("nobody")));
  network.close(unknown);
  pair.server.close(pair.listener);
  pair.server.close(pair.listener);
  place.settle();
  BOOST_TEST(pair.server.told(pair.accepted).received.size() == 0u);
  BOOST_TEST(pair.client.told(pair.dialed).closed.size() == 0u);
}

inline void nothing_is_told_of_what_was_closed_before_it_opened(stream_place& place) {
  party server(place, side::here);
  party client(place, side::there);
  stream_endpoint at = place.unused(side::here);
  server.listen(at);
  connection_id dialed = client.dial(at);
  client.close(dialed);
  place.settle();
  // It may have stood by then, but in the sink's mailbox before the close there was at most that.
  BOOST_TEST(client.told(dialed).closed.size() == 0u);
  BOOST_TEST(client.told(dialed).opened.size() <= 1u);
  if (server.announcements() > 0) server.wait_closed(server.wait_opened());
  connection_id refused = client.dial(place.unused(side::here));
  client.close(refused);
  place.settle();
  BOOST_TEST(client.told(refused).opened.size() == 0u);
}

inline std::vector<named_case> stream_cases(const make_stream_place& make) {
  auto on_new_place = [&](const char* name, void (*run)(stream_place&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
  return {
      on_new_place("both_ends_are_told_of_a_connection", both_ends_are_told_of_a_connection),
      on_new_place("an_address_nobody_listens_at_is_unreachable",
                   an_address_nobody_listens_at_is_unreachable),
      on_new_place("an_address_is_listened_at_once", an_address_is_listened_at_once),
      on_new_place("two_listeners_are_kept_apart", two_listeners_are_kept_apart),
      on_new_place("a_closed_listener_keeps_its_connections_and_takes_no_more",
                   a_closed_listener_keeps_its_connections_and_takes_no_more),
      on_new_place("octets_go_both_ways", octets_go_both_ways),
      on_new_place("a_full_window_refuses_and_says_when_it_is_not",
                   a_full_window_refuses_and_says_when_it_is_not),
      on_new_place("a_refused_write_leaves_its_data_alone", a_refused_write_leaves_its_data_alone),
      on_new_place("a_close_is_seen_once_by_the_other_end", a_close_is_seen_once_by_the_other_end),
      on_new_place("what_was_written_before_a_close_arrives",
                   what_was_written_before_a_close_arrives),
      on_new_place("calls_on_what_is_closed_or_unknown_are_harmless",
                   calls_on_what_is_closed_or_unknown_are_harmless),
      on_new_place("nothing_is_told_of_what_was_closed_before_it_opened",
                   nothing_is_told_of_what_was_closed_before_it_opened),
  };
}

// For the kinds of stream whose ends have addresses of their own.
inline std::vector<named_case> addressed_stream_cases(const make_stream_place& make) {
  return {{"the_peer_sees_the_address_dialed_from",
           [make] { the_peer_sees_the_address_dialed_from(*make()); }}};
}

} // namespace contract
