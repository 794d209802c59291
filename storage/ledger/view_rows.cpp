#include "storage/ledger/view_rows.hpp"

#include "storage/log/merkle.hpp"

#include <nlohmann/json.hpp>

namespace ppn::views {

namespace {

template <class Enum>
std::string name_of(Enum value) {
  return std::string{to_string(value)};
}

template <class Id>
std::string short_hex(const Id& id) {
  return id.hex().substr(0, 16);
}

std::string admin_reference(const signing_public& admin) {
  return "admin:" + short_hex(admin);
}

std::string author_text(const order_author& who, const node_names& names) {
  switch (who.by) {
  case order_author::kind::node:
    return node_reference(who.key, names);
  case order_author::kind::admin:
    return admin_reference(who.key);
  case order_author::kind::local_user:
    return "uid:" + std::to_string(who.uid) + "@" + short_hex(who.key);
  }
  return "unknown";
}

// -- whom or what an entry is about
// --------------------------------------------------------------------

struct subject_text {
  const node_names& names;

  std::string node(const node_id& id) const { return node_reference(id, names); }
  std::string grant(const grant_id& id) const { return "grant:" + short_hex(id); }

  std::string operator()(const fact::genesis& m) const { return "fleet:" + m.fleet_name; }
  std::string operator()(const fact::member_added& m) const {
    return m.record.name.empty() ? node(m.record.id) : "node:" + m.record.name;
  }
  std::string operator()(const fact::member_removed& m) const { return node(m.member); }
  std::string operator()(const fact::admin_added& m) const { return admin_reference(m.admin); }
  std::string operator()(const fact::admin_removed& m) const { return admin_reference(m.admin); }
  std::string operator()(const fact::role_given& m) const { return "role:" + name_of(m.role); }
  std::string operator()(const fact::witnesses_named&) const { return "setting:witnesses"; }
  std::string operator()(const fact::acknowledgement_chosen&) const {
    return "setting:acknowledgement";
  }
  std::string operator()(const fact::posture_set& m) const { return node(m.member); }
  std::string operator()(const fact::grant_issued& m) const { return grant(m.grant.serial); }
  std::string operator()(const fact::grant_revoked& m) const { return grant(m.serial); }
  std::string operator()(const fact::member_evicted& m) const { return node(m.member); }
  std::string operator()(const fact::member_returned& m) const { return node(m.member); }
  std::string operator()(const fact::node_started& m) const { return node(m.node); }
  std::string operator()(const fact::noted&) const { return {}; }
  std::string operator()(const fact::document_filed& m) const { return "document:" + m.name; }
};

// -- every field of an entry's kind
// ----------------------------------------------------------------------

struct details_writer {
  json& to;

