// The operators of a simulated fleet: they give orders for its ledger, hastily, twice, from old screens,
// and sometimes without having the right to.
#pragma once

#include "sim/faults.hpp"
#include "sim/world.hpp"

#include <set>

namespace ppn::sim {

struct order_counts {
  std::uint64_t given = 0;
  std::uint64_t authority = 0;
  std::uint64_t stale = 0;
  std::uint64_t forged = 0;
  std::uint64_t twice = 0;
  std::uint64_t restores = 0;
};

class operators final : public checker {
public:
  // Among the world's chaos events, the ones that are ours.
  static constexpr std::uint64_t subject = 1000;

  // `screen`: the size of the fleet's ledger as an operator sees it now.
  operators(world& fleet, const workload_plan& plan, random_source random,
            std::function<std::uint64_t()> screen);

  void work_until(world_time end);
  // `part`: zero to give orders, otherwise the node (plus one) whose ledger needs help.
  void act(std::uint32_t part);
  // They look at their screens: a writer that says that it is behind gets the order to restore.
  void on_event(std::uint32_t node, const moment& now, const node_event& what) override;
  void on_end(const moment&) override {}
  const order_counts& counts() const { return counts_; }

private:
  void schedule();
  void give_one();
  void restore(node_index node);
  ledger_order remark(node_index at);
  entry_fact decision();
  submitted_order signed_order(ledger_order order);

  world& fleet_;
  workload_plan plan_;
  random_source random_;
  seeded_entropy entropy_;
  std::function<std::uint64_t()> screen_;
  world_signer impostor_;
  world_time end_{0};
  std::vector<grant_id> grants_;
  std::set<node_index> behind_;
  std::uint64_t remarks_ = 0;
  order_counts counts_;
};

} // namespace ppn::sim
