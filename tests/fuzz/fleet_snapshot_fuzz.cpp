// Snapshots of a fold from a file that anybody may have written: whatever is read gives the same
// octets again and is a state that folding goes on from, rule by rule.
#include "messages/base/assert.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "storage/ledger/fleet_snapshot.hpp"

namespace {

using namespace ppn;

bool believe(const signing_public&, bytes_view, const signature&) {
  return true;
}

void check_counted(fleet_fold& fold, const order_author& who, entry_fact what) {
  ledger_order order;
  order.who = who;
  order.what = std::move(what);
  submitted_order raw{wire::encode_order(order).value(), std::nullopt};
  if (needs_authority(order.what)) raw.authority = order_authority{who.key, fold.size(), {}};
  const std::int64_t when = fold.state().last_milliseconds;
  const bool foreseen = fold.check(raw).has_value();
  const std::uint64_t refused = fold.state().refused;
  fold.apply(wire::encode_entry({fold.next_term(order), when, std::move(raw)}).value());
  PPN_ASSERT(foreseen == (fold.state().refused == refused));
  PPN_ASSERT(check_state(fold.state(), fold.size()).has_value());
}

// One order of each kind that looks something up.
void go_on(fleet_fold fold) {
  if (fold.state().admins.empty() || fold.size() > (std::uint64_t{1} << 62)) return;
  const order_author admin{order_author::kind::admin, fold.state().admins.begin()->first, 0};
  const auto roster = fold.members();
  if (!fold.state().members.empty()) {
    const auto [id, member] = *fold.state().members.rbegin();
    check_counted(fold, admin, fact::member_added{member.record, member.keys});
    check_counted(fold, admin, fact::witnesses_named{{id}});
    check_counted(
        fold, admin,
        fact::role_given{
            fleet_role::controller, id, term_number{fold.state().terms.size() + 1}, false, 0, {}});
    check_counted(fold, {order_author::kind::node, id, 0}, fact::member_evicted{id, 1, false});
    check_counted(fold, admin, fact::member_removed{id});
  }
  if (!fold.state().grants.empty()) {
    capability grant = fold.state().grants.begin()->second.grant;
    const order_author subject{order_author::kind::node, grant.subject, 0};
    std::ignore = check_grant(fold.state(), grant.serial, grant.subject, capability::read,
                              grant.type, grant.resource, 0);
    check_counted(fold, subject, fact::grant_revoked{grant.serial});
    grant.serial.octets[0] ^= 0x80;
    check_counted(fold, subject, fact::grant_issued{grant});
  }
  check_counted(fold, admin, fact::admin_removed{admin.key});
  std::ignore = fold.members();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view octets{data, size};
  auto read = decode_fold_snapshot(octets);
  if (!read) {
    PPN_ASSERT(read.error().code == ec::malformed);
    return 0;
  }
  const bytes again = encode(*read);
  PPN_ASSERT(std::equal(again.begin(), again.end(), octets.begin(), octets.end()));
  auto fold = fleet_fold::restore(octets, read->state.fleet, believe);
  PPN_ASSERT(fold.has_value());
  PPN_ASSERT(fold->state() == read->state && fold->size() == read->size);
  go_on(std::move(*fold));
  return 0;
}
