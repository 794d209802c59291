#include "sim/stage.hpp"

#include "messages/base/assert.hpp"
#include "sim/plugin.hpp"

namespace ppn::sim {

namespace {

// Among the world's chaos events: below these, an event is for the plugin with that number.
constexpr std::uint64_t subject_act = 1000;
constexpr std::uint64_t subject_calm = 1001;

} // namespace

stage::stage(world& fleet, violation_list& found) : fleet_(fleet), found_(found) {}
stage::~stage() = default;

void stage::add(std::unique_ptr<plugin> one) {
  if (checker* watcher = one->watcher()) fleet_.add_checker(*watcher);
  plugins_.push_back(std::move(one));
}

plugin* stage::who_can(std::string_view verb) const {
  for (const auto& one : plugins_)
    for (const verb_help& help : one->verbs())
      if (help.verb == verb) return one.get();
  return nullptr;
}

status stage::check(const act& what) const {
  if (plugin* one = who_can(what.verb)) return one->check(what);
  std::string known;
  for (const auto& one : plugins_)
    for (const verb_help& help : one->verbs())
      known += (known.empty() ? "" : ", ") + std::string(help.verb);
  return fail(ec::invalid, "'" + what.verb + "' is nothing that can be done; there is: " + known);
}

void stage::schedule(const std::vector<act>& acts) {
  for (const act& one : acts) {
    scheduled_.push_back(one);
    if (one.at <= now()) { // as a swarm's first acts: before anything runs
      perform_now(one);
      continue;
    }
    // Acts of one instant are one event, as a swarm's burst is: no node runs between them.
    const std::size_t index = scheduled_.size() - 1;
    if (index > 0 && scheduled_[index - 1].at == one.at) continue;
    fleet_.schedule_chaos(one.at, subject_act, static_cast<std::uint32_t>(index));
  }
}

void stage::calm_at(world_time at) {
  calm_at_ = at;
  fleet_.schedule_chaos(at, subject_calm, 0);
}

void stage::later(plugin& whom, world_time at, std::uint32_t part) {
  for (std::size_t i = 0; i < plugins_.size(); ++i)
    if (plugins_[i].get() == &whom) return fleet_.schedule_chaos(at, i, part);
  PPN_ASSERT(false);
}

void stage::perform(std::string verb, std::string_view words) {
  perform_now(make_act(now(), std::move(verb), words));
}

void stage::perform_now(const act& what) {
  plugin* one = who_can(what.verb);
  PPN_ASSERT(one != nullptr);
  performed_.push_back(what);
  one->perform(what);
}

void stage::perform_instant(std::size_t first) {
  const world_time at = scheduled_[first].at;
  for (std::size_t i = first; i < scheduled_.size() && scheduled_[i].at == at; ++i)
    perform_now(scheduled_[i]);
}

void stage::on_chaos(std::uint64_t subject, std::uint32_t part) {
  if (subject == subject_act) return perform_instant(part);
  if (subject != subject_calm) return plugins_[subject]->due(part);
  calm_ = true;
  for (const auto& one : plugins_)
    one->calm();
  fleet_.announce_calm();
}

} // namespace ppn::sim
