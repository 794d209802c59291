// Grants: who may give and take them, what they cover, and that one falls with those it stands on.
#include "tests/unit/fold_support.hpp"

namespace ppn {
namespace {

using namespace test;

constexpr std::uint8_t all = capability::rights_all;
constexpr std::int64_t hour = 3'600'000;

std::string use(const test_ledger& ledger, std::uint64_t serial, std::uint64_t subject,
                capability::right right, std::string_view type, std::string_view resource,
                std::int64_t now = 0) {
  return name_of(check_grant(ledger.state(), serial_of(serial), node_key(subject), right, type,
                             resource, now));
}

capability within(capability made, std::int64_t from, std::int64_t until) {
  made.issued_milliseconds = from;
  made.expires_milliseconds = until;
  return made;
}

BOOST_AUTO_TEST_SUITE(capabilities)

// -- use ------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_grant_is_good_for_its_subject_rights_and_resource_only) {
  test_ledger ledger = test_ledger::founded(3);
  BOOST_TEST(ledger.add(fact::grant_issued{
                 grant(1, capability::read | capability::invoke, node_key(2), "web")}) == "");
  BOOST_TEST(use(ledger, 1, 2, capability::read, "vm", "web") == "");
  BOOST_TEST(use(ledger, 1, 2, capability::invoke, "vm", "web") == "");
  BOOST_TEST(use(ledger, 1, 2, capability::write, "vm", "web") == "refused");
  BOOST_TEST(use(ledger, 1, 2, capability::read, "vm", "web2") == "refused");
  BOOST_TEST(use(ledger, 1, 2, capability::read, "vm", "*") == "refused");
  BOOST_TEST(use(ledger, 1, 2, capability::read, "ledger", "web") == "refused");
  BOOST_TEST(use(ledger, 1, 3, capability::read, "vm", "web") == "refused");
  BOOST_TEST(use(ledger, 2, 2, capability::read, "vm", "web") == "refused");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(2, capability::read, node_key(2))}) == "");
  BOOST_TEST(use(ledger, 2, 2, capability::read, "vm", "anything") == "");
}

BOOST_AUTO_TEST_CASE(a_grant_ends_at_its_expiry_or_with_its_revocation) {
  test_ledger ledger = test_ledger::founded(2);
  BOOST_TEST(ledger.add(fact::grant_issued{
                 within(grant(1, capability::read, node_key(2)), 10, 20)}) == "");
  BOOST_TEST(use(ledger, 1, 2, capability::read, "vm", "a", 19) == "");
  BOOST_TEST(use(ledger, 1, 2, capability::read, "vm", "a", 20) == "refused");
  BOOST_TEST(ledger.add(fact::grant_revoked{serial_of(1)}) == "");
  BOOST_TEST(use(ledger, 1, 2, capability::read, "vm", "a", 19) == "refused");
  BOOST_TEST(ledger.add(fact::grant_revoked{serial_of(1)}) == "refused");
  BOOST_TEST(ledger.add(fact::grant_revoked{serial_of(2)}) == "not-found");
}

// -- issue ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_serial_is_issued_once_for_ever) {
  test_ledger ledger = test_ledger::founded(2);
  BOOST_TEST(ledger.add(fact::grant_issued{grant(1, all, node_key(2))}) == "");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(1, all, node_key(2))}) == "exists");
  BOOST_TEST(ledger.add(fact::grant_revoked{serial_of(1)}) == "");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(1, all, node_key(2))}) == "exists");
}

BOOST_AUTO_TEST_CASE(a_grant_that_says_nothing_or_nonsense_is_none) {
  test_ledger ledger = test_ledger::founded(2);
  const auto outcome = [&](auto change) {
    capability made = grant(1, all, node_key(2));
    change(made);
    return ledger.add(fact::grant_issued{made});
  };
  BOOST_TEST(outcome([](auto& g) { g.rights = 0; }) == "invalid");
  BOOST_TEST(outcome([](auto& g) { g.type.clear(); }) == "invalid");
  BOOST_TEST(outcome([](auto& g) { g.resource.clear(); }) == "invalid");
  BOOST_TEST(outcome([](auto& g) { g.issued_milliseconds = g.expires_milliseconds = 5; }) ==
             "invalid");
  BOOST_TEST(outcome([&](auto& g) { g.anchor_size = ledger.size() + 1; }) == "stale");
  BOOST_TEST(outcome([&](auto& g) { g.anchor_size = ledger.size(); }) == "");
}

