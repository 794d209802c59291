#include "storage/ledger/fleet_fold.hpp"

#include "messages/base/assert.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "runtime/crypto/hash.hpp"
#include "storage/ledger/fleet_snapshot.hpp"
#include "storage/ledger/fold_rules.hpp"

#include <algorithm>

namespace ppn {

namespace {

constexpr std::string_view member_prefix = "member:";
constexpr std::string_view admin_prefix = "admin:";

bool is_removed_subject(std::string_view subject) {
  return subject.starts_with(member_prefix) || subject.starts_with(admin_prefix);
}

// -- what an entry does --------------------------------------------------------------------------

// Of an entry that counts. Nothing in here can fail: the rules were checked.
struct fold_effect {
  fleet_state& state;
  fold_index& index;
  std::uint64_t at;
  const opened_entry& opened;
  std::optional<grant_id> stands_on;

  void set(std::string_view setting) { state.changed[std::string(setting)] = at; }
  void forget_removal(const std::string& subject) { index.removed -= state.changed.erase(subject); }
  void remember_removal(std::string subject);

  void operator()(const fact::genesis& m) {
    state.fleet = founded_by(opened.entry.order.octets);
    state.name = m.fleet_name;
    state.mesh_prefix = m.mesh_prefix;
    state.admins[m.admin] = {{}, at};
  }
  void operator()(const fact::member_added& m) {
    fleet_member& member = state.members[m.record.id];
    index.remove(member.record);
    index.add(m.record);
    member.record = m.record;
    member.keys = m.keys;
    member.changed = at;
    forget_removal(subject_of_member(m.record.id));
  }
  void operator()(const fact::member_removed& m) {
    index.remove(state.members.at(m.member).record);
    state.members.erase(m.member);
    if (std::erase(state.witnesses, m.member) != 0) set(subject_witnesses);
    remember_removal(subject_of_member(m.member));
  }
  void operator()(const fact::admin_added& m) {
    state.admins[m.admin] = {m.label, at};
    forget_removal(subject_of_admin(m.admin));
  }
  void operator()(const fact::admin_removed& m) {
    state.admins.erase(m.admin);
    remember_removal(subject_of_admin(m.admin));
  }
  void operator()(const fact::role_given& m);
  void operator()(const fact::witnesses_named& m) {
    state.witnesses = m.witnesses;
    set(subject_witnesses);
  }
  void operator()(const fact::acknowledgement_chosen& m) {
    state.policy = m.policy;
    set(subject_policy);
  }
  void operator()(const fact::posture_set& m) {
    fleet_member& member = state.members.at(m.member);
    member.record.trust = m.trust;
    member.changed = at;
  }
  void operator()(const fact::grant_issued& m) {
    held_grant held{m.grant, opened.order.who.key, at, std::nullopt, stands_on};
    index.add(held);
    state.grants.emplace(m.grant.serial, std::move(held));
  }
  void operator()(const fact::grant_revoked& m) { state.grants.at(m.serial).revoked = at; }
  void operator()(const fact::member_evicted& m) {
    fleet_member& member = state.members.at(m.member);
    member.evicted = true;
    ++member.evictions;
  }
  void operator()(const fact::member_returned& m) { state.members.at(m.member).evicted = false; }
  void operator()(const fact::node_started&) {}
  void operator()(const fact::noted&) {}
  void operator()(const fact::document_filed&) {}
};

// The checkpoint over the hand-over itself is the old key's last; a take-over is the new key's
// first.
void fold_effect::operator()(const fact::role_given& m) {
  if (m.role == fleet_role::hub) {
    state.hub = m.holder;
    return set(subject_hub);
  }
  writer_term next{m.term, m.holder, state.members.at(m.holder).keys.log, at + 2, std::nullopt};
  if (state.terms.empty()) next.first_size = 0;
  if (m.taken_over) {
    next.first_size = at + 1;
    next.old_root = m.old_root;
  }
  state.terms.push_back(std::move(next));
  set(subject_controller);
}

void fold_effect::remember_removal(std::string subject) {
  if (index.removed >= fold_limits::removed) {
    auto oldest = state.changed.end();
    for (auto each = state.changed.begin(); each != state.changed.end(); ++each)
      if (is_removed_subject(each->first) &&
          (oldest == state.changed.end() || each->second < oldest->second))
        oldest = each;
    PPN_ASSERT(oldest != state.changed.end());
    state.forgotten = std::max(state.forgotten, oldest->second + 1);
    state.changed.erase(oldest);
    --index.removed;
  }
  state.changed[std::move(subject)] = at;
  ++index.removed;
}

} // namespace

std::string subject_of_member(const node_id& member) {
  return std::string(member_prefix) + member.hex();
}

std::string subject_of_admin(const signing_public& admin) {
  return std::string(admin_prefix) + admin.hex();
}

fleet_id founded_by(bytes_view genesis_order) {
  return *fleet_id::from(crypto::sha256(genesis_order).view().first(fleet_id::size));
}

// -- the index -----------------------------------------------------------------------------------

void fold_index::add(const member_record& record) {
  names[record.name] = record.id;
  places[place_of(record)] = record.id;
}

void fold_index::remove(const member_record& record) {
  names.erase(record.name);
  places.erase(place_of(record));
}

void fold_index::add(const held_grant& held) {
  if ((held.grant.rights & (capability::grant | capability::revoke)) != 0)
    delegable[held.grant.subject].insert(held.grant.serial);
  if (held.stands_on) ++delegated;
}

fold_index fold_index::of(const fleet_state& state) {
  fold_index index;
  for (const auto& [id, member] : state.members)
    index.add(member.record);
  for (const auto& [serial, held] : state.grants)
    index.add(held);
  for (const auto& [subject, at] : state.changed)
    if (is_removed_subject(subject)) ++index.removed;
  return index;
}

// -- folding -------------------------------------------------------------------------------------

fleet_fold::fleet_fold(const fleet_id& expected, verify_signature verify)
    : expected_(expected), verify_(std::move(verify)) {
  PPN_ASSERT(verify_);
}

void fleet_fold::apply(bytes_view entry) {
  auto opened = wire::decode_entry(entry);
  if (!opened) {
    refuse("unreadable", std::move(opened.error()));
  } else {
    const ledger_entry& taken = opened->entry;
    const fold_moment now{
        state_, index_, expected_, verify_, size_, taken.term, taken.when_milliseconds};
    auto verdict = judge_order(now, opened->order, taken.order);
    if (verdict)
      take(*opened, verdict->stands_on);
    else
      refuse(kind_of(opened->order.what), std::move(verdict.error()));
  }
  ++size_;
}

status fleet_fold::check(const submitted_order& order,
                         std::optional<std::int64_t> when_milliseconds) const {
  auto read = wire::decode_order(order.octets);
  if (!read) return fail(std::move(read.error()));
  const fold_moment now{state_,
                        index_,
                        expected_,
                        verify_,
                        size_,
                        next_term(*read),
                        when_milliseconds.value_or(state_.last_milliseconds)};
  auto verdict = judge_order(now, *read, order);
  if (!verdict) return fail(std::move(verdict.error()));
  return {};
}

term_number fleet_fold::next_term(const ledger_order& order) const {
  return term_for(state_, order);
}

void fleet_fold::refuse(std::string_view kind, error reason) {
  ++state_.refused;
  if (findings.size() < fold_limits::findings)
    findings.push_back({size_, std::string(kind), std::move(reason)});
}

void fleet_fold::take(const opened_entry& opened, std::optional<grant_id> stands_on) {
  std::visit(fold_effect{state_, index_, size_, opened, stands_on}, opened.order.what);
  ++state_.kinds[std::string(kind_of(opened.order.what))];
  state_.last_milliseconds = opened.entry.when_milliseconds;
  if (needs_authority(opened.order.what)) roster_stale_ = true;
}

// Most authority entries change nothing of the roster: it is compared before the old one goes.
membership_ptr fleet_fold::members() const {
  if (!roster_stale_) return roster_;
  roster_stale_ = false;
  if (state_.terms.empty()) return roster_;
  membership now;
  now.fleet = state_.fleet;
  now.term = state_.terms.back().term;
  now.controller = state_.terms.back().writer;
  now.members.reserve(state_.members.size());
  for (const auto& [id, member] : state_.members)
    now.members.push_back(member.record);
  if (!roster_ || *roster_ != now) roster_ = std::make_shared<const membership>(std::move(now));
  return roster_;
}

// -- snapshots -----------------------------------------------------------------------------------

bytes fleet_fold::snapshot() const {
  return encode(fold_snapshot{state_, size_});
}

result<fleet_fold> fleet_fold::restore(bytes_view data, const fleet_id& expected,
                                       verify_signature verify) {
  auto read = decode_fold_snapshot(data);
  if (!read) return fail(std::move(read.error()));
  if (!read->state.admins.empty() && read->state.fleet != expected)
    return fail(ec::malformed, "the snapshot is of another fleet");
  fleet_fold fold(expected, std::move(verify));
  fold.state_ = std::move(read->state);
  fold.index_ = fold_index::of(fold.state_);
  fold.size_ = read->size;
  return fold;
}

} // namespace ppn
