#include "runtime/cli/status_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* schema = "ppn.status/1";

// nlohmann takes std::string, not our views.
template <class Enum>
std::string name_of(Enum value) {
  return std::string{to_string(value)};
}

std::string render_json(const json& value, json_layout layout) {
  // ASCII and replacement: a reader never meets an octet that its terminal or parser chokes on.
  return value.dump(layout == json_layout::indented ? 2 : -1, ' ', true,
                    json::error_handler_t::replace);
}

// Only the controller knows how long a member in good standing has been silent.
json silence_of(const member_view& row) {
  return row.silence_milliseconds < 0 ? json(nullptr) : json(row.silence_milliseconds);
}

json link_json(const link_report& link) {
  return {{"peer", link.peer.hex()},         {"state", link.state},
          {"established", link.established}, {"frames_in", link.frames_in},
          {"frames_out", link.frames_out},   {"dropped", link.dropped},
          {"last_error", link.last_error}};
}

json node_json(const node_report& node) {
  json links = json::array();
  for (const link_report& link : node.links)
    links.push_back(link_json(link));
  json refusals = json::object();
  for (const refusal_count& refusal : node.refusals)
    refusals[refusal.reason] = refusal.count;
  return {{"id", node.id.hex()},
          {"name", node.name},
          {"version", node.version},
          {"fleet", node.fleet.hex()},
          {"uptime_ms", node.uptime_milliseconds},
          {"view_age_ms", node.view_age_milliseconds},
          {"child_restarts", node.child_restarts},
          {"links", std::move(links)},
          {"refusals", std::move(refusals)}};
}

json controller_json(const fleet_view& view) {
  std::string name;
  for (const member_view& row : view.rows)
    if (row.record.id == view.controller) name = row.record.name;
  return {{"id", view.controller.hex()}, {"name", name}, {"term", view.term.value}};
}

json capacity_json(const node_capacity& capacity) {
  json pools = json::array();
  for (const disk_pool& pool : capacity.pools)
    pools.push_back({{"name", pool.name},
                     {"total", pool.total},
                     {"free", pool.free},
                     {"committed", pool.committed}});
  return {{"ram_total", capacity.ram_total},
          {"ram_offered", capacity.ram_offered},
          {"ram_available", capacity.ram_available},
          {"ram_guests", capacity.ram_guests},
          {"cpus_offered", capacity.cpus_offered},
          {"cpu_load_permille", capacity.cpu_load_permille},
          {"guests_limit", capacity.guests_limit},
          {"kvm", capacity.kvm},
          {"pools", std::move(pools)}};
}

json member_json(const member_view& row) {
  return {{"id", row.record.id.hex()},
          {"name", row.record.name},
          {"address", row.record.address},
          {"port", row.record.port},
          {"posture", name_of(row.record.trust)},
          {"kind", name_of(row.record.kind)},
          {"reserved", row.record.reserved},
          {"labels", json(row.record.labels)},
          {"controller", row.controller},
          {"state", name_of(row.state)},
          {"flapping", row.flapping},
          {"in_pool", row.state != member_state::evicted},
          {"silence_ms", silence_of(row)},
          {"transition_silence_ms", row.transition_silence_milliseconds},
          {"evictions", row.evictions},
          {"returns", row.returns},
          {"heartbeats", row.heartbeats},
          {"skew_ms", row.skew_milliseconds},
          {"boot", row.boot.hex()},
          {"guests", row.guests},
          {"node_lost", row.node_lost},
          {"capacity", capacity_json(row.capacity)}};
}

json ledger_json(const ledger_brief& ledger) {
  return {{"which", name_of(ledger.which)},
          {"origin", ledger.origin},
          {"part", name_of(ledger.part)},
          {"size", ledger.size},
          {"root", ledger.root.hex()},
          {"state", ledger.state},
          {"why", ledger.why},
          {"degraded", ledger.degraded},
          {"cosigned", ledger.cosigned ? json(*ledger.cosigned) : json(nullptr)},
          {"evidence", json(ledger.evidence)}};
}

} // namespace

std::string status_json(const status_reply& reply, json_layout layout) {
  const fleet_view& view = reply.view;
  json members = json::array();
  for (const member_view& row : view.rows)
    members.push_back(member_json(row));
  json ledgers = json::array();
  for (const ledger_brief& ledger : reply.ledgers)
    ledgers.push_back(ledger_json(ledger));
  json document{{"schema", schema},
                {"node", node_json(reply.node)},
                {"controller", controller_json(view)},
                {"doubt",
                 {{"active", view.doubt.active},
                  {"silent", view.doubt.silent},
                  {"members", view.doubt.members},
                  {"episodes", view.doubt.episodes}}},
                {"view", {{"epoch", view.stamp.epoch}, {"version", view.stamp.version}}},
                {"members", std::move(members)},
                {"ledgers", std::move(ledgers)}};
  return render_json(document, layout);
}

std::string status_error_json(const error& what, json_layout layout) {
  return render_json(
      {{"schema", schema}, {"error", {{"code", name_of(what.code)}, {"text", what.text}}}}, layout);
}

} // namespace ppn
