#include "actors/placement/placement.hpp"

#include "actors/placement/room.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>

namespace ppn::placement {

namespace {

constexpr std::array<std::pair<standing, std::string_view>, 5> standings{
    {{standing::in_pool, "in-pool"},
     {standing::unheard, "unheard"},
     {standing::suspect, "suspect"},
     {standing::evicted, "evicted"},
     {standing::flapping, "flapping"}}};

constexpr std::array<std::pair<reason, std::string_view>, 20> reasons{
    {{reason::none, "none"},
     {reason::no_node_fits, "no-node-fits"},
     {reason::totebox_needs_node, "totebox-needs-node"},
     {reason::unknown_node, "unknown-node"},
     {reason::hosts_nothing, "hosts-nothing"},
     {reason::unheard, "unheard"},
     {reason::suspect, "suspect"},
     {reason::evicted, "evicted"},
     {reason::flapping, "flapping"},
     {reason::drained, "drained"},
     {reason::totebox_on_cloud, "totebox-on-cloud"},
     {reason::ram, "ram"},
     {reason::vcpus, "vcpus"},
     {reason::guest_limit, "guest-limit"},
     {reason::no_such_pool, "no-such-pool"},
     {reason::disk, "disk"},
     {reason::host_port, "host-port"},
     {reason::affinity, "affinity"},
     {reason::anti_affinity, "anti-affinity"},
     {reason::not_named, "not-named"}}};

} // namespace

std::string_view to_string(standing value) {
  return standings[static_cast<std::size_t>(value)].second;
}

std::optional<standing> standing_from(std::string_view text) {
  for (const auto& [each, name] : standings)
    if (name == text) return each;
  return std::nullopt;
}

std::string_view to_string(reason value) {
  return reasons[static_cast<std::size_t>(value)].second;
}

std::string text_of_octets(std::uint64_t octets) {
  constexpr std::array<std::string_view, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  std::uint64_t whole = octets;
  while (unit + 1 < units.size() && whole >= 1024) {
    whole /= 1024;
    ++unit;
  }
  std::uint64_t size = std::uint64_t{1} << (10 * unit);
  // Rounded down: what is free is never shown as more.
  std::uint64_t tenths = octets % size * 10 / size;
  if (tenths == 0) return fmt::format("{} {}", whole, units[unit]);
  return fmt::format("{}.{} {}", whole, tenths, units[unit]);
}

std::string text_of(const refusal& value) {
  switch (value.why) {
  case reason::none:
    return "fits";
  case reason::no_node_fits:
    return value.what.empty() ? "no node takes it" : "no node takes it: " + value.what;
  case reason::totebox_needs_node:
    return "a Totebox must name its node; choose one with --node";
  case reason::unknown_node:
    return fmt::format("no node {} is in the fleet", value.what);
  case reason::hosts_nothing:
    return "an operator's workstation hosts no guests";
  case reason::unheard:
    return "it was not heard since the controller started";
  case reason::suspect:
    return "it is silent for 15 s or more";
  case reason::evicted:
    return "it is evicted: silent for more than 30 s";
  case reason::flapping:
    return "it came back less than 60 s ago";
  case reason::drained:
    return "it is drained; ppn node undrain ends that";
  case reason::totebox_on_cloud:
    return "a Totebox goes to no cloud node; --override-posture with a --reason does it on record";
  case reason::ram:
    return fmt::format("{} of RAM free, {} needed ({} and a margin of {})",
                       text_of_octets(value.have), text_of_octets(value.need),
                       text_of_octets(value.need - value.margin), text_of_octets(value.margin));
  case reason::vcpus:
    return fmt::format("{} vCPUs free, {} needed", value.have, value.need);
  case reason::guest_limit:
    return fmt::format("it has its limit of {} guests", value.have);
  case reason::no_such_pool:
    return fmt::format("it has no disk pool {}", value.what);
  case reason::disk:
    return fmt::format("{} free in disk pool {}, {} needed", text_of_octets(value.have), value.what,
                       text_of_octets(value.need));
  case reason::host_port:
    return fmt::format("host port {} is taken by another guest", value.need);
  case reason::affinity:
    return fmt::format("neither it nor a guest on it has the label {}", value.what);
  case reason::anti_affinity:
    return fmt::format("the label {} keeps them apart", value.what);
  case reason::not_named:
    return "the request names another node";
  }
  return "unknown";
}

standing standing_of(const member_view& member, bool heard) {
  switch (member.state) {
  case member_state::expected:
    return heard ? standing::in_pool : standing::unheard;
  case member_state::alive:
    if (member.flapping) return standing::flapping;
    return heard ? standing::in_pool : standing::unheard;
  case member_state::suspect:
    return standing::suspect;
  case member_state::evicted:
    return standing::evicted;
  }
  return standing::unheard;
}

node_facts facts_of(const member_view& member, bool heard) {
  node_facts facts;
  facts.id = member.record.id;
  facts.name = member.record.name;
  facts.trust = member.record.trust;
  facts.kind = member.record.kind;
  facts.state = standing_of(member, heard);
  facts.reserved = member.record.reserved;
  facts.labels = ordered(member.record.labels);
  facts.kvm = member.capacity.kvm;
  facts.ram_offered = member.capacity.ram_offered;
  facts.ram_reported = member.capacity.ram_available;
  facts.ram_guests = member.capacity.ram_guests;
  facts.cpus_offered = member.capacity.cpus_offered;
  facts.guests_limit = member.capacity.guests_limit;
  facts.pools = member.capacity.pools;
  return facts;
}

footprint footprint_of(const guest_spec& spec) {
  footprint takes;
  takes.ram = spec.ram;
  takes.vcpus = spec.vcpus;
  takes.disk = spec.disk;
  takes.pool = spec.pool;
  for (const guest_service& service : spec.services)
    if (service.host_port != 0) takes.host_ports.push_back(service.host_port);
  takes.labels = ordered(spec.labels);
  takes.anti_affinity = ordered(spec.anti_affinity);
  return takes;
}

request request_of(const guest_spec& spec) {
  request asked;
  asked.takes = footprint_of(spec);
  asked.type = spec.type;
  asked.override_posture = spec.override_posture;
  asked.affinity = ordered(spec.affinity);
  asked.prefer_kvm = spec.prefer_kvm;
  return asked;
}

} // namespace ppn::placement
