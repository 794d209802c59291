// Nodes, guests and requests in few words.
#pragma once

#include "actors/placement/pool.hpp"

#include <algorithm>

namespace ppn {

inline constexpr std::uint64_t mebi = 1024 * 1024;
inline constexpr std::uint64_t gibi = 1024 * mebi;

inline node_id node_number(std::uint32_t number) {
  node_id id;
  for (int at = 0; at < 4; ++at)
    id.octets[at] = static_cast<octet>(number >> (24 - 8 * at));
  return id;
}

inline guest_id guest_number(std::uint32_t number) {
  guest_id id;
  for (int at = 0; at < 4; ++at)
    id.octets[at] = static_cast<octet>(number >> (24 - 8 * at));
  return id;
}

// In the pool, idle, with enough of everything but RAM.
inline placement::node_facts node_with(std::uint32_t number, std::uint64_t ram) {
  placement::node_facts facts;
  facts.id = node_number(number);
  facts.name = "node-" + std::to_string(number);
  facts.ram_offered = ram;
  facts.ram_reported = ram;
  facts.cpus_offered = 64;
  facts.guests_limit = 128;
  facts.pools = {{"default", 1000 * gibi, 1000 * gibi, 0}};
  return facts;
}

inline placement::request asks_for(std::uint64_t ram) {
  placement::request asked;
  asked.takes.ram = ram;
  asked.takes.vcpus = 1;
  return asked;
}

} // namespace ppn
