#include "runtime/config/config.hpp"

#include "messages/base/assert.hpp"
#include "runtime/config/config_reader.hpp"
#include "runtime/config/config_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace ppn {

namespace {

// sun_path of a Unix socket holds 108 octets with its closing zero.
constexpr std::size_t socket_path_octets = 107;

// Where in the file each unique thing was named first.
class uniqueness {
public:
  explicit uniqueness(const config_document& document) : document_(document) {}

  status take(const config_section& section, std::string_view path, std::string value,
              std::string_view what) {
    std::uint32_t line = section.line_of(path);
    auto [at, fresh] = taken_.try_emplace({path, std::move(value)}, line);
    if (fresh) return {};
    return fail(config_error(document_.file, line,
                             fmt::format("key '{}': {} is taken already in line {}", path,
                                         printable(what), at->second)));
  }

private:
  const config_document& document_;
  std::map<std::pair<std::string_view, std::string>, std::uint32_t> taken_;
};

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

member_record read_member(const config_section& from) {
  member_record to;
  // The reader checked all of these.
  to.id = *node_id::from_hex_text(from.text("member.id"));
  to.name = from.text("member.name");
  to.address = from.text("member.address");
  to.port = static_cast<std::uint16_t>(from.integer("member.port"));
  to.trust = *posture_from(from.text("member.posture"));
  to.kind = from.text("member.kind") == to_string(member_kind::node)
                ? member_kind::node
                : member_kind::operator_station;
  to.reserved = from.boolean("member.reserved");
  to.labels = from.labels("member.labels");
  return to;
}

result<std::vector<member_record>> read_members(const config_document& document) {
  std::vector<member_record> members;
  uniqueness unique(document);
  for (const config_section& section : document.all("member")) {
    member_record member = read_member(section);
    const std::string& id = section.text("member.id");
    std::string endpoint = fmt::format("{} port {}", member.address, member.port);
    for (const status& taken : {unique.take(section, "member.name", member.name, member.name),
                                unique.take(section, "member.id", lower_case(id), id),
                                unique.take(section, "member.address", endpoint, endpoint)})
      if (!taken) return fail(taken.error());
    members.push_back(std::move(member));
  }
  std::sort(members.begin(), members.end(),
            [](const member_record& a, const member_record& b) { return a.id < b.id; });
  return members;
}

error missing(const config_document& document, std::uint32_t line, std::string_view path) {
  return config_error(document.file, line, fmt::format("key '{}' is missing", path));
}

// Two sources of one truth would have to agree for ever, so there is one.
result<membership> read_membership_beside_founding(const config_document& document) {
  const config_section& fleet = document.one("fleet");
  auto both = [&](std::uint32_t line, std::string_view key) {
    return fail(config_error(
        document.file, line,
        fmt::format("key '{}': the founding names the members and the controller, give one or the other",
                    key)));
  };
  for (std::string_view key : {"fleet.controller", "fleet.term"})
    if (fleet.has(key)) return both(fleet.line_of(key), key);
  if (!document.all("member").empty()) return both(document.all("member").front().line, "member");
  membership to;
  if (fleet.has("fleet.id")) to.fleet = *fleet_id::from_hex_text(fleet.text("fleet.id"));
  return to;
}

result<membership> read_membership(const config_document& document) {
  const config_section& fleet = document.one("fleet");
  if (fleet.has("fleet.founding")) return read_membership_beside_founding(document);
  if (document.all("member").empty()) return fail(missing(document, 1, "member"));
  for (std::string_view key : {"fleet.id", "fleet.controller"})
    if (!fleet.has(key)) return fail(missing(document, fleet.line, key));
  auto members = read_members(document);
  if (!members) return fail(members.error());
  membership to;
  to.fleet = *fleet_id::from_hex_text(fleet.text("fleet.id"));
  to.term = term_number{static_cast<std::uint64_t>(fleet.integer("fleet.term"))};
  to.members = std::move(*members);
  const std::string& name = fleet.text("fleet.controller");
  const member_record* controller = to.find_by_name(name);
  std::uint32_t line = fleet.line_of("fleet.controller");
  if (!controller)
    return fail(
        config_error(document.file, line,
                     fmt::format("key 'fleet.controller': no member is called '{}'", name)));
  if (controller->kind != member_kind::node)
    return fail(config_error(
        document.file, line,
        fmt::format("key 'fleet.controller': member '{}' is of kind operator, a node is wanted",
                    name)));
  to.controller = controller->id;
  return to;
}

result<node_settings> read_node(const config_document& document) {
  const config_section& from = document.one("node");
  node_settings to;
  to.name = from.text("node.name");
  to.data = from.text("node.data");
  to.address = from.text("node.address");
  to.port = static_cast<std::uint16_t>(from.integer("node.port"));
  to.http_port = static_cast<std::uint16_t>(from.integer("node.http_port"));
  if (document.one("fleet").has("fleet.founding")) {
    if (!from.has("node.address")) to.address.clear();
    if (!from.has("node.port")) to.port = 0;
  }
  to.control = from.text("node.control");
  bool derived = to.control.empty();
  if (derived) to.control = to.data + (to.data.ends_with('/') ? "control.sock" : "/control.sock");
  if (to.control.size() > socket_path_octets) {
    std::string_view key = derived ? "node.data" : "node.control";
    return fail(config_error(
        document.file, from.line_of(key),
        fmt::format("key '{}': the path of the control socket has {} octets, allowed 1 to {}", key,
                    to.control.size(), socket_path_octets)));
  }
  return to;
}

// What the others dial must be where this node listens.
status check_self(const config_document& document, const node_settings& node,
                  const membership& members) {
  if (document.one("fleet").has("fleet.founding")) return {}; // the fleet's record is elsewhere
  const config_section& from = document.one("node");
  auto wrong = [&](std::string_view key, std::string text) -> status {
    return fail(
        config_error(document.file, from.line_of(key), fmt::format("key '{}': {}", key, text)));
  };
  const member_record* self = members.find_by_name(node.name);
  if (!self) return wrong("node.name", fmt::format("no member is called '{}'", node.name));
  if (self->address != node.address)
    return wrong("node.address", fmt::format("{} differs from the address of member '{}', {}",
                                             node.address, self->name, self->address));
  if (self->port != node.port)
    return wrong("node.port", fmt::format("{} differs from the port of member '{}', {}", node.port,
                                          self->name, self->port));
  return {};
}

result<std::vector<disk_folder>> read_disks(const config_document& document) {
  std::vector<disk_folder> disks;
  uniqueness unique(document);
  for (const config_section& section : document.all("pool.disk")) {
    disk_folder disk{section.text("pool.disk.name"), section.text("pool.disk.path")};
    for (const status& taken : {unique.take(section, "pool.disk.name", disk.name, disk.name),
                                unique.take(section, "pool.disk.path", disk.path, disk.path)})
      if (!taken) return fail(taken.error());
    disks.push_back(std::move(disk));
  }
  return disks;
}

result<pool_settings> read_pool(const config_document& document) {
  const config_section& from = document.one("pool");
  auto disks = read_disks(document);
  if (!disks) return fail(disks.error());
  pool_settings to;
  to.offer.ram = static_cast<std::uint64_t>(from.integer("pool.ram"));
  to.offer.cpus = static_cast<std::uint32_t>(from.integer("pool.vcpus"));
  to.offer.guests = static_cast<std::uint32_t>(from.integer("pool.guests"));
  to.offer.measure_offer_only = from.text("pool.measure") == "offer";
  to.posture_hint = posture_from(from.text("pool.posture"));
  to.reserved_hint = from.boolean("pool.reserved");
  to.label_hints = from.labels("pool.labels");
  to.disks = std::move(*disks);
  return to;
}

log_settings read_log(const config_document& document) {
  const config_section& from = document.one("log");
  log_settings to;
  to.format = from.text("log.format") == "json" ? log_format::json : log_format::text;
  const std::string& level = from.text("log.level");
  if (level == "debug") to.level = log_level::debug;
  if (level == "warning") to.level = log_level::warning;
  if (level == "error") to.level = log_level::error;
  return to;
}

struct comparison {
  std::string_view path;
  bool (*equal)(const configuration& a, const configuration& b);
};

// Members count as one key, and so do the folders for disks.
constexpr comparison comparisons[] = {
    {"node.name", [](auto& a, auto& b) { return a.node.name == b.node.name; }},
    {"node.data", [](auto& a, auto& b) { return a.node.data == b.node.data; }},
    {"node.address", [](auto& a, auto& b) { return a.node.address == b.node.address; }},
    {"node.port", [](auto& a, auto& b) { return a.node.port == b.node.port; }},
    {"node.http_port", [](auto& a, auto& b) { return a.node.http_port == b.node.http_port; }},
    {"node.control", [](auto& a, auto& b) { return a.node.control == b.node.control; }},
    {"fleet.founding", [](auto& a, auto& b) { return a.founding == b.founding; }},
    {"fleet.id", [](auto& a, auto& b) { return a.members.fleet == b.members.fleet; }},
    {"fleet.controller",
     [](auto& a, auto& b) { return a.members.controller == b.members.controller; }},
    {"fleet.term", [](auto& a, auto& b) { return a.members.term == b.members.term; }},
    {"member", [](auto& a, auto& b) { return a.members.members == b.members.members; }},
    {"pool.ram", [](auto& a, auto& b) { return a.pool.offer.ram == b.pool.offer.ram; }},
    {"pool.vcpus", [](auto& a, auto& b) { return a.pool.offer.cpus == b.pool.offer.cpus; }},
    {"pool.guests", [](auto& a, auto& b) { return a.pool.offer.guests == b.pool.offer.guests; }},
    {"pool.measure",
     [](auto& a, auto& b) {
       return a.pool.offer.measure_offer_only == b.pool.offer.measure_offer_only;
     }},
    {"pool.posture", [](auto& a, auto& b) { return a.pool.posture_hint == b.pool.posture_hint; }},
    {"pool.reserved",
     [](auto& a, auto& b) { return a.pool.reserved_hint == b.pool.reserved_hint; }},
    {"pool.labels", [](auto& a, auto& b) { return a.pool.label_hints == b.pool.label_hints; }},
    {"pool.disk", [](auto& a, auto& b) { return a.pool.disks == b.pool.disks; }},
    {"metrics.port", [](auto& a, auto& b) { return a.metrics.port == b.metrics.port; }},
    {"log.format", [](auto& a, auto& b) { return a.log.format == b.log.format; }},
    {"log.level", [](auto& a, auto& b) { return a.log.level == b.log.level; }},
};

} // namespace

