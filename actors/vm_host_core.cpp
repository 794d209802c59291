#include "actors/vm_host_core.hpp"

#include "runtime/crypto/hash.hpp"

#include <algorithm>

namespace ppn {

namespace {

// An answer that has not come by then was lost with its link.
constexpr seconds ask_again_after{5};

// Over id, state and size in the order of ids: equal digests mean equal inventories.
digest inventory_of(const std::vector<guest_fact>& guests) {
  crypto::sha256_stream stream;
  for (const guest_fact& guest : guests) {
    octet fields[17];
    fields[0] = static_cast<octet>(guest.state);
    store_le64(fields + 1, guest.ram);
    store_le64(fields + 9, guest.disk_committed);
    stream.update(guest.id.view());
    stream.update(fields);
  }
  return stream.finish();
}

node_capacity capacity_of(const host_sample& machine, const std::vector<guest_fact>& guests,
                          const node_offer& offer) {
  node_capacity to;
  to.ram_total = machine.ram_total;
  to.ram_offered = offer.ram == 0 ? machine.ram_total : std::min(offer.ram, machine.ram_total);
  for (const guest_fact& guest : guests) to.ram_guests += guest.ram;
  std::uint64_t unsold = to.ram_offered > to.ram_guests ? to.ram_offered - to.ram_guests : 0;
  to.ram_available =
    offer.measure_offer_only ? unsold : std::min(unsold, machine.ram_available);
  to.cpus_offered = offer.cpus == 0 ? machine.cpus : offer.cpus;
  to.cpu_load_permille = machine.cpu_load_permille;
  to.guests_limit = offer.guests;
  to.kvm = machine.kvm;
  to.pools = machine.pools;
  for (disk_pool& pool : to.pools)
    for (const guest_fact& guest : guests)
      if (guest.pool == pool.name) pool.committed += guest.disk_committed;
  return to;
}

} // namespace

void vm_host_core::set_membership(membership_ptr members) {
  bool moved = members->controller != members_->controller;
  members_ = std::move(members);
  if (moved) asked_.reset();
}

heartbeat vm_host_core::beat(const host_sample& machine, const std::vector<guest_fact>& guests,
                             wall_time wall) {
  sequence_ = sequence_.next();
  heartbeat out;
  out.sequence = sequence_;
  out.boot = boot_;
  out.run = run_;
  out.capacity = capacity_of(machine, guests, offer_);
  out.guests = static_cast<std::uint32_t>(guests.size());
  if (!inventory_ || guests != guests_) {
    guests_ = guests;
    inventory_ = inventory_of(guests);
  }
  out.inventory = *inventory_;
  out.view = view_ ? view_->stamp : view_stamp{};
  out.wall_milliseconds = to_milliseconds(wall.time_since_epoch());
  return out;
}

view_request vm_host_core::ask(mono_time now) {
  asked_ = now;
  return {view_ ? view_->stamp : view_stamp{}};
}

std::optional<view_request> vm_host_core::on_ack(const node_id& from, const heartbeat_ack& ack,
                                                 mono_time now) {
  // A lower term is a controller of the past: nothing it says counts (fencing, design D7).
  if (from != members_->controller || ack.term < members_->term) return std::nullopt;
  if (view_ && complete_ && view_->stamp == ack.view) {
    confirmed_ = now;
    return std::nullopt;
  }
  if (asked_ && now < *asked_ + ask_again_after) return std::nullopt;
  return ask(now);
}

std::optional<view_request> vm_host_core::on_view(const node_id& from, const fleet_view& page,
                                                  mono_time now) {
  if (from != members_->controller || page.term < members_->term) return std::nullopt;
  bool begins_anew = page.since == 0;
  bool continues = view_ && page.stamp.epoch == view_->stamp.epoch &&
                   page.since == view_->stamp.version;
  if (!begins_anew && !continues) return std::nullopt; // an answer to an older question
  if (begins_anew) view_.emplace();
  // Silences are kept as of the last page, whichever page a row came with.
  for (member_view& row : view_->rows)
    row.silence_milliseconds += to_milliseconds(now - adopted_);
  merge(page);
  complete_ = page.last;
  confirmed_ = adopted_ = now;
  asked_.reset();
  if (!page.last) return ask(now);
  auto in_pool = std::count_if(view_->rows.begin(), view_->rows.end(), [](const member_view& row) {
    return row.state != member_state::evicted;
  });
  events.push_back(event::view_adopted{view_->stamp, view_->rows.size(),
                                       static_cast<std::size_t>(in_pool), view_->doubt.active});
  return std::nullopt;
}

void vm_host_core::merge(const fleet_view& page) {
  view_->stamp = page.stamp;
  view_->term = page.term;
  view_->controller = page.controller;
  view_->doubt = page.doubt;
  for (const member_view& row : page.rows) {
    auto at = std::lower_bound(view_->rows.begin(), view_->rows.end(), row.record.id,
                               [](const member_view& have, const node_id& id) {
                                 return have.record.id < id;
                               });
    if (at == view_->rows.end() || at->record.id != row.record.id)
      at = view_->rows.insert(at, row);
    else
      *at = row;
  }
}

std::shared_ptr<const fleet_view> vm_host_core::view(mono_time now) const {
  if (!view_) return nullptr;
  auto shown = std::make_shared<fleet_view>(*view_);
  for (member_view& row : shown->rows) {
    if (const member_record* record = members_->find(row.record.id)) row.record = *record;
    // Of a member in good standing this node cannot know when it last spoke to the controller.
    bool known = row.state == member_state::suspect || row.state == member_state::evicted;
    row.silence_milliseconds =
      known ? row.silence_milliseconds + to_milliseconds(now - adopted_) : -1;
  }
  return shown;
}

std::int64_t vm_host_core::view_age_milliseconds(mono_time now) const {
  return view_ ? to_milliseconds(now - confirmed_) : -1;
}

} // namespace ppn
