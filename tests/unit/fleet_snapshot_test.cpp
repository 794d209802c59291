// Snapshots of a fold: what comes back is what went in, and nothing that no fold comes to comes
// back.
#include "tests/unit/fold_support.hpp"

namespace ppn {
namespace {

using namespace test;

test_ledger sample_ledger() {
  test_ledger ledger = test_ledger::founded(4);
  fact::member_added labelled = member(5, member_kind::operator_station);
  labelled.record.labels = {"desk", "site=north"};
  labelled.record.trust = posture::leased;
  const std::vector<entry_fact> facts{
      labelled,
      hub(2),
      fact::witnesses_named{{node_key(2), node_key(3)}},
      fact::admin_added{admin_key(1), "Ada's key card"},
      fact::admin_added{admin_key(2), ""},
      fact::admin_removed{admin_key(2)},
      fact::grant_issued{grant(1, capability::rights_all, node_key(2))},
      fact::grant_issued{grant(2, capability::read, node_key(3), "web")},
      fact::grant_revoked{serial_of(2)},
      controller(2, 2)};
  for (const entry_fact& what : facts)
    BOOST_REQUIRE_EQUAL(ledger.add(what), "");
  BOOST_REQUIRE_EQUAL(ledger.add(take_over(3, 3, ledger.size())), "");
  BOOST_REQUIRE_EQUAL(ledger.add(fact::member_removed{node_key(4)}), "");
  BOOST_REQUIRE_EQUAL(
      ledger.add_by(by_node(2), fact::grant_issued{grant(3, capability::read, node_key(4), "x")}),
      "");
  BOOST_REQUIRE_EQUAL(ledger.say(by_node(3), fact::member_evicted{node_key(1), 30'250, true}), "");
  BOOST_REQUIRE_EQUAL(ledger.say(by_node(4), fact::noted{}), "not-found");
  return ledger;
}

result<fleet_fold> restore(const test_ledger& ledger, bytes_view data) {
  return fleet_fold::restore(data, ledger.fleet, tag_fits);
}

BOOST_AUTO_TEST_SUITE(fleet_snapshots)

BOOST_AUTO_TEST_CASE(a_fold_comes_back_with_everything_it_decides_by) {
  const test_ledger ledger = sample_ledger();
  const bytes data = ledger.fold.snapshot();
  auto back = restore(ledger, data);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((back->state() == ledger.state()));
  BOOST_TEST(back->size() == ledger.size());
  BOOST_TEST((back->snapshot() == data));
  BOOST_TEST((*back->members() == *ledger.fold.members()));
  // It looks things up as before: names, places and what subjects may grant.
  test_ledger on = ledger;
  on.fold = std::move(*back);
  fact::member_added twin = member(6);
  twin.record.name = "n1";
  BOOST_TEST(on.add(twin) == "exists");
  twin = member(6);
  twin.record.address = member(1).record.address;
  BOOST_TEST(on.add(twin) == "exists");
  BOOST_TEST(on.add_by(by_node(2), fact::grant_issued{grant(4, 1, node_key(1))}) == "");
}

BOOST_AUTO_TEST_CASE(a_fold_of_nothing_has_a_snapshot_too) {
  test_ledger ledger;
  BOOST_TEST((restore(ledger, ledger.fold.snapshot())->state() == fleet_state{}));
  BOOST_TEST(ledger.say(by_node(1), fact::noted{}) == "refused");
  auto back = restore(ledger, ledger.fold.snapshot());
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(back->state().refused == 1u);
  BOOST_TEST((back->members() == nullptr));
}

BOOST_AUTO_TEST_CASE(another_fleets_snapshot_is_none) {
  const test_ledger ledger = sample_ledger();
  auto other = fleet_fold::restore(ledger.fold.snapshot(), numbered<fleet_id>(4), tag_fits);
  BOOST_REQUIRE(!other.has_value());
  BOOST_TEST((other.error().code == ec::malformed));
}

BOOST_AUTO_TEST_CASE(cut_or_lengthened_octets_are_no_snapshot) {
  const test_ledger ledger = sample_ledger();
  bytes data = ledger.fold.snapshot();
  for (std::size_t size = 0; size < data.size(); ++size)
    BOOST_TEST(!restore(ledger, bytes_view{data}.first(size)).has_value());
  data.push_back(0);
  BOOST_TEST(!restore(ledger, data).has_value());
}

BOOST_AUTO_TEST_CASE(changed_octets_are_refused_or_are_another_snapshot) {
  const test_ledger ledger = sample_ledger();
  const bytes data = ledger.fold.snapshot();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < data.size(); ++at)
    for (octet change : {0x01, 0x80, 0xff}) {
      bytes changed = data;
      changed[at] ^= change;
      auto read = decode_fold_snapshot(changed);
      if (!read) {
        BOOST_TEST((read.error().code == ec::malformed));
        ++refused;
        continue;
      }
      BOOST_TEST((encode(*read) == changed));
      BOOST_TEST((read->state != ledger.state() || read->size != ledger.size()));
    }
  BOOST_TEST(refused > data.size() / 2);
}

// Each of these is well-formed and no fold ever comes to it.
BOOST_AUTO_TEST_CASE(a_state_that_no_fold_comes_to_is_refused) {
  const test_ledger ledger = sample_ledger();
  const auto outcome = [&](auto change) {
    fold_snapshot made{ledger.state(), ledger.size()};
    change(made.state);
    const auto read = decode_fold_snapshot(encode(made));
    return read ? std::string{} : std::string{to_string(read.error().code)};
  };
  using state = fleet_state&;
  BOOST_TEST(outcome([](state) {}) == "");
  const auto no = [&](auto change) { BOOST_TEST(outcome(change) == "malformed"); };
  no([](state s) { s.members.at(node_key(2)).record.name = "n1"; });
  no([](state s) { s.members.at(node_key(2)).record.name = "N2"; });
  no([](state s) { s.members.at(node_key(2)).record.address = member(1).record.address; });
  no([](state s) { s.members.at(node_key(2)).record.address.clear(); });
  no([](state s) { s.members.at(node_key(2)).keys.log = node_key(2); });
  no([](state s) { s.members.at(node_key(2)).changed = 9'999; });
  no([](state s) { s.members.at(node_key(2)).evicted = true; });
  no([](state s) { s.members.at(node_key(3)).keys.log = numbered<node_id>(8); });
  no([](state s) { s.members.at(node_key(3)).record.kind = member_kind::operator_station; });
  no([](state s) { s.members.erase(node_key(3)); });
  no([](state s) { s.admins.clear(); });
  no([](state s) { s.admins.at(admin_key(0)).changed = 9'999; });
  no([](state s) { s.hub = node_key(5); });
  no([](state s) { s.hub = node_key(9); });
  no([](state s) { s.hub.reset(); });
  no([](state s) { s.witnesses = {node_key(3), node_key(2)}; });
  no([](state s) { s.witnesses = {node_key(2), node_key(2)}; });
  no([](state s) { s.witnesses = {node_key(5)}; });
  no([](state s) { s.terms.clear(); });
  no([](state s) { s.terms.erase(s.terms.begin()); });
  no([](state s) { s.terms.front().first_size = 1; });
  no([](state s) { s.terms.front().old_root = digest{}; });
  no([](state s) { s.terms[1].first_size = 9'999; });
  no([](state s) { s.terms.back().writer = node_key(1); });
  no([](state s) { s.grants.at(serial_of(1)).grant.rights = 0; });
  no([](state s) { s.grants.at(serial_of(1)).grant.type.clear(); });
  no([](state s) { s.grants.at(serial_of(1)).grant.anchor_size = 9'999; });
  no([](state s) { s.grants.at(serial_of(1)).grant.expires_milliseconds = -1; });
  no([](state s) { s.grants.at(serial_of(1)).grant.subject = node_key(1); });
  no([](state s) { s.grants.at(serial_of(1)).stands_on = serial_of(3); });
  no([](state s) { s.grants.at(serial_of(1)).stands_on = serial_of(1); });
  no([](state s) { s.grants.at(serial_of(2)).revoked = 0; });
  no([](state s) { s.grants.at(serial_of(2)).revoked = 9'999; });
  no([](state s) { s.grants.at(serial_of(3)).grant.rights = capability::rights_all + 1; });
  no([](state s) { s.grants.at(serial_of(3)).stands_on = serial_of(2); });
  no([](state s) { s.grants.erase(serial_of(1)); });
  no([](state s) { s.changed["member:"] = 1; });
  no([](state s) { s.changed["weather"] = 1; });
  no([](state s) { s.changed[subject_of_member(node_key(1))] = 1; });
  no([](state s) { s.changed[subject_of_admin(admin_key(0))] = 1; });
  no([](state s) { s.changed["policy"] = 9'999; });
  no([](state s) { s.changed.erase("role:controller"); });
  no([](state s) { s.kinds["weather"] = 1; });
  no([](state s) { s.kinds["noted"] = 0; });
  no([](state s) { ++s.kinds["noted"]; });
  no([](state s) { s.kinds["noted"] = ~std::uint64_t{0}; });
  no([](state s) { s.kinds.erase("genesis"); });
  no([](state s) { s.refused = 0; });
  no([](state s) { s.last_milliseconds = -1; });
  no([](state s) { s.forgotten = 9'999; });
  no([](state s) { s.name = "a\nb"; });
  no([](state s) { s.name = std::string(64, 'a'); });
}

BOOST_AUTO_TEST_CASE(the_largest_fleet_has_a_snapshot) {
  test_ledger ledger = test_ledger::founded(1);
  fold_snapshot made{ledger.state(), 100'000};
  fleet_state& state = made.state;
  state.refused = made.size - 3;
  for (std::uint64_t each = 2; each <= limits::members; ++each) {
    const fact::member_added m = member(each);
    state.members[m.record.id] = {m.record, m.keys, 5, 0, false};
  }
  for (std::uint64_t each = 0; each < limits::grants; ++each)
    state.grants[serial_of(each)] = {grant(each, 1, node_key(1)), admin_key(0), 7, std::nullopt};
  const bytes data = encode(made);
  auto back = fleet_fold::restore(data, ledger.fleet, tag_fits);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((back->state() == state));
  BOOST_TEST(back->members()->members.size() == limits::members);
  // Full is full.
  ledger.fold = std::move(*back);
  ledger.entries.resize(made.size);
  BOOST_TEST(ledger.add(member(limits::members + 1)) == "too-large");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(limits::grants, 1, node_key(1))}) == "too-large");
  BOOST_TEST(ledger.add(member(limits::members)) == "");
  state.grants[serial_of(limits::grants)] = state.grants.begin()->second;
  BOOST_TEST(!decode_fold_snapshot(encode(made)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
