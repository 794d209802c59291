// How a pool answers: the rules in their order.
#include "actors/placement/pool.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ppn::placement {

namespace {

constexpr std::uint64_t boundless = ~std::uint64_t{0};

std::string has_label(std::string_view label) {
  return '+' + std::string{label};
}
std::string repels_label(std::string_view label) {
  return '-' + std::string{label};
}
std::string takes_port(std::uint16_t port) {
  return 'p' + std::to_string(port);
}

// Of the pool that the guest's disk is to be in.
std::optional<std::uint64_t> disk_left(const node_facts& node, const std::vector<pool_claim>& disks,
                                       std::string_view name) {
  for (const disk_pool& each : node.pools) {
    if (each.name != name) continue;
    auto claim = std::find_if(disks.begin(), disks.end(),
                              [&](const pool_claim& one) { return one.pool == name; });
    return free_disk(each, claim == disks.end() ? pool_claim{} : *claim);
  }
  return std::nullopt;
}

bool intersect(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  return std::any_of(one.begin(), one.end(), [&](const std::string& each) {
    return std::find(other.begin(), other.end(), each) != other.end();
  });
}

} // namespace

// -- one node
// --------------------------------------------------------------------------------------------

refusal pool::room_refusal(const entry& node, const request& asked) const {
  const footprint& takes = asked.takes;
  if (node.available < node.margin || node.available - node.margin < takes.ram)
    return {reason::ram, node.available, takes.ram + node.margin, node.margin, {}};
  std::uint64_t vcpus = free_vcpus(node.facts, node.taken, rules_);
  if (vcpus < takes.vcpus) return {reason::vcpus, vcpus, takes.vcpus, 0, {}};
  if (free_guests(node.facts, node.taken) == 0)
    return {reason::guest_limit, node.facts.guests_limit, node.taken.guests + 1, 0, {}};
  if (takes.disk > 0) {
    auto left = disk_left(node.facts, node.disks, takes.pool);
    if (!left) return {reason::no_such_pool, 0, takes.disk, 0, takes.pool};
    if (*left < takes.disk) return {reason::disk, *left, takes.disk, 0, takes.pool};
  }
  return {};
}

refusal pool::tag_refusal(const entry& node, const request& asked) const {
  auto has = [&](const std::string& text) {
    auto held = table_.find(text);
    return held && node.tags.has(*held);
  };
  for (std::uint16_t port : asked.takes.host_ports)
    if (has(takes_port(port))) return {reason::host_port, 0, port, 0, std::to_string(port)};
  for (const std::string& each : asked.affinity)
    if (!has(has_label(each))) return {reason::affinity, 0, 0, 0, each};
  for (const std::string& each : asked.takes.anti_affinity)
    if (has(has_label(each))) return {reason::anti_affinity, 0, 0, 0, each};
  for (const std::string& each : asked.takes.labels)
    if (has(repels_label(each))) return {reason::anti_affinity, 0, 0, 0, each};
  return {};
}

refusal pool::refusal_of(const entry& node, const request& asked) const {
  if (reason why = standing_refusal(node.facts); why != reason::none) return {why, 0, 0, 0, {}};
  if (is_refused_by_posture(asked, node.facts)) return {reason::totebox_on_cloud, 0, 0, 0, {}};
  refusal room = room_refusal(node, asked);
  return room.why != reason::none ? room : tag_refusal(node, asked);
}

refusal pool::check(const node_id& id, const request& asked,
                    const std::optional<guest_id>& itself) const {
  const entry* node = entry_of(id);
  if (node == nullptr) return {reason::unknown_node, 0, 0, 0, id.brief()};
  auto own = itself ? guests_.find(*itself) : guests_.end();
  if (own == guests_.end() || ids_[own->second.slot] != id) return refusal_of(*node, asked);
  entry without = *node;
  take_from(without, own->second);
  measure(without);
  return refusal_of(without, asked);
}

// -- the search
// ------------------------------------------------------------------------------------------

