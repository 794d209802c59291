// The network between simulated nodes: ordered byte streams that are slow, torn, cut, half-open or
// one-way. A stream is only as good as TCP over a bad path: what was written may be lost when it
// breaks, a dead peer is noticed late or never, and a hostile middle-box may flip, repeat and swap
// octets, which the links above must refuse.
#pragma once

#include "runtime/ports/stream.hpp"
#include "sim/event_queue.hpp"
#include "sim/faults.hpp"
#include "sim/random.hpp"
#include "sim/trace.hpp"

#include <deque>
#include <map>
#include <unordered_map>

namespace ppn::sim {

using node_index = std::uint32_t;

// Where one end of a stream lives: effects of an earlier incarnation must not reach a later one.
struct stream_place {
  node_index node = 0;
  std::uint64_t incarnation = 0;
  bool operator==(const stream_place&) const = default;
};

// What the network asks of the world.
class network_host {
public:
  virtual ~network_host() = default;
  virtual bool alive(const stream_place& place) const = 0;
  // The world's time until which a node does not run, or zero.
  virtual world_time frozen_until(node_index node) const = 0;
  virtual std::optional<node_index> node_at(const std::string& address) const = 0;
  // Its machine has no power: not even a reset comes from it.
  virtual bool dark(node_index node) const = 0;
  // After something was put into a mailbox of this node.
  virtual void runnable(node_index node) = 0;
};

struct partition {
  std::vector<bool> side; // by node
  bool from_side = true;  // what leaves the side is lost
  bool to_side = true;    // what enters it is lost
  std::vector<bool> outside; // nodes that it does not concern; empty: it concerns all
};

struct network_marks { // rare paths that a campaign has to reach
  std::uint64_t segments = 0;
  std::uint64_t octets = 0;
  std::uint64_t torn = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t repeated = 0;
  std::uint64_t swapped = 0;
  std::uint64_t broken = 0;
  std::uint64_t delayed_by_partition = 0;
};

class network {
public:
  network(network_host& host, event_queue& events, const world_time& now, trace& log,
          random_source random);

  network_faults faults;

  // -- ports of nodes
  result<connection_id> listen(const stream_place& at, const stream_endpoint& endpoint,
                               const stream_sink& sink);
  connection_id connect(const stream_place& from, const stream_endpoint& own,
                        const stream_endpoint& to, const stream_sink& sink);
  bool write(const stream_place& from, connection_id id, bytes&& data);
  void close(const stream_place& from, connection_id id);

  // -- the world
  void on_event(const scheduled_event& what);
  // The process is gone. Its machine still answers for it (`announced`), or is dark.
  void node_died(const stream_place& place, bool announced);
  std::uint64_t add_partition(partition cut);
  void heal(std::uint64_t partition_id) { partitions_.erase(partition_id); }
  void heal_all() { partitions_.clear(); }
  bool passes(node_index from, node_index to) const;

  const network_marks& marks() const { return marks_; }

private:
  struct segment {
    bytes data;
    world_time ready{0};
    bool last = false; // the end of the stream
  };
  struct direction {
    std::deque<segment> queue;
    std::size_t waiting = 0; // octets in the queue
    bool under_way = false;  // an arrive event exists
    bool writer_blocked = false;
    std::optional<world_time> stuck_since;
    nanoseconds retry{0};
  };
  struct endpoint_state {
    stream_place place;
    stream_sink sink;
    stream_endpoint own;
    bool open = false;
    bool gone = false; // closed by its owner, or told that it is over
  };
  // Direction 0 runs from the dialing end (index 0) to the accepting one (index 1).
  struct connection {
    endpoint_state ends[2];
    direction ways[2];
    stream_endpoint target;
    world_time dialed_at{0};
    connection_id listener;
  };
  struct listener {
    stream_place place;
    stream_endpoint at;
    stream_sink sink;
  };

  static connection_id id_of(std::uint64_t number, int end) {
    return connection_id{2 * number + static_cast<std::uint64_t>(end)};
  }
  nanoseconds delay();
  void send_segment(std::uint64_t number, int way, segment next);
  void start(std::uint64_t number, int way);
  void on_arrive(const scheduled_event& what);
  void on_dial(const scheduled_event& what);
  void on_break_check(const scheduled_event& what);
  void accept_dial(std::uint64_t number, connection& link, const listener& by, node_index node);
  bool hold_back(std::uint64_t number, int way, connection& link);
  void mangle(direction& way, segment& head, std::uint64_t number, int index);
  void deliver(std::uint64_t number, int way, connection& link, segment head);
  void tell_writable(std::uint64_t number, int way, connection& link);
  void end(std::uint64_t number, connection& link, int which, const error& why);
  void fail_dial(std::uint64_t number, connection& link, const error& why);
  void reset_peer_of(std::uint64_t number, connection& link, int which, const char* why);
  void forget_if_over(std::uint64_t number);
  bool reachable_sink(const endpoint_state& at) const;

  template <class Message>
  void post(const endpoint_state& to, Message message);

  network_host& host_;
  event_queue& events_;
  const world_time& now_;
  trace& trace_;
  random_source random_;
  std::unordered_map<std::uint64_t, connection> connections_;
  std::map<stream_endpoint, std::pair<std::uint64_t, listener>> listeners_;
  std::map<std::uint64_t, partition> partitions_;
  std::uint64_t next_partition_ = 1;
  std::uint64_t next_number_ = 1;
  network_marks marks_;
};

// The stream port of one incarnation of one node.
class node_stream final : public stream {
public:
  node_stream(network& net, stream_place place) : network_(net), place_(place) {}
  result<connection_id> listen(const stream_endpoint& at, const stream_sink& sink) override {
    return network_.listen(place_, at, sink);
  }
  connection_id connect(const stream_endpoint& from, const stream_endpoint& to,
                        const stream_sink& sink) override {
    return network_.connect(place_, from, to, sink);
  }
  bool write(connection_id connection, bytes&& data) override {
    return network_.write(place_, connection, std::move(data));
  }
  void close(connection_id connection) override { network_.close(place_, connection); }

private:
  network& network_;
  stream_place place_;
};

} // namespace ppn::sim
