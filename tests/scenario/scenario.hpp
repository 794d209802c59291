// A small language for stories about a fleet in the simulator: start, cut, kill, wait, look.
#pragma once

#include "sim/checkers/convergence.hpp"
#include "sim/checkers/eviction.hpp"
#include "sim/checkers/ledger_audit.hpp"
#include "sim/world.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

namespace ppn::sim {

class story : private checker {
public:
  explicit story(std::uint32_t nodes, std::uint64_t seed = 1)
      : fleet({seed, nodes, 0}, log), evictions(0, ids(), found), ledgers(0, nodes, found) {
    fleet.add_checker(evictions);
    ledgers.look_at_disk = [this](std::uint32_t node, bool fleets) {
      return fleet.node(node).on_disk(fleets);
    };
    fleet.add_checker(ledgers);
    fleet.add_checker(*this);
    for (node_index node = 0; node < nodes; ++node) BOOST_REQUIRE(fleet.start(node).has_value());
  }
  ~story() override {
    fleet.finish();
    audit_ledgers(fleet, ledgers, found);
    for (const violation& v : found.kept()) BOOST_ERROR(v.checker << ": " << v.text);
  }

  void wait(nanoseconds length) { fleet.run_until(fleet.now() + length); }
  std::uint64_t isolate(node_index node) {
    partition cut;
    cut.side.resize(fleet.size());
    cut.side[node] = true;
    return fleet.net().add_partition(std::move(cut));
  }

  member_state state(node_index node) const {
    auto at = states_.find(fleet_id_of(node));
    return at == states_.end() ? member_state::expected : at->second;
  }
  const event::view_adopted& picture(node_index node) const { return pictures_.at(node); }
  std::size_t times(const std::string& text) const {
    return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) {
        return line.find(text) != std::string::npos;
      }));
  }

  trace log;
  violation_list found;
  world fleet;
  eviction_checker evictions;
  ledger_checker ledgers;
  bool doubt = false;

private:
  std::vector<node_id> ids() {
    std::vector<node_id> all;
    for (const auto& member : fleet.members()->members) all.push_back(member.id);
    return all;
  }
  node_id fleet_id_of(node_index node) const {
    return const_cast<world&>(fleet).node(node).who().id;
  }
  void on_event(std::uint32_t node, const moment& now, const node_event& what) override;
  void on_end(const moment&) override {}

  std::map<node_id, member_state> states_;
  std::map<node_index, event::view_adopted> pictures_;
  std::vector<std::string> lines_;
};

} // namespace ppn::sim
