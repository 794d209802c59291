#include "actors/placement/room.hpp"

#include <algorithm>

namespace ppn::placement {

namespace {

std::uint64_t less(std::uint64_t value, std::uint64_t by) {
  return value > by ? value - by : 0;
}

} // namespace

std::uint64_t margin_of(const node_facts& node, const rules& by) {
  return std::min(by.margin, node.ram_offered / 4);
}

std::uint64_t available_ram(const node_facts& node, const claims& taken) {
  std::uint64_t claimed = taken.ram + taken.unknown_ram;
  std::uint64_t unseen = less(claimed, node.ram_guests); // the heartbeat was too early for these
  return std::min(less(node.ram_reported, unseen),
                  less(less(node.ram_offered, claimed), node.ram_resident));
}

std::uint64_t free_vcpus(const node_facts& node, const claims& taken, const rules& by) {
  std::uint64_t most = std::uint64_t{node.cpus_offered} * by.vcpu_ratio;
  if (node.vcpus_limit > 0) most = std::min<std::uint64_t>(most, node.vcpus_limit);
  return less(most, taken.vcpus);
}

std::uint64_t free_guests(const node_facts& node, const claims& taken) {
  return less(node.guests_limit, taken.guests);
}

std::uint64_t free_disk(const disk_pool& pool, const pool_claim& claimed) {
  std::uint64_t promised = claimed.disk + claimed.unknown;
  std::uint64_t unseen = less(promised, pool.committed);
  return std::min(less(pool.free, unseen), less(pool.total, promised));
}

reason standing_refusal(const node_facts& node) {
  if (node.kind != member_kind::node) return reason::hosts_nothing;
  switch (node.state) {
  case standing::in_pool:
    return node.drained ? reason::drained : reason::none;
  case standing::unheard:
    return reason::unheard;
  case standing::suspect:
    return reason::suspect;
  case standing::evicted:
    return reason::evicted;
  case standing::flapping:
    return reason::flapping;
  }
  return reason::unheard;
}

bool is_refused_by_posture(const request& asked, const node_facts& node) {
  return asked.type == guest_type::totebox && node.trust == posture::cloud && !asked.vault &&
         !asked.override_posture;
}

std::vector<std::string> ordered(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

} // namespace ppn::placement
