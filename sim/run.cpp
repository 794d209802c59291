#include "sim/run.hpp"

#include "messages/base/assert.hpp"
#include "sim/checkers/convergence.hpp"
#include "sim/plugins.hpp"
#include "sim/timeline.hpp"

#include <algorithm>

namespace ppn::sim {

namespace {

// Long enough for the slowest way back into the pool, and never more than half of a short run.
world_time calm_begins(const run_options& options) {
  if (options.calm) return *options.calm;
  return options.length - std::min<world_time>(3 * convergence_time / 2, options.length / 2);
}

// The world of a run with everything that acts on it and everybody who judges it.
class play {
public:
  explicit play(const run_options& options)
      : options_(options), fleet_({options.seed, options.nodes, 0, options.names}, log_),
        stage_(fleet_, found_) {
    log_.write_to(options.trace);
    for (checker_maker make : all_checkers()) {
      checkers_.push_back(make(stage_));
      fleet_.add_checker(*checkers_.back());
    }
    if (options.timeline) fleet_.add_checker(timeline_);
    random_source random{options.seed};
    for (const plugin_entry& one : all_plugins()) stage_.add(one.make(stage_, random.fork(one.name)));
    fleet_.on_chaos = [this](std::uint64_t subject, std::uint32_t part) {
      stage_.on_chaos(subject, part);
    };
  }

  const stage& on() const { return stage_; }

  run_report run() {
    for (node_index node = 0; node < options_.nodes; ++node) {
      PPN_ASSERT(fleet_.start(node));
      fleet_.node(node).time().set_wall_offset(hours{24 * 365 * 50});
    }
    begin();
    stage_.calm_at(calm_begins(options_));
    fleet_.run_until(options_.length);
    fleet_.finish();
    for (const auto& one : checkers_) one->audit();
    return report();
  }

private:
  void begin() {
    if (options_.acts) return stage_.schedule(*options_.acts);
    if (options_.chaos == chaos_level::none) return;
    random_source random{options_.seed};
    for (std::size_t i = 0; i < stage_.plugins().size(); ++i) {
      auto strength = random.fork("swarm").fork(all_plugins()[i].name);
      stage_.plugins()[i]->draw(options_.chaos, strength);
    }
  }

  run_report report() const {
    run_report made;
    made.options = options_;
    made.events = fleet_.events();
    made.trace_hash = log_.hash();
    for (const auto& one : checkers_) one->count(made.counts);
    for (const auto& one : stage_.plugins()) one->count(made.counts);
    made.violation_count = found_.count();
    made.violations = found_.kept();
    if (found_.count() > 0)
      for (const auto& one : checkers_) one->pending(made.pending);
    made.acts = stage_.performed();
    made.calm = stage_.calm_time();
    if (options_.timeline) made.timeline = timeline_.text(made);
    return made;
  }

  run_options options_;
  trace log_;
  violation_list found_;
  world fleet_;
  stage stage_;
  timeline timeline_{stage_};
  std::vector<std::unique_ptr<checker>> checkers_;
};

} // namespace

run_report run(const run_options& options) { return play(options).run(); }

std::optional<act_problem> check_acts(const run_options& options) {
  play ready(options);
  for (std::size_t i = 0; i < options.acts->size(); ++i)
    if (status good = ready.on().check((*options.acts)[i]); !good) return act_problem{i, good.error()};
  return std::nullopt;
}

} // namespace ppn::sim
