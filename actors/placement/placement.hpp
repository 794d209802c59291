// The words of placement: what is known of each node, what a guest asks for, and why a node does or
// does not take it (domain section 4). Plain values without an actor, a clock or a file: the
// controller, the simulator and `ppn place` decide by the same code from the same values.
#pragma once

#include "messages/fleet.hpp"
#include "messages/guest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ppn::placement {

struct rules {
  std::uint64_t margin =
      512ull * 1024 * 1024;     // of free RAM that a node keeps; less on a small node
  std::uint32_t vcpu_ratio = 4; // virtual CPUs for each CPU that a node offers
  bool operator==(const rules&) const = default;
};

// Whether the failure detector lets a node take guests.
enum class standing : std::uint8_t {
  in_pool,
  unheard, // no heartbeat yet, so its capacity is unknown
  suspect,
  evicted,
  flapping,
};
std::string_view to_string(standing value); // "in-pool", "unheard", ...
std::optional<standing> standing_from(std::string_view text);
// `expected` with a capacity that was heard before counts as in the pool: the caller says which.
standing standing_of(const member_view& member, bool heard);

// What is known of one node, apart from the guests that the pool itself keeps count of.
struct node_facts {
  node_id id;
  std::string name;
  posture trust = posture::onprem;
  member_kind kind = member_kind::node;
  standing state = standing::in_pool;
  bool reserved = false; // takes guests only when no other node does
  bool drained = false;
  bool kvm = false;
  std::vector<std::string> labels; // "key=value"

  std::uint64_t ram_offered = 0;
  std::uint64_t ram_reported = 0; // free by the last heartbeat
  std::uint64_t ram_guests = 0;   // the guests' nominal RAM which that heartbeat knew of
  std::uint64_t ram_resident = 0; // workloads of the host itself
  std::uint32_t cpus_offered = 0;
  std::uint32_t vcpus_limit = 0; // over all guests, beside the ratio; 0: none
  std::uint32_t guests_limit = 128;
  std::vector<disk_pool> pools;
  bool operator==(const node_facts&) const = default;
};

// A node's line of the fleet's view as facts; what a view does not know (drained) is the caller's.
node_facts facts_of(const member_view& member, bool heard);

// What one guest takes of its node, from its reservation until it is gone.
struct footprint {
  std::uint64_t ram = 0; // nominal; 0 for a sealed guest, which holds only its disk
  std::uint32_t vcpus = 0;
  std::uint64_t disk = 0;
  std::string pool = "default";
  std::vector<std::uint16_t> host_ports; // forwards, TCP
  std::vector<std::string> labels;
  std::vector<std::string> anti_affinity;
  bool operator==(const footprint&) const = default;
};
footprint footprint_of(const guest_spec& spec);

struct request {
  footprint takes;
  guest_type type = guest_type::mediakit;
  // A Totebox small enough to be a vault may live on a cloud node.
  bool vault = false;
  bool override_posture = false;
  std::vector<std::string> affinity; // each is a label of the node or of a guest on it
  bool prefer_kvm = false;
  std::optional<node_id> pin; // this node or none
  std::optional<node_id>
      preferred; // this node if it takes the guest by all the rules, else the best
  bool operator==(const request&) const = default;
};
// Everything of it but pin and preferred, which name nodes that only the caller can resolve.
request request_of(const guest_spec& spec);

enum class reason : std::uint8_t {
  none, // it fits
  no_node_fits,
  totebox_needs_node,
  unknown_node,
  hosts_nothing, // an operator's workstation
  unheard,
  suspect,
  evicted,
  flapping,
  drained,
  totebox_on_cloud,
  ram,
  vcpus,
  guest_limit,
  no_such_pool,
  disk,
  host_port,
  affinity,
  anti_affinity,
  not_named, // the request names another node
};
std::string_view to_string(reason value); // "no-node-fits", ...

// One reason with its figures; which of them speak depends on the reason.
struct refusal {
  reason why = reason::none;
  std::uint64_t have = 0;   // RAM, vCPUs, guests, octets of disk
  std::uint64_t need = 0;   // ... margin included
  std::uint64_t margin = 0; // of RAM
  std::string what;         // the pool, the port, the label, the node asked for
  bool operator==(const refusal&) const = default;
};
// "4 GiB of RAM free, 6.5 GiB needed (6 GiB and a margin of 512 MiB)"
std::string text_of(const refusal& value);
std::string text_of_octets(std::uint64_t octets); // "1.5 GiB", rounded down

// How a node was chosen.
enum class choice : std::uint8_t { none, pinned, preferred, most_available };

struct answer {
  std::optional<node_id> node;
  choice by = choice::none;
  refusal why; // when there is no node; of a pinned one, its own. What no_node_fits comes from says
               // explain()
  bool operator==(const answer&) const = default;
};

// One node of an explanation. Rank 1 is the node of the answer, later ranks are those that would
// have come next; 0: it does not take the guest.
struct candidate {
  node_id id;
  std::string name;
  std::uint32_t rank = 0;
  refusal why;
  std::uint64_t available = 0; // RAM
  std::uint64_t margin = 0;
  bool reserved = false;
  bool kvm = false;
  bool operator==(const candidate&) const = default;
};

struct explanation {
  answer decided;
  std::vector<candidate> candidates; // those that fit by rank, then the others by id
  std::vector<std::string> warnings;
};

struct capacity {
  std::uint64_t fits = 0;
  std::uint64_t fits_without_one = 0; // when that one node dies which matters most
  std::optional<node_id> matters_most;
  bool operator==(const capacity&) const = default;
};

} // namespace ppn::placement
