// One node's real actors on the test scheduler, over a stream that only writes down what is asked of it.
#pragma once

#include "runtime/node.hpp"
#include "sim/node_clock.hpp"
#include "sim/node_models.hpp"
#include "sim/world_signer.hpp"
#include "storage/memory_cells.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <map>

namespace ppn::test {

class recording_stream final : public stream {
public:
  result<connection_id> listen(const stream_endpoint& at, const stream_sink& sink) override {
    listeners[at.address] = {next_, sink};
    return next_id();
  }
  connection_id connect(const stream_endpoint&, const stream_endpoint& to,
                        const stream_sink&) override {
    dialed.push_back(to);
    return next_id();
  }
  bool write(connection_id connection, bytes&& data) override {
    append(written[connection], data);
    return true;
  }
  void close(connection_id connection) override { closed.push_back(connection); }

  connection_id next_id() { return std::exchange(next_, next_.next()); }

  std::map<std::string, std::pair<connection_id, stream_sink>> listeners;
  std::vector<stream_endpoint> dialed;
  std::map<connection_id, bytes> written;
  std::vector<connection_id> closed;

private:
  connection_id next_{1};
};

class recording_observer final : public observer {
public:
  void on(const node_event& what) override { events.push_back(what); }
  template <class T>
  std::vector<T> of() const {
    std::vector<T> found;
    for (const auto& what : events)
      if (auto* one = std::get_if<T>(&what)) found.push_back(*one);
    return found;
  }
  std::vector<node_event> events;
};

class recording_process final : public process {
public:
  result<reload_reply> reload() override {
    ++reloads;
    return reload_reply{{"pool.ram"}, {}};
  }
  int reloads = 0;
};

struct node_fixture : actor_tracker {
  node_fixture();
  ~node_fixture() override;

  static node_id id_of(octet number) {
    node_id id;
    id.octets[0] = number;
    return id;
  }
  static membership_ptr members(octet controller);

  void start(octet self, octet controller);
  void run();                     // until all is quiet
  void pass(nanoseconds length);  // virtual time
  caf::strong_actor_ptr child(const std::string& name) const; // the youngest of that name
  std::size_t alive(const std::string& name) const;
  void fail(const std::string& name); // ends the child as an uncaught exception would

  void born(const caf::strong_actor_ptr& actor) override { actors.push_back(actor); }

  sim::world_time now{0};
  sim::node_clock time{now, seconds{100}};
  sim::seeded_entropy random{sim::random_source{1}};
  recording_stream network;
  memory_cell_disk disk;
  std::unique_ptr<memory_cells> durable;
  sim::model_host machine{sim::random_source{2}};
  sim::no_guests guests;
  recording_observer events;
  recording_process own_process;
  std::optional<sim::world_signer> keys;
  std::vector<caf::strong_actor_ptr> actors;
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  caf::scheduler::test_coordinator* scheduler = nullptr;
  node_actor node;
};

} // namespace ppn::test
