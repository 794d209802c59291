#include "actors/placement/pool.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>

namespace ppn::placement {

namespace {

std::string has_label(std::string_view label) {
  return '+' + std::string{label};
}
std::string repels_label(std::string_view label) {
  return '-' + std::string{label};
}
std::string takes_port(std::uint16_t port) {
  return 'p' + std::to_string(port);
}

pool_claim& claim_in(std::vector<pool_claim>& disks, const std::string& name) {
  for (pool_claim& each : disks)
    if (each.pool == name) return each;
  disks.push_back({name, 0, 0});
  return disks.back();
}

const pool_claim& claimed_in(const std::vector<pool_claim>& disks, const std::string& name) {
  static const pool_claim nothing;
  for (const pool_claim& each : disks)
    if (each.pool == name) return each;
  return nothing;
}

} // namespace

// -- nodes
// -----------------------------------------------------------------------------------------------

void pool::set_rules(const rules& by) {
  if (rules_ == by) return;
  rules_ = by;
  for (const auto& [id, slot] : by_id_)
    refresh(slot);
}

std::uint32_t pool::slot_for(const node_facts& facts) {
  if (auto at = by_id_.find(facts.id); at != by_id_.end()) return at->second;
  auto slot = static_cast<std::uint32_t>(entries_.size());
  if (unused_.empty()) {
    entries_.emplace_back();
    ids_.emplace_back();
  } else {
    slot = unused_.back();
    unused_.pop_back();
  }
  entries_[slot] = entry{};
  ids_[slot] = facts.id;
  by_id_.emplace(facts.id, slot);
  return slot;
}

void pool::put_node(const node_facts& facts) {
  std::uint32_t slot = slot_for(facts);
  entry& node = entries_[slot];
  label(node, facts);
  if (node.facts.name != facts.name) {
    if (auto at = by_name_.find(node.facts.name); at != by_name_.end()) {
      at->second.erase(facts.id);
      if (at->second.empty()) by_name_.erase(at);
    }
    by_name_[facts.name].emplace(facts.id, slot);
  }
  if (!(node.facts == facts)) node.facts = facts;
  learn_unknown(node);
  refresh(slot);
}

void pool::learn_unknown(entry& node) {
  auto beyond = [](std::uint64_t counted, std::uint64_t known) {
    return counted > known ? counted - known : 0;
  };
  node.taken.unknown_ram = beyond(node.facts.ram_guests, node.taken.ram);
  for (pool_claim& each : node.disks)
    each.unknown = 0;
  for (const disk_pool& each : node.facts.pools) {
    pool_claim& claimed = claim_in(node.disks, each.name);
    claimed.unknown = beyond(each.committed, claimed.disk);
  }
}

void pool::label(entry& node, const node_facts& facts) {
  if (node.facts.labels == facts.labels) return;
  unlabel(node);
  for (const std::string& each : ordered(facts.labels))
    node.tags.add(table_.hold(has_label(each)));
}

void pool::unlabel(entry& node) {
  for (const std::string& each : ordered(node.facts.labels)) {
    tag held = *table_.find(has_label(each));
    node.tags.remove(held);
    table_.drop(held);
  }
}

void pool::remove_node(const node_id& id) {
  auto at = by_id_.find(id);
  if (at == by_id_.end()) return;
  std::uint32_t slot = at->second;
  for (const guest_id& guest : std::vector<guest_id>{entries_[slot].guests})
    release(guest);
  entry& node = entries_[slot];
  unlabel(node);
  if (node.shelf >= 0) shelves_[static_cast<std::size_t>(node.shelf)].erase(node.leaf, ids_);
  auto named = by_name_.find(node.facts.name);
  if (named != by_name_.end()) {
    named->second.erase(id);
    if (named->second.empty()) by_name_.erase(named);
  }
  node = entry{};
  by_id_.erase(at);
  unused_.push_back(slot);
}

pool::entry* pool::entry_of(const node_id& id) {
  auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &entries_[at->second];
}

const pool::entry* pool::entry_of(const node_id& id) const {
  auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &entries_[at->second];
}

const node_facts* pool::find(const node_id& id) const {
  const entry* node = entry_of(id);
  return node == nullptr ? nullptr : &node->facts;
}

std::optional<node_id> pool::named(std::string_view name) const {
  auto at = by_name_.find(name);
  if (at == by_name_.end()) return std::nullopt;
  return at->second.begin()->first;
}

std::uint64_t pool::available(const node_id& id) const {
  const entry* node = entry_of(id);
  return node == nullptr ? 0 : node->available;
}

std::uint64_t pool::margin(const node_id& id) const {
  const entry* node = entry_of(id);
  return node == nullptr ? 0 : node->margin;
}

// -- guests
// ----------------------------------------------------------------------------------------------

std::vector<tag> pool::tags_of(const footprint& takes) {
  std::vector<tag> tags;
  for (const std::string& each : ordered(takes.labels))
    tags.push_back(table_.hold(has_label(each)));
  for (const std::string& each : ordered(takes.anti_affinity))
    tags.push_back(table_.hold(repels_label(each)));
  for (std::uint16_t port : takes.host_ports)
    tags.push_back(table_.hold(takes_port(port)));
  return tags;
}

void pool::add_to(entry& node, const held& guest) {
  node.taken.ram += guest.takes.ram;
  node.taken.vcpus += guest.takes.vcpus;
  node.taken.guests += 1;
  claim_in(node.disks, guest.takes.pool).disk += guest.takes.disk;
  for (tag each : guest.tags)
    node.tags.add(each);
}

void pool::take_from(entry& node, const held& guest) {
  PPN_ASSERT(node.taken.ram >= guest.takes.ram);
  PPN_ASSERT(node.taken.guests > 0);
  node.taken.ram -= guest.takes.ram;
  node.taken.vcpus -= guest.takes.vcpus;
  node.taken.guests -= 1;
  claim_in(node.disks, guest.takes.pool).disk -= guest.takes.disk;
  for (tag each : guest.tags)
    node.tags.remove(each);
}

bool pool::claim(const node_id& id, const guest_id& guest, const footprint& takes) {
  auto at = by_id_.find(id);
  if (at == by_id_.end()) return false;
  release(guest);
  held made{at->second, takes, tags_of(takes)};
  entry& node = entries_[made.slot];
  add_to(node, made);
  node.guests.push_back(guest);
  refresh(made.slot);
  guests_.emplace(guest, std::move(made));
  return true;
}

bool pool::release(const guest_id& guest) {
  auto at = guests_.find(guest);
  if (at == guests_.end()) return false;
  held gone = std::move(at->second);
  guests_.erase(at);
  entry& node = entries_[gone.slot];
  take_from(node, gone);
  auto listed = std::find(node.guests.begin(), node.guests.end(), guest);
  *listed = node.guests.back();
  node.guests.pop_back();
  refresh(gone.slot);
  for (tag each : gone.tags)
    table_.drop(each);
  return true;
}

std::optional<node_id> pool::node_of(const guest_id& guest) const {
  auto at = guests_.find(guest);
  if (at == guests_.end()) return std::nullopt;
  return ids_[at->second.slot];
}

const footprint* pool::footprint_of(const guest_id& guest) const {
  auto at = guests_.find(guest);
  return at == guests_.end() ? nullptr : &at->second.takes;
}

std::vector<guest_id> pool::guests_on(const node_id& id) const {
  const entry* node = entry_of(id);
  if (node == nullptr) return {};
  std::vector<guest_id> guests = node->guests;
  std::sort(guests.begin(), guests.end());
  return guests;
}

// -- the index
// -------------------------------------------------------------------------------------------

int pool::shelf_of(const entry& node) {
  if (standing_refusal(node.facts) != reason::none) return -1;
  return (node.facts.reserved ? 2 : 0) + (node.facts.kvm ? 1 : 0);
}

void pool::measure(entry& node) const {
  node.available = available_ram(node.facts, node.taken);
  node.margin = margin_of(node.facts, rules_);
}

summary pool::summary_of(std::uint32_t slot) const {
  const entry& node = entries_[slot];
  summary leaf;
  leaf.slot = slot;
  leaf.guests = static_cast<std::uint32_t>(free_guests(node.facts, node.taken));
  leaf.available = node.available;
  leaf.headroom = node.available > node.margin ? node.available - node.margin : 0;
  leaf.vcpus = free_vcpus(node.facts, node.taken, rules_);
  for (const disk_pool& each : node.facts.pools)
    leaf.disk = std::max(leaf.disk, free_disk(each, claimed_in(node.disks, each.name)));
  leaf.any = node.tags.mask(table_);
  leaf.all = leaf.any;
  return leaf;
}

void pool::refresh(std::uint32_t slot) {
  entry& node = entries_[slot];
  measure(node);
  int shelf = shelf_of(node);
  if (shelf != node.shelf && node.shelf >= 0)
    shelves_[static_cast<std::size_t>(node.shelf)].erase(node.leaf, ids_);
  if (shelf >= 0) {
    index& on = shelves_[static_cast<std::size_t>(shelf)];
    summary leaf = summary_of(slot);
    if (shelf != node.shelf)
      node.leaf = on.insert(leaf, ids_);
    else if (!(on.leaf(node.leaf) == leaf))
      on.update(node.leaf, leaf, ids_);
  }
  node.shelf = shelf;
}

void pool::check_invariants() const {
  std::size_t counted = 0;
  for (const auto& [id, slot] : by_id_) {
    const entry& node = entries_[slot];
    PPN_ASSERT(ids_[slot] == id && node.facts.id == id);
    claims taken;
    for (const guest_id& guest : node.guests) {
      const held& here = guests_.at(guest);
      PPN_ASSERT(here.slot == slot);
      taken.ram += here.takes.ram;
      taken.vcpus += here.takes.vcpus;
      ++taken.guests;
    }
    counted += node.guests.size();
    PPN_ASSERT(taken.ram == node.taken.ram && taken.vcpus == node.taken.vcpus);
    PPN_ASSERT(taken.guests == node.taken.guests);
    PPN_ASSERT(node.shelf == shelf_of(node));
    if (node.shelf >= 0)
      PPN_ASSERT(shelves_[static_cast<std::size_t>(node.shelf)].leaf(node.leaf) ==
                 summary_of(slot));
  }
  PPN_ASSERT(counted == guests_.size());
}

} // namespace ppn::placement
