// The world of one run: seed, virtual time, the nodes and the network between them. One thread, one
// order of events, drawn from the seed: among nodes with work one is picked, of its jobs one is picked;
// when all are quiet, time moves exactly to the next thing that happens.
#pragma once

#include "sim/checker.hpp"
#include "sim/network.hpp"
#include "sim/node_host.hpp"
#include "storage/ledger/founding.hpp"

#include <functional>
#include <memory>

namespace ppn::sim {

struct world_options {
  std::uint64_t seed = 1;
  std::uint32_t nodes = 3;
  std::uint32_t controller = 0;
  std::vector<std::string> names{}; // node-0, node-1, ... where there are none
};

class world final : public network_host {
public:
  world(const world_options& options, trace& log);
  ~world() override;

  // -- setting up
  void add_checker(checker& watcher) { checkers_.push_back(&watcher); }
  // Called for chaos events and for acts of operators, with their subject and part.
  std::function<void(std::uint64_t, std::uint32_t)> on_chaos;
  void schedule_chaos(world_time at, std::uint64_t subject, std::uint32_t part) {
    events_.push(at, event_kind::chaos, subject, part);
  }

  // -- acts of the world
  status start(node_index node);
  void kill(node_index node, bool power_lost);
  void freeze(node_index node, nanoseconds length);
  void thaw(node_index node);
  // Its machine sleeps, kernel and all: for its peers there is nobody. Freeze it too.
  void suspend(node_index node, nanoseconds length) {
    asleep_until_[node] = std::max(asleep_until_[node], now_ + length);
  }
  void set_drift(node_index node, std::int64_t ppm);
  void announce_calm();
  // An operator at this node gives an order.
  void give(node_index node, const submitted_order& order);
  void restore_ledger(node_index node, node_index from);

  void run_until(world_time end);
  void finish();

  world_time now() const { return now_; }
  std::uint64_t events() const { return steps_; }
  node_host& node(node_index index) { return *nodes_[index]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
  std::uint32_t controller() const { return options_.controller; }
  const std::vector<std::string>& names() const { return names_; }
  network& net() { return network_; }
  const membership_ptr& members() const { return members_; }
  const founded_fleet& founding() const { return founding_; }
  signer& admin() { return *admin_; }
  void note(const std::string& who, const std::string& text);

  // -- what the network asks
  bool alive(const stream_place& place) const override;
  world_time frozen_until(node_index node) const override { return nodes_[node]->frozen_until; }
  std::optional<node_index> node_at(const std::string& address) const override;
  bool dark(node_index node) const override { return dark_[node] || asleep_until_[node] > now_; }
  void runnable(node_index node) override;

private:
  class node_observer;

  void build_fleet(random_source& random);
  void found(std::uint64_t secret, const std::vector<member_record>& members, random_source& random);
  void run_jobs();
  void dispatch(const scheduled_event& what);
  void on_wake(const scheduled_event& what);
  void schedule_wake(node_index node);
  void on_node_event(node_index node, const node_event& what);
  moment moment_of(node_index node) const;

  world_options options_;
  trace& trace_;
  world_time now_{0};
  event_queue events_;
  random_source scheduling_;
  network network_;
  membership_ptr members_; // as the fleet was founded
  founded_fleet founding_;
  std::optional<world_signer> admin_;
  std::vector<std::unique_ptr<node_observer>> observers_;
  std::vector<std::unique_ptr<node_host>> nodes_;
  std::unordered_map<std::string, node_index> by_address_;
  std::vector<std::string> names_;
  std::vector<bool> dark_;
  std::vector<world_time> asleep_until_;
  std::vector<node_index> runnable_;
  std::vector<bool> is_runnable_;
  struct wake {
    std::uint64_t generation = 0;
    world_time at{-1};
  };
  std::vector<wake> wakes_;
  std::vector<checker*> checkers_;
  std::uint64_t steps_ = 0;
};

} // namespace ppn::sim
