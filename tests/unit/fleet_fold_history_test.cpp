// Random histories: honest orders, hostile ones and rubbish in any order. Whatever comes, a fold
// that went over a snapshot is the fold from the beginning, and no hostile order has an effect.
// Then long histories, which must not make the state grow.
#include "tests/unit/fold_support.hpp"

#include <rapidcheck.h>

namespace ppn {
namespace {

using namespace test;

// One number of rapidcheck's makes a few steps, so that a failure shrinks by leaving out steps.
class step_random {
public:
  explicit step_random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % bound;
  }
  bool one_in(std::uint64_t many) { return below(many) == 0; }

private:
  std::uint64_t state_;
};

constexpr std::uint64_t nodes = 6;
constexpr std::uint64_t admins = 4;
constexpr std::uint64_t serials = 12;

fact::member_added some_member(step_random& random) {
  fact::member_added made =
      member(1 + random.below(nodes),
             random.one_in(6) ? member_kind::operator_station : member_kind::node);
  if (random.one_in(6)) made.record.name = "n" + std::to_string(1 + random.below(nodes));
  if (random.one_in(8)) made.record.port = static_cast<std::uint16_t>(random.below(3));
  if (random.one_in(8))
    made.keys.log = numbered<signing_public>(1 + random.below(9)), certify(made);
  if (random.one_in(12)) made.keys.certificate.octets[1] ^= 4;
  return made;
}

fact::witnesses_named some_witnesses(step_random& random) {
  fact::witnesses_named made;
  for (std::uint64_t each = 1; each <= nodes; ++each)
    if (random.one_in(3)) made.witnesses.push_back(node_key(each));
  std::sort(made.witnesses.begin(), made.witnesses.end());
  return made;
}

capability some_grant(const test_ledger& ledger, step_random& random) {
  constexpr const char* resources[] = {"*", "a", "b"};
  capability made = grant(random.below(serials), static_cast<std::uint8_t>(random.below(32)),
                          node_key(1 + random.below(nodes)), resources[random.below(3)]);
  if (random.one_in(2)) made.rights = capability::rights_all;
  made.anchor_size = random.below(ledger.size() + 1);
  if (random.one_in(3))
    made.expires_milliseconds = ledger.now + static_cast<std::int64_t>(random.below(40));
  return made;
}

fact::role_given some_role(const test_ledger& ledger, step_random& random) {
  if (random.one_in(2)) return hub(1 + random.below(nodes));
  const std::uint64_t next = ledger.state().terms.size() + (random.one_in(6) ? 0 : 1);
  const std::uint64_t holder = 1 + random.below(nodes);
  if (random.one_in(2)) return controller(holder, next);
  return take_over(holder, next, ledger.size() - (random.one_in(4) ? 1 : 0));
}

entry_fact some_fact(const test_ledger& ledger, step_random& random) {
  const node_id node = node_key(1 + random.below(nodes));
  const signing_public admin = admin_key(random.below(admins));
  switch (random.below(18)) {
  case 0:
    return fact::genesis{"home", admin, "10.8.0.0/16"};
  case 1:
  case 2:
    return some_member(random);
  case 3:
    return fact::member_removed{node};
  case 4:
    return fact::admin_added{admin, "label"};
  case 5:
    return fact::admin_removed{admin};
  case 6:
    return some_role(ledger, random);
  case 7:
    return some_witnesses(random);
  case 8:
    return fact::acknowledgement_chosen{static_cast<acknowledgement>(random.below(3))};
  case 9:
    return fact::posture_set{node, static_cast<posture>(random.below(3))};
  case 10:
  case 11:
    return fact::grant_issued{some_grant(ledger, random)};
  case 12:
    return fact::grant_revoked{serial_of(random.below(serials))};
  case 13:
    return fact::member_evicted{node, 30'250, random.one_in(2)};
  case 14:
    return fact::member_returned{node, 1};
  case 15:
    return fact::node_started{node, incarnation{1}, {}, "0.1"};
  case 16:
    return fact::noted{};
  default:
    return fact::document_filed{"photo.jpg", 7, {}};
  }
}

order_author some_admin(const test_ledger& ledger, step_random& random) {
  if (random.one_in(8) || ledger.state().admins.empty()) return by_admin(random.below(admins));
  auto at = ledger.state().admins.begin();
  std::advance(at, random.below(ledger.state().admins.size()));
  return {order_author::kind::admin, at->first, 0};
}

bool is_of_grants(const entry_fact& what) {
  return std::holds_alternative<fact::grant_issued>(what) ||
         std::holds_alternative<fact::grant_revoked>(what);
}

order_author some_author(const test_ledger& ledger, const entry_fact& what, step_random& random) {
  if (is_of_grants(what) && random.one_in(2)) return by_node(1 + random.below(nodes));
  if (needs_authority(what)) return some_admin(ledger, random);
  if (!ledger.state().terms.empty() && !random.one_in(4))
    return {order_author::kind::node, ledger.state().terms.back().writer, 0};
  return by_node(1 + random.below(nodes));
}

// -- hostile steps --------------------------------------------------------------------------------

enum class attack : std::uint64_t {
  unsigned_order,
  other_key,
  other_fleet,
  other_size,
  other_octet,
  other_proof,
  other_term,
  stranger,
  repeated,
  rubbish,
  last = rubbish
};
constexpr std::uint64_t attacks = static_cast<std::uint64_t>(attack::last) + 1;

// What happened over all histories: a test of random steps that never take is none.
struct tally {
  std::map<std::string, std::uint64_t> kinds;
  std::map<attack, std::uint64_t> attacked;
  std::uint64_t delegated = 0;
  std::uint64_t restored = 0;
  std::uint64_t taken_over = 0;
};

class random_history {
public:
  random_history(test_ledger begun, tally& seen)
      : ledger_(std::move(begun)), tally_(seen), shadow_(restored()) {}

  void steps(std::uint64_t seed) {
    step_random random(seed);
    for (int left = 4; left > 0; --left)
      step(random);
  }

  void finish() {
    RC_ASSERT(shadow_.size() == ledger_.size());
    RC_ASSERT(shadow_.snapshot() == ledger_.fold.snapshot());
    const membership_ptr roster = shadow_.members();
    const membership_ptr own = ledger_.fold.members();
    RC_ASSERT((roster == nullptr) == (own == nullptr));
    if (own) RC_ASSERT(*roster == *own);
    fleet_fold again(ledger_.fleet, tag_fits);
    for (const bytes& entry : ledger_.entries)
      again.apply(entry);
    RC_ASSERT(again.state() == ledger_.state());
    for (const auto& [kind, count] : ledger_.state().kinds)
      tally_.kinds[kind] += count;
    for (const auto& [serial, held] : ledger_.state().grants)
      tally_.delegated += held.stands_on.has_value();
    for (const writer_term& term : ledger_.state().terms)
      tally_.taken_over += term.old_root.has_value();
  }

private:
  void step(step_random& random) {
    ledger_.now += static_cast<std::int64_t>(random.below(5));
    if (random.one_in(4))
      attack_with(static_cast<attack>(random.below(attacks)), random);
    else
      honest(random);
    shadow_.apply(ledger_.entries.back());
    RC_ASSERT(shadow_.state() == ledger_.state());
    if (random.one_in(6)) shadow_ = restored();
  }

  fleet_fold restored() {
    ++tally_.restored;
    auto fold = fleet_fold::restore(ledger_.fold.snapshot(), ledger_.fleet, tag_fits);
    RC_ASSERT(fold.has_value());
    RC_ASSERT(fold->state() == ledger_.state());
    return std::move(*fold);
  }

  std::uint64_t some_size(step_random& random) {
    return random.one_in(5) ? random.below(ledger_.size() + 2) : ledger_.size();
  }

  // A well-signed order: it counts or not, but if it does then on somebody's word who may.
  void honest(step_random& random) {
    entry_fact what = some_fact(ledger_, random);
    if (ledger_.state().admins.empty() && random.one_in(2)) {
      std::ignore = ledger_.put(ledger_.genesis);
      return;
    }
    const order_author who = some_author(ledger_, what, random);
    const bool authority = needs_authority(what);
    const bool grants = is_of_grants(what);
    const auto order = authority ? ledger_.ordered_signed(who, std::move(what), some_size(random))
                                 : ledger_.ordered(who, std::move(what));
    const bool may = ledger_.state().admins.contains(who.key) || grants;
    if (ledger_.put(order) != "" || !authority) return;
    RC_ASSERT(may);
    counted_.push_back(order);
  }

  void attack_with(attack how, step_random& random) {
    entry_fact what = some_fact(ledger_, random);
    while (!needs_authority(what))
      what = some_fact(ledger_, random);
    const order_author who = some_author(ledger_, what, random);
    const std::uint64_t seen = some_size(random);
    submitted_order order = ledger_.ordered_signed(who, what, seen);
    std::optional<term_number> term;
    switch (how) {
    case attack::unsigned_order:
      order.authority.reset();
      break;
    case attack::other_key:
      order.authority->proof =
          tag(admin_key(99), authority_text(ledger_.fleet, seen, order.octets));
      break;
    case attack::other_fleet:
      order = signed_order(order.octets, numbered<fleet_id>(3), who.key, seen);
      break;
    case attack::other_size:
      order.authority->previous_size ^= 1 + random.below(8);
      break;
    case attack::other_octet:
      order.octets[random.below(order.octets.size())] ^= 1u << random.below(8);
      break;
    case attack::other_proof:
      order.authority->proof.octets[random.below(64)] ^= 1u << random.below(8);
      break;
    case attack::other_term:
      term = term_number{ledger_.fold.next_term(*wire::decode_order(order.octets)).value +
                         (random.one_in(2) ? 1 : -1)};
      break;
    case attack::stranger:
      order = ledger_.ordered_signed(by_admin(50), std::move(what), seen);
      break;
    case attack::repeated:
      if (counted_.empty()) return rubbish(random);
      order = counted_[random.below(counted_.size())];
      break;
    case attack::rubbish:
      return rubbish(random);
    }
    ++tally_.attacked[how];
    RC_ASSERT(ledger_.put(order, term) != "");
  }

  void rubbish(step_random& random) {
    bytes octets = ledger_.entries.empty() || random.one_in(3)
                       ? bytes(random.below(80))
                       : ledger_.entries[random.below(ledger_.entries.size())];
    if (octets.empty() || random.one_in(2)) octets.push_back(static_cast<octet>(random.below(256)));
    // Cut where no order ends: an entry is a multiple of 8.
    if (octets.size() % 8 == 0) octets.pop_back();
    ++tally_.attacked[attack::rubbish];
    RC_ASSERT(name_of(ledger_.apply(octets)) == "malformed");
  }

  test_ledger ledger_;
  tally& tally_;
  fleet_fold shadow_;
  std::vector<submitted_order> counted_;
};

BOOST_AUTO_TEST_SUITE(fleet_fold_histories)

BOOST_AUTO_TEST_CASE(any_history_folds_alike_over_any_snapshot_and_nothing_hostile_counts) {
  tally seen;
  BOOST_TEST(rc::check([&seen](const std::vector<std::uint64_t>& seeds) {
    const std::uint64_t first = seeds.empty() ? 0 : seeds.front();
    random_history history(first % 4 == 0 ? test_ledger{} : test_ledger::founded(3), seen);
    for (std::uint64_t seed : seeds)
      history.steps(seed);
    history.finish();
  }));
  for (const auto& kind :
       {"genesis", "member-added", "member-removed", "admin-added", "admin-removed", "role-given",
        "witnesses-named", "acknowledgement-chosen", "posture-set", "grant-issued", "grant-revoked",
        "member-evicted", "member-returned", "node-started", "noted", "document-filed"})
    BOOST_TEST(seen.kinds[kind] > 0u, kind);
  for (std::uint64_t how = 0; how < attacks; ++how)
    BOOST_TEST(seen.attacked[static_cast<attack>(how)] > 0u, how);
  BOOST_TEST(seen.delegated > 0u);
  BOOST_TEST(seen.taken_over > 0u);
  BOOST_TEST(seen.restored > 100u);
}

// -- growth ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(two_hundred_thousand_entries_leave_the_state_as_large_as_it_was) {
  test_ledger ledger = test_ledger::founded(5);
  std::vector<bytes> entries;
  const auto keep = [&](const order_author& who, entry_fact what) {
    ledger_entry entry{term_number{1}, ledger.now, ledger.ordered(who, std::move(what))};
    entries.push_back(wire::encode_entry(entry).value());
  };
  for (std::uint64_t each = 2; each <= 5; ++each) {
    keep(by_node(1), fact::member_evicted{node_key(each), 30'250, false});
    keep(by_node(1), fact::member_returned{node_key(each), 1});
    keep(by_node(each), fact::node_started{node_key(each), incarnation{each}, {}, "0.1"});
    keep(by_node(each), fact::noted{});
    keep(by_node(1), fact::document_filed{"photo.jpg", each, {}});
    keep(by_node(each), fact::member_evicted{node_key(1), 30'250, false}); // without effect
  }
  entries.push_back(bytes(3));
  fleet_fold& fold = ledger.fold;
  for (const bytes& entry : entries)
    fold.apply(entry);
  const std::size_t octets = fold.snapshot().size();
  const membership_ptr roster = fold.members();
  for (std::size_t at = 0; at < 200'000; ++at)
    fold.apply(entries[at % entries.size()]);
  BOOST_TEST(fold.snapshot().size() == octets);
  BOOST_TEST(fold.findings.size() == fold_limits::findings);
  BOOST_TEST(fold.state().refused > 30'000u);
  BOOST_TEST(fold.state().changed.size() == 1u);
  BOOST_TEST((fold.members() == roster));
  BOOST_TEST(name_of(check_state(fold.state(), fold.size())) == "");
}

BOOST_AUTO_TEST_CASE(removals_beyond_count_are_forgotten_and_nothing_old_comes_back_by_it) {
  test_ledger ledger = test_ledger::founded(2);
  fleet_fold& fold = ledger.fold;
  const auto apply = [&](const submitted_order& order) {
    const std::uint64_t refused = fold.state().refused;
    fold.apply(wire::encode_entry({term_number{1}, 0, order}).value());
    return fold.state().refused == refused;
  };
  const auto order = [&](entry_fact what, std::uint64_t seen) {
    return ledger.ordered_signed(by_admin(0), std::move(what), seen);
  };
  const std::uint64_t start = fold.size();
  const auto held_back = order(fact::admin_added{admin_key(1), ""}, start);
  for (std::uint64_t each = 1; each <= fold_limits::removed + 10; ++each) {
    BOOST_REQUIRE(apply(order(fact::admin_added{admin_key(each), ""}, fold.size())));
    BOOST_REQUIRE(apply(order(fact::admin_removed{admin_key(each)}, fold.size())));
  }
  BOOST_TEST(fold.state().changed.size() == fold_limits::removed + 1); // and the controller's part
  BOOST_TEST(!fold.state().changed.contains(subject_of_admin(admin_key(10))));
  BOOST_TEST(fold.state().changed.contains(subject_of_admin(admin_key(11))));
  BOOST_TEST(fold.state().forgotten == start + 20);
  BOOST_TEST(!apply(held_back));
  // Whoever is not known at all is treated like the forgotten ones.
  BOOST_TEST(!apply(order(member(7), start + 19)));
  BOOST_TEST(apply(order(member(7), start + 20)));
  BOOST_TEST(apply(order(fact::posture_set{node_key(2), posture::cloud}, start)));
  BOOST_TEST(name_of(check_state(fold.state(), fold.size())) == "");
  const auto again = fleet_fold::restore(fold.snapshot(), ledger.fleet, tag_fits);
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST((again->state() == fold.state()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