const member_record& configuration::self() const {
  const member_record* self = members.find_by_name(node.name);
  PPN_ASSERT(self != nullptr);
  return *self;
}

result<configuration> parse_configuration(std::string_view text, std::string_view file_name) {
  auto document = read_config_document(text, file_name);
  if (!document) return fail(document.error());
  auto node = read_node(*document);
  if (!node) return fail(node.error());
  auto members = read_membership(*document);
  if (!members) return fail(members.error());
  auto self = check_self(*document, *node, *members);
  if (!self) return fail(self.error());
  auto pool = read_pool(*document);
  if (!pool) return fail(pool.error());
  return configuration{std::move(*node), document->one("fleet").text("fleet.founding"),
                       std::move(*members), std::move(*pool), read_log(*document),
                       {static_cast<std::uint16_t>(document->one("metrics").integer("metrics.port"))}};
}

configuration_difference compare(const configuration& now, const configuration& next) {
  configuration_difference difference;
  // Where the members come from is decided at the start.
  bool other_source = now.has_ledger() != next.has_ledger();
  auto names_members = [](std::string_view path) {
    return path == "member" || path == "fleet.controller" || path == "fleet.term";
  };
  for (const comparison& each : comparisons) {
    if (each.equal(now, next)) continue;
    const key_rule* rule = find_rule(each.path);
    PPN_ASSERT(rule != nullptr);
    bool waits = rule->effect == key_effect::restart || (other_source && names_members(each.path));
    (waits ? difference.restart : difference.at_once).emplace_back(each.path);
  }
  return difference;
}

} // namespace ppn