// -- delegation -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nobody_grants_what_they_do_not_hold) {
  test_ledger ledger = test_ledger::founded(4);
  const std::uint8_t own = capability::read | capability::grant;
  BOOST_TEST(ledger.add_by(by_node(2), fact::grant_issued{grant(9, own, node_key(3))}) ==
             "refused");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(1, own, node_key(2), "web")}) == "");
  const auto outcome = [&](const capability& made) {
    return ledger.add_by(by_node(2), fact::grant_issued{made});
  };
  BOOST_TEST(outcome(grant(2, own | capability::write, node_key(3), "web")) == "refused");
  BOOST_TEST(outcome(grant(2, own, node_key(3), "web2")) == "refused");
  BOOST_TEST(outcome(grant(2, own, node_key(3), "*")) == "refused");
  capability other = grant(2, own, node_key(3), "web");
  other.type = "ledger";
  BOOST_TEST(outcome(other) == "refused");
  BOOST_TEST(outcome(grant(2, own, node_key(3), "web")) == "");
  BOOST_TEST((ledger.state().grants.at(serial_of(2)).stands_on == serial_of(1)));
  BOOST_TEST((ledger.state().grants.at(serial_of(2)).issuer == node_key(2)));
  // With the right to use it alone nothing can be passed on.
  BOOST_TEST(outcome(grant(3, capability::read, node_key(3), "web")) == "");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(4, capability::read, node_key(4))}) == "");
  BOOST_TEST(ledger.add_by(by_node(4), fact::grant_issued{
                                           grant(5, capability::read, node_key(3))}) == "refused");
  // A subject decides about grants and nothing else.
  BOOST_TEST(ledger.add_by(by_node(2), fact::posture_set{node_key(2), posture::cloud}) ==
             "refused");
}

BOOST_AUTO_TEST_CASE(a_delegated_grant_is_signed_by_its_author) {
  test_ledger ledger = test_ledger::founded(4);
  BOOST_TEST(ledger.add(fact::grant_issued{grant(1, all, node_key(2))}) == "");
  const entry_fact what = fact::grant_issued{grant(2, capability::read, node_key(3))};
  const order_author user{order_author::kind::local_user, node_key(2), 1000};
  BOOST_TEST(ledger.add_by(user, what) == "refused");
  const auto order = ledger.ordered(by_node(3), what);
  BOOST_TEST(ledger.put(signed_order(order.octets, ledger.fleet, node_key(2), ledger.size())) ==
             "refused");
  submitted_order wrong = ledger.ordered_signed(by_node(2), what, ledger.size());
  wrong.authority->proof.octets[7] ^= 1;
  BOOST_TEST(ledger.put(wrong) == "unauthentic");
  const std::uint64_t issued = ledger.state().grants.at(serial_of(1)).index;
  BOOST_TEST(ledger.put(ledger.ordered_signed(by_node(2), what, issued)) == "stale");
  BOOST_TEST(ledger.put(ledger.ordered_signed(by_node(2), what, issued + 1)) == "");
}

BOOST_AUTO_TEST_CASE(a_delegated_grant_falls_with_the_one_it_stands_on) {
  test_ledger ledger = test_ledger::founded(5);
  for (std::uint64_t each = 1; each <= 3; ++each) {
    const entry_fact what = fact::grant_issued{grant(each, all, node_key(each + 1))};
    BOOST_TEST((each == 1 ? ledger.add(what) : ledger.add_by(by_node(each), what)) == "");
  }
  for (std::uint64_t each = 1; each <= 3; ++each)
    BOOST_TEST(use(ledger, each, each + 1, capability::write, "vm", "x") == "");
  BOOST_TEST(ledger.add(fact::grant_revoked{serial_of(2)}) == "");
  BOOST_TEST(use(ledger, 1, 2, capability::write, "vm", "x") == "");
  BOOST_TEST(use(ledger, 2, 3, capability::write, "vm", "x") == "refused");
  BOOST_TEST(use(ledger, 3, 4, capability::write, "vm", "x") == "refused");
  for (std::uint64_t subject : {3, 4})
    BOOST_TEST(ledger.add_by(by_node(subject), fact::grant_issued{grant(9, 1, node_key(5))}) ==
               "refused");
  BOOST_TEST(ledger.add_by(by_node(4), fact::grant_revoked{serial_of(1)}) == "refused");
}

