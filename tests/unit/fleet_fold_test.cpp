// The rules of a fleet's ledger, one by one: what counts, what does not, and that the latter
// changes nothing. The harness compares `check` with `apply` and the state with itself at every
// entry.
#include "tests/unit/fold_support.hpp"

#include "runtime/crypto/keys.hpp"

namespace ppn {
namespace {

using namespace test;

BOOST_AUTO_TEST_SUITE(fleet_fold_rules)

// -- genesis --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_ledger_begins_with_its_genesis) {
  test_ledger ledger;
  BOOST_TEST(ledger.add(fact::admin_added{admin_key(1), "too early"}) == "refused");
  BOOST_TEST(ledger.say(by_node(1), fact::noted{}) == "refused");
  BOOST_TEST(ledger.state().refused == 2u);
  BOOST_TEST(ledger.put(ledger.genesis) == "");
  BOOST_TEST((ledger.state().fleet == ledger.fleet));
  BOOST_TEST(ledger.state().name == "home");
  BOOST_TEST(ledger.state().mesh_prefix == "10.8.0.0/16");
  BOOST_TEST(ledger.state().admins.contains(admin_key(0)));
  BOOST_TEST(ledger.put(ledger.genesis) == "exists");
  BOOST_TEST(ledger.add(fact::genesis{"another", admin_key(0), "10.9.0.0/16"}) == "exists");
  BOOST_TEST((ledger.fold.members() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_genesis_is_its_administrators_word_for_this_fleet) {
  test_ledger ledger;
  const bytes octets = ledger.genesis.octets;
  BOOST_TEST(ledger.put({octets, std::nullopt}) == "refused");
  BOOST_TEST(ledger.put(signed_order(octets, {}, admin_key(1), 0)) == "refused");
  BOOST_TEST(ledger.put(signed_order(octets, ledger.fleet, admin_key(0), 0)) == "unauthentic");
  BOOST_TEST(ledger.put(signed_order(octets, {}, admin_key(0), 1)) == "stale");
  submitted_order wrong = ledger.genesis;
  wrong.authority->proof.octets[9] ^= 1;
  BOOST_TEST(ledger.put(wrong) == "unauthentic");
  const bytes other =
      octets_of(by_admin(0), fact::genesis{"house", admin_key(0), "10.8.0.0/16"}, 0);
  BOOST_TEST(ledger.put(signed_order(other, {}, admin_key(0), 0)) == "refused");
  BOOST_TEST(ledger.put(ledger.genesis, term_number{2}) == "stale");
  BOOST_TEST(ledger.put(ledger.genesis) == "");
}

BOOST_AUTO_TEST_CASE(real_signatures_found_a_fleet) {
  const auto key_of = [](octet seed) { return crypto::signing_key::from_seed(bytes(32, seed)); };
  const auto admin = key_of(1);
  const auto node = key_of(2);
  const order_author who{order_author::kind::admin, admin.public_part(), 0};
  fact::member_added joins = member(1);
  joins.record.id = node.public_part();
  joins.keys.certificate = node.sign(certified_keys_text(joins.record.id, joins.keys));
  const bytes genesis = octets_of(who, fact::genesis{"home", who.key, ""}, 1);
  const fleet_id fleet = founded_by(genesis);
  fleet_fold fold(fleet, crypto::verify);
  const auto apply = [&](const bytes& order, const fleet_id& signed_for) {
    const std::uint64_t seen = fold.size();
    const signature proof = admin.sign(authority_text(signed_for, seen, order));
    fold.apply(
        wire::encode_entry({term_number{1}, 0, {order, order_authority{who.key, seen, proof}}})
            .value());
  };
  apply(genesis, {});
  apply(octets_of(who, joins, 2), fleet);
  BOOST_TEST(fold.findings.empty());
  BOOST_TEST(fold.state().members.contains(joins.record.id));
  joins.keys.certificate = admin.sign(certified_keys_text(joins.record.id, joins.keys));
  apply(octets_of(who, joins, 3), fleet);
  BOOST_TEST(fold.state().refused == 1u);
}

// -- signatures -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nothing_of_an_authority_can_be_changed) {
  test_ledger ledger = test_ledger::founded(2);
  const entry_fact what = fact::posture_set{node_key(2), posture::cloud};
  const submitted_order good = ledger.ordered_signed(by_admin(0), what, ledger.size());
  BOOST_TEST(ledger.put({good.octets, std::nullopt}) == "refused");
  submitted_order bad = good;
  bad.authority->previous_size -= 1;
  BOOST_TEST(ledger.put(bad) == "unauthentic");
  for (std::size_t at = 0; at < signature::size; ++at) {
    bad = good;
    bad.authority->proof.octets[at] ^= 0x10;
    BOOST_TEST(ledger.put(bad) == "unauthentic");
  }
  for (std::size_t at = 0; at < good.octets.size(); ++at) {
    bad = good;
    bad.octets[at] ^= 0x02;
    BOOST_TEST(ledger.put(bad) != "");
  }
  const fleet_id other = numbered<fleet_id>(9);
  BOOST_TEST(ledger.put(signed_order(good.octets, other, admin_key(0), ledger.size())) ==
             "unauthentic");
  // Signed by a key that may not, under its own name and under that of one who may.
  BOOST_TEST(ledger.add_by(by_admin(1), what) == "refused");
  bad = signed_order(good.octets, ledger.fleet, admin_key(1), ledger.size());
  BOOST_TEST(ledger.put(bad) == "refused");
  bad.authority->admin = admin_key(0);
  BOOST_TEST(ledger.put(bad) == "unauthentic");
  BOOST_TEST((ledger.state().members.at(node_key(2)).record.trust == posture::onprem));
  BOOST_TEST(ledger.put(good) == "");
  BOOST_TEST((ledger.state().members.at(node_key(2)).record.trust == posture::cloud));
}

BOOST_AUTO_TEST_CASE(the_author_is_the_administrator_who_signs) {
  test_ledger ledger = test_ledger::founded(2);
  BOOST_TEST(ledger.add(fact::admin_added{admin_key(1), "second"}) == "");
  const entry_fact what = fact::acknowledgement_chosen{acknowledgement::majority};
  for (const order_author& who :
       {by_admin(1), by_node(1), order_author{order_author::kind::node, admin_key(0), 0},
        order_author{order_author::kind::local_user, admin_key(0), 0}}) {
    const submitted_order order = ledger.ordered(who, what);
    BOOST_TEST(ledger.put(signed_order(order.octets, ledger.fleet, admin_key(0), ledger.size())) ==
               "refused");
  }
  BOOST_TEST(ledger.add_by(by_admin(1), what) == "");
}

BOOST_AUTO_TEST_CASE(a_signature_that_nobody_asked_for_is_checked_all_the_same) {
  test_ledger ledger = test_ledger::founded(1);
  BOOST_TEST(ledger.say(by_admin(0), fact::noted{}) == "");
  BOOST_TEST(ledger.say(by_admin(1), fact::noted{}) == "refused");
  BOOST_TEST(ledger.add(fact::noted{}) == "");
  submitted_order wrong = ledger.ordered_signed(by_admin(0), fact::noted{}, ledger.size());
  wrong.authority->proof.octets[0] ^= 1;
  BOOST_TEST(ledger.put(wrong) == "unauthentic");
  // A node signs no entry, not even its own remark.
  BOOST_TEST(ledger.add_by(by_node(1), fact::noted{}) == "refused");
  BOOST_TEST(ledger.say(by_node(1), fact::noted{}) == "");
  BOOST_TEST(ledger.say({order_author::kind::local_user, node_key(1), 1000}, fact::noted{}) == "");
  BOOST_TEST(ledger.say(by_node(2), fact::noted{}) == "not-found");
}

// -- moments --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_order_that_was_held_back_or_repeated_never_counts) {
  test_ledger ledger = test_ledger::founded(3);
  const auto set = [](posture trust) { return fact::posture_set{node_key(2), trust}; };
  const auto held_back = ledger.ordered_signed(by_admin(0), set(posture::cloud), ledger.size());
  const auto first = ledger.ordered_signed(by_admin(0), set(posture::leased), ledger.size());
  BOOST_TEST(ledger.put(first) == "");
  BOOST_TEST(ledger.put(first) == "stale");
  BOOST_TEST(ledger.put(held_back) == "stale");
  // What was signed at the size that the change led to is good, one before it is not.
  BOOST_TEST(ledger.add_seen(ledger.state().members.at(node_key(2)).changed, set(posture::cloud)) ==
             "stale");
  BOOST_TEST(ledger.add_seen(ledger.state().members.at(node_key(2)).changed + 1,
                             set(posture::cloud)) == "");
  // Other subjects go their own way; the future is nobody's.
  BOOST_TEST(ledger.add_seen(1, fact::acknowledgement_chosen{acknowledgement::local}) == "");
  BOOST_TEST(ledger.add_seen(ledger.size() + 1, set(posture::onprem)) == "stale");
}

BOOST_AUTO_TEST_CASE(every_subject_has_moments) {
  test_ledger ledger = test_ledger::founded(3);
  const std::vector<entry_fact> facts{fact::admin_added{admin_key(1), "a"},
                                      fact::acknowledgement_chosen{acknowledgement::local},
                                      fact::witnesses_named{{node_key(2), node_key(3)}},
                                      hub(2),
                                      fact::posture_set{node_key(3), posture::cloud},
                                      fact::grant_issued{grant(1, capability::read, node_key(1))},
                                      fact::grant_revoked{serial_of(1)},
                                      controller(2, 2),
                                      fact::member_removed{node_key(3)},
                                      fact::admin_removed{admin_key(1)},
                                      member(3)};
  std::vector<submitted_order> done;
  for (const entry_fact& what : facts) {
    done.push_back(ledger.ordered_signed(by_admin(0), what, ledger.size()));
    BOOST_TEST(ledger.put(done.back()) == "", kind_of(what) << ": " << ledger.reason());
  }
  for (const submitted_order& again : done)
    BOOST_TEST(ledger.put(again) != "");
}

BOOST_AUTO_TEST_CASE(a_removal_is_remembered_against_orders_from_before) {
  test_ledger ledger = test_ledger::founded(3);
  const auto old_member = ledger.ordered_signed(by_admin(0), member(3), ledger.size());
  BOOST_TEST(ledger.add(fact::member_removed{node_key(3)}) == "");
  BOOST_TEST(ledger.put(old_member) == "stale");
  BOOST_TEST(ledger.add(member(3)) == "");
  BOOST_TEST(ledger.state().changed.size() == 1u); // the controller's part
}

BOOST_AUTO_TEST_CASE(what_a_removed_administrator_signed_never_counts_again) {
  test_ledger ledger = test_ledger::founded(2);
  const fact::acknowledgement_chosen what{acknowledgement::local};
  const auto before = ledger.ordered_signed(by_admin(1), what, ledger.size());
  BOOST_TEST(ledger.add(fact::admin_added{admin_key(1), "second"}) == "");
  BOOST_TEST(ledger.put(before) == "stale");
  const auto during = ledger.ordered_signed(by_admin(1), what, ledger.size());
  BOOST_TEST(ledger.add(fact::admin_removed{admin_key(1)}) == "");
  BOOST_TEST(ledger.put(during) == "refused");
  BOOST_TEST(ledger.add(fact::admin_added{admin_key(1), "again"}) == "");
  BOOST_TEST(ledger.put(during) == "stale");
  BOOST_TEST(ledger.add_by(by_admin(1), what) == "");
}

// -- members --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_member_has_a_name_an_address_and_keys_of_its_own) {
  test_ledger ledger = test_ledger::founded(2);
  const auto outcome = [&](auto change) {
    fact::member_added m = member(5);
    change(m);
    return ledger.add(m);
  };
  for (const char* name : {"", "N5", "n 5", "n.5", "n_5", "n5\xc3\xa4"})
    BOOST_TEST(outcome([&](auto& m) { m.record.name = name; }) == "invalid");
  BOOST_TEST(outcome([](auto& m) { m.record.address = ""; }) == "invalid");
  BOOST_TEST(outcome([](auto& m) { m.record.name = "n2"; }) == "exists");
  BOOST_TEST(outcome([](auto& m) { m.record.address = member(2).record.address; }) == "exists");
  BOOST_TEST(outcome([](auto& m) { m.keys.certificate.octets[3] ^= 1; }) == "unauthentic");
  BOOST_TEST(outcome([](auto& m) { m.keys.log = member(2).keys.log; }) == "unauthentic");
  BOOST_TEST(outcome([](auto& m) { m.keys.log = m.keys.witness, certify(m); }) == "invalid");
  BOOST_TEST(outcome([](auto& m) { m.keys.log = m.record.id, certify(m); }) == "invalid");
  BOOST_TEST(outcome([](auto& m) {
               m.record.address = member(2).record.address;
               m.record.port = 9;
               m.record.name = std::string(63, '-');
             }) == "");
}

