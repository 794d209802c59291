// The state of a fleet as a pure function of its ledger's entries. An authority entry counts only
// with the signature of somebody who may, made for this fleet and for this moment of its ledger;
// one that does not count changes nothing and is named, with its index and the rule it breaks.
//
// The rule of moments: an authority is good for a subject (a member, an administrator, a role, a
// grant, a setting) only if neither the subject nor the right to sign has changed since the size
// that the administrator saw, and that size is not after the entry itself. A held-back or repeated
// order therefore never counts.
//
// An entry without effect changes `size()` and `state().refused`, and leaves a finding; nothing
// else. An entry with effect that is no authority entry changes `kinds`, `last_milliseconds` and,
// of an eviction or return, the member's `evicted` and `evictions`: a ledger that only grows by
// such entries never makes the state larger.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/limits.hpp"
#include "messages/ledger.hpp"

#include <functional>
#include <map>
#include <set>

namespace ppn {

using verify_signature =
    std::function<bool(const signing_public& by, bytes_view message, const signature& sig)>;

// What bounds a state that every member holds in memory.
namespace fold_limits {

// Writers' keys are kept for ever, for the checkpoints they signed: a hand-over a day, 179 years.
inline constexpr std::size_t terms = 65'536;
// Removed members and administrators that are remembered one by one (see `fleet_state::forgotten`).
inline constexpr std::size_t removed = limits::members;
// Grants that are not an administrator's own: nobody can use up what administrators need.
inline constexpr std::size_t delegated = limits::grants / 2;
// Grants that stand on each other; a longer chain is nobody's intention.
inline constexpr std::size_t delegation_depth = 8;
// Findings that wait for the caller: beyond it, entries without effect are only counted.
inline constexpr std::size_t findings = 1'024;

} // namespace fold_limits

// An entry that has no effect, and why. Its writer broke a rule by taking it.
struct fold_finding {
  std::uint64_t index = 0;
  std::string kind; // "unreadable" when the entry does not decode
  error reason;
  bool operator==(const fold_finding&) const = default;
};

struct fleet_member {
  member_record record;
  member_keys keys;
  std::uint64_t changed = 0; // index of the entry that last changed it; evictions do not
  std::uint64_t evictions = 0;
  bool evicted = false;
  bool operator==(const fleet_member&) const = default;
};

struct fleet_admin {
  std::string label;
  std::uint64_t changed = 0;
  bool operator==(const fleet_admin&) const = default;
};

// One span of the log under one writer's key: from the entry after which it signs.
struct writer_term {
  term_number term;
  node_id writer;
  signing_public key;
  std::uint64_t first_size = 0; // the smallest size this key signs checkpoints for
  // Of a take-over: the root that the administrator saw at `first_size` - 1. A fold cannot know
  // roots; whoever holds the log compares.
  std::optional<digest> old_root = std::nullopt;
  bool operator==(const writer_term&) const = default;
};

struct held_grant {
  capability grant;
  signing_public issuer;
  std::uint64_t index = 0;              // of the entry that issued it
  std::optional<std::uint64_t> revoked; // index of the entry that did
  // The issuer's own grant when the issuer was no administrator: this one falls with it.
  std::optional<grant_id> stands_on = std::nullopt;
  bool operator==(const held_grant&) const = default;
};

struct fleet_state {
  fleet_id fleet;
  std::string name;
  std::string mesh_prefix;
  std::map<node_id, fleet_member> members;
  std::map<signing_public, fleet_admin> admins;
  std::vector<writer_term> terms; // oldest first; the last one is the controller's
  std::optional<node_id> hub;
  std::vector<node_id> witnesses;
  acknowledgement policy = acknowledgement::one;
  std::map<grant_id, held_grant> grants; // for ever: a serial is issued once
  // Index of the last change by subject, for subjects that are gone or are settings.
  std::map<std::string, std::uint64_t> changed;
  std::map<std::string, std::uint64_t> kinds; // entries with effect, counted by kind
  std::uint64_t refused = 0;                  // entries without effect
  std::int64_t last_milliseconds = 0;         // of the newest entry with effect
  // When more subjects were removed than are remembered, the oldest removals are forgotten. An
  // order about a subject that nobody remembers must have seen at least this size, which is after
  // all of them.
  std::uint64_t forgotten = 0;
  bool operator==(const fleet_state&) const = default;
};

// What the rules look up; it follows from the state.
struct fold_index {
  std::map<std::string, node_id> names;
  std::map<std::string, node_id> places;                  // address and port
  std::map<signing_public, std::set<grant_id>> delegable; // with the right `grant` or `revoke`
  std::size_t delegated = 0;                              // grants that stand on another
  std::size_t removed = 0;                                // removed subjects in `changed`

  void add(const member_record& record);
  void remove(const member_record& record);
  void add(const held_grant& held);
  // Of a state without two members of one name or place.
  static fold_index of(const fleet_state& state);
};

// Of a removed member or administrator, in `fleet_state::changed`.
std::string subject_of_member(const node_id& member);
std::string subject_of_admin(const signing_public& admin);

// The fleet that an order of the kind genesis founds.
fleet_id founded_by(bytes_view genesis_order);

class fleet_fold {
public:
  // `expected`: the fleet this ledger must belong to; a genesis of any other is a finding.
  explicit fleet_fold(const fleet_id& expected, verify_signature verify);

  // The entry at index `size()`, as it is in the log.
  void apply(bytes_view entry);
  // Why this order would not count as the next entry, if it would not: in the term `next_term` and
  // at `when_milliseconds`, or at the time of the newest entry. Time decides about delegated grants
  // only.
  status check(const submitted_order& order,
               std::optional<std::int64_t> when_milliseconds = std::nullopt) const;
  // The term that an entry with this order has to carry: a take-over's is the one it opens.
  term_number next_term(const ledger_order& order) const;

  const fleet_state& state() const { return state_; }
  std::uint64_t size() const { return size_; }
  // The roster as the actors use it; null before there is a controller. The same pointer as long as
  // nothing in it changed.
  membership_ptr members() const;

  // Appended to; consumed by the caller. At most fold_limits::findings wait.
  std::vector<fold_finding> findings;

  bytes snapshot() const;
  // ec::malformed when these octets are no snapshot of this fleet's fold.
  static result<fleet_fold> restore(bytes_view data, const fleet_id& expected,
                                    verify_signature verify);

private:
  void refuse(std::string_view kind, error reason);
  void take(const opened_entry& opened, std::optional<grant_id> stands_on);

  fleet_id expected_;
  verify_signature verify_;
  fleet_state state_;
  fold_index index_;
  std::uint64_t size_ = 0;
  // Made when somebody asks: ten thousand founding entries make one roster.
  mutable membership_ptr roster_;
  mutable bool roster_stale_ = true;
};

// -- capabilities --------------------------------------------------------------------------------

// Whether `subject` may exercise `right` on a resource now: the grant is in the ledger, not
// revoked, not expired, for this subject and covers this resource (trap T16). ec::refused names
// what is missing. A delegated grant needs all of the grants that it stands on.
status check_grant(const fleet_state& state, const grant_id& serial, const signing_public& subject,
                   capability::right right, std::string_view type, std::string_view resource,
                   std::int64_t now_milliseconds);

} // namespace ppn
