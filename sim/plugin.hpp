// A plugin brings one kind of fault or of work into a run: one file in sim/plugins/, one line in the table
// of sim/plugins.cpp. It draws how strong it is, thinks acts up, and performs acts - its own or those of a
// scenario, by the same code.
#pragma once

#include "sim/act.hpp"
#include "sim/counters.hpp"
#include "sim/faults.hpp"
#include "sim/stage.hpp"

namespace ppn::sim {

struct verb_help {
  std::string_view verb;
  std::string_view words; // "NODE for TIME"
};

class plugin {
public:
  explicit plugin(stage& on) : stage_(on) {}
  virtual ~plugin() = default;
  plugin(const plugin&) = delete;
  plugin& operator=(const plugin&) = delete;

  virtual std::vector<verb_help> verbs() const = 0;
  // What is wrong with an act of one of these verbs, before the run begins.
  virtual status check(const act& what) const = 0;
  // Does it, now; check() found nothing wrong.
  virtual void perform(const act& what) = 0;

  // In a swarm: how strong this is in this run, by `random`, of which every run of a seed has the same.
  // The first moment is asked for here. Not called when a scenario is told.
  virtual void draw(chaos_level level, random_source& random) {}
  // A moment that was asked for with stage::later. `part` is what was given there.
  virtual void due(std::uint32_t part) {}
  // Takes back what would keep the fleet from converging. Nothing new after it.
  virtual void calm() {}
  virtual void count(counters& into) const {}
  // For plugins that follow what nodes say.
  virtual checker* watcher() { return nullptr; }

protected:
  // Anywhere around the mean: a fault that comes in step with the heartbeats sees only one phase of them.
  void later(nanoseconds mean, std::uint32_t part, random_source& random) {
    if (mean == nanoseconds{0}) return;
    stage_.later(*this, stage_.now() + random.between(mean / 4, mean * 7 / 4), part);
  }
  const std::string& name_of(node_index node) const { return stage_.names()[node]; }

  stage& stage_;
};

template <class T, std::size_t Size>
T one_of(random_source& random, const T (&values)[Size]) {
  return values[random.below(Size)];
}

} // namespace ppn::sim
