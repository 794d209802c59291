#include "messages/wire/ledger_rules.hpp"

#include <algorithm>
#include <functional>

namespace ppn::wire {

namespace {

// Numbers are below this: one bit stays free for languages without unsigned.
constexpr std::uint64_t number_end = std::uint64_t{1} << 63;

struct utf8_form {
  std::size_t size;
  char32_t first_bits;
  char32_t smallest; // below it the same value has a shorter form
};

std::optional<utf8_form> form_of(octet lead) {
  if (lead < 0x80) return utf8_form{1, lead, 0};
  if ((lead & 0xe0) == 0xc0) return utf8_form{2, char32_t(lead & 0x1f), 0x80};
  if ((lead & 0xf0) == 0xe0) return utf8_form{3, char32_t(lead & 0x0f), 0x800};
  if ((lead & 0xf8) == 0xf0) return utf8_form{4, char32_t(lead & 0x07), 0x10000};
  return std::nullopt;
}

bool is_between(char32_t point, char32_t first, char32_t last) {
  return point >= first && point <= last;
}

bool is_refused(char32_t point) {
  return point < 0x20 || is_between(point, 0x7f, 0x9f) // controls
         || is_between(point, 0x2028, 0x202e)          // separators, embeddings and overrides
         || is_between(point, 0x2066, 0x2069)          // isolates
         || is_between(point, 0xd800, 0xdfff) || point > 0x10ffff;
}

// Keeps the first thing that is wrong.
class value_check {
public:
  status outcome;

  void require(bool holds, ec code, const char* field, const char* what) {
    if (!holds && outcome) outcome = fail(code, std::string{field} + " " + what);
  }
  void text(std::string_view value, std::size_t octets_max, const char* field) {
    require(value.size() <= octets_max, ec::too_large, field, "is too long");
    if (outcome)
      require(is_ledger_text(value), ec::invalid, field, "holds characters that no ledger takes");
  }
  void number(std::uint64_t value, const char* field) {
    require(value < number_end, ec::invalid, field, "is out of range");
  }
  void time(std::int64_t value, const char* field) {
    require(value >= 0, ec::invalid, field, "is negative");
  }
  template <class Enum>
  void choice(Enum value, Enum last, const char* field) {
    require(value <= last, ec::invalid, field, "is not a value this version knows");
  }
};

struct fact_check {
  value_check& check;

  void operator()(const fact::genesis& m) {
    check.text(m.fleet_name, limits::name_octets, "fleet name");
    check.text(m.mesh_prefix, address_octets_max, "mesh prefix");
  }
  void operator()(const fact::member_added& m) {
    const member_record& record = m.record;
    check.text(record.name, limits::name_octets, "member name");
    check.text(record.address, address_octets_max, "member address");
    check.choice(record.trust, posture::cloud, "posture");
    check.choice(record.kind, member_kind::operator_station, "kind");
    check.require(record.labels.size() <= limits::labels_per_node, ec::too_large, "labels",
                  "has too many items");
    for (const std::string& label : record.labels)
      check.text(label, limits::label_octets, "label");
  }
  void operator()(const fact::member_removed&) {}
  void operator()(const fact::admin_added& m) {
    check.text(m.label, limits::label_octets, "label");
  }
  void operator()(const fact::admin_removed&) {}
  void operator()(const fact::role_given& m) {
    check.choice(m.role, fleet_role::hub, "role");
    check.number(m.term.value, "term");
    check.number(m.old_size, "old size");
  }
  void operator()(const fact::witnesses_named& m) {
    check.require(m.witnesses.size() <= limits::witnesses, ec::too_large, "witnesses",
                  "has too many items");
    const bool ascending = std::adjacent_find(m.witnesses.begin(), m.witnesses.end(),
                                              std::greater_equal<>{}) == m.witnesses.end();
    check.require(ascending, ec::invalid, "witnesses", "are not strictly ascending");
  }
  void operator()(const fact::acknowledgement_chosen& m) {
    check.choice(m.policy, acknowledgement::majority, "acknowledgement");
  }
  void operator()(const fact::posture_set& m) { check.choice(m.trust, posture::cloud, "posture"); }
  void operator()(const fact::grant_issued& m) {
    const capability& grant = m.grant;
    check.text(grant.type, resource_type_octets_max, "resource type");
    check.text(grant.resource, resource_octets_max, "resource");
    check.require(grant.rights <= capability::rights_all, ec::invalid, "rights",
                  "has one that this version does not know");
    check.time(grant.issued_milliseconds, "time of issue");
    check.time(grant.expires_milliseconds, "expiry");
    check.number(grant.anchor_size, "anchor size");
  }
  void operator()(const fact::grant_revoked&) {}
  void operator()(const fact::member_evicted& m) { check.time(m.silence_milliseconds, "silence"); }
  void operator()(const fact::member_returned&) {}
  void operator()(const fact::node_started& m) {
    check.number(m.run.value, "incarnation");
    check.text(m.version, version_octets_max, "version");
  }
  void operator()(const fact::noted&) {}
  void operator()(const fact::document_filed& m) {
    check.text(m.name, document_name_octets_max, "document name");
    check.number(m.octets, "document size");
  }
};

} // namespace

bool is_ledger_text(std::string_view text) {
  while (!text.empty()) {
    const auto form = form_of(static_cast<octet>(text.front()));
    if (!form || text.size() < form->size) return false;
    char32_t point = form->first_bits;
    for (std::size_t i = 1; i < form->size; ++i) {
      const auto next = static_cast<octet>(text[i]);
      if ((next & 0xc0) != 0x80) return false;
      point = (point << 6) | (next & 0x3f);
    }
    if (point < form->smallest || is_refused(point)) return false;
    text.remove_prefix(form->size);
  }
  return true;
}

status check_order(const ledger_order& order) {
  value_check check;
  check.choice(order.who.by, order_author::kind::local_user, "author");
  check.require(order.who.uid == 0 || order.who.by == order_author::kind::local_user, ec::invalid,
                "author", "is no local user and has a user number");
  check.text(order.why, limits::reason_octets, "reason");
  std::visit(fact_check{check}, order.what);
  return check.outcome;
}

status check_entry(const ledger_entry& entry) {
  value_check check;
  check.number(entry.term.value, "term");
  check.time(entry.when_milliseconds, "time");
  if (entry.order.authority) check.number(entry.order.authority->previous_size, "previous size");
  return check.outcome;
}

} // namespace ppn::wire