BOOST_AUTO_TEST_CASE(a_member_changes_and_leaves_its_old_name_to_others) {
  test_ledger ledger = test_ledger::founded(2);
  fact::member_added renamed = member(2);
  renamed.record.name = "other";
  renamed.record.address = "10.8.9.9";
  renamed.keys.log = numbered<signing_public>(5);
  certify(renamed);
  BOOST_TEST(ledger.add(renamed) == "");
  fact::member_added third = member(3);
  third.record.name = "n2";
  third.record.address = member(2).record.address;
  BOOST_TEST(ledger.add(third) == "");
  BOOST_TEST(ledger.add(member(2)) == "exists");
  fact::member_added writer = member(1);
  writer.keys.log = numbered<signing_public>(6);
  certify(writer);
  BOOST_TEST(ledger.add(writer) == "refused");
  writer = member(1);
  writer.record.labels = {"rack=4"};
  BOOST_TEST(ledger.add(writer) == "");
  BOOST_TEST(ledger.fold.members()->find(node_key(1))->labels.size() == 1u);
}

BOOST_AUTO_TEST_CASE(who_holds_a_part_stays_and_is_a_node) {
  test_ledger ledger = test_ledger::founded(4);
  BOOST_TEST(ledger.add(member(7, member_kind::operator_station)) == "");
  BOOST_TEST(ledger.add(hub(7)) == "refused");
  BOOST_TEST(ledger.add(hub(9)) == "not-found");
  BOOST_TEST(ledger.add(controller(7, 2)) == "refused");
  BOOST_TEST(ledger.add(fact::witnesses_named{{node_key(2), node_key(7)}}) == "refused");
  BOOST_TEST(ledger.add(hub(2)) == "");
  BOOST_TEST(ledger.add(fact::witnesses_named{{node_key(3), node_key(4)}}) == "");
  for (std::uint64_t part : {1, 2, 3})
    BOOST_TEST(ledger.add(member(part, member_kind::operator_station)) == "refused");
  BOOST_TEST(ledger.add(fact::member_removed{node_key(1)}) == "refused");
  BOOST_TEST(ledger.add(fact::member_removed{node_key(2)}) == "refused");
  BOOST_TEST(ledger.add(fact::member_removed{node_key(9)}) == "not-found");
  const auto named =
      ledger.ordered_signed(by_admin(0), fact::witnesses_named{{node_key(2)}}, ledger.size());
  BOOST_TEST(ledger.add(fact::member_removed{node_key(3)}) == "");
  BOOST_TEST((ledger.state().witnesses == std::vector{node_key(4)}));
  BOOST_TEST(ledger.put(named) == "stale"); // the list has changed since
  BOOST_TEST((ledger.state().hub == node_key(2)));
}