  void operator()(const fact::genesis& m) {
    to["fleet_name"] = m.fleet_name;
    to["first_admin"] = m.admin.hex();
    to["mesh_prefix"] = m.mesh_prefix;
  }
  void operator()(const fact::member_added& m) {
    to["member"] = m.record.id.hex();
    to["name"] = m.record.name;
    to["address"] = m.record.address;
    to["port"] = m.record.port;
    to["posture"] = name_of(m.record.trust);
    to["member_kind"] = name_of(m.record.kind);
    to["reserved"] = m.record.reserved;
    to["labels"] = json(m.record.labels);
    to["log_key"] = m.keys.log.hex();
    to["witness_key"] = m.keys.witness.hex();
    to["certificate"] = m.keys.certificate.hex();
  }
  void operator()(const fact::member_removed& m) { to["member"] = m.member.hex(); }
  void operator()(const fact::admin_added& m) {
    to["added_admin"] = m.admin.hex();
    to["label"] = m.label;
  }
  void operator()(const fact::admin_removed& m) { to["removed_admin"] = m.admin.hex(); }
  void operator()(const fact::role_given& m) {
    to["role"] = name_of(m.role);
    to["holder"] = m.holder.hex();
    to["new_term"] = m.term.value;
    to["taken_over"] = m.taken_over;
    to["old_size"] = m.old_size;
    to["old_root"] = m.old_root.hex();
  }
  void operator()(const fact::witnesses_named& m) {
    json list = json::array();
    for (const node_id& witness : m.witnesses)
      list.push_back(witness.hex());
    to["witnesses"] = std::move(list);
  }
  void operator()(const fact::acknowledgement_chosen& m) { to["policy"] = name_of(m.policy); }
  void operator()(const fact::posture_set& m) {
    to["member"] = m.member.hex();
    to["posture"] = name_of(m.trust);
  }
  void operator()(const fact::grant_issued& m) {
    to["serial"] = m.grant.serial.hex();
    to["type"] = m.grant.type;
    to["rights"] = json(names_of_rights(m.grant.rights));
    to["holder"] = m.grant.subject.hex();
    to["resource"] = m.grant.resource;
    to["issued"] = timestamp(m.grant.issued_milliseconds);
    to["expires"] = m.grant.expires_milliseconds == 0
                        ? json(nullptr)
                        : json(timestamp(m.grant.expires_milliseconds));
    to["anchor_size"] = m.grant.anchor_size;
    to["anchor_root"] = m.grant.anchor_root.hex();
  }
  void operator()(const fact::grant_revoked& m) { to["serial"] = m.serial.hex(); }
  void operator()(const fact::member_evicted& m) {
    to["member"] = m.member.hex();
    to["silence_milliseconds"] = m.silence_milliseconds;
    to["doubted"] = m.doubted;
  }
  void operator()(const fact::member_returned& m) {
    to["member"] = m.member.hex();
    to["times"] = m.times;
  }
  void operator()(const fact::node_started& m) {
    to["node"] = m.node.hex();
    to["run"] = m.run.value;
    to["boot"] = m.boot.hex();
    to["version"] = m.version;
  }
  void operator()(const fact::noted&) {}
  void operator()(const fact::document_filed& m) {
    to["name"] = m.name;
    to["octets"] = m.octets;
    to["sha256"] = m.content.hex();
  }
};

json details_of(const opened_entry& opened) {
  json details = json::object();
  details["author_key"] = opened.order.who.key.hex();
  if (const auto& authority = opened.entry.order.authority)
    details["proof"] = authority->proof.hex();
  std::visit(details_writer{details}, opened.order.what);
  return details;
}

} // namespace

std::string node_reference(const node_id& node, const node_names& names) {
  const auto known = names.find(node);
  const bool named = known != names.end() && !known->second.empty();
  return "node:" + (named ? known->second : short_hex(node));
}

std::vector<std::string> names_of_rights(std::uint8_t rights) {
  static constexpr std::array<std::string_view, 5> names{"read", "write", "invoke", "grant",
                                                         "revoke"};
  std::vector<std::string> out;
  for (std::size_t bit = 0; bit < names.size(); ++bit)
    if ((rights >> bit) & 1) out.emplace_back(names[bit]);
  return out;
}

json entry_row(std::uint64_t index, const opened_entry& opened, const node_names& names) {
  const ledger_order& order = opened.order;
  const auto& authority = opened.entry.order.authority;
  json row;
  row["index"] = index;
  row["when"] = timestamp(opened.entry.when_milliseconds);
  row["term"] = opened.entry.term.value;
  row["kind"] = std::string{kind_of(order.what)};
  row["who"] = author_text(order.who, names);
  row["subject"] = std::visit(subject_text{names}, order.what);
  row["why"] = order.why;
  row["id"] = order.id.hex();
  row["supersedes"] = order.supersedes ? json(order.supersedes->hex()) : json(nullptr);
  row["admin"] = authority ? json(authority->admin.hex()) : json(nullptr);
  row["previous_size"] = authority ? json(authority->previous_size) : json(nullptr);
  row["details"] = details_of(opened);
  return row;
}

json undecodable_row(std::uint64_t index, bytes_view octets) {
  json row;
  row["index"] = index;
  row["when"] = nullptr;
  row["term"] = nullptr;
  row["kind"] = "undecodable";
  for (const char* column : {"who", "subject", "why", "id", "supersedes", "admin", "previous_size"})
    row[column] = nullptr;
  row["details"] = {{"leaf", log::leaf_hash(octets).hex()}, {"octets", octets.size()}};
  return row;
}

} // namespace ppn::views