BOOST_AUTO_TEST_CASE(a_delegated_grant_does_not_outlive_its_basis) {
  test_ledger ledger = test_ledger::founded(4);
  const std::int64_t start = ledger.now;
  BOOST_TEST(ledger.add(fact::grant_issued{
                 within(grant(1, all, node_key(2)), start, start + hour)}) == "");
  const auto issue = [&](std::uint64_t serial, std::int64_t until) {
    return ledger.add_by(by_node(2),
                         fact::grant_issued{within(grant(serial, 1, node_key(3)), start, until)});
  };
  BOOST_TEST(issue(2, 0) == "refused");
  BOOST_TEST(issue(2, start + hour + 1) == "refused");
  BOOST_TEST(issue(2, start + hour) == "");
  ledger.now = start + hour - 1;
  BOOST_TEST(issue(3, start + hour) == "");
  ledger.now = start + hour;
  BOOST_TEST(issue(4, start + hour) == "refused");
  BOOST_TEST(ledger.add_by(by_node(2), fact::grant_revoked{serial_of(3)}) == "refused");
}

BOOST_AUTO_TEST_CASE(a_subject_revokes_what_it_could_hold_itself) {
  test_ledger ledger = test_ledger::founded(4);
  const std::uint8_t reads = capability::read | capability::revoke;
  BOOST_TEST(ledger.add(fact::grant_issued{grant(1, reads, node_key(2), "web")}) == "");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(2, capability::read, node_key(3), "web")}) == "");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(3, capability::write, node_key(3), "web")}) == "");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(4, capability::read, node_key(3), "db")}) == "");
  const auto revoke = [&](std::uint64_t by, std::uint64_t serial) {
    return ledger.add_by(by_node(by), fact::grant_revoked{serial_of(serial)});
  };
  BOOST_TEST(revoke(3, 1) == "refused");
  BOOST_TEST(revoke(2, 3) == "refused");
  BOOST_TEST(revoke(2, 4) == "refused");
  BOOST_TEST(revoke(2, 7) == "not-found");
  BOOST_TEST(revoke(2, 2) == "");
  BOOST_TEST(revoke(2, 2) == "refused");
  BOOST_TEST(!ledger.state().grants.at(serial_of(2)).stands_on);
}

BOOST_AUTO_TEST_CASE(a_chain_of_grants_has_an_end) {
  test_ledger ledger = test_ledger::founded(1);
  BOOST_TEST(ledger.add(fact::grant_issued{grant(0, all, node_key(100))}) == "");
  for (std::uint64_t each = 1; each <= fold_limits::delegation_depth; ++each)
    BOOST_TEST(ledger.add_by(by_node(99 + each),
                             fact::grant_issued{grant(each, all, node_key(100 + each))}) == "");
  const std::uint64_t last = 100 + fold_limits::delegation_depth;
  BOOST_TEST(use(ledger, last - 100, last, capability::write, "vm", "x") == "");
  BOOST_TEST(ledger.add_by(by_node(last), fact::grant_issued{grant(500, 1, node_key(1))}) ==
             "refused");
  // The last one may still take away.
  BOOST_TEST(ledger.add_by(by_node(last), fact::grant_revoked{serial_of(3)}) == "");
  BOOST_TEST(use(ledger, last - 100, last, capability::write, "vm", "x") == "refused");
}

BOOST_AUTO_TEST_CASE(another_grant_serves_when_the_first_does_not) {
  test_ledger ledger = test_ledger::founded(3);
  BOOST_TEST(ledger.add(fact::grant_issued{grant(1, all, node_key(2), "a")}) == "");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(2, all, node_key(2), "b")}) == "");
  BOOST_TEST(ledger.add(fact::grant_issued{grant(3, all, node_key(2))}) == "");
  BOOST_TEST(ledger.add_by(by_node(2), fact::grant_issued{grant(4, 1, node_key(3), "b")}) == "");
  BOOST_TEST((ledger.state().grants.at(serial_of(4)).stands_on == serial_of(2)));
  BOOST_TEST(ledger.add(fact::grant_revoked{serial_of(2)}) == "");
  BOOST_TEST(ledger.add_by(by_node(2), fact::grant_issued{grant(5, 1, node_key(3), "b")}) == "");
  BOOST_TEST((ledger.state().grants.at(serial_of(5)).stands_on == serial_of(3)));
}

BOOST_AUTO_TEST_CASE(a_state_with_grants_in_a_circle_answers_too) {
  fleet_state state;
  for (std::uint64_t each : {1, 2}) {
    held_grant held{grant(each, all, node_key(2)), node_key(2), each, std::nullopt,
                    serial_of(3 - each)};
    state.grants[held.grant.serial] = held;
  }
  BOOST_TEST(name_of(check_grant(state, serial_of(1), node_key(2), capability::read, "vm", "x",
                                 0)) == "refused");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