// -- administrators -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(there_is_always_an_administrator_and_never_too_many) {
  test_ledger ledger = test_ledger::founded(1);
  BOOST_TEST(ledger.add(fact::admin_removed{admin_key(0)}) == "refused");
  BOOST_TEST(ledger.add(fact::admin_removed{admin_key(1)}) == "not-found");
  for (std::uint64_t each = 1; each < limits::administrators; ++each)
    BOOST_TEST(ledger.add(fact::admin_added{admin_key(each), ""}) == "");
  BOOST_TEST(ledger.add(fact::admin_added{admin_key(500), ""}) == "too-large");
  BOOST_TEST(ledger.add(fact::admin_added{admin_key(3), "relabelled"}) == "");
  BOOST_TEST(ledger.state().admins.at(admin_key(3)).label == "relabelled");
  BOOST_TEST(ledger.add(fact::admin_removed{admin_key(0)}) == "");
  BOOST_TEST(ledger.add(fact::admin_removed{admin_key(1)}) == "refused"); // 0 is none any more
  BOOST_TEST(ledger.add_by(by_admin(1), fact::admin_removed{admin_key(2)}) == "");
}

// -- terms ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_hand_over_is_the_last_entry_of_its_term) {
  test_ledger ledger = test_ledger::founded(3);
  BOOST_TEST(ledger.state().terms.back().first_size == 0u);
  BOOST_TEST(ledger.add(controller(2, 1)) == "stale");
  BOOST_TEST(ledger.add(controller(2, 3)) == "stale");
  const auto over = ledger.ordered_signed(by_admin(0), controller(2, 2), ledger.size());
  BOOST_TEST(ledger.put(over, term_number{2}) == "stale");
  const std::uint64_t at = ledger.size();
  BOOST_TEST(ledger.put(over) == "");
  BOOST_TEST(ledger.state().terms.back().first_size == at + 2);
  BOOST_TEST((ledger.state().terms.back().key == member(2).keys.log));
  BOOST_TEST((ledger.fold.members()->controller == node_key(2)));
  BOOST_TEST(ledger.fold.members()->term.value == 2u);
  const auto note = ledger.ordered(by_node(2), fact::noted{});
  BOOST_TEST(ledger.put(note, term_number{1}) == "stale");
  BOOST_TEST(ledger.put(note, term_number{3}) == "stale");
  BOOST_TEST(ledger.put(note, term_number{2}) == "");
  BOOST_TEST(ledger.add(fact::member_removed{node_key(1)}) == "");
}

