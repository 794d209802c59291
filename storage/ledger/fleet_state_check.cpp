// What every fold's state keeps to: the other half of fold_rules.cpp, looked at afterwards.
#include "storage/ledger/capability.hpp"
#include "storage/ledger/fleet_snapshot.hpp"
#include "storage/ledger/fold_rules.hpp"

#include <algorithm>
#include <numeric>

namespace ppn {

namespace {

constexpr std::uint64_t number_end = std::uint64_t{1} << 63;

// Keeps the first rule that does not hold.
class state_check {
public:
  state_check(const fleet_state& state, std::uint64_t size) : state_(state), size_(size) {}

  status outcome;

  void check_all();

private:
  void require(bool holds, const char* rule) {
    if (!holds && outcome) outcome = fail(ec::malformed, rule);
  }
  void require_entry(std::uint64_t index) {
    require(index < size_, "something was changed by an entry beyond its size");
  }
  bool is_node(const node_id& id) const {
    auto found = state_.members.find(id);
    return found != state_.members.end() && found->second.record.kind == member_kind::node;
  }
  void check_unfounded();
  void check_counts();
  void check_members();
  void check_admins();
  void check_terms();
  void check_parts();
  void check_grants();
  void check_delegated(const held_grant& held);
  void check_changes();
  bool is_gone(std::string_view subject) const;