pool::asked_tags pool::resolve(const request& asked) const {
  asked_tags to;
  to.least.ram = asked.takes.ram;
  to.least.vcpus = asked.takes.vcpus;
  to.least.disk = asked.takes.disk;
  auto collect = [&](const std::string& text, std::vector<tag>& into, tag_mask& mask) {
    auto held = table_.find(text);
    if (!held) return false;
    into.push_back(*held);
    if (auto bit = table_.bit_of(*held)) mask.set(*bit);
    return true;
  };
  for (const std::string& each : asked.affinity)
    if (!collect(has_label(each), to.wanted, to.least.wanted)) to.impossible = true;
  for (const std::string& each : asked.takes.anti_affinity)
    collect(has_label(each), to.unwanted, to.least.unwanted);
  for (const std::string& each : asked.takes.labels)
    collect(repels_label(each), to.unwanted, to.least.unwanted);
  for (std::uint16_t port : asked.takes.host_ports)
    collect(takes_port(port), to.unwanted, to.least.unwanted);
  return to;
}

bool pool::fits(const entry& node, const request& asked, const asked_tags& tags) const {
  auto has = [&](tag each) { return node.tags.has(each); };
  return room_refusal(node, asked).why == reason::none &&
         !is_refused_by_posture(asked, node.facts) &&
         std::all_of(tags.wanted.begin(), tags.wanted.end(), has) &&
         std::none_of(tags.unwanted.begin(), tags.unwanted.end(), has);
}

std::optional<node_id> pool::search(const request& asked) const {
  asked_tags tags = resolve(asked);
  if (tags.impossible) return std::nullopt;
  auto on = [&](std::size_t shelf) {
    return shelves_[shelf].search(
        tags.least, ids_, [&](std::uint32_t slot) { return fits(entries_[slot], asked, tags); });
  };
  // First those that are not reserved.
  for (std::size_t pass : {0u, 2u}) {
    std::uint32_t with_kvm = on(pass + 1);
    if (asked.prefer_kvm && with_kvm != no_leaf) return ids_[with_kvm];
    std::uint32_t without = on(pass);
    summary one, other;
    one.slot = with_kvm;
    other.slot = without;
    if (with_kvm != no_leaf) one.available = entries_[with_kvm].available;
    if (without != no_leaf) other.available = entries_[without].available;
    const summary& better = index::is_better(one, other, ids_) ? one : other;
    if (better.slot != no_leaf) return ids_[better.slot];
  }
  return std::nullopt;
}

answer pool::of_named(const request& asked) const {
  const entry* node = entry_of(*asked.pin);
  if (node == nullptr)
    return {std::nullopt, choice::none, {reason::unknown_node, 0, 0, 0, asked.pin->brief()}};
  refusal why = refusal_of(*node, asked);
  if (why.why != reason::none) return {std::nullopt, choice::none, why};
  return {asked.pin, choice::pinned, {}};
}

answer pool::decide(const request& asked) const {
  if (asked.pin) return of_named(asked);
  if (asked.type == guest_type::totebox)
    return {std::nullopt, choice::none, {reason::totebox_needs_node, 0, 0, 0, {}}};
  if (asked.preferred) {
    const entry* node = entry_of(*asked.preferred);
    if (node != nullptr && refusal_of(*node, asked).why == reason::none)
      return {asked.preferred, choice::preferred, {}};
  }
  if (auto found = search(asked)) return {found, choice::most_available, {}};
  return {std::nullopt, choice::none, {reason::no_node_fits, 0, 0, 0, {}}};
}

// -- the explanation
// -------------------------------------------------------------------------------------

namespace {

// "3 ram, 1 drained", most frequent first.
std::string counted_reasons(const std::vector<candidate>& candidates) {
  std::map<reason, std::size_t> counts;
  for (const candidate& each : candidates)
    ++counts[each.why.why];
  std::vector<std::pair<reason, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [why, count] : sorted)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_string(why));
  return text.empty() ? "the fleet has none" : text;
}

} // namespace

