// The table of a status: in a pipe, on a narrow terminal, in colour, and with everything wrong.
#include "runtime/cli/status_table.hpp"

#include "status_support.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <regex>

using namespace ppn;
using namespace ppn::status_support;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    BOOST_REQUIRE(end != std::string::npos);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string without_colour(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(status_as_table)

BOOST_AUTO_TEST_CASE(a_healthy_fleet_is_a_header_and_one_row_for_each_member) {
  auto lines = lines_of(status_table(healthy(), {}));
  const std::vector<std::string> expected{
      "fleet f1f1f1f1   node laptop-a (0.1.0, up 1 h 02 min)   controller gcp-cloud-1, term 2",
      "view 0.4 s old   3 members: 3 alive",
      "",
      "NAME         STATE  SILENCE  NOTES       ADDRESS        POSTURE  FREE/GiB  VCPUS  GUESTS  "
      "OUT/BACK  BEATS",
      "laptop-a     alive     0.0s  this-node   10.8.0.1:9203  onprem   5.5/12.0      8    3/32  "
      "     0/0     17",
      "laptop-b     alive     0.0s  -           10.8.0.2:9203  onprem   5.5/12.0      8    3/32  "
      "     0/0     17",
      "gcp-cloud-1  alive     0.0s  controller  10.8.0.3:9203  cloud    5.5/12.0      8    3/32  "
      "     0/0     17"};
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_doubting_controller_is_told_in_words) {
  const std::string doubt =
      "controller doubts itself: 2 of 2 members silent, probably the controller or "
      "its network\n";
  BOOST_TEST(holds(status_table(troubled(), {}), doubt));
  BOOST_TEST(!holds(status_table(healthy(), {}), "doubts"));
  BOOST_TEST(holds(status_table(troubled(), {true, 0, 0}), "\x1b[1;31mcontroller doubts itself"));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_follows_the_table) {
  std::string text = status_table(troubled(), {});
  BOOST_TEST(holds(text, "3 members: 1 alive, 1 suspect, 1 evicted\n"));
  BOOST_TEST(holds(text, "  flapping,node-lost,reserved  "));
  BOOST_TEST(holds(text, "3/2"));
  BOOST_TEST(holds(text, "61.9s"));
  BOOST_TEST(
      holds(text, "\nlink laptop-b: waiting, established 4, frames in 120 out 118, dropped 2, last "
                  "error: unreachable: no route\n"));
  BOOST_TEST(holds(text, "\nrefused: wrong-fleet 3, replay 1\n"));
  BOOST_TEST(holds(text, "\nrestarted parts of this node: 2\n"));
}

BOOST_AUTO_TEST_CASE(nothing_wrong_is_nothing_said) {
  std::string text = status_table(healthy(), {});
  for (std::string_view word : {"link", "refused", "restarted", "doubt"})
    BOOST_TEST(!holds(text, word), word);
}

BOOST_AUTO_TEST_CASE(an_old_view_and_a_missing_one_are_told) {
  status_reply reply = healthy();
  reply.node.view_age_milliseconds = 75'000;
  BOOST_TEST(holds(status_table(reply, {}),
                   "view 1 min 15 s old: the controller is not heard   3 members: "
                   "3 alive\n"));
  status_reply nothing;
  nothing.node.name = "a";
  BOOST_TEST(holds(status_table(nothing, {}), "no view of the fleet yet\n"));
  BOOST_TEST(holds(status_table(nothing, {}), "controller none"));
}

BOOST_AUTO_TEST_CASE(a_member_never_heard_has_no_figures) {
  status_reply reply = healthy();
  reply.view.rows[1] = row(2, "laptop-b", member_state::expected);
  reply.view.rows[1].capacity = {};
  reply.view.rows[1].heartbeats = 0;
  std::string line = lines_of(status_table(reply, {}))[5];
  BOOST_TEST(line.starts_with("laptop-b     expected"));
  BOOST_TEST(std::count(line.begin(), line.end(), '-') == 5);
}

BOOST_AUTO_TEST_CASE(colour_only_repeats_what_a_word_says) {
  std::string coloured = status_table(troubled(), {true, 0, 0});
  BOOST_TEST(without_colour(coloured) == status_table(troubled(), {}));
  BOOST_TEST(holds(coloured, "\x1b[33msuspect\x1b[0m"));
  BOOST_TEST(holds(coloured, "\x1b[31mevicted\x1b[0m"));
  BOOST_TEST(holds(coloured, "\x1b[32malive\x1b[0m"));
  status_reply reply = healthy();
  reply.view.rows[0].state = member_state::expected;
  BOOST_TEST(holds(status_table(reply, {true, 0, 0}), "\x1b[2mexpected\x1b[0m"));
  BOOST_TEST(!holds(status_table(troubled(), {}), "\x1b"));
}

BOOST_AUTO_TEST_CASE(each_ledger_has_a_line_under_the_header) {
  status_reply reply = with_ledgers();
  reply.ledgers[0].evidence.clear();
  auto lines = lines_of(status_table(reply, {}));
  BOOST_TEST(lines[2] == "ledger fleet  writer, 42 entries, root abababab, ready, degraded: too few "
                         "copies, cosigned 41");
  BOOST_TEST(lines[3] ==
             "ledger own    writer, 7 entries, root abababab, failed (io-failed: the disk)");
  BOOST_TEST(!holds(status_table(healthy(), {}), "ledger"));
}

BOOST_AUTO_TEST_CASE(evidence_is_the_first_line_and_red) {
  auto lines = lines_of(status_table(with_ledgers(), {}));
  BOOST_TEST(lines[0].starts_with("evidence: fork of ppn/f1 at 41: expected"));
  BOOST_TEST(lines[1].starts_with("fleet "));
  BOOST_TEST(lines[3].ends_with(", EVIDENCE"));
  std::string coloured = status_table(with_ledgers(), {true, 0, 0});
  BOOST_TEST(coloured.starts_with("\x1b[1;31mevidence: "));
  BOOST_TEST(without_colour(coloured) == status_table(with_ledgers(), {}));
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_the_terminal) {
  for (std::size_t width : {1u, 8u, 20u, 40u, 80u, 132u}) {
    for (bool colour : {false, true}) {
      std::string text = status_table(troubled(), {colour, width, 0});
      for (const std::string& line : lines_of(without_colour(text)))
        BOOST_TEST(line.size() <= width);
      BOOST_TEST(!std::regex_search(without_colour(text), std::regex("\x1b")));
    }
  }
}

BOOST_AUTO_TEST_CASE(eighty_columns_show_what_is_wrong) {
  std::string text = status_table(troubled(), {false, 80, 0});
  for (std::string_view word : {"evicted", "61.9s", "flapping,node-lost", "10.8.0.2:9203"})
    BOOST_TEST(holds(text, word), word);
}

BOOST_AUTO_TEST_CASE(every_row_has_as_many_fields_as_the_title) {
  auto lines = lines_of(status_table(troubled(), {}));
  const std::regex word("[^ ]+");
  auto fields = [&](const std::string& line) {
    return std::distance(std::sregex_iterator(line.begin(), line.end(), word),
                         std::sregex_iterator());
  };
  for (std::size_t row = 4; row < 8; ++row)
    BOOST_TEST(fields(lines[row]) == 11);
}

BOOST_AUTO_TEST_CASE(no_picture_is_higher_than_the_terminal) {
  BOOST_TEST(lines_of(status_table(troubled(), {false, 0, 4})).size() == 4u);
}

BOOST_AUTO_TEST_CASE(no_line_ends_in_spaces) {
  for (std::size_t width : {0u, 13u, 60u})
    for (const std::string& line :
         lines_of(without_colour(status_table(troubled(), {true, width, 0}))))
      BOOST_TEST(!line.ends_with(' '), line);
}

BOOST_AUTO_TEST_CASE(nothing_that_a_daemon_says_controls_the_terminal) {
  status_reply reply = troubled();
  reply.node.name = "a\x1b[2J";
  reply.node.version = "\r\n";
  reply.view.rows[0].record.name = "\xc2\x9b"
                                   "31m\x07";
  reply.view.rows[1].record.address = "\x1b]0;x\x07";
  reply.node.links[0].last_error = "\x1b[31m\n";
  reply.node.links[0].state = "\x7f";
  reply.ledgers = with_ledgers().ledgers;
  reply.ledgers[0].evidence[0] = "\x1b[2J";
  reply.ledgers[0].state = "\x1b[2J";
  reply.ledgers[1].why = "\r\n\x9b";
  reply.node.refusals[0].reason = "\x1b";
  for (char c : status_table(reply, {}))
    BOOST_TEST(((c >= 0x20 && c < 0x7f) || c == '\n'));
  std::string line = status_error_text({ec::unreachable, "\x1b[2J\n"}, {});
  BOOST_TEST(line == "ppn: unreachable: ?[2J?\n");
}

BOOST_AUTO_TEST_SUITE_END()