BOOST_AUTO_TEST_CASE(a_take_over_is_the_first_entry_of_its_term_and_of_one_size_only) {
  test_ledger ledger = test_ledger::founded(3);
  BOOST_TEST(ledger.add(take_over(2, 2, ledger.size() - 1)) == "stale");
  BOOST_TEST(ledger.add(take_over(2, 2, ledger.size() + 1)) == "stale");
  BOOST_TEST(ledger.add(take_over(2, 3, ledger.size())) == "stale");
  const std::uint64_t at = ledger.size() + 1;
  const auto over = ledger.ordered_signed(by_admin(0), take_over(2, 2, at), ledger.size());
  BOOST_TEST(ledger.put(over, term_number{1}) == "stale");
  BOOST_TEST(ledger.put(over) == "");
  const writer_term& term = ledger.state().terms.back();
  BOOST_TEST(term.first_size == at + 1);
  BOOST_TEST((term.old_root == numbered<digest>(77)));
  BOOST_TEST((term.writer == node_key(2)));
  // Right after a hand-over: the writer that got the part never signed.
  BOOST_TEST(ledger.add(controller(3, 3)) == "");
  BOOST_TEST(ledger.add(take_over(1, 4, ledger.size())) == "");
  BOOST_TEST(ledger.state().terms[2].first_size == ledger.state().terms[3].first_size);
}

