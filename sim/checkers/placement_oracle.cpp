#include "sim/checkers/placement_oracle.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ppn::sim {

namespace {

using placement::footprint;
using placement::node_facts;
using placement::request;
using texts = std::vector<std::string>;

bool has(const texts& in, const std::string& text) {
  return std::find(in.begin(), in.end(), text) != in.end();
}

bool share(const texts& one, const texts& other) {
  return std::any_of(one.begin(), one.end(),
                     [&](const std::string& each) { return has(other, each); });
}

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

// What the guests of one node take together.
struct load {
  std::int64_t ram = 0;
  std::int64_t vcpus = 0;
  std::int64_t guests = 0;
  std::map<std::string, std::int64_t> disk;
  std::vector<std::uint16_t> ports;
  texts labels;
  texts repelled;
};

load load_of(const placement_oracle& all, const node_id& node) {
  load sum;
  for (const auto& [id, guest] : all.guests) {
    if (guest.node != node) continue;
    sum.ram += number(guest.takes.ram);
    sum.vcpus += guest.takes.vcpus;
    sum.guests += 1;
    sum.disk[guest.takes.pool] += number(guest.takes.disk);
    sum.ports.insert(sum.ports.end(), guest.takes.host_ports.begin(), guest.takes.host_ports.end());
    sum.labels.insert(sum.labels.end(), guest.takes.labels.begin(), guest.takes.labels.end());
    sum.repelled.insert(sum.repelled.end(), guest.takes.anti_affinity.begin(),
                        guest.takes.anti_affinity.end());
  }
  return sum;
}

std::int64_t vcpus_most(const node_facts& node, const placement::rules& by) {
  std::int64_t most = std::int64_t{node.cpus_offered} * by.vcpu_ratio;
  return node.vcpus_limit > 0 ? std::min<std::int64_t>(most, node.vcpus_limit) : most;
}

std::int64_t in(const std::map<std::string, std::int64_t>& by_pool, const std::string& pool) {
  auto at = by_pool.find(pool);
  return at == by_pool.end() ? 0 : at->second;
}

bool disk_fits(const placement_oracle::node& node, const load& has_now, const footprint& takes) {
  if (takes.disk == 0) return true;
  for (const disk_pool& each : node.facts.pools) {
    if (each.name != takes.pool) continue;
    std::int64_t promised = in(has_now.disk, takes.pool) + in(node.unknown_disk, takes.pool);
    std::int64_t unseen = std::max<std::int64_t>(0, promised - number(each.committed));
    std::int64_t written = number(each.free) - unseen;
    return std::min(written, number(each.total) - promised) >= number(takes.disk);
  }
  return false;
}

bool may_take(const node_facts& node, const request& asked) {
  if (node.kind != member_kind::node || node.state != placement::standing::in_pool || node.drained)
    return false;
  bool barred = asked.type == guest_type::totebox && node.trust == posture::cloud;
  return !barred || asked.vault || asked.override_posture;
}

} // namespace

void placement_oracle::put_node(const node_facts& facts) {
  load known = load_of(*this, facts.id);
  node told{facts, std::max<std::int64_t>(0, number(facts.ram_guests) - known.ram), {}};
  for (const disk_pool& each : facts.pools)
    told.unknown_disk[each.name] =
        std::max<std::int64_t>(0, number(each.committed) - in(known.disk, each.name));
  nodes[facts.id] = told;
}

std::int64_t placement_oracle::available(const node_id& id) const {
  const node_facts& node = nodes.at(id).facts;
  std::int64_t claimed = load_of(*this, id).ram + nodes.at(id).unknown_ram;
  std::int64_t unseen = std::max<std::int64_t>(0, claimed - number(node.ram_guests));
  return std::min(number(node.ram_reported) - unseen,
                  number(node.ram_offered) - claimed - number(node.ram_resident));
}

std::int64_t placement_oracle::margin(const node_id& id) const {
  return number(std::min(rules.margin, nodes.at(id).facts.ram_offered / 4));
}

bool placement_oracle::takes(const node_id& id, const request& asked) const {
  auto at = nodes.find(id);
  if (at == nodes.end() || !may_take(at->second.facts, asked)) return false;
  const node_facts& node = at->second.facts;
  load now = load_of(*this, id);
  const footprint& guest = asked.takes;
  if (available(id) - number(guest.ram) < margin(id)) return false;
  if (now.vcpus + guest.vcpus > vcpus_most(node, rules)) return false;
  if (now.guests + 1 > number(node.guests_limit)) return false;
  if (!disk_fits(at->second, now, guest)) return false;
  for (std::uint16_t port : guest.host_ports)
    if (std::find(now.ports.begin(), now.ports.end(), port) != now.ports.end()) return false;
  texts labels = node.labels;
  labels.insert(labels.end(), now.labels.begin(), now.labels.end());
  for (const std::string& each : asked.affinity)
    if (!has(labels, each)) return false;
  return !share(guest.anti_affinity, labels) && !share(guest.labels, now.repelled);
}

bool placement_oracle::is_before(const request& asked, const node_facts& one,
                                 const node_facts& other) const {
  if (one.reserved != other.reserved) return other.reserved;
  if (asked.prefer_kvm && one.kvm != other.kvm) return one.kvm;
  std::int64_t a = available(one.id);
  std::int64_t b = available(other.id);
  return a != b ? a > b : one.id < other.id;
}

std::optional<node_id> placement_oracle::decide(const request& asked) const {
  if (asked.pin) return takes(*asked.pin, asked) ? asked.pin : std::nullopt;
  if (asked.type == guest_type::totebox) return std::nullopt;
  if (asked.preferred && takes(*asked.preferred, asked)) return asked.preferred;
  const node_facts* best = nullptr;
  for (const auto& [id, node] : nodes)
    if (takes(id, asked) && (best == nullptr || is_before(asked, node.facts, *best)))
      best = &node.facts;
  if (best == nullptr) return std::nullopt;
  return best->id;
}

std::string placement_oracle::broken_rule(const node_id& id) const {
  const node_facts& node = nodes.at(id).facts;
  load now = load_of(*this, id);
  if (now.guests == 0) return {};
  if (available(id) < margin(id))
    return fmt::format("{} has {} octets of RAM free, less than its margin of {}", node.name,
                       available(id), margin(id));
  if (now.vcpus > vcpus_most(node, rules))
    return fmt::format("{} has {} vCPUs given away, more than {}", node.name, now.vcpus,
                       vcpus_most(node, rules));
  if (now.guests > number(node.guests_limit))
    return fmt::format("{} has {} guests, more than {}", node.name, now.guests, node.guests_limit);
  std::sort(now.ports.begin(), now.ports.end());
  auto twice = std::adjacent_find(now.ports.begin(), now.ports.end());
  if (twice != now.ports.end()) return fmt::format("{} has host port {} twice", node.name, *twice);
  return {};
}

} // namespace ppn::sim
