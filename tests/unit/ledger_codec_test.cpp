// Orders and entries to octets and back: what decodes is exactly what encoding it again would give,
// so an order has one spelling, and what an older version wrote is read for ever.
#include "tests/unit/ledger_samples.hpp"

#include "messages/wire/ledger.capnp.h"
#include "messages/wire/segment.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace ppn {
namespace {

using namespace test;

constexpr std::size_t kinds = std::variant_size_v<entry_fact>;

template <class T>
std::string outcome(const result<T>& got) {
  return ledger_outcome(got);
}

bytes octets_of(const ledger_order& order) {
  return wire::encode_order(order).value();
}

bytes octets_of(const ledger_entry& entry) {
  return wire::encode_entry(entry).value();
}

// The canonical octets of a message that our own writer would not write.
template <class Root, class Fill>
bytes built(Fill fill) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<Root>();
  fill(root);
  auto words = capnp::canonicalize(root.asReader());
  return {words.asBytes().begin(), words.asBytes().end()};
}

// The sample of one kind with something changed on the wire.
template <class Change>
std::string changed_order(std::string_view kind, Change change) {
  for (const order_sample& sample : order_samples()) {
    if (sample.name != kind) continue;
    const bytes body = octets_of(sample.value);
    const kj::ArrayPtr<const capnp::word> words{reinterpret_cast<const capnp::word*>(body.data()),
                                                body.size() / sizeof(capnp::word)};
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&words, 1));
    capnp::MallocMessageBuilder builder;
    builder.setRoot(message.getRoot<wire::Order>());
    auto root = builder.getRoot<wire::Order>();
    change(root);
    auto canonical = capnp::canonicalize(root.asReader());
    return outcome(wire::decode_order({canonical.asBytes().begin(), canonical.asBytes().size()}));
  }
  return "no such sample";
}

template <class Change>
std::string encoding(std::string_view kind, Change change) {
  for (order_sample& sample : order_samples()) {
    if (sample.name != kind) continue;
    change(sample.value);
    return outcome(wire::encode_order(sample.value));
  }
  return "no such sample";
}

template <class Fact, class Change>
std::string encoding_of(std::string_view kind, Change change) {
  return encoding(kind, [&](ledger_order& order) { change(std::get<Fact>(order.what)); });
}

std::filesystem::path golden_folder() {
  const char* root = std::getenv("PPN_SOURCE_DIR");
  BOOST_REQUIRE_MESSAGE(root != nullptr, "set PPN_SOURCE_DIR to the root of the source tree");
  return std::filesystem::path(root) / "tests" / "unit" / "golden_ledger";
}

