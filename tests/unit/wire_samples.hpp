// One fixed value of every message that leaves a process, and how to decode each kind. The files in
// tests/unit/golden are the bytes of exactly these values: a sample that has a file never changes,
// a new message or a new field gets a new sample. Below them, random values within the caps for
// properties.
#pragma once

#include "messages/wire/codec.hpp"

#include "messages/base/limits.hpp"

#include <boost/test/unit_test.hpp>
#include <capnp/message.h>
#include <rapidcheck.h>

namespace ppn::test {

template <class Id>
Id sample_id(octet first) {
  Id id;
  for (std::size_t i = 0; i < Id::size; ++i) id.octets[i] = static_cast<octet>(first + i);
  return id;
}

inline node_capacity sample_capacity() {
  node_capacity out;
  out.ram_total = 68'719'476'736;
  out.ram_offered = 51'539'607'552;
  out.ram_available = 40'000'000'000;
  out.ram_guests = 8'589'934'592;
  out.cpus_offered = 12;
  out.cpu_load_permille = 2'345;
  out.guests_limit = 128;
  out.kvm = true;
  out.pools = {{"default", 1'000'000'000'000, 600'000'000'000, 300'000'000'000},
               {"fast", 250'000'000'000, 1, 249'999'999'999}};
  return out;
}

inline heartbeat sample_heartbeat() {
  return {heartbeat_sequence{0x0102030405060708}, sample_id<boot_id>(0x10), incarnation{3},
          sample_capacity(), 7, sample_id<digest>(0x40), {0xfedcba9876543210, 42},
          1'700'000'000'123};
}

inline member_view sample_row(octet seed) {
  member_view row;
  row.record = {sample_id<node_id>(seed), "node-" + std::to_string(seed), "fd00::1:2", 7401,
                posture::leased, member_kind::node, true, {"gpu", "site=north"}};
  row.state = member_state::suspect;
  row.flapping = true;
  row.controller = seed == 1;
  row.silence_milliseconds = 15'250;
  row.transition_silence_milliseconds = 15'001;
  row.evictions = 2;
  row.returns = 1;
  row.heartbeats = 86'400;
  row.skew_milliseconds = -350;
  row.boot = sample_id<boot_id>(static_cast<octet>(seed + 100));
  row.capacity = sample_capacity();
  row.guests = 7;
  row.node_lost = true;
  row.changed = 41;
  return row;
}

// As much as a row may hold.
inline member_view largest_row() {
  member_view row = sample_row(1);
  row.record.name.assign(limits::name_octets, 'n');
  row.record.address.assign(64, 'a');
  row.record.labels.assign(limits::labels_per_node, std::string(limits::label_octets, 'l'));
  row.capacity.pools.assign(limits::disk_pools, {std::string(limits::name_octets, 'p'), 1, 2, 3});
  return row;
}

inline fleet_view sample_view() {
  fleet_view out;
  out.stamp = {0xfedcba9876543210, 42};
  out.since = 40;
  out.last = false;
  out.term = term_number{9};
  out.controller = sample_id<node_id>(1);
  out.doubt = {true, 3, 5, 1};
  out.rows = {sample_row(1), sample_row(2)};
  // Everything at its least: what a node knows of a member that it has never heard.
  member_view quiet;
  quiet.record.id = sample_id<node_id>(3);
  out.rows.push_back(quiet);
  return out;
}

inline node_report sample_report() {
  node_report out;
  out.id = sample_id<node_id>(1);
  out.name = "node-1";
  out.version = "0.1.0";
  out.fleet = sample_id<fleet_id>(0x70);
  out.uptime_milliseconds = 3'600'000;
  out.view_age_milliseconds = -1;
  out.child_restarts = 1;
  out.links = {{sample_id<node_id>(2), "up", 3, 1'000, 999, 1, "timed-out: silent"},
               {sample_id<node_id>(3), "waiting", 0, 0, 0, 5, ""}};
  out.refusals = {{"unauthentic", 2}, {"malformed", 1}};
  return out;
}

inline hello sample_hello() {
  return {1, sample_id<fleet_id>(0x70), link_role::operator_tool, sample_id<node_id>(1),
          sample_id<node_id>(2), sample_id<hello_nonce>(0x30), sample_id<exchange_octets>(0x50)};
}

inline hello_reply sample_reply() {
  return {1, sample_id<node_id>(2), sample_id<hello_nonce>(0x80),
          sample_id<exchange_octets>(0xa0), sample_id<signature>(0xc0)};
}

template <class Message>
struct sample {
  std::string name;
  Message value;
};

inline std::vector<sample<wire_message>> node_samples() {
  return {{"heartbeat", sample_heartbeat()},
          {"heartbeat_ack",
           heartbeat_ack{heartbeat_sequence{8}, term_number{9}, {0xfedcba9876543210, 42}}},
          {"view_request", view_request{{0xfedcba9876543210, 41}}},
          {"fleet_view", sample_view()}};
}

inline std::vector<sample<handshake_message>> handshake_samples() {
  return {{"hello", sample_hello()},
          {"hello_reply", sample_reply()},
          {"hello_finish", hello_finish{sample_id<signature>(0x20)}},
          {"refusal", error{ec::refused, "another fleet: 70"}}};
}

inline submitted_order sample_submission() {
  return {bytes{1, 2, 3, 4, 5},
          order_authority{sample_id<node_id>(0x11), 41, sample_id<signature>(0x12)}};
}

inline std::vector<sample<control_request>> request_samples() {
  const auto own = ledger_choice::own;
  return {{"status_request", {11, status_request{}}},
          {"reload_request", {12, reload_request{}}},
          {"ledger_report_request", {21, ledger_report_request{own}}},
          {"ledger_read_request", {22, ledger_read_request{own, 0x0102030405060708, 4'096}}},
          {"ledger_proof_request", {23, ledger_proof_request{own, 17}}},
          {"ledger_note_request",
           {24, ledger_note_request{own, sample_id<order_id>(0x31), "as agreed"}}},
          {"ledger_submit_request", {25, ledger_submit_request{sample_submission()}}},
          {"ledger_submit_unsigned", {26, ledger_submit_request{{bytes{9}, std::nullopt}}}},
          {"ledger_restore_request", {27, ledger_restore_request{"laptop-b"}}}};
}

inline ledger_evidence sample_evidence() {
  return {ledger_evidence::kind::rollback, "ppn/70", 41, sample_id<digest>(0x41),
          sample_id<digest>(0x42), sample_id<node_id>(2), "shown twice"};
}

inline ledger_report sample_ledger_report() {
  ledger_report out;
  out.origin = "ppn/70717273";
  out.part = ledger_part::writer;
  out.size = 42;
  out.root = sample_id<digest>(0x43);
  out.vkey = "ppn/70717273+01020304+AQID";
  out.note = "ppn/70717273\n42\n\n";
  out.cosigned = "ppn/70717273\n41\n\n";
  out.state = "read only";
  out.why = "asking members";
  out.policy = "one";
  out.degraded = true;
  out.waiting = 3;
  out.refused_entries = 1;
  out.copies = {{sample_id<node_id>(2), 42, 41, true}, {sample_id<node_id>(3), 7, 0, false}};
  out.evidence = {sample_evidence()};
  return out;
}

inline std::vector<ledger_brief> sample_ledger_briefs() {
  ledger_brief fleet{ledger_choice::fleet, "ppn/70", ledger_part::writer, 42,
                     sample_id<digest>(0x44), "ready", "", true, 41,
                     {"fork of ppn/70 at 41"}};
  ledger_brief own{ledger_choice::own, "ppn/70/node/01", ledger_part::copy, 0,
                   sample_id<digest>(0x45), "failed", "io-failed: the disk", false, std::nullopt,
                   {}};
  return {fleet, own};
}

inline std::vector<sample<control_response>> ledger_response_samples() {
  return {{"status_reply_ledgers",
           {31, status_reply{sample_report(), sample_view(), sample_ledger_briefs()}}},
          {"ledger_report_reply", {32, ledger_report_reply{sample_ledger_report()}}},
          {"ledger_read_reply",
           {33, ledger_read_reply{1'000'000,
                                  {bytes{1, 2, 3}, bytes{}, bytes(9, 0x5a)},
                                  {sample_id<digest>(1), sample_id<digest>(2),
                                   sample_id<digest>(3)}}}},
          {"ledger_proof_reply", {34, ledger_proof_reply{"c2sp.org/tlog-proof@v1\nindex 17\n\n"}}},
          {"ledger_append_reply", {35, ledger_append_reply{17, 18, true}}},
          {"ledger_restore_reply", {36, ledger_restore_reply{}}}};
}

inline std::vector<sample<control_response>> response_samples() {
  std::vector<sample<control_response>> out{
    {"failure", {13, error{ec::permission, "only root may"}}},
    {"status_reply", {14, status_reply{sample_report(), sample_view()}}},
    {"reload_reply", {15, reload_reply{{"node.labels", "pool.ram"}, {"node.name"}}}}};
  for (auto& each : ledger_response_samples()) out.push_back(std::move(each));
  return out;
}

// Calls `use(sample, decoder)` for every sample of every kind.
template <class Use>
void for_each_sample(Use use) {
  for (const auto& each : node_samples()) use(each, wire::decode_node_message);
  for (const auto& each : handshake_samples()) use(each, wire::decode_handshake);
  for (const auto& each : request_samples()) use(each, wire::decode_control_request);
  for (const auto& each : response_samples()) use(each, wire::decode_control_response);
}

// "" if it was decoded, otherwise the name of the error: what a test compares and prints.
template <class T>
std::string outcome(const result<T>& got) {
  return got ? std::string{} : std::string{to_string(got.error().code)};
}

// -- random values within the caps ----------------------------------------------------------------

template <class Number = std::uint64_t>
Number any_number() {
  return *rc::gen::arbitrary<Number>();
}

template <class Id>
Id any_id() {
  return *Id::from(*rc::gen::container<bytes>(Id::size, rc::gen::arbitrary<octet>()));
}

inline std::size_t up_to(std::size_t most) {
  return *rc::gen::inRange<std::size_t>(0, most + 1);
}

inline std::string any_text(std::size_t octets_max) {
  // Any octet but controls: text is not required to be of one script.
  auto letter = rc::gen::suchThat(rc::gen::inRange(0x20, 0x100), [](int c) { return c != 0x7f; });
  const auto letters = *rc::gen::container<std::vector<int>>(up_to(octets_max), letter);
  return {letters.begin(), letters.end()};
}

inline std::vector<std::string> any_texts(std::size_t most, std::size_t octets_max) {
  std::vector<std::string> out(up_to(most));
  for (std::string& text : out) text = any_text(octets_max);
  return out;
}

inline node_capacity any_capacity() {
  node_capacity out{any_number(), any_number(), any_number(), any_number(),
                    any_number<std::uint32_t>(), any_number<std::uint32_t>(),
                    any_number<std::uint32_t>(), any_number<bool>(), {}};
  for (std::size_t i = up_to(3); i > 0; --i)
    out.pools.push_back({any_text(limits::name_octets), any_number(), any_number(), any_number()});
  return out;
}

inline member_view any_row() {
  member_view row;
  row.record = {any_id<node_id>(), any_text(limits::name_octets), any_text(64),
                any_number<std::uint16_t>(), static_cast<posture>(up_to(2)),
                static_cast<member_kind>(up_to(1)), any_number<bool>(),
                any_texts(3, limits::label_octets)};
  row.state = static_cast<member_state>(up_to(3));
  row.flapping = any_number<bool>();
  row.controller = any_number<bool>();
  row.silence_milliseconds = any_number<std::int64_t>();
  row.transition_silence_milliseconds = any_number<std::int64_t>();
  row.evictions = any_number();
  row.returns = any_number();
  row.heartbeats = any_number();
  row.skew_milliseconds = any_number<std::int64_t>();
  row.boot = any_id<boot_id>();
  row.capacity = any_capacity();
  row.guests = any_number<std::uint32_t>();
  row.node_lost = any_number<bool>();
  row.changed = any_number();
  return row;
}

inline fleet_view any_view() {
  fleet_view out{{any_number(), any_number()}, any_number(), any_number<bool>(),
                 term_number{any_number()}, any_id<node_id>(),
                 {any_number<bool>(), any_number<std::uint32_t>(), any_number<std::uint32_t>(),
                  any_number()}, {}};
  for (std::size_t i = up_to(3); i > 0; --i) out.rows.push_back(any_row());
  return out;
}

inline wire_message any_node_message() {
  switch (up_to(3)) {
  case 0:
    return heartbeat{heartbeat_sequence{any_number()}, any_id<boot_id>(), incarnation{any_number()},
                     any_capacity(), static_cast<std::uint32_t>(up_to(limits::guests_per_node)),
                     any_id<digest>(), {any_number(), any_number()}, any_number<std::int64_t>()};
  case 1:
    return heartbeat_ack{heartbeat_sequence{any_number()}, term_number{any_number()},
                         {any_number(), any_number()}};
  case 2: return view_request{{any_number(), any_number()}};
  default: return any_view();
  }
}

inline error any_error(std::size_t octets_max) {
  return {static_cast<ec>(1 + up_to(ec_count - 2)), any_text(octets_max)};
}

inline handshake_message any_handshake() {
  switch (up_to(3)) {
  case 0:
    return hello{any_number<std::uint16_t>(), any_id<fleet_id>(), static_cast<link_role>(up_to(1)),
                 any_id<node_id>(), any_id<node_id>(), any_id<hello_nonce>(),
                 any_id<exchange_octets>()};
  case 1:
    return hello_reply{any_number<std::uint16_t>(), any_id<node_id>(), any_id<hello_nonce>(),
                       any_id<exchange_octets>(), any_id<signature>()};
  case 2: return hello_finish{any_id<signature>()};
  default: return any_error(256);
  }
}

inline node_report any_report() {
  node_report out{any_id<node_id>(), any_text(limits::name_octets), any_text(limits::name_octets),
                  any_id<fleet_id>(), any_number<std::int64_t>(), any_number<std::int64_t>(),
                  any_number(), {}, {}};
  for (std::size_t i = up_to(3); i > 0; --i)
    out.links.push_back({any_id<node_id>(), any_text(10), any_number(), any_number(), any_number(),
                         any_number(), any_text(100)});
  for (std::size_t i = up_to(3); i > 0; --i) out.refusals.push_back({any_text(20), any_number()});
  return out;
}

inline ledger_brief any_ledger_brief() {
  ledger_brief out{static_cast<ledger_choice>(up_to(1)), any_text(100),
                   static_cast<ledger_part>(up_to(1)), any_number(), any_id<digest>(),
                   any_text(20), any_text(100), any_number<bool>(), std::nullopt, any_texts(3, 200)};
  if (any_number<bool>()) out.cosigned = any_number();
  return out;
}

inline ledger_report any_ledger_report() {
  ledger_report out = sample_ledger_report();
  out.size = any_number();
  out.root = any_id<digest>();
  out.note = any_text(200) + '\n';
  out.state = any_text(20);
  out.waiting = any_number();
  for (std::size_t i = up_to(3); i > 0; --i)
    out.copies.push_back({any_id<node_id>(), any_number(), any_number(), any_number<bool>()});
  for (std::size_t i = up_to(3); i > 0; --i)
    out.evidence.push_back({static_cast<ledger_evidence::kind>(up_to(3)), any_text(50), any_number(),
                            any_id<digest>(), any_id<digest>(), any_id<node_id>(), any_text(100)});
  return out;
}

inline ledger_read_reply any_entries() {
  ledger_read_reply out{any_number(), {}, {}};
  for (std::size_t i = up_to(6); i > 0; --i) {
    out.entries.push_back(*rc::gen::container<bytes>(up_to(40), rc::gen::arbitrary<octet>()));
    out.leaves.push_back(any_id<digest>());
  }
  return out;
}

inline control_response any_response() {
  switch (up_to(6)) {
  case 0: return {any_number(), any_error(1024)};
  case 1: return {any_number(), status_reply{any_report(), any_view(), {any_ledger_brief()}}};
  case 2: return {any_number(), ledger_report_reply{any_ledger_report()}};
  case 3: return {any_number(), any_entries()};
  case 4: return {any_number(), ledger_proof_reply{any_text(300) + '\n'}};
  case 5: return {any_number(), ledger_append_reply{any_number(), any_number(), any_number<bool>()}};
  default: return {any_number(), reload_reply{any_texts(4, 40), any_texts(4, 40)}};
  }
}

inline control_request any_request() {
  const auto which = static_cast<ledger_choice>(up_to(1));
  switch (up_to(5)) {
  case 0: return {any_number(), ledger_report_request{which}};
  case 1: return {any_number(), ledger_read_request{which, any_number(), any_number()}};
  case 2: return {any_number(), ledger_proof_request{which, any_number()}};
  case 3:
    return {any_number(),
            ledger_note_request{which, any_id<order_id>(), any_text(limits::reason_octets)}};
  case 4: return {any_number(), ledger_restore_request{any_text(limits::name_octets)}};
  default: {
    submitted_order order{*rc::gen::container<bytes>(up_to(300), rc::gen::arbitrary<octet>()), {}};
    if (any_number<bool>())
      order.authority = order_authority{any_id<node_id>(), any_number(), any_id<signature>()};
    return {any_number(), ledger_submit_request{std::move(order)}};
  }
  }
}

// -- messages that no codec of ours writes --------------------------------------------------------

using segment = kj::ArrayPtr<const capnp::word>;

inline bytes flat(capnp::MessageBuilder& message) {
  auto segments = message.getSegmentsForOutput();
  BOOST_REQUIRE(segments.size() == 1u);
  auto octets = segments[0].asBytes();
  return {octets.begin(), octets.end()};
}

// `body` with something changed by the schema's own builder. The second copy drops the holes that a
// change leaves, for which alone the message would be refused.
template <class Root, class Change>
bytes changed(const bytes& body, Change change) {
  const segment words{reinterpret_cast<const capnp::word*>(body.data()), body.size() / 8};
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(&words, 1));
  capnp::MallocMessageBuilder first, second(1 << 18);
  first.setRoot(message.getRoot<Root>());
  change(first.getRoot<Root>());
  second.setRoot(first.getRoot<Root>().asReader());
  return flat(second);
}

// Words as numbers, as the format's documentation writes them.
inline bytes words_of(std::initializer_list<std::uint64_t> words) {
  bytes out;
  for (std::uint64_t word : words) {
    out.resize(out.size() + 8);
    store_le64(out.data() + out.size() - 8, word);
  }
  return out;
}

constexpr std::uint64_t struct_pointer(std::uint32_t offset, std::uint64_t data,
                                       std::uint64_t pointers) {
  return std::uint64_t{offset} << 2 | data << 32 | pointers << 48;
}

constexpr std::uint64_t list_pointer(std::uint32_t offset, std::uint64_t element,
                                     std::uint64_t size) {
  return 1 | std::uint64_t{offset} << 2 | element << 32 | size << 35;
}

constexpr std::uint64_t list_most = (1u << 29) - 1;

} // namespace ppn::test
