// What `ppn ledger` shows of a ledger: entries, exports, checkpoints and proofs.
#include "runtime/cli/ledger_reading.hpp"

#include "fake_node.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace ppn;
using json = nlohmann::json;

namespace {

struct shown {
  status done;
  std::string text;
};

template <class Verb>
shown run(fake::node& node, bool as_json, Verb verb) {
  auto channel = node.channel();
  fake::text_output output;
  status done = verb(ledger_reader{channel, ledger_choice::own, output, as_json});
  return {done, output.text};
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

BOOST_AUTO_TEST_SUITE(reading_a_ledger)

BOOST_AUTO_TEST_CASE(an_entry_is_shown_with_names_for_people) {
  fake::node node(300);
  node.entries[17] = fake::noted_entry(17, "remark", order_author::kind::node);
  auto what = run(node, false, [](const auto& by) { return show_entry(by, 17); });
  BOOST_TEST(what.done.has_value());
  BOOST_TEST(what.text.starts_with("entry 17\n"));
  BOOST_TEST(holds(what.text, "remark 17"));
  BOOST_TEST(holds(what.text, "laptop-a"));
  for (const control_request& request : node.asked)
    if (auto* read = std::get_if<ledger_read_request>(&request.body))
      BOOST_TEST((read->which == ledger_choice::own));
}

BOOST_AUTO_TEST_CASE(an_entry_as_json_is_its_line_of_the_export) {
  fake::node node(300);
  auto what = run(node, true, [](const auto& by) { return show_entry(by, 17); });
  BOOST_TEST(lines_in(what.text) == 1u);
  BOOST_TEST(json::parse(what.text)["why"] == "remark 17");
  auto all = run(node, false, [](const auto& by) {
    return export_ledger(by, views::export_format::jsonl, [](auto, auto) {});
  });
  BOOST_TEST(holds(all.text, what.text));
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_not_there_is_told) {
  fake::node node(3);
  auto what = run(node, false, [](const auto& by) { return show_entry(by, 3); });
  BOOST_REQUIRE(!what.done);
  BOOST_TEST((what.done.error() ==
              error{ec::not_found, "there is no entry 3: the ledger has 3 entries"}));
}

BOOST_AUTO_TEST_CASE(the_tail_has_as_many_lines_as_asked) {
  fake::node node(300);
  for (std::uint64_t lines : {0u, 1u, 10u, 300u, 1'000u}) {
    auto what = run(node, false, [&](const auto& by) { return show_tail(by, {lines, false, {}}); });
    BOOST_TEST(what.done.has_value());
    BOOST_TEST(lines_in(what.text) == std::min<std::size_t>(lines, 300));
  }
  auto what = run(node, false, [](const auto& by) { return show_tail(by, {2, false, {}}); });
  BOOST_TEST(what.text.starts_with("298 "));
  BOOST_TEST(holds(what.text, "\n299 "));
}

BOOST_AUTO_TEST_CASE(following_shows_each_new_entry_once_until_nobody_looks) {
  fake::node node(3);
  int looks = 0;
  auto what = run(node, true, [&](const auto& by) {
    return show_tail(by, {1, true, [&] {
                            if (++looks == 2) // nothing new in between
                              for (int more = 0; more < 5; ++more)
                                node.entries.push_back(fake::noted_entry(node.entries.size()));
                            return looks < 4;
                          }});
  });
  BOOST_TEST(what.done.has_value());
  BOOST_TEST(lines_in(what.text) == 6u);
  BOOST_TEST(json::parse(what.text.substr(0, what.text.find('\n')))["index"] == 2);
}

BOOST_AUTO_TEST_CASE(an_entry_of_a_later_version_has_its_line) {
  fake::node node(3);
  node.entries[1] = bytes{1, 2, 3};
  node.sign();
  auto what = run(node, false, [](const auto& by) { return show_tail(by, {10, false, {}}); });
  BOOST_TEST(holds(what.text, "\n1 cannot be read: "));
  BOOST_TEST(!run(node, false, [](const auto& by) { return show_entry(by, 1); }).done);
  auto exported = run(node, false, [](const auto& by) {
    return export_ledger(by, views::export_format::csv, [](auto, auto) {});
  });
  BOOST_TEST(exported.done.has_value());
  BOOST_TEST(lines_in(exported.text) == 4u);
}

BOOST_AUTO_TEST_CASE(an_export_is_the_views_octets_from_end_to_end) {
  fake::node node(5'000);
  for (auto format : {views::export_format::jsonl, views::export_format::csv,
                      views::export_format::yaml}) {
    std::uint64_t told = 0;
    auto what = run(node, false, [&](const auto& by) {
      return export_ledger(by, format, [&](std::uint64_t, std::uint64_t total) { told = total; });
    });
    std::string expected = views::export_header(format);
    for (std::uint64_t i = 0; i < node.entries.size(); ++i)
      expected += views::export_entry(format, i, node.entries[i]);
    expected += views::export_footer(format);
    BOOST_TEST((what.text == expected));
    BOOST_TEST(told == 5'000u);
  }
}

BOOST_AUTO_TEST_CASE(an_export_ends_at_an_entry_that_is_not_what_it_was) {
  fake::node node(300);
  node.false_leaves[250] = digest{};
  auto what = run(node, false, [](const auto& by) {
    return export_ledger(by, views::export_format::jsonl, [](auto, auto) {});
  });
  BOOST_REQUIRE(!what.done);
  BOOST_TEST((what.done.error().code == ec::integrity));
}

BOOST_AUTO_TEST_CASE(checkpoints_and_keys_are_shown_as_they_are) {
  fake::node node(3);
  auto plain = run(node, false, [](const auto& by) { return show_checkpoint(by, false); });
  BOOST_TEST(plain.text == node.report.note);
  auto none = run(node, false, [](const auto& by) { return show_checkpoint(by, true); });
  BOOST_TEST((none.done.error().code == ec::not_found));
  node.cosign(2, {5});
  auto cosigned = run(node, true, [](const auto& by) { return show_checkpoint(by, true); });
  json document = json::parse(cosigned.text);
  BOOST_TEST(document["schema"] == "ppn.ledger-checkpoint/1");
  BOOST_TEST(document["size"] == 2);
  BOOST_TEST(document["signers"].size() == 2u);
  BOOST_TEST(document["note"] == node.report.cosigned);
  BOOST_TEST(run(node, false, show_vkey).text == node.report.vkey + '\n');
  BOOST_TEST(json::parse(run(node, true, show_vkey).text)["vkey"] == node.report.vkey);
}

BOOST_AUTO_TEST_CASE(a_proof_holds_offline) {
  fake::node node(256);
  auto what = run(node, false, [](const auto& by) { return prove_entry(by, 17); });
  BOOST_REQUIRE_MESSAGE(what.done, (what.done ? "" : what.done.error().text));
  auto proof = log::parse_proof_file(view_of(what.text));
  BOOST_REQUIRE(proof.has_value());
  log::trust_policy trust;
  trust.logs = {node.vkey()};
  BOOST_TEST(log::verify_proof_file(*proof, node.entries[17], trust).has_value());
  BOOST_TEST(!log::verify_proof_file(*proof, node.entries[18], trust).has_value());
}

BOOST_AUTO_TEST_CASE(a_proof_that_does_not_hold_is_not_handed_out) {
  fake::node node(256);
  node.before = [&](const control_request& request) -> std::optional<control_response> {
    if (auto* proof = std::get_if<ledger_proof_request>(&request.body); proof && proof->index == 17)
      return node.answer({request.id, ledger_proof_request{proof->which, 18}});
    return std::nullopt;
  };
  auto what = run(node, false, [](const auto& by) { return prove_entry(by, 17); });
  BOOST_REQUIRE(!what.done);
  BOOST_TEST((what.done.error().code == ec::integrity));
  BOOST_TEST(what.text.empty());
  BOOST_TEST((run(node, false, [](const auto& by) { return prove_entry(by, 256); })
                .done.error()
                .code == ec::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