// With PPN_WRITE_GOLDEN=1 in the environment the file of a new sample is written; one that is there
// is never touched.
bytes golden(const std::string& name, const bytes& now) {
  const auto path = golden_folder() / (name + ".bin");
  const char* wanted = std::getenv("PPN_WRITE_GOLDEN");
  if (wanted != nullptr && std::string_view{wanted} == "1" && !std::filesystem::exists(path)) {
    std::ofstream file(path, std::ios::binary);
    file.write(text_of(now).data(), static_cast<std::streamsize>(now.size()));
  }
  std::ifstream file(path, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(file.is_open(), path.string() << ": PPN_WRITE_GOLDEN=1 writes it");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

BOOST_AUTO_TEST_SUITE(ledger_codec)

// -- round trips ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(any_order_and_entry_of_every_kind_comes_back) {
  for (std::size_t kind = 0; kind < kinds; ++kind)
    BOOST_TEST(rc::check("kind " + std::to_string(kind), [kind] {
      const ledger_order order = random_order(kind);
      RC_ASSERT(order.what.index() == kind);
      const auto octets = wire::encode_order(order);
      RC_ASSERT(outcome(octets) == "");
      RC_ASSERT(octets->size() % 8 == 0u);
      const auto back = wire::decode_order(*octets);
      RC_ASSERT(outcome(back) == "");
      RC_ASSERT(*back == order);
      const ledger_entry entry = random_entry(order);
      const bytes written = octets_of(entry);
      RC_ASSERT(written.size() <= limits::entry_octets);
      const auto opened = wire::decode_entry(written);
      RC_ASSERT(outcome(opened) == "");
      RC_ASSERT(*opened == (opened_entry{entry, order}));
    }));
}

BOOST_AUTO_TEST_CASE(the_samples_hold_every_kind) {
  std::set<std::size_t> seen;
  for (const order_sample& sample : order_samples())
    seen.insert(sample.value.what.index());
  BOOST_TEST(seen.size() == kinds);
}

BOOST_AUTO_TEST_CASE(octets_are_read_at_any_address) {
  for (const order_sample& sample : order_samples()) {
    const ledger_entry entry = sample_entry(sample.value);
    for (std::size_t shift = 0; shift < 8; ++shift) {
      bytes moved(shift, 0xff);
      append(moved, octets_of(entry));
      const auto got = wire::decode_entry(bytes_view{moved}.subspan(shift));
      BOOST_TEST((got && *got == opened_entry{entry, sample.value}), sample.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_octets_of_every_sample_are_those_of_the_version_that_brought_it) {
  std::set<std::string> known;
  for (const order_sample& sample : order_samples()) {
    const bytes order = octets_of(sample.value);
    const bytes entry = octets_of(sample_entry(sample.value));
    BOOST_TEST(golden(sample.name + ".order", order) == order, sample.name);
    BOOST_TEST(golden(sample.name + ".entry", entry) == entry, sample.name);
    known.insert({sample.name + ".order.bin", sample.name + ".entry.bin"});
  }
  for (const auto& file : std::filesystem::directory_iterator(golden_folder()))
    BOOST_TEST(known.contains(file.path().filename().string()), file.path().string());
}

// -- one spelling ---------------------------------------------------------------------------------

template <class Read>
void flip_every_bit(const std::string& name, const bytes& octets, Read is_same_again) {
  std::size_t read = 0;
  for (std::size_t bit = 0; bit < 8 * octets.size(); ++bit) {
    bytes changed = octets;
    changed[bit / 8] = static_cast<octet>(changed[bit / 8] ^ (1u << (bit % 8)));
    const std::optional<bool> same = is_same_again(changed);
    if (!same) continue;
    ++read;
    BOOST_TEST(*same, name << " with bit " << bit << " flipped");
  }
  BOOST_TEST(read > 0u, name << ": no flipped bit was ever read as another value");
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_is_refused_or_is_another_value_with_exactly_these_octets) {
  for (const order_sample& sample : order_samples()) {
    flip_every_bit(sample.name, octets_of(sample.value), [&](const bytes& changed) {
      const auto got = wire::decode_order(changed);
      if (!got) return std::optional<bool>{};
      return std::optional<bool>{*got != sample.value && octets_of(*got) == changed};
    });
    const opened_entry opened = sample_opened(sample.value);
    flip_every_bit(sample.name, octets_of(opened.entry), [&](const bytes& changed) {
      const auto got = wire::decode_entry(changed);
      if (!got) return std::optional<bool>{};
      return std::optional<bool>{*got != opened && octets_of(got->entry) == changed &&
                                 octets_of(got->order) == got->entry.order.octets};
    });
  }
}

BOOST_AUTO_TEST_CASE(what_is_shorter_or_longer_is_refused) {
  for (const order_sample& sample : order_samples()) {
    const bytes order = octets_of(sample.value);
    const bytes entry = octets_of(sample_entry(sample.value));
    for (std::size_t size = 0; size < entry.size(); ++size)
      BOOST_TEST(outcome(wire::decode_entry({entry.data(), size})) == "malformed");
    for (std::size_t size = 0; size < order.size(); ++size)
      BOOST_TEST(outcome(wire::decode_order({order.data(), size})) == "malformed");
    for (std::size_t more : {1, 8, 16}) {
      bytes longer = order;
      longer.resize(order.size() + more);
      BOOST_TEST(outcome(wire::decode_order(longer)) == "malformed");
      longer = entry;
      longer.resize(entry.size() + more);
      BOOST_TEST(outcome(wire::decode_entry(longer)) == "malformed");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_same_value_in_another_layout_is_refused) {
  const auto fill = [](wire::Order::Builder root) {
    root.getWhat().initNoted();
    root.setWhy("two forms");
    auto who = root.initWho();
    who.setKey(wire::data_of(node_id{}));
    root.setId(wire::data_of(order_id{}));
  };
  BOOST_TEST(outcome(wire::decode_order(built<wire::Order>(fill))) == "");
  const bytes as_it_came = wire::build_segment<wire::Order>(fill);
  BOOST_TEST(outcome(wire::decode_order(as_it_came)) == "malformed");
}

BOOST_AUTO_TEST_CASE(an_empty_text_that_is_there_is_refused) {
  BOOST_TEST(changed_order("noted", [](auto root) { root.setWhy("x"); }) == "");
  BOOST_TEST(changed_order("noted", [](auto root) { root.setWhy(""); }) == "malformed");
  BOOST_TEST(changed_order("genesis", [](auto root) {
               root.getWhat().getGenesis().setFleetName("");
             }) == "malformed");
  BOOST_TEST(changed_order("witnesses-named", [](auto root) {
               root.getWhat().getWitnessesNamed().initWitnesses(0);
             }) == "malformed");
  BOOST_TEST(changed_order("noted", [](auto root) { root.setSupersedes(nullptr); }) == "malformed");
  BOOST_TEST(changed_order("noted", [](auto root) { root.disownSupersedes(); }) == "");
}

BOOST_AUTO_TEST_CASE(a_kind_of_a_later_version_is_told_from_nonsense) {
  bytes order = octets_of(sample_order(fact::noted{}));
  BOOST_REQUIRE(order[8] == 14); // the kind is the only field in the order's data
  order[8] = kinds;
  const auto got = wire::decode_order(order);
  BOOST_REQUIRE(!got);
  BOOST_TEST((got.error() == error{ec::unsupported, "a kind this version does not know"}));
  ledger_entry entry = sample_entry(sample_order(fact::noted{}));
  entry.order.octets = order;
  const auto opened = wire::decode_entry(octets_of(entry));
  BOOST_REQUIRE(!opened);
  BOOST_TEST((opened.error() == got.error()));
}

// -- caps -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_text_over_its_cap_is_too_large_and_never_cut) {
  const auto longer = [](std::size_t most) { return std::string(most + 1, 'x'); };
  const auto why = [](std::size_t size) {
    return encoding("noted", [&](ledger_order& o) { o.why.assign(size, 'x'); });
  };
  BOOST_TEST(why(limits::reason_octets) == "");
  BOOST_TEST(why(limits::reason_octets + 1) == "too-large");
  using namespace fact;
  const auto genesis_with = [](auto change) { return encoding_of<genesis>("genesis", change); };
  BOOST_TEST(genesis_with([&](genesis& m) { m.fleet_name = longer(63); }) == "too-large");
  BOOST_TEST(genesis_with([&](genesis& m) { m.mesh_prefix = longer(64); }) == "too-large");
  const auto record_with = [](auto change) {
    return encoding_of<member_added>("member-added", [&](member_added& m) { change(m.record); });
  };
  BOOST_TEST(record_with([&](auto& m) { m.name = longer(63); }) == "too-large");
  BOOST_TEST(record_with([&](auto& m) { m.address = longer(64); }) == "too-large");
  BOOST_TEST(record_with([&](auto& m) { m.labels = {longer(128)}; }) == "too-large");
  BOOST_TEST(record_with([&](auto& m) { m.labels.assign(32, "l"); }) == "");
  BOOST_TEST(record_with([&](auto& m) { m.labels.assign(33, "l"); }) == "too-large");
  const auto grant_with = [](auto change) {
    return encoding_of<grant_issued>("grant-issued", [&](grant_issued& m) { change(m.grant); });
  };
  BOOST_TEST(grant_with([&](auto& m) { m.type = longer(63); }) == "too-large");
  BOOST_TEST(grant_with([&](auto& m) { m.resource = longer(255); }) == "too-large");
  BOOST_TEST(encoding_of<admin_added>("admin-added", [&](auto& m) { m.label = longer(128); }) ==
             "too-large");
  BOOST_TEST(encoding_of<node_started>("node-started", [&](auto& m) { m.version = longer(64); }) ==
             "too-large");
  BOOST_TEST(encoding_of<document_filed>("document-filed",
                                         [&](auto& m) { m.name = longer(255); }) == "too-large");
}

BOOST_AUTO_TEST_CASE(numbers_times_and_choices_out_of_range_are_invalid) {
  using namespace fact;
  constexpr std::uint64_t end = std::uint64_t{1} << 63;
  const auto role_with = [](auto change) { return encoding_of<role_given>("role-given", change); };
  BOOST_TEST(role_with([](auto& m) { m.old_size = end - 1; }) == "");
  BOOST_TEST(role_with([](auto& m) { m.old_size = end; }) == "invalid");
  BOOST_TEST(role_with([](auto& m) { m.term.value = end; }) == "invalid");
  BOOST_TEST(role_with([](auto& m) { m.role = static_cast<fleet_role>(2); }) == "invalid");
  const auto grant_with = [](auto change) {
    return encoding_of<grant_issued>("grant-issued", [&](grant_issued& m) { change(m.grant); });
  };
  BOOST_TEST(grant_with([](auto& m) { m.rights = capability::rights_all; }) == "");
  BOOST_TEST(grant_with([](auto& m) { m.rights = capability::rights_all + 1; }) == "invalid");
  BOOST_TEST(grant_with([](auto& m) { m.issued_milliseconds = -1; }) == "invalid");
  BOOST_TEST(grant_with([](auto& m) { m.expires_milliseconds = -1; }) == "invalid");
  BOOST_TEST(grant_with([](auto& m) { m.anchor_size = end; }) == "invalid");
  BOOST_TEST(encoding_of<posture_set>(
                 "posture-set", [](auto& m) { m.trust = static_cast<posture>(3); }) == "invalid");
  BOOST_TEST(encoding_of<acknowledgement_chosen>("acknowledgement-chosen", [](auto& m) {
               m.policy = static_cast<acknowledgement>(3);
             }) == "invalid");
  BOOST_TEST(encoding_of<member_evicted>(
                 "member-evicted", [](auto& m) { m.silence_milliseconds = -1; }) == "invalid");
  BOOST_TEST(encoding_of<node_started>("node-started", [](auto& m) { m.run.value = end; }) ==
             "invalid");
  BOOST_TEST(encoding_of<document_filed>("document-filed", [](auto& m) { m.octets = end; }) ==
             "invalid");
  BOOST_TEST(encoding("noted", [](ledger_order& o) {
               o.who.by = static_cast<order_author::kind>(3);
             }) == "invalid");
  BOOST_TEST(encoding("noted", [](ledger_order& o) { o.who.by = order_author::kind::admin; }) ==
             "invalid"); // with the user number of the sample
}

BOOST_AUTO_TEST_CASE(witnesses_are_few_ascending_and_different) {
  const auto with = [](std::vector<octet> firsts) {
    return encoding_of<fact::witnesses_named>("witnesses-named", [&](auto& m) {
      m.witnesses.clear();
      for (octet first : firsts)
        m.witnesses.push_back(ledger_id<node_id>(first));
    });
  };
  BOOST_TEST(with({}) == "");
  BOOST_TEST(with({1, 2, 3, 4, 5, 6, 7}) == "");
  BOOST_TEST(with({1, 2, 3, 4, 5, 6, 7, 8}) == "too-large");
  BOOST_TEST(with({1, 1}) == "invalid");
  BOOST_TEST(with({2, 1}) == "invalid");
  const auto on_wire = [](std::vector<octet> firsts) {
    return changed_order("witnesses-named", [&](auto root) {
      auto list = root.getWhat().initWitnessesNamed().initWitnesses(
          static_cast<capnp::uint>(firsts.size()));
      for (capnp::uint i = 0; i < list.size(); ++i) {
        const auto id = ledger_id<node_id>(firsts[i]);
        list.set(i, wire::data_of(id));
      }
    });
  };
  BOOST_TEST(on_wire({1, 2}) == "");
  BOOST_TEST(on_wire({1, 1}) == "malformed");
  BOOST_TEST(on_wire({2, 1}) == "malformed");
  BOOST_TEST(on_wire({1, 2, 3, 4, 5, 6, 7, 8}) == "malformed");
}

BOOST_AUTO_TEST_CASE(what_another_writer_sends_is_held_to_the_same_rules) {
  const auto order_with = [](auto change) { return changed_order("noted", change); };
  BOOST_TEST(order_with([](auto root) { root.setWhy(std::string(1025, 'x')); }) == "malformed");
  BOOST_TEST(order_with([](auto root) { root.setWhy("a\nb"); }) == "malformed");
  BOOST_TEST(order_with([](auto root) { root.setWhy("\xff"); }) == "malformed");
  BOOST_TEST(order_with([](auto root) {
               root.getWho().setKind(static_cast<wire::AuthorKind>(3));
             }) == "malformed");
  BOOST_TEST(order_with([](auto root) { root.getWho().setKind(wire::AuthorKind::NODE); }) ==
             "malformed");
  BOOST_TEST(order_with([](auto root) { root.setId(wire::data_of(node_id{})); }) == "malformed");
  BOOST_TEST(changed_order("grant-issued", [](auto root) {
               root.getWhat().getGrantIssued().getGrant().setRights(32);
             }) == "malformed");
  BOOST_TEST(changed_order("grant-issued", [](auto root) {
               root.getWhat().getGrantIssued().getGrant().setAnchorSize(std::uint64_t{1} << 63);
             }) == "malformed");
  BOOST_TEST(changed_order("member-evicted", [](auto root) {
               root.getWhat().getMemberEvicted().setSilenceMilliseconds(-1);
             }) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_text_is_utf8_that_looks_like_what_it_is) {
  const auto ok = wire::is_ledger_text;
  for (const char* good : {"", "plain", "Lüfter", "\u0645\u0631\u062d\u0628\u0627", "\U0001f600",
                           "\u00a0", "\ud7ff", "\ue000", "\uffff", "\U0010ffff", "\u2027\u202f"})
    BOOST_TEST(ok(good), good);
  for (const char* bad : {"\n",
                          "\t",
                          "\x1b[2J",
                          "\x7f",
                          "\xc2\x80",
                          "\xc2\x9b",
                          "\xe2\x80\xa8",
                          "\xe2\x80\xa9",
                          "\xe2\x80\xae",
                          "\xe2\x81\xa6",
                          "\xe2\x81\xa9",
                          "\xc0\x80",
                          "\xc1\xbf",
                          "\xe0\x9f\xbf",
                          "\xed\xa0\x80",
                          "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80",
                          "\xf8\x88\x80\x80\x80",
                          "\x80",
                          "a\xc3",
                          "\xe2\x82",
                          "\xf0\x9f\x98",
                          "\xc3(",
                          "\xff"})
    BOOST_TEST(!ok(bad), to_hex(view_of(bad)));
  BOOST_TEST(!ok(std::string_view("\0", 1)));
  BOOST_TEST(encoding("noted", [](ledger_order& o) { o.why = "a\nb"; }) == "invalid");
  BOOST_TEST(encoding("noted", [](ledger_order& o) { o.why = "\xff"; }) == "invalid");
}

BOOST_AUTO_TEST_CASE(the_largest_order_fits_an_entry) {
  ledger_order order = sample_order(sample_member());
  order.why.assign(limits::reason_octets, 'w');
  order.supersedes = order_id{};
  auto& record = std::get<fact::member_added>(order.what).record;
  record.name.assign(limits::name_octets, 'n');
  record.address.assign(wire::address_octets_max, 'a');
  record.labels.assign(limits::labels_per_node, std::string(limits::label_octets, 'l'));
  const opened_entry opened = sample_opened(order);
  const auto got = wire::decode_entry(octets_of(opened.entry));
  BOOST_REQUIRE_MESSAGE(got, outcome(got));
  BOOST_TEST((*got == opened));
}

BOOST_AUTO_TEST_CASE(an_entry_is_never_larger_than_a_tile_takes) {
  ledger_entry entry = sample_entry(sample_order(sample_member()));
  BOOST_REQUIRE(entry.order.authority.has_value());
  entry.order.octets.assign(65'368, 0);
  const auto largest = wire::encode_entry(entry);
  BOOST_REQUIRE_MESSAGE(largest, outcome(largest));
  BOOST_TEST(largest->size() == 65'528u);
  entry.order.octets.push_back(0);
  BOOST_TEST(outcome(wire::encode_entry(entry)) == "too-large");
  BOOST_TEST(outcome(wire::decode_entry(bytes(65'536, 0))) == "malformed");
}

BOOST_AUTO_TEST_CASE(an_entry_out_of_range_is_invalid) {
  const auto with = [](auto change) {
    ledger_entry entry = sample_entry(sample_order(sample_member()));
    change(entry);
    return outcome(wire::encode_entry(entry));
  };
  constexpr std::uint64_t end = std::uint64_t{1} << 63;
  BOOST_TEST(with([](ledger_entry& e) { e.when_milliseconds = -1; }) == "invalid");
  BOOST_TEST(with([](ledger_entry& e) { e.term.value = end; }) == "invalid");
  BOOST_TEST(with([](ledger_entry& e) { e.order.authority->previous_size = end; }) == "invalid");
  BOOST_TEST(with([](ledger_entry& e) { e.order.octets.clear(); }) == "");
  ledger_entry empty = sample_entry(sample_order(sample_member()));
  empty.order.octets.clear();
  BOOST_TEST(outcome(wire::decode_entry(octets_of(empty))) == "malformed");
}

// -- what is signed, and names --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_an_administrator_signs_names_fleet_size_and_order) {
  const auto fleet = ledger_id<fleet_id>(1);
  const bytes order{7, 8};
  const bytes text = authority_text(fleet, 0x0102, order);
  BOOST_TEST(to_hex(text) ==
             to_hex(view_of("ppn-authority/1\n")) + fleet.hex() + "0000000000000102" + "0708");
  BOOST_TEST(text != authority_text(fleet_id{}, 0x0102, order));
  BOOST_TEST(text != authority_text(fleet, 0x0103, order));
}

BOOST_AUTO_TEST_CASE(a_nodes_identity_vouches_for_both_keys_of_that_node) {
  const auto node = ledger_id<node_id>(1);
  const member_keys keys = sample_member().keys;
  const bytes text = certified_keys_text(node, keys);
  BOOST_TEST(to_hex(text) == to_hex(view_of("ppn-member-keys/1\n")) + node.hex() + keys.log.hex() +
                                 keys.witness.hex());
  BOOST_TEST(text != certified_keys_text(node, {keys.witness, keys.log, keys.certificate}));
}

BOOST_AUTO_TEST_CASE(every_kind_has_its_own_name_and_eleven_need_authority) {
  std::set<std::string_view> names;
  std::set<std::string_view> free;
  for (const order_sample& sample : order_samples()) {
    names.insert(kind_of(sample.value.what));
    if (!needs_authority(sample.value.what)) free.insert(kind_of(sample.value.what));
  }
  BOOST_TEST(names.size() == kinds);
  BOOST_TEST(free == (std::set<std::string_view>{"member-evicted", "member-returned",
                                                 "node-started", "noted", "document-filed"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(policies_are_read_by_their_names) {
  for (auto policy : {acknowledgement::local, acknowledgement::one, acknowledgement::majority})
    BOOST_TEST((acknowledgement_from(to_string(policy)) == policy));
  BOOST_TEST(!acknowledgement_from("all"));
  BOOST_TEST(!acknowledgement_from(""));
  BOOST_TEST(to_string(fleet_role::hub) == "hub");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
