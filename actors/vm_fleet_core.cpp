#include "actors/vm_fleet_core.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>

namespace ppn {

namespace {

// Small movements of free memory are not news for the whole fleet.
bool notable(const node_capacity& before, const node_capacity& after) {
  if (before.ram_offered != after.ram_offered || before.cpus_offered != after.cpus_offered ||
      before.guests_limit != after.guests_limit || before.kvm != after.kvm ||
      before.ram_guests != after.ram_guests || before.pools.size() != after.pools.size())
    return true;
  std::uint64_t moved = before.ram_available > after.ram_available
                          ? before.ram_available - after.ram_available
                          : after.ram_available - before.ram_available;
  return moved > after.ram_total / 8;
}

// No less than what the row takes in a message: a page must fit a frame whatever its members report.
std::size_t octets_of(const member_view& row) {
  std::size_t octets = 448;
  for (const disk_pool& pool : row.capacity.pools) octets += 48 + pool.name.size();
  return octets;
}

} // namespace

vm_fleet_core::vm_fleet_core(const node_id& self, std::uint64_t epoch, mono_time now)
    : self_(self), detector_(self, now), stamp_{epoch, 0} {}

vm_fleet_core::row* vm_fleet_core::find(const node_id& id) {
  auto at = rows_.find(id);
  return at == rows_.end() ? nullptr : &at->second;
}

void vm_fleet_core::touch(row& changed) {
  by_change_.erase(changed.view.changed);
  changed.view.changed = ++stamp_.version;
  changed.published = changed.view.capacity;
  by_change_.emplace(stamp_.version, changed.view.record.id);
}

void vm_fleet_core::set_membership(const membership_ptr& members, mono_time now) {
  PPN_ASSERT(members != nullptr);
  members_ = members;
  bool removed = false;
  for (auto at = rows_.begin(); at != rows_.end();) {
    const member_record* record = members->find(at->first);
    if (record != nullptr && record->kind == member_kind::node) {
      ++at;
      continue;
    }
    by_change_.erase(at->second.view.changed);
    at = rows_.erase(at);
    removed = true;
  }
  // A page can only add and change rows: whoever holds the removed one has to begin anew.
  if (removed) ++stamp_.epoch;
  std::vector<node_id> ids;
  for (const member_record& record : members->members) {
    // A workstation hosts nothing and beats no heart: it is not watched.
    if (record.kind != member_kind::node) continue;
    ids.push_back(record.id);
    row& entry = rows_[record.id];
    entry.view.record = record;
    entry.view.controller = record.id == members->controller;
    touch(entry);
  }
  detector_.set_members(ids, now, effects_);
  absorb(now);
}

void vm_fleet_core::on_link(const node_id& from) {
  if (row* member = find(from)) member->sequence.reset();
}

std::optional<heartbeat_ack> vm_fleet_core::on_heartbeat(const node_id& from,
                                                         const heartbeat& beat, mono_time now,
                                                         wall_time wall) {
  row* member = find(from);
  if (member == nullptr) return std::nullopt;
  if (member->sequence && beat.sequence <= *member->sequence) return std::nullopt; // a repeat
  bool news = !member->heard_once || beat.boot != member->view.boot ||
              beat.guests != member->view.guests ||
              notable(member->published, beat.capacity);
  member->heard_once = true;
  member->sequence = beat.sequence;
  member->view.boot = beat.boot;
  member->view.capacity = beat.capacity;
  member->view.guests = beat.guests;
  ++member->view.heartbeats;
  member->view.skew_milliseconds =
    beat.wall_milliseconds - to_milliseconds(wall.time_since_epoch());
  detector_.heard(from, now, effects_);
  absorb(now);
  if (news) touch(*member);
  return heartbeat_ack{beat.sequence, members_->term, stamp_, ledger_size_};
}

void vm_fleet_core::advance(mono_time now) {
  detector_.advance(now, effects_);
  absorb(now);
#if PPN_EXPENSIVE_CHECKS
  detector_.check_invariants();
#endif
}

// The detector's verdicts become rows and events.
void vm_fleet_core::absorb(mono_time now) {
  for (const detection_effect& effect : effects_) {
    if (auto* moved = std::get_if<detection::moved>(&effect)) {
      row* member = find(moved->member);
      PPN_ASSERT(member != nullptr);
      touch(*member);
      if (moved->to != member_state::evicted) member->view.node_lost = false;
      const auto* health = detector_.find(moved->member);
      events.push_back(event::member_moved{moved->member, moved->from, moved->to, moved->silence,
                                           health->flapping});
    } else if (auto* settled = std::get_if<detection::settled>(&effect)) {
      touch(*find(settled->member));
    } else if (auto* doubt = std::get_if<detection::doubt_changed>(&effect)) {
      ++stamp_.version;
      events.push_back(event::doubt_changed{doubt->doubt});
    } else if (auto* slept = std::get_if<detection::slept>(&effect)) {
      events.push_back(event::controller_slept{slept->shift});
    } else if (auto* lost = std::get_if<detection::lost>(&effect)) {
      row* member = find(lost->member);
      member->view.node_lost = true;
      touch(*member);
      events.push_back(event::guests_marked_lost{lost->member});
    }
  }
  effects_.clear();
}

fleet_view vm_fleet_core::header(mono_time now) const {
  fleet_view view;
  view.stamp = stamp_;
  view.term = members_->term;
  view.controller = members_->controller;
  view.doubt = detector_.doubt();
  return view;
}

member_view vm_fleet_core::shown(const row& of, mono_time now) const {
  member_view view = of.view;
  const auto* health = detector_.find(view.record.id);
  PPN_ASSERT(health != nullptr);
  view.state = health->state;
  view.flapping = health->flapping;
  view.silence_milliseconds = to_milliseconds(now - health->heard);
  view.transition_silence_milliseconds = to_milliseconds(health->transition_silence);
  view.evictions = health->evictions;
  view.returns = health->returns;
  return view;
}

fleet_view vm_fleet_core::whole(mono_time now) const {
  fleet_view view = header(now);
  view.rows.reserve(rows_.size());
  for (const auto& [id, row] : rows_) view.rows.push_back(shown(row, now));
  return view;
}

fleet_view vm_fleet_core::page(view_stamp have, mono_time now) const {
  fleet_view view = header(now);
  bool continues = have.epoch == stamp_.epoch && have.version <= stamp_.version;
  view.since = continues ? have.version : 0;
  auto from = by_change_.upper_bound(view.since);
  std::size_t octets = 0;
  for (; from != by_change_.end(); ++from) {
    octets += octets_of(rows_.at(from->second).view);
    if (view.rows.size() == limits::view_rows_per_message || octets > limits::view_page_octets) {
      view.last = false;
      view.stamp.version = view.rows.back().changed;
      break;
    }
    member_view shown_row = shown(rows_.at(from->second), now);
    // The receiver knows every record from its own membership: the id is enough.
    shown_row.record = member_record{};
    shown_row.record.id = from->second;
    view.rows.push_back(std::move(shown_row));
  }
  std::sort(view.rows.begin(), view.rows.end(), [](const member_view& a, const member_view& b) {
    return a.record.id < b.record.id;
  });
  return view;
}

} // namespace ppn
