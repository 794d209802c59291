// The ledgers' part of the control socket: what is over a cap or no value is refused, and what a
// sender cannot help is cut where it is only shown.
#include "tests/unit/wire_samples.hpp"

#include "messages/wire/control.capnp.h"

namespace ppn {
namespace {

using namespace test;

template <class Change>
std::string changed_request(const decltype(control_request::body)& body, Change change) {
  return outcome(wire::decode_control_request(
    changed<wire::ControlRequest>(wire::encode(control_request{1, body}), change)));
}

template <class Change>
std::string changed_reply(const decltype(control_response::body)& body, Change change) {
  return outcome(wire::decode_control_response(
    changed<wire::ControlResponse>(wire::encode(control_response{1, body}), change)));
}

using request_root = wire::ControlRequest::Builder;
using response_root = wire::ControlResponse::Builder;

BOOST_AUTO_TEST_SUITE(control_ledger_codec)

BOOST_AUTO_TEST_CASE(an_unknown_ledger_is_refused) {
  BOOST_TEST(changed_request(ledger_report_request{}, [](request_root root) {
               root.setLedgerReport(2);
             }) == "malformed");
  BOOST_TEST(changed_request(ledger_read_request{}, [](request_root root) {
               root.getLedgerRead().setWhich(2);
             }) == "malformed");
  BOOST_TEST(changed_request(ledger_proof_request{}, [](request_root root) {
               root.getLedgerProof().setWhich(255);
             }) == "malformed");
  BOOST_TEST(changed_request(ledger_note_request{}, [](request_root root) {
               root.getLedgerNote().setWhich(2);
             }) == "malformed");
}

BOOST_AUTO_TEST_CASE(ids_and_signatures_have_their_length) {
  const octet octets[65] = {};
  auto data = [&](std::size_t size) { return capnp::Data::Reader(octets, size); };
  BOOST_TEST(changed_request(ledger_note_request{}, [&](request_root root) {
               root.getLedgerNote().setId(data(15));
             }) == "malformed");
  const ledger_submit_request submit{sample_submission()};
  BOOST_TEST(changed_request(submit, [&](request_root root) {
               root.getLedgerSubmit().setAdmin(data(31));
             }) == "malformed");
  BOOST_TEST(changed_request(submit, [&](request_root root) {
               root.getLedgerSubmit().setProof(data(65));
             }) == "malformed");
}

BOOST_AUTO_TEST_CASE(what_is_over_its_cap_is_refused_and_never_cut) {
  auto asked = [](decltype(control_request::body) body) {
    return outcome(wire::decode_control_request(wire::encode(control_request{1, std::move(body)})));
  };
  const std::string most(limits::reason_octets, 'x');
  BOOST_TEST(asked(ledger_note_request{ledger_choice::own, {}, most}) == "");
  BOOST_TEST(asked(ledger_note_request{ledger_choice::own, {}, most + 'x'}) == "malformed");
  BOOST_TEST(asked(ledger_note_request{ledger_choice::own, {}, "two\nlines"}) == "malformed");
  BOOST_TEST(asked(ledger_submit_request{{bytes(limits::entry_octets), {}}}) == "");
  BOOST_TEST(asked(ledger_submit_request{{bytes(limits::entry_octets + 1), {}}}) == "malformed");
  BOOST_TEST(asked(ledger_restore_request{std::string(limits::name_octets, 'n')}) == "");
  BOOST_TEST(asked(ledger_restore_request{std::string(limits::name_octets + 1, 'n')}) ==
             "malformed");
}

BOOST_AUTO_TEST_CASE(there_is_one_leaf_for_each_entry) {
  const ledger_read_reply two{2, {bytes{1}, bytes{2}}, {sample_id<digest>(1), sample_id<digest>(2)}};
  for (std::size_t octets : {0u, 32u, 63u, 65u, 96u})
    BOOST_TEST(changed_reply(two, [&](response_root root) {
                 root.getLedgerEntries().initLeaves(static_cast<capnp::uint>(octets));
               }) == "malformed", octets);
  BOOST_TEST(changed_reply(two, [](response_root root) {
               root.getLedgerEntries().initLeaves(64);
             }) == "");
}

BOOST_AUTO_TEST_CASE(a_full_answer_fits_its_cap_and_one_entry_more_is_refused) {
  ledger_read_reply full{limits::control_read_entries, {}, {}};
  full.entries.assign(limits::control_read_entries, bytes(256, 7));
  full.leaves.resize(full.entries.size());
  const bytes body = wire::encode(control_response{1, full});
  BOOST_TEST(body.size() < limits::control_response_max);
  BOOST_TEST((wire::decode_control_response(body) == control_response{1, full}));
  full.entries.emplace_back();
  full.leaves.emplace_back();
  BOOST_TEST(outcome(wire::decode_control_response(wire::encode(control_response{1, full}))) ==
             "malformed");
}

BOOST_AUTO_TEST_CASE(an_entry_is_never_larger_than_an_entry_may_be) {
  ledger_read_reply one{1, {bytes(limits::entry_octets, 7)}, {digest{}}};
  BOOST_TEST((wire::decode_control_response(wire::encode(control_response{1, one})) ==
              control_response{1, one}));
  one.entries.front().push_back(7);
  BOOST_TEST(outcome(wire::decode_control_response(wire::encode(control_response{1, one}))) ==
             "malformed");
}

BOOST_AUTO_TEST_CASE(a_report_with_an_unknown_part_or_evidence_is_refused) {
  const ledger_report_reply report{sample_ledger_report()};
  BOOST_TEST(changed_reply(report, [](response_root root) { root.getLedgerReport().setPart(2); }) ==
             "malformed");
  BOOST_TEST(changed_reply(report, [](response_root root) {
               root.getLedgerReport().getEvidence()[0].setKind(4);
             }) == "malformed");
  BOOST_TEST(changed_reply(report, [](response_root root) {
               root.getLedgerReport().initNote(64 * 1024 + 1);
             }) == "malformed");
}

BOOST_AUTO_TEST_CASE(what_is_only_shown_is_cut_and_cleaned) {
  ledger_report loud = sample_ledger_report();
  loud.why = "first\nsecond" + std::string(4096, 'x');
  loud.evidence.assign(200, sample_evidence());
  loud.evidence.front().text = "a\x1b[2J";
  auto got = wire::decode_control_response(wire::encode(control_response{1, ledger_report_reply{loud}}));
  BOOST_REQUIRE_MESSAGE(got, outcome(got));
  const ledger_report& back = std::get<ledger_report_reply>(got->body).report;
  BOOST_TEST(back.why.size() == 1024u);
  BOOST_TEST(back.why.starts_with("first?second"));
  BOOST_TEST(back.evidence.size() == 128u);
  BOOST_TEST(back.evidence.front().text == "a?[2J");
}

BOOST_AUTO_TEST_CASE(a_status_without_ledgers_is_what_it_was_before_there_were_any) {
  const status_reply plain{sample_report(), sample_view()};
  auto got = wire::decode_control_response(wire::encode(control_response{14, plain}));
  BOOST_REQUIRE_MESSAGE(got, outcome(got));
  BOOST_TEST((std::get<status_reply>(got->body) == plain));
  status_reply many{sample_report(), sample_view(),
                    std::vector<ledger_brief>(9, sample_ledger_briefs().front())};
  BOOST_TEST(outcome(wire::decode_control_response(wire::encode(control_response{14, many}))) ==
             "malformed");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