BOOST_AUTO_TEST_CASE(founding_entries_are_of_term_one) {
  test_ledger ledger = test_ledger::founded(0);
  const auto joins = ledger.ordered_signed(by_admin(0), member(1), 1);
  BOOST_TEST(ledger.put(joins, term_number{0}) == "stale");
  BOOST_TEST(ledger.put(joins, term_number{2}) == "stale");
  BOOST_TEST(ledger.put(joins, term_number{1}) == "");
  BOOST_TEST(ledger.add(take_over(1, 1, ledger.size())) == "refused");
  BOOST_TEST(ledger.say(by_node(1), fact::member_evicted{node_key(1), 30'250, false}) == "refused");
  BOOST_TEST(ledger.add(controller(1, 2)) == "stale");
  BOOST_TEST(ledger.add(controller(1, 1)) == "");
}

// -- evidence -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(only_the_controller_says_who_is_in_the_pool) {
  test_ledger ledger = test_ledger::founded(3);
  const fact::member_evicted out{node_key(2), 30'250, false};
  const fact::member_returned back{node_key(2), 3};
  BOOST_TEST(ledger.say(by_node(2), out) == "refused");
  BOOST_TEST(ledger.say(by_node(3), back) == "refused");
  BOOST_TEST(ledger.say(by_admin(0), out) == "refused");
  BOOST_TEST(ledger.add(out) == "refused");
  BOOST_TEST(ledger.say({order_author::kind::local_user, node_key(1), 0}, out) == "refused");
  BOOST_TEST(ledger.say(by_node(1), fact::member_evicted{node_key(9), 30'250, false}) ==
             "not-found");
  const membership_ptr roster = ledger.fold.members();
  const std::uint64_t changed = ledger.state().members.at(node_key(2)).changed;
  BOOST_TEST(ledger.say(by_node(1), out) == "");
  BOOST_TEST(ledger.state().members.at(node_key(2)).evicted);
  BOOST_TEST(ledger.say(by_node(1), back) == "");
  const fleet_member& member = ledger.state().members.at(node_key(2));
  BOOST_TEST((!member.evicted && member.evictions == 1 && member.changed == changed));
  BOOST_TEST((ledger.fold.members() == roster));
  BOOST_TEST(ledger.say(by_node(2), fact::node_started{node_key(2), {}, {}, "0.1"}) == "");
  BOOST_TEST(ledger.say(by_node(1), fact::node_started{node_key(9), {}, {}, ""}) == "not-found");
  BOOST_TEST(ledger.say(by_node(1), fact::document_filed{"photo.jpg", 1, {}}) == "");
}

BOOST_AUTO_TEST_CASE(octets_that_nobody_can_read_are_passed_over) {
  test_ledger ledger = test_ledger::founded(2);
  BOOST_TEST(name_of(ledger.apply({})) == "malformed");
  BOOST_TEST(ledger.fold.findings.front().kind == "unreadable");
  BOOST_TEST(name_of(ledger.apply(bytes(64, 0xff))) == "malformed");
  const bytes& whole = ledger.entries.front();
  const bytes cut(whole.begin(), whole.end() - 8);
  BOOST_TEST(name_of(ledger.apply(cut)) == "malformed");
  BOOST_TEST(ledger.add(fact::member_removed{node_key(2)}) == "");
  BOOST_TEST(ledger.state().refused == 3u);
}

// -- the roster -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_roster_is_made_anew_when_it_changes_only) {
  test_ledger ledger = test_ledger::founded(3);
  const membership_ptr first = ledger.fold.members();
  BOOST_TEST(first->members.size() == 3u);
  BOOST_TEST((first->fleet == ledger.fleet));
  BOOST_TEST(ledger.add(hub(2)) == "");
  BOOST_TEST(ledger.add(fact::admin_added{admin_key(1), ""}) == "");
  BOOST_TEST(ledger.add(fact::posture_set{node_key(2), posture::onprem}) == ""); // as it was
  BOOST_TEST((ledger.fold.members() == first));
  BOOST_TEST((fleet_fold(ledger.fold).members() == first));
  BOOST_TEST(ledger.add(fact::posture_set{node_key(2), posture::cloud}) == "");
  const membership_ptr second = ledger.fold.members();
  BOOST_TEST((second != first));
  BOOST_TEST((first->find(node_key(2))->trust == posture::onprem));
  BOOST_TEST((second->find(node_key(2))->trust == posture::cloud));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
