#include "storage/ledger/fold_rules.hpp"

#include "messages/base/planted.hpp"
#include "storage/ledger/capability.hpp"

#include <algorithm>

namespace ppn {

namespace {

status refused(std::string text) {
  return fail(ec::refused, std::move(text));
}

std::string entry_text(std::uint64_t index) {
  return "entry " + std::to_string(index);
}

bool is_founded(const fleet_state& state) {
  return !state.admins.empty();
}

const fleet_member* member_of(const fleet_state& state, const node_id& id) {
  auto found = state.members.find(id);
  return found == state.members.end() ? nullptr : &found->second;
}

bool is_controller(const fleet_state& state, const node_id& id) {
  return !state.terms.empty() && state.terms.back().writer == id;
}

bool is_witness(const fleet_state& state, const node_id& id) {
  return std::find(state.witnesses.begin(), state.witnesses.end(), id) != state.witnesses.end();
}

status require_member(const fleet_state& state, const node_id& id) {
  if (member_of(state, id) != nullptr) return {};
  return fail(ec::not_found, id.brief() + " is no member");
}

// Whoever holds a part of the fleet has to be there: a workstation comes and goes.
status require_node(const fleet_state& state, const node_id& id, std::string_view part) {
  if (status known = require_member(state, id); !known) return known;
  if (member_of(state, id)->record.kind == member_kind::node) return {};
  return refused("an operator's station is no " + std::string(part));
}

// -- moments -------------------------------------------------------------------------------------

using change = std::optional<std::uint64_t>;

change change_of_member(const fleet_state& state, const node_id& id) {
  if (const fleet_member* member = member_of(state, id)) return member->changed;
  return change_of(state, subject_of_member(id));
}

change change_of_admin(const fleet_state& state, const signing_public& key) {
  if (auto found = state.admins.find(key); found != state.admins.end())
    return found->second.changed;
  return change_of(state, subject_of_admin(key));
}

change change_of_setting(const fleet_state& state, std::string_view name) {
  auto found = state.changed.find(std::string(name));
  return found == state.changed.end() ? change{} : change{found->second};
}

// When the subject of an order last changed.
struct subject_change {
  const fleet_state& state;

