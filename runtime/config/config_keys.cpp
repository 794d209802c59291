#include "runtime/config/config_keys.hpp"

#include "messages/base/limits.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <numeric>
#include <vector>

namespace ppn {

namespace {

constexpr auto at_once = key_effect::at_once;
constexpr auto restart = key_effect::restart;
constexpr bool required = true;
constexpr bool optional = false;

constexpr std::int64_t name_most = limits::name_octets;
constexpr std::int64_t path_most = 1'000; // one line of the file holds it
constexpr std::int64_t mebibyte = std::int64_t{1} << 20;
constexpr std::int64_t pebibyte = std::int64_t{1} << 50;
constexpr std::int64_t members_most = limits::members;
constexpr std::int64_t guests_most = limits::guests_per_node;
constexpr std::int64_t labels_most = limits::labels_per_node;
constexpr std::int64_t pools_most = limits::disk_pools;
constexpr std::string_view postures = "onprem|leased|cloud";

constexpr key_rule rules[] = {
    {"node", key_type::table, restart, required, 0, 0, "", "", "This node."},
    {"node.name", key_type::name, restart, required, 1, name_most, "", "",
     "The member of the fleet that this node is."},
    {"node.data", key_type::text, restart, required, 1, path_most, "", "",
     "Folder of everything that this node keeps; one process at a time holds it."},
    {"node.address", key_type::address, restart, optional, 0, 0, "", "127.0.0.1",
     "Where this node listens and dials from; the same as its member's address."},
    {"node.port", key_type::integer, restart, optional, 1, 65535, "", "9203",
     "Port of the transport between nodes; the same as its member's port."},
    {"node.http_port", key_type::integer, restart, optional, 0, 65535, "", "0",
     "Port at the node's address where members read the ledgers by HTTP; 0: nowhere."},
    {"node.control", key_type::text, restart, optional, 0, path_most, "", "",
     "Path of the control socket. Left out: control.sock in the data folder."},

    {"fleet", key_type::table, restart, required, 0, 0, "", "", "The fleet this node belongs to."},
    {"fleet.founding", key_type::text, restart, optional, 1, path_most, "", "",
     "File of `ppn fleet found`: the fleet keeps a ledger, which names its members and roles."},
    {"fleet.id", key_type::hex, restart, optional, 32, 32, "", "",
     "The fleet's identity; nodes of another fleet are refused. Needed without a founding."},
    {"fleet.controller", key_type::name, at_once, optional, 1, name_most, "", "",
     "The member that keeps the registry and evicts. Needed without a founding, refused with one."},
    {"fleet.term", key_type::integer, at_once, optional, 1, INT64_MAX, "", "1",
     "Grows by one whenever another member becomes controller. Refused with a founding."},

    {"member", key_type::tables, at_once, optional, 1, members_most, "", "",
     "One table for each member, this node included. Needed without a founding, refused with one."},
    {"member.name", key_type::name, at_once, required, 1, name_most, "", "",
     "Unique in the fleet."},
    {"member.id", key_type::hex, at_once, required, 64, 64, "", "",
     "The member's public fiduciary key; unique in the fleet."},
    {"member.address", key_type::address, at_once, required, 0, 0, "", "",
     "Its address on the mesh; unique together with the port."},
    {"member.port", key_type::integer, at_once, optional, 1, 65535, "", "9203",
     "Its transport port."},
    {"member.posture", key_type::choice, at_once, optional, 0, 0, postures, "onprem",
     "How far its hardware is trusted."},
    {"member.kind", key_type::choice, at_once, optional, 0, 0, "node|operator", "node",
     "A node hosts guests; an operator's workstation hosts nothing."},
    {"member.reserved", key_type::boolean, at_once, optional, 0, 0, "", "false",
     "Placement takes it only when no other member fits."},
    {"member.labels", key_type::labels, at_once, optional, 0, labels_most, "", "",
     "Free words for people and for placement."},

    {"pool", key_type::table, at_once, optional, 0, 0, "", "",
     "What this node offers to the pool."},
    {"pool.ram", key_type::amount, at_once, optional, 16 * mebibyte, pebibyte, "", "",
     "Memory for guests. Left out: all that the machine has."},
    {"pool.vcpus", key_type::integer, at_once, optional, 1, 4096, "", "",
     "Virtual CPUs for guests. Left out: all that the machine has."},
    {"pool.guests", key_type::integer, at_once, optional, 0, guests_most, "", "128",
     "How many guests at most."},
    {"pool.measure", key_type::choice, at_once, optional, 0, 0, "machine|offer", "machine",
     "Whether the machine's own free memory counts; 'offer' for several nodes on one machine."},
    {"pool.posture", key_type::choice, at_once, optional, 0, 0, postures, "",
     "A hint only: the member's posture holds, a difference is reported."},
    {"pool.reserved", key_type::boolean, at_once, optional, 0, 0, "", "false",
     "A hint only, like the posture."},
    {"pool.labels", key_type::labels, at_once, optional, 0, labels_most, "", "",
     "Hints only, like the posture."},
    {"pool.disk", key_type::tables, restart, optional, 0, pools_most, "", "",
     "One table for each folder that holds guests' disks."},
    {"pool.disk.name", key_type::name, restart, required, 1, name_most, "", "",
     "Unique on this node."},
    {"pool.disk.path", key_type::text, restart, required, 1, path_most, "", "",
     "The folder; unique on this node."},

    {"metrics", key_type::table, restart, optional, 0, 0, "", "",
     "Figures for Prometheus, at /metrics on this node's address and on loopback."},
    {"metrics.port", key_type::integer, restart, optional, 0, 65535, "", "9464",
     "Where they are; 0: nowhere."},

    {"log", key_type::table, at_once, optional, 0, 0, "", "",
     "What the daemon writes about itself."},
    {"log.format", key_type::choice, at_once, optional, 0, 0, "text|json", "text",
     "Lines for people, or one JSON object for each event."},
    {"log.level", key_type::choice, at_once, optional, 0, 0, "debug|info|warning|error", "info",
     "The least important events that are written."},
};

std::string joined_choices(std::string_view choices) {
  std::string text;
  for (char c : choices)
    text += c == '|' ? std::string{", "} : std::string{c};
  return text;
}

// How many insertions, removals, replacements and swaps of neighbours turn one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

} // namespace

std::span<const key_rule> key_rules() {
  return rules;
}

const key_rule* find_rule(std::string_view path) {
  const auto* at = std::find_if(std::begin(rules), std::end(rules),
                                [&](const key_rule& rule) { return rule.path == path; });
  return at == std::end(rules) ? nullptr : at;
}

bool is_directly_inside(const key_rule& rule, std::string_view section) {
  auto dot = rule.path.rfind('.');
  return dot == std::string_view::npos ? section.empty() : rule.path.substr(0, dot) == section;
}

std::string_view nearest_key(std::string_view unknown) {
  std::string_view best;
  // A third of it may differ, so that nonsense gets no advice.
  std::size_t least = std::max<std::size_t>(2, unknown.size() / 3) + 1;
  for (const key_rule& rule : rules) {
    std::size_t longer = std::max(rule.path.size(), unknown.size());
    if (longer - std::min(rule.path.size(), unknown.size()) >= least) continue;
    std::size_t distance = edit_distance(unknown, rule.path);
    if (distance >= least) continue;
    least = distance;
    best = rule.path;
  }
  return best;
}

std::string allowed_values(const key_rule& rule) {
  switch (rule.type) {
  case key_type::table:
    return "a table";
  case key_type::tables:
    return fmt::format("{} to {} tables", rule.least, rule.most);
  case key_type::name:
    return fmt::format("{} to {} of a-z, 0-9 and -", rule.least, rule.most);
  case key_type::text:
    return fmt::format("{} to {} octets", rule.least, rule.most);
  case key_type::hex:
    return fmt::format("{} hex digits, not all zero", rule.most);
  case key_type::address:
    return "an IP address";
  case key_type::choice:
    return joined_choices(rule.choices);
  case key_type::amount:
    return render_amount(static_cast<std::uint64_t>(rule.least)) + " to " +
           render_amount(static_cast<std::uint64_t>(rule.most));
  case key_type::integer:
    return rule.most == INT64_MAX ? fmt::format("{} and more", rule.least)
                                  : fmt::format("{} to {}", rule.least, rule.most);
  case key_type::boolean:
    return "true, false";
  case key_type::labels:
    return fmt::format("{} to {} texts of 1 to {} printable ASCII characters", rule.least,
                       rule.most, limits::label_octets);
  }
  return {};
}

std::string render_amount(std::uint64_t octets) {
  constexpr std::array units{"octets", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (octets != 0 && octets % 1024 == 0 && unit + 1 < units.size()) {
    octets /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", octets, units[unit]);
}

} // namespace ppn
