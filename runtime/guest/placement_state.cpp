#include "runtime/guest/placement_state.hpp"

#include "messages/base/limits.hpp"

#include <fmt/format.h>

namespace ppn {

namespace {

using placement::footprint;
using placement::node_facts;

constexpr std::uint64_t octets_most = 1ull << 60;
constexpr std::uint64_t cpus_most = 1'000'000;

std::vector<std::uint16_t> read_ports(table_reader& reader, document_problems& problems) {
  std::vector<std::uint16_t> ports;
  for (const document_value* each : reader.tables("host_ports", 1024)) {
    const auto* number = std::get_if<std::int64_t>(&each->is);
    if (number == nullptr || *number < 1 || *number > 65'535)
      problems.report(*each, "key 'host_ports': a port is an integer of 1 to 65535");
    else
      ports.push_back(static_cast<std::uint16_t>(*number));
  }
  return ports;
}

class state_reader {
public:
  state_reader(placement::pool& to, document_problems& problems) : to_(to), problems_(problems) {}

  void read(const document_value& document) {
    table_reader root(document, "", problems_);
    root.require("schema");
    std::string schema = root.text("schema", {}, 64);
    if (root.has("schema") && schema != placement_state_schema)
      root.refuse("schema", fmt::format("'{}' is wanted", placement_state_schema));
    placement::rules by;
    by.margin = root.octets("margin", by.margin, 0, octets_most);
    by.vcpu_ratio = static_cast<std::uint32_t>(root.number("vcpu_ratio", by.vcpu_ratio, 1, 1024));
    to_.set_rules(by);
    for (const document_value* each : root.tables("nodes", limits::members))
      read_node(*each);
    root.finish();
  }

private:
  void read_node(const document_value& table) {
    table_reader reader(table, "nodes", problems_);
    for (std::string_view key : {"id", "name", "ram_offered"})
      reader.require(key);
    node_facts node;
    node.id = read_id<node_id>(reader, "id");
    node.name = reader.name("name", {});
    node.trust = reader.word("posture", posture::onprem, posture_from, "onprem, leased, cloud");
    node.state = reader.word("state", placement::standing::in_pool, placement::standing_from,
                             "in-pool, unheard, suspect, evicted, flapping");
    if (reader.flag("operator_station", false)) node.kind = member_kind::operator_station;
    node.reserved = reader.flag("reserved", false);
    node.drained = reader.flag("drained", false);
    node.kvm = reader.flag("kvm", false);
    node.labels = reader.labels("labels");
    node.ram_offered = reader.octets("ram_offered", 0, 0, octets_most);
    node.ram_resident = reader.octets("ram_resident", 0, 0, octets_most);
    node.cpus_offered = static_cast<std::uint32_t>(reader.number("cpus", 1, 0, cpus_most));
    node.vcpus_limit = static_cast<std::uint32_t>(reader.number("vcpus_limit", 0, 0, cpus_most));
    node.guests_limit = static_cast<std::uint32_t>(
        reader.number("guests_limit", node.guests_limit, 0, limits::guests_per_node));
    read_pools(reader, node);
    auto guests = reader.tables("guests", limits::guests_per_node);
    bool reported = reader.has("ram_reported");
    node.ram_reported = reader.octets("ram_reported", 0, 0, octets_most);
    reader.finish();
    if (to_.find(node.id) != nullptr) return reader.refuse("id", "another node has this id");
    if (to_.named(node.name)) return reader.refuse("name", "another node has this name");
    place_guests(node, guests, reported);
  }

  // What guests take that are not in flight, the last heartbeat has seen.
  void place_guests(node_facts& node, const std::vector<const document_value*>& guests,
                    bool reported) {
    node_facts empty = node;
    to_.put_node(empty);
    for (const document_value* each : guests) {
      bool in_flight = false;
      auto [id, takes] = read_guest(*each, in_flight);
      if (!in_flight) {
        node.ram_guests += takes.ram;
        for (disk_pool& pool : node.pools)
          if (pool.name == takes.pool) pool.committed += takes.disk;
      }
      if (to_.node_of(id))
        problems_.report(*each, "another guest has this id");
      else
        to_.claim(node.id, id, takes);
    }
    if (!reported)
      node.ram_reported =
          node.ram_offered > node.ram_guests ? node.ram_offered - node.ram_guests : 0;
    to_.put_node(node);
  }

  void read_pools(table_reader& reader, node_facts& node) {
    for (const document_value* each : reader.tables("pools", limits::disk_pools)) {
      table_reader pool(*each, "pools", problems_);
      for (std::string_view key : {"name", "total", "free"})
        pool.require(key);
      disk_pool read;
      read.name = pool.name("name", {});
      read.total = pool.octets("total", 0, 0, octets_most);
      read.free = pool.octets("free", 0, 0, octets_most);
      pool.finish();
      node.pools.push_back(std::move(read));
    }
  }

  std::pair<guest_id, footprint> read_guest(const document_value& table, bool& in_flight) {
    table_reader reader(table, "guests", problems_);
    reader.require("id");
    reader.require("ram");
    guest_id id = read_id<guest_id>(reader, "id");
    footprint takes;
    takes.ram = reader.octets("ram", 0, 0, octets_most);
    takes.vcpus = static_cast<std::uint32_t>(reader.number("vcpus", 1, 0, cpus_most));
    takes.disk = reader.octets("disk", 0, 0, octets_most);
    takes.pool = reader.name("pool", "default");
    takes.host_ports = read_ports(reader, problems_);
    takes.labels = reader.labels("labels");
    takes.anti_affinity = reader.labels("anti_affinity");
    in_flight = reader.flag("in_flight", false);
    reader.finish();
    return {id, std::move(takes)};
  }

  template <class Id>
  Id read_id(table_reader& reader, std::string_view key) {
    std::string text = reader.text(key, {}, 2 * Id::size);
    if (auto id = Id::from_hex_text(text)) return *id;
    if (reader.has(key))
      reader.refuse(key, fmt::format("{} hexadecimal digits are wanted", 2 * Id::size));
    return {};
  }

  placement::pool& to_;
  document_problems& problems_;
};

} // namespace

result<placement::pool> load_placement_state(std::string_view text, std::string_view file) {
  auto document = read_json_document(text, file);
  if (!document) return fail(document.error());
  document_problems problems(file);
  placement::pool to;
  state_reader(to, problems).read(*document);
  if (auto done = problems.first(); !done) return fail(done.error());
  return to;
}

} // namespace ppn
