// One fixed order of every kind and entries around them; the files in tests/unit/golden_ledger are
// the octets of exactly these values, so a sample that has a file never changes. Below them, random
// values within the caps for properties.
#pragma once

#include "messages/base/limits.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "messages/wire/ledger_rules.hpp"

#include <rapidcheck.h>
#include <set>

namespace ppn::test {

template <class Id>
Id ledger_id(octet first) {
  Id id;
  for (std::size_t i = 0; i < Id::size; ++i)
    id.octets[i] = static_cast<octet>(first + i);
  return id;
}

inline fact::member_added sample_member() {
  fact::member_added out;
  out.record = {ledger_id<node_id>(0x21), "laptop-a",        "10.8.0.2", 7401,
                posture::leased,          member_kind::node, true,       {"gpu", "site=north"}};
  out.keys = {ledger_id<signing_public>(0x22), ledger_id<signing_public>(0x23),
              ledger_id<signature>(0x24)};
  return out;
}

inline capability sample_grant() {
  capability out;
  out.serial = ledger_id<grant_id>(0x31);
  out.type = "vm";
  out.rights = capability::read | capability::invoke;
  out.subject = ledger_id<signing_public>(0x32);
  out.resource = "web-1";
  out.issued_milliseconds = 1'700'000'000'000;
  out.expires_milliseconds = 1'800'000'000'000;
  out.anchor_size = 41;
  out.anchor_root = ledger_id<digest>(0x33);
  return out;
}

inline ledger_order sample_order(entry_fact what) {
  return {ledger_id<order_id>(0x10),
          {order_author::kind::admin, ledger_id<signing_public>(0x11), 0},
          "as agreed on Monday",
          std::nullopt,
          std::move(what)};
}

struct order_sample {
  std::string name;
  ledger_order value;
};

inline void add_authority_samples(std::vector<order_sample>& to) {
  const auto node = ledger_id<node_id>(0x21);
  const auto admin = ledger_id<signing_public>(0x41);
  const auto add = [&](entry_fact what) {
    to.push_back({std::string{kind_of(what)}, sample_order(std::move(what))});
  };
  add(fact::genesis{"home", admin, "10.8.0.0/24"});
  add(sample_member());
  add(fact::member_removed{node});
  add(fact::admin_added{admin, "Ada's key card"});
  add(fact::admin_removed{admin});
  add(fact::role_given{fleet_role::controller, node, term_number{2}, true, 41,
                       ledger_id<digest>(0x42)});
  add(fact::witnesses_named{{ledger_id<node_id>(0x20), node}});
  add(fact::acknowledgement_chosen{acknowledgement::majority});
  add(fact::posture_set{node, posture::cloud});
  add(fact::grant_issued{sample_grant()});
  add(fact::grant_revoked{ledger_id<grant_id>(0x31)});
}

inline std::vector<order_sample> order_samples() {
  std::vector<order_sample> out;
  add_authority_samples(out);
  const auto node = ledger_id<node_id>(0x21);
  const auto add = [&](std::string name, entry_fact what) -> ledger_order& {
    out.push_back({std::move(name), sample_order(std::move(what))});
    out.back().value.who = {order_author::kind::node, node, 0};
    return out.back().value;
  };
  add("member-evicted", fact::member_evicted{node, 30'250, true}).why.clear();
  add("member-returned", fact::member_returned{node, 3}).why.clear();
  add("node-started", fact::node_started{node, incarnation{7}, ledger_id<boot_id>(0x51), "0.1.0"})
      .why.clear();
  ledger_order& note = add("noted", fact::noted{});
  note.who = {order_author::kind::local_user, node, 1000};
  note.why = "Lüfter getauscht — see the photo, \"before & after\"";
  note.supersedes = ledger_id<order_id>(0x61);
  add("document-filed", fact::document_filed{"photo.jpg", 4'194'304, ledger_id<digest>(0x52)});
  // Everything at its least.
  ledger_order& least = add("least", fact::genesis{});
  least = ledger_order{};
  return out;
}

inline ledger_entry sample_entry(const ledger_order& order) {
  ledger_entry out;
  out.term = term_number{2};
  out.when_milliseconds = 1'700'000'000'123;
  out.order.octets = wire::encode_order(order).value();
  if (needs_authority(order.what))
    out.order.authority = {ledger_id<signing_public>(0x11), 41, ledger_id<signature>(0x12)};
  return out;
}

inline opened_entry sample_opened(const ledger_order& order) {
  return {sample_entry(order), order};
}

// "" if it was done, otherwise the name of the error: what a test compares and prints.
template <class T>
std::string ledger_outcome(const result<T>& got) {
  return got ? std::string{} : std::string{to_string(got.error().code)};
}

// -- random values within the caps ----------------------------------------------------------------

template <class Id>
Id random_id() {
  return *Id::from(*rc::gen::container<bytes>(Id::size, rc::gen::arbitrary<octet>()));
}

// Below 2^63, small ones as likely as large ones.
inline std::uint64_t random_number() {
  return (*rc::gen::arbitrary<std::uint64_t>() >> 1) >> *rc::gen::inRange(0, 63);
}

inline std::int64_t random_time() {
  return static_cast<std::int64_t>(random_number());
}

inline void append_utf8(std::string& to, char32_t point) {
  const auto put = [&](char32_t bits) { to += static_cast<char>(bits); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      put(0xe0 | (point >> 12));
    } else {
      put(0xf0 | (point >> 18));
      put(0x80 | ((point >> 12) & 0x3f));
    }
    put(0x80 | ((point >> 6) & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

inline std::string random_text(std::size_t octets_max) {
  const auto points = *rc::gen::container<std::vector<std::uint32_t>>(
      *rc::gen::inRange<std::size_t>(0, octets_max + 1),
      rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0x20, 0x7f),
                     rc::gen::element<std::uint32_t>(0xa0, 0xe4, 0x7ff, 0x800, 0x2014, 0xd7ff,
                                                     0xe000, 0xffff, 0x10000, 0x10ffff)));
  std::string out;
  for (std::uint32_t point : points) {
    std::string letter;
    append_utf8(letter, point);
    if (out.size() + letter.size() <= octets_max) out += letter;
  }
  return out;
}

inline member_record random_record() {
  member_record out{random_id<node_id>(),
                    random_text(limits::name_octets),
                    random_text(wire::address_octets_max),
                    *rc::gen::arbitrary<std::uint16_t>(),
                    *rc::gen::element(posture::onprem, posture::leased, posture::cloud),
                    *rc::gen::element(member_kind::node, member_kind::operator_station),
                    *rc::gen::arbitrary<bool>(),
                    {}};
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
    out.labels.push_back(random_text(limits::label_octets));
  return out;
}

inline capability random_grant() {
  return {random_id<grant_id>(),
          random_text(wire::resource_type_octets_max),
          *rc::gen::inRange<std::uint8_t>(0, capability::rights_all + 1),
          random_id<signing_public>(),
          random_text(wire::resource_octets_max),
          random_time(),
          random_time(),
          random_number(),
          random_id<digest>()};
}

inline fact::witnesses_named random_witnesses() {
  std::set<node_id> drawn;
  for (std::size_t i = *rc::gen::inRange<std::size_t>(0, limits::witnesses + 1); i > 0; --i)
    drawn.insert(random_id<node_id>());
  return {{drawn.begin(), drawn.end()}};
}

inline entry_fact random_fact(std::size_t kind) {
  const auto flag = [] { return *rc::gen::arbitrary<bool>(); };
  const auto node = [] { return random_id<node_id>(); };
  switch (kind) {
  case 0:
    return fact::genesis{random_text(63), node(), random_text(wire::address_octets_max)};
  case 1:
    return fact::member_added{random_record(), {node(), node(), random_id<signature>()}};
  case 2:
    return fact::member_removed{node()};
  case 3:
    return fact::admin_added{node(), random_text(limits::label_octets)};
  case 4:
    return fact::admin_removed{node()};
  case 5:
    return fact::role_given{flag() ? fleet_role::hub : fleet_role::controller,
                            node(),
                            term_number{random_number()},
                            flag(),
                            random_number(),
                            random_id<digest>()};
  case 6:
    return random_witnesses();
  case 7:
    return fact::acknowledgement_chosen{
        *rc::gen::element(acknowledgement::local, acknowledgement::one, acknowledgement::majority)};
  case 8:
    return fact::posture_set{node(),
                             *rc::gen::element(posture::onprem, posture::leased, posture::cloud)};
  case 9:
    return fact::grant_issued{random_grant()};
  case 10:
    return fact::grant_revoked{random_id<grant_id>()};
  case 11:
    return fact::member_evicted{node(), random_time(), flag()};
  case 12:
    return fact::member_returned{node(), *rc::gen::arbitrary<std::uint32_t>()};
  case 13:
    return fact::node_started{node(), incarnation{random_number()}, random_id<boot_id>(),
                              random_text(wire::version_octets_max)};
  case 14:
    return fact::noted{};
  default:
    return fact::document_filed{random_text(wire::document_name_octets_max), random_number(),
                                random_id<digest>()};
  }
}

inline ledger_order random_order(std::size_t kind) {
  ledger_order out;
  out.id = random_id<order_id>();
  out.who.by = *rc::gen::element(order_author::kind::node, order_author::kind::admin,
                                 order_author::kind::local_user);
  out.who.key = random_id<signing_public>();
  if (out.who.by == order_author::kind::local_user)
    out.who.uid = *rc::gen::arbitrary<std::uint32_t>();
  out.why = random_text(limits::reason_octets);
  if (*rc::gen::arbitrary<bool>()) out.supersedes = random_id<order_id>();
  out.what = random_fact(kind);
  return out;
}

inline ledger_entry random_entry(const ledger_order& order) {
  ledger_entry out{term_number{random_number()},
                   random_time(),
                   {wire::encode_order(order).value(), std::nullopt}};
  if (*rc::gen::arbitrary<bool>())
    out.order.authority = {random_id<signing_public>(), random_number(), random_id<signature>()};
  return out;
}

} // namespace ppn::test