candidate pool::candidate_of(const entry& node, const request& asked) const {
  candidate one;
  one.id = node.facts.id;
  one.name = node.facts.name;
  one.why = refusal_of(node, asked);
  if (one.why.why == reason::none && asked.pin && *asked.pin != one.id)
    one.why.why = reason::not_named;
  one.available = node.available;
  one.margin = node.margin;
  one.reserved = node.facts.reserved;
  one.kvm = node.facts.kvm;
  return one;
}

explanation pool::explain(const request& asked) const {
  explanation to;
  to.decided = decide(asked);
  to.candidates.reserve(by_id_.size());
  for (const auto& [id, slot] : by_id_)
    to.candidates.push_back(candidate_of(entries_[slot], asked));
  auto order = [&](const candidate& a, const candidate& b) {
    bool a_fits = a.why.why == reason::none;
    bool b_fits = b.why.why == reason::none;
    if (!a_fits || !b_fits) return a_fits != b_fits ? a_fits : a.id < b.id;
    bool a_preferred = a.id == asked.preferred;
    if (a_preferred != (b.id == asked.preferred)) return a_preferred;
    if (a.reserved != b.reserved) return b.reserved;
    if (asked.prefer_kvm && a.kvm != b.kvm) return a.kvm;
    return a.available != b.available ? a.available > b.available : a.id < b.id;
  };
  std::sort(to.candidates.begin(), to.candidates.end(), order);
  std::uint32_t rank = 0;
  for (candidate& each : to.candidates)
    if (each.why.why == reason::none) each.rank = ++rank;
  if (to.decided.why.why == reason::no_node_fits)
    to.decided.why.what = counted_reasons(to.candidates);
  PPN_ASSERT(!to.decided.node || to.candidates.front().id == *to.decided.node);
  if (to.decided.node && asked.type == guest_type::totebox) {
    const entry& node = *entry_of(*to.decided.node);
    if (node.facts.trust == posture::leased)
      to.warnings.push_back(
          fmt::format("{} is leased: you do not see every boot of it", node.facts.name));
    if (node.facts.trust == posture::cloud)
      to.warnings.push_back(
          fmt::format("{} is a cloud node: this Totebox is there by {}", node.facts.name,
                      asked.override_posture ? "your override" : "its tier, a vault"));
  }
  return to;
}

// -- how many more
// ---------------------------------------------------------------------------------------

std::uint64_t pool::room_on(const entry& node, const request& asked) const {
  if (refusal_of(node, asked).why != reason::none) return 0;
  const footprint& takes = asked.takes;
  auto times = [](std::uint64_t room, std::uint64_t each) {
    return each == 0 ? boundless : room / each;
  };
  std::uint64_t count = free_guests(node.facts, node.taken);
  count = std::min(count, times(node.available - node.margin, takes.ram));
  count = std::min(count, times(free_vcpus(node.facts, node.taken, rules_), takes.vcpus));
  if (takes.disk > 0)
    count = std::min(count, times(*disk_left(node.facts, node.disks, takes.pool), takes.disk));
  // The second of these would be in the way of the first.
  bool alone = !takes.host_ports.empty() || intersect(takes.labels, takes.anti_affinity);
  return alone ? std::min<std::uint64_t>(count, 1) : count;
}

std::uint64_t pool::count_on(const node_id& id, const request& asked) const {
  const entry* node = entry_of(id);
  if (node == nullptr || (asked.pin && *asked.pin != id)) return 0;
  return room_on(*node, asked);
}

capacity pool::count(const request& asked) const {
  capacity to;
  std::uint64_t most = 0;
  for (const auto& [id, slot] : by_id_) {
    std::uint64_t here = count_on(id, asked);
    to.fits += here;
    if (here <= most) continue;
    most = here;
    to.matters_most = id;
  }
  to.fits_without_one = to.fits - most;
  return to;
}

} // namespace ppn::placement