  change operator()(const fact::genesis&) const { return {}; }
  change operator()(const fact::member_added& m) const {
    return change_of_member(state, m.record.id);
  }
  change operator()(const fact::member_removed& m) const {
    return change_of_member(state, m.member);
  }
  change operator()(const fact::admin_added& m) const { return change_of_admin(state, m.admin); }
  change operator()(const fact::admin_removed& m) const { return change_of_admin(state, m.admin); }
  change operator()(const fact::role_given& m) const {
    return change_of_setting(state, m.role == fleet_role::hub ? subject_hub : subject_controller);
  }
  change operator()(const fact::witnesses_named&) const {
    return change_of_setting(state, subject_witnesses);
  }
  change operator()(const fact::acknowledgement_chosen&) const {
    return change_of_setting(state, subject_policy);
  }
  change operator()(const fact::posture_set& m) const { return change_of_member(state, m.member); }
  // A serial is issued once, so that there is no later change to be held back for.
  change operator()(const fact::grant_issued&) const { return {}; }
  change operator()(const fact::grant_revoked& m) const {
    auto found = state.grants.find(m.serial);
    if (found == state.grants.end()) return {};
    return found->second.revoked ? found->second.revoked : change{found->second.index};
  }
  // No authority, no moment.
  change operator()(const fact::member_evicted&) const { return {}; }
  change operator()(const fact::member_returned&) const { return {}; }
  change operator()(const fact::node_started&) const { return {}; }
  change operator()(const fact::noted&) const { return {}; }
  change operator()(const fact::document_filed&) const { return {}; }
};

status check_moment(const fold_moment& now, const ledger_order& order, std::uint64_t seen) {
  if (seen > now.at)
    return fail(ec::stale, "signed for a ledger of " + std::to_string(seen) +
                               " entries, which this one is not yet");
  auto changed = std::visit(subject_change{now.state}, order.what);
  if (changed && *changed >= seen)
    return fail(ec::stale, "signed when the ledger had " + std::to_string(seen) + " entries, but " +
                               entry_text(*changed) + " has changed its subject since");
  return {};
}

// -- who signs -----------------------------------------------------------------------------------

status check_admin(const fold_moment& now, const order_author& who, const order_authority& word) {
  if (who.by != order_author::kind::admin || who.key != word.admin)
    return refused("signed by another than its author");
  auto found = now.state.admins.find(word.admin);
  if (found == now.state.admins.end())
    return refused(word.admin.brief() + " is no administrator of this fleet");
  // What was signed before a key was an administrator's never counts, nor what a removed one signed
  // when it is an administrator's again.
  if (found->second.changed < word.previous_size) return {};
  return fail(ec::stale, "signed before " + entry_text(found->second.changed) +
                             " made its signer an administrator");
}

status check_basis(const fold_moment& now, const held_grant& own, const capability& other,
                   capability::right right, std::uint64_t seen) {
  if (own.index >= seen)
    return fail(ec::stale, "signed before " + entry_text(own.index) + " gave its signer a grant");
  if (status standing = check_standing(now.state, own, now.when_milliseconds); !standing)
    return standing;
  if (status within = check_within(own.grant, other, right); !within) return within;
  auto depth = depth_of(now.state, own);
  if (right == capability::grant && (!depth || *depth >= fold_limits::delegation_depth))
    return refused("the chain of grants would be too long");
  return {};
}

// The grant on whose strength somebody who is no administrator acts: the first one, by serial, that
// serves. Without one, the reason why the last one does not.
result<fold_verdict> find_basis(const fold_moment& now, const capability& other,
                                capability::right right, const order_authority& word) {
  error reason{ec::refused, word.admin.brief() + " is no administrator and holds no grant for it"};
  auto own = now.index.delegable.find(word.admin);
  if (own == now.index.delegable.end()) return fail(reason);
  for (const grant_id& serial : own->second) {
    auto held = now.state.grants.find(serial);
    if (held == now.state.grants.end()) continue;
    status serves = check_basis(now, held->second, other, right, word.previous_size);
    if (serves) return fold_verdict{serial};
    reason = serves.error();
  }
  return fail(std::move(reason));
}

result<fold_verdict> check_subject(const fold_moment& now, const ledger_order& order,
                                   const order_authority& word) {
  if (order.who.by == order_author::kind::local_user || order.who.key != word.admin)
    return fail(ec::refused, "signed by another than its author");
  if (const auto* issued = std::get_if<fact::grant_issued>(&order.what)) {
    if (now.index.delegated >= fold_limits::delegated)
      return fail(ec::too_large, "there are as many delegated grants as there may be");
    return find_basis(now, issued->grant, capability::grant, word);
  }
  const auto& serial = std::get<fact::grant_revoked>(order.what).serial;
  auto found = now.state.grants.find(serial);
  if (found == now.state.grants.end())
    return fail(ec::not_found, "grant " + serial.brief() + " is not in the ledger");
  auto basis = find_basis(now, found->second.grant, capability::revoke, word);
  if (!basis) return basis;
  return fold_verdict{}; // a revocation stands by itself
}

bool is_of_grants(const entry_fact& what) {
  return std::holds_alternative<fact::grant_issued>(what) ||
         std::holds_alternative<fact::grant_revoked>(what);
}

result<fold_verdict> check_signer(const fold_moment& now, const ledger_order& order,
                                  const order_authority& word) {
  if (is_of_grants(order.what) && !now.state.admins.contains(word.admin))
    return check_subject(now, order, word);
  if (status admin = check_admin(now, order.who, word); !admin) return fail(admin.error());
  return fold_verdict{};
}

status check_unsigned(const fleet_state& state, const order_author& who) {
  if (who.by == order_author::kind::admin) {
    if (state.admins.contains(who.key)) return {};
    return refused(who.key.brief() + " is no administrator of this fleet");
  }
  return require_member(state, who.key);
}

status check_proof(const fold_moment& now, const submitted_order& raw) {
  const order_authority& word = *raw.authority;
  bytes text = authority_text(now.state.fleet, word.previous_size, raw.octets);
  if (now.verify(word.admin, text, word.proof) || PPN_PLANT("copy-unchecked-authority")) return {};
  return fail(ec::unauthentic,
              "the signature is not " + word.admin.brief() + "'s over this order, fleet and size");
}

// -- what each kind takes ------------------------------------------------------------------------

status check_free(const std::map<std::string, node_id>& taken, const std::string& what,
                  const node_id& id) {
  auto found = taken.find(what);
  if (found == taken.end() || found->second == id) return {};
  return fail(ec::exists, "'" + what + "' is member " + found->second.brief() + "'s already");
}

status check_new_form(const fleet_state& state, const fleet_member& old,
                      const fact::member_added& now) {
  const node_id& id = now.record.id;
  const bool has_part = is_controller(state, id) || state.hub == id || is_witness(state, id);
  if (now.record.kind != member_kind::node && has_part)
    return refused("the controller, the hub and witnesses are no operator's stations");
  if (is_controller(state, id) && now.keys.log != old.keys.log)
    return refused("the log key of the fleet's writer changes with the controller's part only");
  return {};
}

status check_evidence(const fold_moment& now, const order_author& who, const node_id& member) {
  if (who.by != order_author::kind::node || !is_controller(now.state, who.key))
    return refused("only the controller says who is in the pool");
  return require_member(now.state, member);
}

struct fact_rule {
  const fold_moment& now;
  const order_author& who;
  const fleet_state& state = now.state;

