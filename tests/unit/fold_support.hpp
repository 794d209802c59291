// A fleet's ledger for tests of its fold: keys are numbers, a signature is a keyed hash that only
// the test can make. Every entry that goes in is judged twice, by `check` and by `apply`, and what
// an entry without effect leaves behind is looked at every time.
#pragma once

#include "messages/wire/ledger_codec.hpp"
#include "runtime/crypto/hash.hpp"
#include "storage/ledger/fleet_snapshot.hpp"

#include <boost/test/unit_test.hpp>

namespace ppn::test {

template <class Id>
Id numbered(std::uint64_t number) {
  Id id;
  store_be64(id.octets.data(), number);
  id.octets.back() = 0x5a;
  return id;
}

inline signing_public admin_key(std::uint64_t number) {
  return numbered<signing_public>(1'000 + number);
}
inline node_id node_key(std::uint64_t number) {
  return numbered<node_id>(1'000'000 + 8 * number);
}
inline grant_id serial_of(std::uint64_t number) {
  return numbered<grant_id>(number);
}

inline signature tag(const signing_public& by, bytes_view message) {
  bytes text{'k', 'e', 'y'};
  append(text, by.view());
  append(text, message);
  const digest half = crypto::sha256(text);
  signature out;
  std::copy(half.octets.begin(), half.octets.end(), out.octets.begin());
  std::copy(half.octets.begin(), half.octets.end(), out.octets.begin() + digest::size);
  return out;
}

inline bool tag_fits(const signing_public& by, bytes_view message, const signature& sig) {
  return tag(by, message) == sig;
}

inline fact::member_added member(std::uint64_t number, member_kind kind = member_kind::node) {
  fact::member_added out;
  out.record.id = node_key(number);
  out.record.name = "n" + std::to_string(number);
  out.record.address = "10.8." + std::to_string(number / 250) + "." + std::to_string(number % 250);
  out.record.port = 9203;
  out.record.kind = kind;
  out.keys.log = numbered<signing_public>(1'000'000 + 8 * number + 1);
  out.keys.witness = numbered<signing_public>(1'000'000 + 8 * number + 2);
  out.keys.certificate = tag(out.record.id, certified_keys_text(out.record.id, out.keys));
  return out;
}

inline void certify(fact::member_added& m) {
  m.keys.certificate = tag(m.record.id, certified_keys_text(m.record.id, m.keys));
}

inline capability grant(std::uint64_t number, std::uint8_t rights, const signing_public& subject,
                        std::string resource = "*") {
  capability out;
  out.serial = serial_of(number);
  out.type = "vm";
  out.rights = rights;
  out.subject = subject;
  out.resource = std::move(resource);
  return out;
}

inline fact::role_given controller(std::uint64_t number, std::uint64_t term) {
  return {fleet_role::controller, node_key(number), term_number{term}, false, 0, {}};
}

inline fact::role_given take_over(std::uint64_t number, std::uint64_t term,
                                  std::uint64_t old_size) {
  return {fleet_role::controller, node_key(number), term_number{term}, true, old_size,
          numbered<digest>(77)};
}

inline fact::role_given hub(std::uint64_t number) {
  return {fleet_role::hub, node_key(number), {}, false, 0, {}};
}

inline order_author by_admin(std::uint64_t number) {
  return {order_author::kind::admin, admin_key(number), 0};
}
inline order_author by_node(std::uint64_t number) {
  return {order_author::kind::node, node_key(number), 0};
}

inline bytes octets_of(const order_author& who, entry_fact what, std::uint64_t id) {
  return wire::encode_order({numbered<order_id>(id), who, "", std::nullopt, std::move(what)})
      .value();
}

// As `by` signs it who saw a ledger of `seen` entries.
inline submitted_order signed_order(bytes octets, const fleet_id& fleet, const signing_public& by,
                                    std::uint64_t seen) {
  submitted_order out{std::move(octets), order_authority{by, seen, {}}};
  out.authority->proof = tag(by, authority_text(fleet, seen, out.octets));
  return out;
}

// "" when an entry counted, otherwise the code of its finding.
inline std::string name_of(const status& outcome) {
  return outcome ? std::string{} : std::string{to_string(outcome.error().code)};
}

class test_ledger {
public:
  // Not founded yet: `genesis` is the first thing to put in.
  test_ledger()
      : genesis(signed_order(
            octets_of(by_admin(0), fact::genesis{"home", admin_key(0), "10.8.0.0/16"}, 0), {},
            admin_key(0), 0)),
        fleet(founded_by(genesis.octets)), fold(fleet, tag_fits) {}

  // With administrator 0, the nodes 1 to `nodes` and the first of them as controller.
  static test_ledger founded(std::uint64_t nodes) {
    test_ledger made;
    BOOST_REQUIRE_EQUAL(made.put(made.genesis), "");
    for (std::uint64_t each = 1; each <= nodes; ++each)
      BOOST_REQUIRE_EQUAL(made.add(member(each)), "");
    if (nodes > 0) BOOST_REQUIRE_EQUAL(made.add(controller(1, 1)), "");
    return made;
  }

  std::uint64_t size() const { return fold.size(); }
  const fleet_state& state() const { return fold.state(); }

  submitted_order ordered(const order_author& who, entry_fact what) {
    return {octets_of(who, std::move(what), ++orders_), std::nullopt};
  }
  submitted_order ordered_signed(const order_author& who, entry_fact what, std::uint64_t seen) {
    return signed_order(octets_of(who, std::move(what), ++orders_), fleet, who.key, seen);
  }

  // By administrator 0 who has seen everything.
  std::string add(entry_fact what) { return add_by(by_admin(0), std::move(what)); }
  std::string add_by(const order_author& who, entry_fact what) {
    return put(ordered_signed(who, std::move(what), size()));
  }
  std::string add_seen(std::uint64_t seen, entry_fact what) {
    return put(ordered_signed(by_admin(0), std::move(what), seen));
  }
  // Nobody signs.
  std::string say(const order_author& who, entry_fact what) {
    return put(ordered(who, std::move(what)));
  }

  std::string put(const submitted_order& order, std::optional<term_number> term = std::nullopt) {
    auto read = wire::decode_order(order.octets);
    const term_number due = read ? fold.next_term(*read) : term_number{1};
    ledger_entry entry{term.value_or(due), now, order};
    auto octets = wire::encode_entry(entry);
    BOOST_REQUIRE(octets.has_value());
    const status foreseen = fold.check(order, now);
    const status outcome = apply(*octets);
    if (entry.term == due) {
      BOOST_REQUIRE_EQUAL(name_of(foreseen), name_of(outcome));
      if (!outcome) BOOST_REQUIRE(foreseen.error() == outcome.error());
    }
    return name_of(outcome);
  }

  // What came of it. Without effect: nothing but `refused` is another.
  status apply(const bytes& octets) {
    fleet_state before = fold.state();
    const membership_ptr roster = fold.members();
    fold.findings.clear();
    fold.apply(octets);
    entries.push_back(octets);
    BOOST_REQUIRE_EQUAL(fold.size(), entries.size());
    BOOST_REQUIRE_EQUAL(name_of(check_state(fold.state(), fold.size())), "");
    if (fold.findings.empty()) return {};
    BOOST_REQUIRE_EQUAL(fold.findings.size(), 1u);
    BOOST_REQUIRE_EQUAL(fold.findings.front().index, fold.size() - 1);
    ++before.refused;
    BOOST_REQUIRE(before == fold.state());
    BOOST_REQUIRE(roster == fold.members());
    return fail(fold.findings.front().reason);
  }

  std::string reason() const {
    return fold.findings.empty() ? std::string{} : fold.findings.front().reason.text;
  }

  submitted_order genesis;
  fleet_id fleet;
  fleet_fold fold;
  std::vector<bytes> entries;
  std::int64_t now = 1'700'000'000'000;

private:
  std::uint64_t orders_ = 0;
};

} // namespace ppn::test
