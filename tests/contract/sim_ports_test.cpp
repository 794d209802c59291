// The simulator's makers, held to the same contracts as the real ones: what is proven in the simulator
// is proven over ports that keep the same promises.
#include "sim/network.hpp"
#include "sim/node_clock.hpp"
#include "sim/node_models.hpp"
#include "sim/world_signer.hpp"
#include "tests/contract/clock_contract.hpp"
#include "tests/contract/entropy_contract.hpp"
#include "tests/contract/host_contract.hpp"
#include "tests/contract/signer_contract.hpp"
#include "tests/contract/stream_contract.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

using namespace ppn;
using namespace ppn::sim;

namespace {

class moving_clock final : public clock {
public:
  moving_clock() { inner_.set_wall_offset(hours{24 * 365 * 50}); }
  mono_time monotonic() const override {
    now_ += milliseconds{1};
    return inner_.monotonic();
  }
  wall_time wall() const override { return inner_.wall(); }

private:
  mutable world_time now_{0};
  node_clock inner_{now_, hours{1}};
};

node_id identity(octet number) {
  node_id id;
  id.octets[3] = number;
  return id;
}

// Two nodes and the network between them, without a world around.
class sim_place final : public contract::stream_place, private network_host {
public:
  sim_place() : net_(*this, events_, now_, log_, random_source{1}) {
    for (auto& one : nodes_) {
      one.config.set("scheduler.policy", caf::atom("testing"));
      one.config.set("logger.verbosity", caf::atom("quiet"));
      one.system = std::make_unique<caf::actor_system>(one.config);
      one.scheduler = dynamic_cast<caf::scheduler::test_coordinator*>(&one.system->scheduler());
    }
  }
  ~sim_place() override {
    for (node_index node = 0; node < 2; ++node) net_.node_died({node, 1}, false);
    run_jobs();
    for (auto& one : nodes_) one.system->await_actors_before_shutdown(false);
  }

  caf::actor_system& system(contract::side which) override { return *of(which).system; }
  stream& network(contract::side which) override { return of(which).port; }
  stream_endpoint own(contract::side which) override {
    return {which == contract::side::here ? "10.8.0.1" : "10.8.0.2", 0};
  }
  stream_endpoint unused(contract::side which) override {
    return {own(which).address, next_port_++};
  }
  bool run_until(const std::function<bool()>& holds) override {
    run_jobs();
    while (!holds()) {
      if (events_.empty()) return false;
      auto next = events_.pop();
      now_ = next.at;
      net_.on_event(next);
      run_jobs();
    }
    return true;
  }
  void settle() override {
    run_until([] { return false; });
  }

private:
  struct node {
    caf::actor_system_config config;
    std::unique_ptr<caf::actor_system> system;
    caf::scheduler::test_coordinator* scheduler = nullptr;
    node_stream port;
  };

  node& of(contract::side which) { return nodes_[which == contract::side::here ? 0 : 1]; }
  void run_jobs() {
    for (bool ran = true; ran;) {
      ran = false;
      for (auto& one : nodes_)
        while (one.scheduler->try_run_once()) ran = true;
    }
  }
  bool alive(const sim::stream_place&) const override { return true; }
  world_time frozen_until(node_index) const override { return world_time{0}; }
  std::optional<node_index> node_at(const std::string& address) const override {
    if (address == "10.8.0.1") return 0;
    if (address == "10.8.0.2") return 1;
    return std::nullopt;
  }
  bool dark(node_index) const override { return false; }
  void runnable(node_index) override {}

  world_time now_{0};
  event_queue events_;
  sim::trace log_;
  sim::network net_;
  std::array<node, 2> nodes_{node{{}, nullptr, nullptr, node_stream{net_, {0, 1}}},
                             node{{}, nullptr, nullptr, node_stream{net_, {1, 1}}}};
  std::uint16_t next_port_ = 7700;
};

const contract::suite clocks("clock_sim", contract::clock_cases([] {
                               return std::make_unique<moving_clock>();
                             }));
const contract::suite sources("entropy_sim", contract::entropy_cases([] {
                                return std::make_unique<seeded_entropy>(random_source{5});
                              }));
const contract::suite signers("signer_sim", contract::signer_cases([] {
                                return contract::signer_pair{
                                  std::make_unique<world_signer>(9, identity(1)),
                                  std::make_unique<world_signer>(9, identity(2))};
                              }));
const contract::suite hosts("host_sim", contract::host_cases([] {
                              return std::make_unique<model_host>(random_source{3});
                            }));
const contract::suite streams("stream_sim",
                              contract::stream_cases([] { return std::make_unique<sim_place>(); }));

} // namespace
