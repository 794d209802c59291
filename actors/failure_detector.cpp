#include "actors/failure_detector.hpp"

#include "messages/base/assert.hpp"
#include "messages/base/planted.hpp"

#include <algorithm>

namespace ppn {

namespace {

nanoseconds evict_deadline() {
  if (PPN_PLANT("evict-early")) return seconds{25};
  if (PPN_PLANT("evict-late")) return seconds{33};
  return limits::evict_deadline;
}

bool in_pool(member_state state) { return state != member_state::evicted; }

} // namespace

failure_detector::order& failure_detector::list_of(member_state state) {
  if (state == member_state::suspect) return quiet_;
  return state == member_state::evicted ? gone_ : fresh_;
}

const failure_detector::health* failure_detector::find(const node_id& id) const {
  auto at = members_.find(id);
  return at == members_.end() ? nullptr : &at->second.now;
}

std::optional<mono_time> failure_detector::next_deadline() const {
  std::optional<mono_time> first;
  auto consider = [&](mono_time due) { first = first ? std::min(*first, due) : due; };
  if (!fresh_.empty()) consider(fresh_.front()->now.heard + limits::suspect_after);
  if (!quiet_.empty()) consider(quiet_.front()->now.heard + evict_deadline());
  if (!flapping_.empty()) consider(flapping_.front()->returned + limits::flapping_window);
  return first;
}

void failure_detector::set_members(const std::vector<node_id>& ids, mono_time now,
                                   detection_effects& out) {
  wake(now, out);
  std::vector<node_id> wanted = ids;
  std::sort(wanted.begin(), wanted.end());
  std::vector<node_id> gone;
  for (const auto& [id, member] : members_)
    if (!std::binary_search(wanted.begin(), wanted.end(), id)) gone.push_back(id);
  for (const node_id& id : gone) {
    forget(members_.at(id));
    members_.erase(id);
  }
  for (const node_id& id : wanted) {
    auto [at, added] = members_.try_emplace(id);
    if (!added) continue;
    entry& member = at->second;
    member.id = id;
    member.now.heard = now;
    member.place = fresh_.insert(fresh_.end(), &member);
    if (id != self_) ++others_in_pool_;
  }
  review_doubt(out);
}

void failure_detector::forget(entry& member) {
  stop_flapping(member);
  list_of(member.now.state).erase(member.place);
  if (member.id != self_ && in_pool(member.now.state)) --others_in_pool_;
  if (member.in_episode) --episode_size_;
}

void failure_detector::heard(const node_id& id, mono_time now, detection_effects& out) {
  wake(now, out);
  auto at = members_.find(id);
  if (at == members_.end()) return;
  entry& member = at->second;
  if (member.now.state == member_state::evicted && PPN_PLANT("forget-return")) return;
  if (member.now.state == member_state::alive) {
    member.now.heard = now;
    fresh_.splice(fresh_.end(), fresh_, member.place);
    return;
  }
  if (member.now.state == member_state::evicted) {
    ++member.now.returns;
    member.marked_lost = false;
    stop_flapping(member);
    member.returned = now;
    member.now.flapping = true;
    member.flapping_place = flapping_.insert(flapping_.end(), &member);
  }
  move_to(member, member_state::alive, now, out);
  member.now.heard = now;
  review_doubt(out);
}

void failure_detector::advance(mono_time now, detection_effects& out) {
  wake(now, out);
  expire_flapping(now, out);
  expire_fresh(now, out);
  expire_quiet(now, out);
  review_doubt(out);
}

// Did this process sleep through its own deadline? What was not observed is not silence: it began at
// the last call at the earliest, so the shift forgives at most one quiet stretch too much.
void failure_detector::wake(mono_time now, detection_effects& out) {
  PPN_ASSERT(now >= active_);
  auto due = next_deadline();
  if (due && now > *due + limits::sleep_threshold && !PPN_PLANT("ignore-sleep")) {
    auto shift = now - active_;
    shift_all(shift);
    out.push_back(detection::slept{shift});
  }
  active_ = now;
}

void failure_detector::shift_all(nanoseconds by) {
  for (auto* list : {&fresh_, &quiet_})
    for (entry* member : *list) member->now.heard += by;
  for (entry* member : flapping_) member->returned += by;
}

void failure_detector::expire_flapping(mono_time now, detection_effects& out) {
  while (!flapping_.empty() && now >= flapping_.front()->returned + limits::flapping_window) {
    entry& member = *flapping_.front();
    stop_flapping(member);
    out.push_back(detection::settled{member.id});
  }
}

void failure_detector::expire_fresh(mono_time now, detection_effects& out) {
  while (!fresh_.empty() && now >= fresh_.front()->now.heard + limits::suspect_after)
    move_to(*fresh_.front(), member_state::suspect, now, out);
}

void failure_detector::expire_quiet(mono_time now, detection_effects& out) {
  auto due = [&] { return !quiet_.empty() && now >= quiet_.front()->now.heard + evict_deadline(); };
  if (!due()) return;
  begin_doubt_if_due(out); // counted before the first of them leaves
  while (due()) {
    entry& member = *quiet_.front();
    bool silent_for_long = now - member.now.heard > limits::evict_after || PPN_PLANT("evict-early");
    PPN_ASSERT(silent_for_long);
    ++member.now.evictions;
    move_to(member, member_state::evicted, now, out);
    stop_flapping(member);
    if (member.id == self_) continue;
    if (doubt_.active) {
      member.in_episode = true;
      ++episode_size_;
    } else {
      member.marked_lost = true;
      out.push_back(detection::lost{member.id});
    }
  }
}

std::uint32_t failure_detector::quiet_others() const {
  auto count = static_cast<std::uint32_t>(quiet_.size());
  auto self = members_.find(self_);
  bool self_quiet = self != members_.end() && self->second.now.state == member_state::suspect;
  return self_quiet ? count - 1 : count;
}

void failure_detector::begin_doubt_if_due(detection_effects& out) {
  std::uint32_t silent = quiet_others();
  if (doubt_.active || silent < 2 || 2 * silent < others_in_pool_) return;
  doubt_ = {true, silent, others_in_pool_, doubt_.episodes + 1};
  out.push_back(detection::doubt_changed{doubt_});
}

// While the doubt lasts, whom it evicted counts on as a silent member: otherwise every eviction would
// itself make the silent ones fewer and end the doubt.
void failure_detector::review_doubt(detection_effects& out) {
  if (!doubt_.active) return;
  std::uint32_t silent = quiet_others() + episode_size_;
  std::uint32_t members = others_in_pool_ + episode_size_;
  bool goes_on = silent >= 2 && 2 * silent >= members;
  if (goes_on && silent == doubt_.silent && members == doubt_.members) return;
  doubt_.active = goes_on;
  doubt_.silent = silent;
  doubt_.members = members;
  out.push_back(detection::doubt_changed{doubt_});
  if (goes_on) return;
  for (entry* member : gone_) {
    member->in_episode = false;
    if (member->id == self_ || member->marked_lost) continue;
    member->marked_lost = true;
    out.push_back(detection::lost{member->id});
  }
  episode_size_ = 0;
}

void failure_detector::move_to(entry& member, member_state to, mono_time now,
                               detection_effects& out) {
  member_state from = member.now.state;
  member.now.transition_silence = now - member.now.heard;
  member.now.state = to;
  list_of(to).splice(list_of(to).end(), list_of(from), member.place);
  if (member.id != self_) {
    if (in_pool(from) && !in_pool(to)) --others_in_pool_;
    if (!in_pool(from) && in_pool(to)) ++others_in_pool_;
  }
  if (from == member_state::evicted && member.in_episode) {
    member.in_episode = false;
    --episode_size_;
  }
  out.push_back(detection::moved{member.id, from, to, member.now.transition_silence});
}

void failure_detector::stop_flapping(entry& member) {
  if (!member.now.flapping) return;
  flapping_.erase(member.flapping_place);
  member.now.flapping = false;
}

void failure_detector::check_invariants() const {
  PPN_ASSERT(fresh_.size() + quiet_.size() + gone_.size() == members_.size());
  auto by_heard = [](const entry* a, const entry* b) { return a->now.heard < b->now.heard; };
  PPN_ASSERT(std::is_sorted(fresh_.begin(), fresh_.end(), by_heard));
  PPN_ASSERT(std::is_sorted(quiet_.begin(), quiet_.end(), by_heard));
  PPN_ASSERT(doubt_.active || episode_size_ == 0);
}

} // namespace ppn
