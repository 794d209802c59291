// Where a run is played: the world, who acts on it, and the list of what was done.
#pragma once

#include "sim/act.hpp"
#include "sim/checker.hpp"
#include "sim/world.hpp"

#include <functional>
#include <memory>

namespace ppn::sim {

class plugin;

class stage {
public:
  stage(world& fleet, violation_list& found);
  ~stage();

  world& fleet() { return fleet_; }
  violation_list& found() { return found_; }
  world_time now() const { return fleet_.now(); }
  const node_names& names() const { return fleet_.names(); }
  bool is_calm() const { return calm_; }

  // -- for plugins

  // Performs an act now and writes it down.
  void perform(std::string verb, std::string_view words);
  void later(plugin& whom, world_time at, std::uint32_t part);
  // What checkers know and plugins have to ask, because faults stay within what anybody can
  // promise.
  std::function<bool()> fully_copied = [] {
    return false;
  }; // every member holds all that was written
  std::function<std::uint64_t()> screen = [] {
    return 0;
  }; // the fleet's ledger as an operator sees it
  std::function<void(node_index)> folder_lost = [](node_index) {
  };                      // with the only copy of its own ledger
  bool disks_lie = false; // in this run

  // -- for the run

  void add(std::unique_ptr<plugin> one);
  const std::vector<std::unique_ptr<plugin>>& plugins() const { return plugins_; }
  status check(const act& what) const;
  // Of a scenario; they passed check().
  void schedule(const std::vector<act>& acts);
  void calm_at(world_time at);
  world_time calm_time() const { return calm_at_; }
  // An event of the world that is ours.
  void on_chaos(std::uint64_t subject, std::uint32_t part);
  const std::vector<act>& performed() const { return performed_; }

private:
  plugin* who_can(std::string_view verb) const;
  void perform_now(const act& what);
  void perform_instant(std::size_t first); // all that is scheduled for the time of that one

  world& fleet_;
  violation_list& found_;
  std::vector<std::unique_ptr<plugin>> plugins_;
  std::vector<act> scheduled_;
  std::vector<act> performed_;
  world_time calm_at_{0};
  bool calm_ = false;
};

} // namespace ppn::sim
