#include "messages/ledger.hpp"

namespace ppn {

namespace {

// One label per use of a key: what is signed for one purpose is never valid for another.
constexpr std::string_view authority_label = "ppn-authority/1\n";
constexpr std::string_view keys_label = "ppn-member-keys/1\n";

struct kind_name {
  std::string_view operator()(const fact::genesis&) const { return "genesis"; }
  std::string_view operator()(const fact::member_added&) const { return "member-added"; }
  std::string_view operator()(const fact::member_removed&) const { return "member-removed"; }
  std::string_view operator()(const fact::admin_added&) const { return "admin-added"; }
  std::string_view operator()(const fact::admin_removed&) const { return "admin-removed"; }
  std::string_view operator()(const fact::role_given&) const { return "role-given"; }
  std::string_view operator()(const fact::witnesses_named&) const { return "witnesses-named"; }
  std::string_view operator()(const fact::acknowledgement_chosen&) const {
    return "acknowledgement-chosen";
  }
  std::string_view operator()(const fact::posture_set&) const { return "posture-set"; }
  std::string_view operator()(const fact::grant_issued&) const { return "grant-issued"; }
  std::string_view operator()(const fact::grant_revoked&) const { return "grant-revoked"; }
  std::string_view operator()(const fact::member_evicted&) const { return "member-evicted"; }
  std::string_view operator()(const fact::member_returned&) const { return "member-returned"; }
  std::string_view operator()(const fact::node_started&) const { return "node-started"; }
  std::string_view operator()(const fact::noted&) const { return "noted"; }
  std::string_view operator()(const fact::document_filed&) const { return "document-filed"; }
};

// Spelled out for every kind, so that a new one does not compile before somebody decided.
struct authority_need {
  bool operator()(const fact::genesis&) const { return true; }
  bool operator()(const fact::member_added&) const { return true; }
  bool operator()(const fact::member_removed&) const { return true; }
  bool operator()(const fact::admin_added&) const { return true; }
  bool operator()(const fact::admin_removed&) const { return true; }
  bool operator()(const fact::role_given&) const { return true; }
  bool operator()(const fact::witnesses_named&) const { return true; }
  bool operator()(const fact::acknowledgement_chosen&) const { return true; }
  bool operator()(const fact::posture_set&) const { return true; }
  bool operator()(const fact::grant_issued&) const { return true; }
  bool operator()(const fact::grant_revoked&) const { return true; }
  bool operator()(const fact::member_evicted&) const { return false; }
  bool operator()(const fact::member_returned&) const { return false; }
  bool operator()(const fact::node_started&) const { return false; }
  bool operator()(const fact::noted&) const { return false; }
  bool operator()(const fact::document_filed&) const { return false; }
};

} // namespace

std::string_view to_string(acknowledgement value) {
  switch (value) {
  case acknowledgement::local:
    return "local";
  case acknowledgement::one:
    return "one";
  case acknowledgement::majority:
    return "majority";
  }
  return "unknown";
}

std::optional<acknowledgement> acknowledgement_from(std::string_view text) {
  for (acknowledgement value :
       {acknowledgement::local, acknowledgement::one, acknowledgement::majority})
    if (text == to_string(value)) return value;
  return std::nullopt;
}

std::string_view to_string(fleet_role value) {
  switch (value) {
  case fleet_role::controller:
    return "controller";
  case fleet_role::hub:
    return "hub";
  }
  return "unknown";
}

std::string_view kind_of(const entry_fact& what) {
  return std::visit(kind_name{}, what);
}

bool needs_authority(const entry_fact& what) {
  return std::visit(authority_need{}, what);
}

// Every part but the last has a fixed length, so that two different triples never give one text.
bytes authority_text(const fleet_id& fleet, std::uint64_t previous_size, bytes_view order) {
  std::array<octet, 8> size{};
  store_be64(size.data(), previous_size);
  bytes text;
  text.reserve(authority_label.size() + fleet.octets.size() + size.size() + order.size());
  append(text, view_of(authority_label));
  append(text, fleet.view());
  append(text, size);
  append(text, order);
  return text;
}

bytes certified_keys_text(const node_id& node, const member_keys& keys) {
  bytes text;
  append(text, view_of(keys_label));
  append(text, node.view());
  append(text, keys.log.view());
  append(text, keys.witness.view());
  return text;
}

} // namespace ppn
