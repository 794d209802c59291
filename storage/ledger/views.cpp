#include "storage/ledger/views.hpp"

#include "messages/wire/ledger_codec.hpp"
#include "storage/ledger/view_rows.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ppn::views {

namespace {

constexpr std::array<const char*, 12> row_columns{
    "index", "when", "term",       "kind",  "who",           "subject",
    "why",   "id",   "supersedes", "admin", "previous_size", "details"};

std::string cell_of(const json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : json_line(value);
}

std::string csv_row(const json& row) {
  std::vector<std::string> cells;
  for (const auto& [column, value] : row.items())
    cells.push_back(screen_text(cell_of(value)));
  return csv_line(cells);
}

std::string spell(export_format format, const json& row) {
  switch (format) {
  case export_format::jsonl:
    return json_line(row) + "\n";
  case export_format::csv:
    return csv_row(row);
  case export_format::yaml:
    return yaml_item(row);
  }
  return {};
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string out;
  for (const std::string& text : texts) {
    if (&text != &texts.front()) out += separator;
    out += text;
  }
  return out;
}

// -- for a screen
// -----------------------------------------------------------------------------------------

std::string human_value(const json& value) {
  if (value.is_string()) return screen_text(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_null()) return "-";
  if (!value.is_array()) return value.dump();
  std::string out;
  for (const json& item : value)
    out += (out.empty() ? "" : ", ") + human_value(item);
  return out.empty() ? "-" : out;
}

std::string human_line(std::string name, std::string value) {
  constexpr std::size_t width = 22;
  std::replace(name.begin(), name.end(), '_', ' ');
  if (name.size() < width) name.resize(width, ' ');
  return "  " + name + value + "\n";
}

// -- registers
// --------------------------------------------------------------------------------------------

std::vector<std::string> roles_of(const fleet_state& state, const node_id& id) {
  std::vector<std::string> out;
  if (!state.terms.empty() && state.terms.back().writer == id) out.emplace_back("controller");
  if (state.hub == id) out.emplace_back("hub");
  if (std::find(state.witnesses.begin(), state.witnesses.end(), id) != state.witnesses.end())
    out.emplace_back("witness");
  return out;
}

json node_row(const fleet_state& state, const node_id& id, const fleet_member& member) {
  json row;
  row["id"] = id.hex();
  row["name"] = member.record.name;
  row["address"] = member.record.address;
  row["port"] = member.record.port;
  row["posture"] = std::string{to_string(member.record.trust)};
  row["reserved"] = member.record.reserved;
  row["labels"] = json(member.record.labels);
  row["roles"] = json(roles_of(state, id));
  row["evicted"] = member.evicted;
  row["evictions"] = member.evictions;
  row["changed_index"] = member.changed;
  row["log_key"] = member.keys.log.hex();
  row["witness_key"] = member.keys.witness.hex();
  row["certificate"] = member.keys.certificate.hex();
  return row;
}

json grant_row(const held_grant& held) {
  const capability& grant = held.grant;
  json row;
  row["serial"] = grant.serial.hex();
  row["type"] = grant.type;
  row["rights"] = json(names_of_rights(grant.rights));
  row["holder"] = grant.subject.hex();
  row["resource"] = grant.resource;
  row["issuer"] = held.issuer.hex();
  row["issued"] = timestamp(grant.issued_milliseconds);
  row["expires"] =
      grant.expires_milliseconds == 0 ? json(nullptr) : json(timestamp(grant.expires_milliseconds));
  row["anchor_size"] = grant.anchor_size;
  row["anchor_root"] = grant.anchor_root.hex();
  row["issued_index"] = held.index;
  row["revoked_index"] = held.revoked ? json(*held.revoked) : json(nullptr);
  return row;
}

} // namespace

node_names names_of(const fleet_state& state) {
  node_names names;
  for (const auto& [id, member] : state.members)
    names.emplace(id, member.record.name);
  return names;
}

std::string entry_human(std::uint64_t index, const opened_entry& opened, const node_names& names) {
  const json row = entry_row(index, opened, names);
  std::string out = "entry " + std::to_string(index) + "\n";
  for (const auto& [column, value] : row.items()) {
    if (column == "index" || column == "details" || value.is_null()) continue;
    if (value.is_string() && value.get<std::string>().empty()) continue;
    out += human_line(column, human_value(value));
  }
  for (const auto& [field, value] : row["details"].items())
    out += human_line(field, human_value(value));
  return out;
}

std::string entry_brief(std::uint64_t index, const opened_entry& opened, const node_names& names) {
  const json row = entry_row(index, opened, names);
  std::string out = std::to_string(index);
  for (const char* column : {"when", "kind", "subject"}) {
    const std::string text = human_value(row[column]);
    if (!text.empty()) out += " " + text;
  }
  out += " by " + human_value(row["who"]);
  const std::string why = human_value(row["why"]);
  return why.empty() ? out : out + ": " + why;
}

std::string_view to_string(export_format value) {
  switch (value) {
  case export_format::jsonl:
    return "jsonl";
  case export_format::csv:
    return "csv";
  case export_format::yaml:
    return "yaml";
  }
  return "unknown";
}

std::optional<export_format> export_format_from(std::string_view text) {
  for (export_format value : {export_format::jsonl, export_format::csv, export_format::yaml})
    if (text == to_string(value)) return value;
  return std::nullopt;
}

std::string export_header(export_format format) {
  switch (format) {
  case export_format::jsonl:
    return {};
  case export_format::csv:
    return csv_line({row_columns.begin(), row_columns.end()});
  case export_format::yaml:
    return "---\n";
  }
  return {};
}

std::string export_entry(export_format format, std::uint64_t index, const opened_entry& opened,
                         const node_names& names) {
  return spell(format, entry_row(index, opened, names));
}

std::string export_entry(export_format format, std::uint64_t index, bytes_view octets,
                         const node_names& names) {
  const auto opened = wire::decode_entry(octets);
  return opened ? export_entry(format, index, *opened, names)
                : spell(format, undecodable_row(index, octets));
}

std::string export_footer(export_format format) {
  // "..." ends a YAML document, so that a file that was cut off can be told from a whole one.
  return format == export_format::yaml ? "...\n" : "";
}

std::string nodes_jsonl(const fleet_state& state) {
  std::string out;
  for (const auto& [id, member] : state.members)
    if (member.record.kind == member_kind::node)
      out += json_line(node_row(state, id, member)) + "\n";
  return out;
}

std::string members_csv(const fleet_state& state) {
  std::string out = csv_line({"id", "name", "kind", "address", "port", "posture", "reserved",
                              "labels", "roles", "evicted", "evictions", "changed_index"});
  const auto flag = [](bool value) { return value ? "yes" : "no"; };
  for (const auto& [id, member] : state.members) {
    const member_record& record = member.record;
    out += csv_line({id.hex(), record.name, std::string{to_string(record.kind)}, record.address,
                     std::to_string(record.port), std::string{to_string(record.trust)},
                     flag(record.reserved), json_line(json(record.labels)),
                     joined(roles_of(state, id), " "), flag(member.evicted),
                     std::to_string(member.evictions), std::to_string(member.changed)});
  }
  return out;
}

std::string grants_yaml(const fleet_state& state) {
  if (state.grants.empty()) return "[]\n";
  std::string out;
  for (const auto& [serial, held] : state.grants)
    out += yaml_item(grant_row(held));
  return out;
}

std::string guests_csv(const fleet_state&) {
  return csv_line(
      {"id", "name", "type", "node", "state", "ram", "vcpus", "disk", "entity", "since_index"});
}

} // namespace ppn::views
