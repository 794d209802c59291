// The room that is left on one node, and whether a guest fits into it: the rules of domain section
// 4 for a single node. INV-2: no placement beyond the margin, reservations counted.
#pragma once

#include "actors/placement/placement.hpp"

namespace ppn::placement {

// What all guests of a node take together, from the moment of their reservation.
struct claims {
  std::uint64_t ram = 0;
  std::uint64_t unknown_ram = 0; // of guests that only the node knows, by its last heartbeat
  std::uint64_t vcpus = 0;
  std::uint64_t guests = 0;
};

struct pool_claim {
  std::string pool;
  std::uint64_t disk = 0;
  std::uint64_t unknown = 0; // promised to guests that only the node knows
};

std::uint64_t margin_of(const node_facts& node, const rules& by);

// min(reported, offered - nominal of the guests - resident) - reserved, where a guest counts once:
// as reserved until a heartbeat knows of it, as nominal from then on. What a guest leaves behind is
// free when a heartbeat says so.
std::uint64_t available_ram(const node_facts& node, const claims& taken);
std::uint64_t free_vcpus(const node_facts& node, const claims& taken, const rules& by);
std::uint64_t free_guests(const node_facts& node, const claims& taken);
// min(free - reserved, total - promised), of one pool.
std::uint64_t free_disk(const disk_pool& pool, const pool_claim& claimed);

// Why the node takes no guest at all, or none of this kind; `none` if it may.
reason standing_refusal(const node_facts& node);
bool is_refused_by_posture(const request& asked, const node_facts& node);

// Ordered and without repetition, as labels are compared.
std::vector<std::string> ordered(std::vector<std::string> texts);

} // namespace ppn::placement