  status operator()(const fact::genesis&) const {
    return fail(ec::exists, "the fleet is founded already");
  }
  status operator()(const fact::member_added& m) const;
  status operator()(const fact::member_removed& m) const {
    if (status known = require_member(state, m.member); !known) return known;
    if (is_controller(state, m.member)) return refused("the controller cannot be removed");
    if (state.hub == m.member) return refused("the hub cannot be removed");
    return {};
  }
  status operator()(const fact::admin_added& m) const {
    if (state.admins.contains(m.admin) || state.admins.size() < limits::administrators) return {};
    return fail(ec::too_large, "there are as many administrators as there may be");
  }
  status operator()(const fact::admin_removed& m) const {
    if (!state.admins.contains(m.admin))
      return fail(ec::not_found, m.admin.brief() + " is no administrator");
    if (state.admins.size() == 1) return refused("the last administrator cannot be removed");
    return {};
  }
  status operator()(const fact::role_given& m) const;
  status operator()(const fact::witnesses_named& m) const {
    for (const node_id& witness : m.witnesses)
      if (status node = require_node(state, witness, "witness"); !node) return node;
    return {};
  }
  status operator()(const fact::acknowledgement_chosen&) const { return {}; }
  status operator()(const fact::posture_set& m) const { return require_member(state, m.member); }
  status operator()(const fact::grant_issued& m) const;
  status operator()(const fact::grant_revoked& m) const {
    auto found = state.grants.find(m.serial);
    if (found == state.grants.end())
      return fail(ec::not_found, "grant " + m.serial.brief() + " is not in the ledger");
    if (!found->second.revoked) return {};
    return refused(entry_text(*found->second.revoked) + " has revoked it already");
  }
  status operator()(const fact::member_evicted& m) const {
    return check_evidence(now, who, m.member);
  }
  status operator()(const fact::member_returned& m) const {
    return check_evidence(now, who, m.member);
  }
  status operator()(const fact::node_started& m) const { return require_member(state, m.node); }
  status operator()(const fact::noted&) const { return {}; }
  status operator()(const fact::document_filed&) const { return {}; }
};

status fact_rule::operator()(const fact::member_added& m) const {
  const node_id& id = m.record.id;
  if (!is_member_name(m.record.name))
    return fail(ec::invalid, "a member's name is 1 to 63 of a-z, 0-9 and '-'");
  if (m.record.address.empty()) return fail(ec::invalid, "a member has an address");
  if (status name = check_free(now.index.names, m.record.name, id); !name) return name;
  if (status place = check_free(now.index.places, place_of(m.record), id); !place) return place;
  const fleet_member* old = member_of(state, id);
  if (old == nullptr && state.members.size() >= limits::members)
    return fail(ec::too_large, "there are as many members as there may be");
  if (old != nullptr)
    if (status form = check_new_form(state, *old, m); !form) return form;
  if (!are_distinct(id, m.keys))
    return fail(ec::invalid, "two of the member's keys are the same key");
  if (now.verify(id, certified_keys_text(id, m.keys), m.keys.certificate)) return {};
  return fail(ec::unauthentic, "the member's identity does not vouch for its other keys");
}

status fact_rule::operator()(const fact::role_given& m) const {
  if (status node = require_node(state, m.holder, to_string(m.role)); !node) return node;
  if (m.role == fleet_role::hub) return {};
  if (state.terms.size() >= fold_limits::terms)
    return fail(ec::too_large, "the fleet has had as many terms as there may be");
  const std::uint64_t next = state.terms.empty() ? 1 : state.terms.back().term.value + 1;
  if (m.term.value != next)
    return fail(ec::stale, "term " + std::to_string(m.term.value) +
                               " cannot begin, the next one is " + std::to_string(next));
  if (!m.taken_over) return {};
  if (state.terms.empty()) return refused("there is no controller to take over from");
  if (m.old_size == now.at) return {};
  return fail(ec::stale, "a take-over from a ledger of " + std::to_string(m.old_size) +
                             " entries comes as its next entry only");
}

status fact_rule::operator()(const fact::grant_issued& m) const {
  const capability& grant = m.grant;
  if (state.grants.contains(grant.serial))
    return fail(ec::exists, "grant " + grant.serial.brief() + " was issued already");
  if (state.grants.size() >= limits::grants)
    return fail(ec::too_large, "there are as many grants as there may ever be");
  if (grant.type.empty() || grant.resource.empty() || grant.rights == 0)
    return fail(ec::invalid, "a grant names a type, a resource and rights");
  if (grant.expires_milliseconds != 0 && grant.expires_milliseconds <= grant.issued_milliseconds)
    return fail(ec::invalid, "a grant expires after it is issued");
  if (grant.anchor_size > now.at)
    return fail(ec::stale, "a grant is anchored in the ledger before it");
  return {};
}

status check_genesis(const fold_moment& now, const ledger_order& order,
                     const submitted_order& raw) {
  const auto* genesis = std::get_if<fact::genesis>(&order.what);
  if (genesis == nullptr) return refused("a fleet's ledger begins with its genesis");
  if (!raw.authority) return refused("not signed by an administrator");
  const order_authority& word = *raw.authority;
  const order_author founder{order_author::kind::admin, genesis->admin, 0};
  if (order.who != founder || word.admin != genesis->admin)
    return refused("signed by another than its administrator");
  if (word.previous_size != 0) return fail(ec::stale, "a genesis is signed for an empty ledger");
  if (founded_by(raw.octets) != now.expected) return refused("the genesis of another fleet");
  return check_proof(now, raw); // the state's fleet is zero still, as the text wants it
}

} // namespace

result<fold_verdict> judge_order(const fold_moment& now, const ledger_order& order,
                                 const submitted_order& raw) {
  const term_number due = term_for(now.state, order);
  if (now.term != due)
    return fail(ec::stale, "of term " + std::to_string(now.term.value) + " in term " +
                               std::to_string(due.value));
  if (!is_founded(now.state)) {
    if (status founds = check_genesis(now, order, raw); !founds) return fail(founds.error());
    return fold_verdict{};
  }
  const fact_rule rule{now, order.who};
  if (const auto* again = std::get_if<fact::genesis>(&order.what))
    return fail(rule(*again).error());
  if (!raw.authority) {
    if (needs_authority(order.what)) return fail(ec::refused, "not signed by an administrator");
    if (status known = check_unsigned(now.state, order.who); !known) return fail(known.error());
    if (status holds = std::visit(rule, order.what); !holds) return fail(holds.error());
    return fold_verdict{};
  }
  // Cheap rules first: a signature is checked when everything else is right.
  if (status moment = check_moment(now, order, raw.authority->previous_size); !moment)
    return fail(moment.error());
  auto signer = check_signer(now, order, *raw.authority);
  if (!signer) return signer;
  if (status holds = std::visit(rule, order.what); !holds) return fail(holds.error());
  if (status proof = check_proof(now, raw); !proof) return fail(proof.error());
  return signer;
}

term_number term_for(const fleet_state& state, const ledger_order& order) {
  if (state.terms.empty()) return term_number{1};
  const term_number current = state.terms.back().term;
  const auto* role = std::get_if<fact::role_given>(&order.what);
  const bool opens = role != nullptr && role->role == fleet_role::controller && role->taken_over;
  return opens ? current.next() : current;
}

bool is_member_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= limits::name_octets &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

std::string place_of(const member_record& record) {
  return record.address + " port " + std::to_string(record.port);
}

bool are_distinct(const node_id& identity, const member_keys& keys) {
  return identity != keys.log && identity != keys.witness && keys.log != keys.witness;
}

std::optional<std::uint64_t> change_of(const fleet_state& state, const std::string& subject) {
  auto found = state.changed.find(subject);
  if (found != state.changed.end()) return found->second;
  if (state.forgotten != 0) return state.forgotten - 1;
  return std::nullopt;
}

} // namespace ppn
