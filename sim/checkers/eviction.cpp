#include "sim/checkers/eviction.hpp"

#include "messages/base/limits.hpp"

#include <algorithm>

namespace ppn::sim {

namespace {

// With a member alive, its next deadline is at most 15 s and a bit away: a longer freeze ran over it.
constexpr nanoseconds surely_noticed = limits::suspect_after + limits::sleep_threshold + milliseconds{500};
// The controller hears at least itself once a heartbeat: no quiet stretch is longer.
constexpr nanoseconds over_forgiven = limits::heartbeat_interval;
// Silence is judged when messages arrive; a handful of actor steps at one instant cost nothing.
constexpr std::size_t heartbeat_kind = 0;
static_assert(std::is_same_v<std::variant_alternative_t<heartbeat_kind, wire_message>, heartbeat>);

std::string in_seconds(nanoseconds value) {
  auto ms = to_milliseconds(value);
  return std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1) + " s";
}

} // namespace

eviction_checker::eviction_checker(std::uint32_t controller, const std::vector<node_id>& members,
                                   violation_list& found)
    : controller_(controller), found_(found) {
  for (const node_id& id : members) members_[id];
}

void eviction_checker::on_started(std::uint32_t node, const moment& now) {
  if (node != controller_) return;
  running_ = true;
  doubt_ = false;
  freezes_.clear();
  // A controller that starts counts every member as heard just now.
  for (auto& [id, member] : members_) member = history{now.own, now.own};
}

void eviction_checker::on_killed(std::uint32_t node, const moment& now) {
  if (node != controller_ || !running_) return;
  for (const auto& [id, member] : members_) require_evicted_in_time(now, member, id);
  running_ = false;
}

void eviction_checker::on_frozen(std::uint32_t node, const moment& now, nanoseconds length) {
  if (node != controller_) return;
  // A freeze inside a freeze only makes it longer.
  if (!freezes_.empty() && now.own <= freezes_.back().from + freezes_.back().length)
    freezes_.back().length = now.own + length - freezes_.back().from;
  else
    freezes_.push_back({now.own, length});
}

void eviction_checker::on_thawed(std::uint32_t node, const moment& now) {
  if (node == controller_ && !freezes_.empty()) freezes_.back().length = now.own - freezes_.back().from;
}

void eviction_checker::on_event(std::uint32_t node, const moment& now, const node_event& what) {
  if (node != controller_) return;
  if (auto* accepted = std::get_if<event::message_accepted>(&what)) {
    if (accepted->kind == heartbeat_kind) on_heard(now, accepted->from);
  } else if (auto* moved = std::get_if<event::member_moved>(&what)) {
    on_moved(now, *moved);
  } else if (auto* doubt = std::get_if<event::doubt_changed>(&what)) {
    if (doubt->doubt.active && !doubt_) ++counts_.doubts;
    doubt_ = doubt->doubt.active;
  } else if (auto* lost = std::get_if<event::guests_marked_lost>(&what)) {
    if (doubt_) report(now, lost->member, "guests marked lost while the controller doubts itself");
    if (!members_[lost->member].evicted)
      report(now, lost->member, "guests marked lost of a member in the pool");
  } else if (std::holds_alternative<event::controller_slept>(what)) {
    ++counts_.sleeps;
  }
}

void eviction_checker::on_heard(const moment& now, const node_id& from) {
  auto at = members_.find(from);
  if (at == members_.end()) return report(now, from, "a heartbeat of a stranger was accepted");
  history& member = at->second;
  require_evicted_in_time(now, member, from);
  if (member.owed_return) report(now, from, "heard again and still out of the pool");
  if (member.evicted) member.owed_return = true;
  if (member.heard != now.own) member.heard_before = member.heard;
  member.heard = now.own;
}

void eviction_checker::on_moved(const moment& now, const event::member_moved& moved) {
  history& member = members_[moved.member];
  if (moved.to == member_state::evicted) return on_evicted(now, member, moved.member);
  if (moved.to == member_state::suspect) {
    ++counts_.suspects;
    if (awake_silence(member, now.own) < limits::suspect_after)
      report(now, moved.member, "suspect after " + in_seconds(now.own - member.heard));
    return;
  }
  if (member.evicted) ++counts_.returns;
  member.evicted = member.owed_return = false;
}

void eviction_checker::on_evicted(const moment& now, history& member, const node_id& id) {
  ++counts_.evictions;
  auto silence = awake_silence(member, now.own);
  if (silence <= limits::evict_after) {
    ++counts_.false_evictions;
    report(now, id, "evicted after only " + in_seconds(silence) + " of silence");
  }
  require_evicted_in_time(now, member, id);
  member.evicted = true;
}

void eviction_checker::require_evicted_in_time(const moment& now, const history& member,
                                               const node_id& id) {
  if (member.evicted || !running_) return;
  auto silence = certain_silence(member, now.own);
  if (silence <= limits::evict_latest) return;
  ++counts_.missed_evictions;
  report(now, id, "not evicted after " + in_seconds(silence) + " of silence");
}

nanoseconds eviction_checker::awake_silence(const history& member, mono_time now) const {
  auto heard = last_heard(member, now);
  auto silence = now - heard;
  for (const freeze& f : freezes_)
    if (f.length >= surely_noticed && f.from >= heard && f.from < now)
      silence -= std::min<nanoseconds>(f.length, now - f.from);
  return silence;
}

nanoseconds eviction_checker::certain_silence(const history& member, mono_time now) const {
  auto silence = now - member.heard;
  for (const freeze& f : freezes_)
    if (f.from + f.length >= member.heard && f.from < now)
      silence -= std::min<nanoseconds>(f.length + over_forgiven, now - f.from + over_forgiven);
  return silence;
}

void eviction_checker::on_end(const moment& controller_now) {
  if (!running_) return;
  for (const auto& [id, member] : members_) {
    require_evicted_in_time(controller_now, member, id);
    if (member.owed_return) report(controller_now, id, "heard again and still out of the pool");
  }
}

void eviction_checker::count(counters& into) const {
  into.add("suspects", counts_.suspects);
  into.add("evictions", counts_.evictions);
  into.add("returns", counts_.returns);
  into.add("false_evictions", counts_.false_evictions);
  into.add("missed_evictions", counts_.missed_evictions);
  into.add("doubts", counts_.doubts);
  into.add("controller_sleeps", counts_.sleeps);
}

void eviction_checker::report(const moment& now, const node_id& id, std::string text) {
  found_.add({"INV-3", now.at, id.brief(), std::move(text)});
}

} // namespace ppn::sim