  const fleet_state& state_;
  std::uint64_t size_;
};

bool is_kind(const std::string& name) {
  static const std::set<std::string> names = [] {
    std::set<std::string> all;
    [&]<std::size_t... At>(std::index_sequence<At...>) {
      (all.emplace(kind_of(entry_fact(std::in_place_index<At>))), ...);
    }
    (std::make_index_sequence<std::variant_size_v<entry_fact>>());
    return all;
  }();
  return names.contains(name);
}

void state_check::check_unfounded() {
  fleet_state nothing;
  nothing.refused = size_;
  require(state_ == nothing, "there is something before the fleet's genesis");
}

void state_check::check_counts() {
  std::uint64_t sum = state_.refused;
  require(sum <= size_, "more entries are counted than there are");
  for (const auto& [kind, count] : state_.kinds) {
    require(is_kind(kind) && count > 0, "a kind of entry that does not exist is counted");
    require(count <= size_ - sum, "more entries are counted than there are");
    if (!outcome) return;
    sum += count;
  }
  require(sum == size_, "fewer entries are counted than there are");
  auto genesis = state_.kinds.find("genesis");
  require(genesis != state_.kinds.end() && genesis->second == 1, "there is one genesis");
  require(state_.last_milliseconds >= 0, "the newest entry is from before 1970");
  require(state_.forgotten <= size_, "something was changed by an entry beyond its size");
}

void state_check::check_members() {
  std::set<std::string> names;
  std::set<std::string> places;
  for (const auto& [id, member] : state_.members) {
    require(id == member.record.id, "a member stands under another's id");
    require(is_member_name(member.record.name), "a member's name is none");
    require(!member.record.address.empty(), "a member has no address");
    require(names.insert(member.record.name).second, "two members have one name");
    require(places.insert(place_of(member.record)).second, "two members have one address");
    require(are_distinct(id, member.keys), "two keys of a member are one");
    require(!member.evicted || member.evictions > 0, "a member is out without an eviction");
    require(member.evictions <= size_, "more entries are counted than there are");
    require_entry(member.changed);
  }
  require(state_.members.size() <= limits::members, "there are too many members");
}

void state_check::check_admins() {
  require(state_.admins.size() <= limits::administrators, "there are too many administrators");
  for (const auto& [key, admin] : state_.admins)
    require_entry(admin.changed);
}

// A hand-over at the newest entry: its term begins with the size after the next entry.
void state_check::check_terms() {
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < state_.terms.size(); ++i) {
    const writer_term& term = state_.terms[i];
    require(term.term.value == i + 1, "a term is missing");
    require(term.first_size >= before && term.first_size <= size_ + 1 &&
                (i == 0) == (term.first_size == 0),
            "a term begins at a size at which it cannot");
    require(i > 0 || !term.old_root, "the first term took over from nobody");
    before = term.first_size;
  }
  require(state_.terms.size() <= fold_limits::terms, "there are too many terms");
  if (state_.terms.empty()) return;
  const writer_term& last = state_.terms.back();
  require(is_node(last.writer), "the controller is no member, or a station");
  if (outcome)
    require(state_.members.at(last.writer).keys.log == last.key, "the writer has another log key");
}

void state_check::check_parts() {
  require(!state_.hub || is_node(*state_.hub), "the hub is no member, or a station");
  require(state_.witnesses.size() <= limits::witnesses, "there are too many witnesses");
  require(std::adjacent_find(state_.witnesses.begin(), state_.witnesses.end(),
                             std::greater_equal<>{}) == state_.witnesses.end(),
          "witnesses are out of order");
  for (const node_id& witness : state_.witnesses)
    require(is_node(witness), "a witness is no member, or a station");
}

void state_check::check_grants() {
  std::size_t delegated = 0;
  for (const auto& [serial, held] : state_.grants) {
    const capability& grant = held.grant;
    require(serial == grant.serial, "a grant stands under another's serial");
    require(!grant.type.empty() && !grant.resource.empty() && grant.rights != 0 &&
                grant.rights <= capability::rights_all,
            "a grant names no type, resource or rights");
    require(grant.issued_milliseconds >= 0 &&
                (grant.expires_milliseconds == 0 ||
                 grant.expires_milliseconds > grant.issued_milliseconds),
            "a grant expires before it is issued");
    require(grant.anchor_size <= held.index, "a grant is anchored in the ledger after it");
    require_entry(held.index);
    if (held.revoked) {
      require(*held.revoked > held.index, "a grant was revoked before it was issued");
      require_entry(*held.revoked);
    }
    if (held.stands_on) {
      ++delegated;
      check_delegated(held);
    }
  }
  require(state_.grants.size() <= limits::grants && delegated <= fold_limits::delegated,
          "there are too many grants");
}

void state_check::check_delegated(const held_grant& held) {
  auto own = state_.grants.find(*held.stands_on);
  require(own != state_.grants.end(), "a grant stands on none");
  if (!outcome) return;
  require(own->second.index < held.index && own->second.grant.subject == held.issuer,
          "a grant stands on one that its issuer did not hold");
  require(!own->second.revoked || *own->second.revoked > held.index,
          "a grant stands on one that was revoked before");
  require(check_within(own->second.grant, held.grant, capability::grant).has_value(),
          "a grant gives more than the one it stands on");
  require(depth_of(state_, held).has_value(), "a chain of grants is too long");
}

// A subject that is gone: its text is the one that the fold would write, and it is not there.
bool state_check::is_gone(std::string_view subject) const {
  auto at = subject.find(':');
  if (at == std::string_view::npos) return false;
  auto id = node_id::from_hex_text(subject.substr(at + 1));
  if (!id) return false;
  if (subject == subject_of_member(*id)) return !state_.members.contains(*id);
  return subject == subject_of_admin(*id) && !state_.admins.contains(*id);
}

void state_check::check_changes() {
  std::size_t gone = 0;
  for (const auto& [subject, at] : state_.changed) {
    require_entry(at);
    if (subject == subject_controller || subject == subject_hub || subject == subject_witnesses ||
        subject == subject_policy)
      continue;
    ++gone;
    require(is_gone(subject), "something is remembered as gone that is not");
    require(at >= state_.forgotten, "a removal is remembered that was forgotten");
  }
  require(gone <= fold_limits::removed, "too much is remembered as gone");
  require(state_.changed.contains(std::string(subject_controller)) == !state_.terms.empty() &&
              state_.changed.contains(std::string(subject_hub)) == state_.hub.has_value(),
          "a part is held that nobody gave");
}

void state_check::check_all() {
  require(size_ < number_end, "its size is out of range");
  if (state_.admins.empty()) return check_unfounded();
  check_counts();
  check_members();
  check_admins();
  check_terms();
  check_parts();
  check_grants();
  check_changes();
}

} // namespace

status check_state(const fleet_state& state, std::uint64_t size) {
  state_check check(state, size);
  check.check_all();
  return check.outcome;
}

} // namespace ppn
