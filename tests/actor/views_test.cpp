// The views of a running node: they follow the ledger, at most once a second, and trouble with them is
// told once and is nobody else's.
#include "storage/ledger/views.hpp"
#include "tests/actor/publish_fixture.hpp"

using namespace ppn;
using namespace ppn::test;

namespace {

struct views_fixture : publish_fixture {
  std::vector<bytes> stored() const {
    std::vector<bytes> entries;
    BOOST_REQUIRE(fleet_store->iterate(0, fleet_store->length(), [&](std::uint64_t, bytes_view entry) {
      entries.emplace_back(entry.begin(), entry.end());
      return true;
    }));
    return entries;
  }
  void check_follows() {
    std::string text;
    fleet_fold fold(ledger.fleet, tag_fits);
    std::uint64_t index = 0;
    for (const bytes& entry : stored()) {
      text += views::export_entry(views::export_format::jsonl, index++, entry);
      fold.apply(entry);
    }
    BOOST_TEST(view_disk.files["ledger.jsonl"] == text);
    BOOST_TEST(view_disk.files["nodes.jsonl"] == views::nodes_jsonl(fold.state()));
    BOOST_TEST(view_disk.files["members.csv"] == views::members_csv(fold.state()));
    BOOST_TEST(view_disk.files["grants.yaml"] == views::grants_yaml(fold.state()));
    BOOST_TEST(view_disk.files["guests.csv"] == views::guests_csv(fold.state()));
    BOOST_TEST(view_disk.files.count("README.txt") == 1u);
  }
  std::vector<std::string> told() const {
    std::vector<std::string> states;
    for (const auto& each : events.of<event::ledger_state_changed>())
      if (each.state.rfind("views", 0) == 0) states.push_back(each.state);
    return states;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(views_of_a_node, views_fixture)

BOOST_AUTO_TEST_CASE(they_are_there_after_a_start_and_follow) {
  start();
  wait(seconds{3});
  check_follows();
  note(30);
  order(ledger.ordered_signed(by_admin(0), fact::posture_set{node_key(1), posture::cloud},
                              fleet_store->length()));
  wait(seconds{3});
  check_follows();
  BOOST_TEST(view_disk.files["nodes.jsonl"].find("\"cloud\"") != std::string::npos);
  BOOST_TEST(told().empty());
}

BOOST_AUTO_TEST_CASE(registers_that_did_not_change_are_not_written) {
  start();
  wait(seconds{3});
  auto writes = view_disk.writes;
  for (int i = 0; i < 10; ++i) {
    note(3);
    wait(seconds{2});
  }
  BOOST_TEST(view_disk.writes == writes);
  check_follows();
}

BOOST_AUTO_TEST_CASE(many_entries_at_once_are_one_piece_of_work_a_second) {
  start();
  wait(seconds{3});
  const auto before = view_disk.files["ledger.jsonl"].size();
  note(1);
  pass(milliseconds{1});
  const auto first = view_disk.files["ledger.jsonl"].size();
  BOOST_TEST(first > before);
  note(50);
  BOOST_TEST(view_disk.files["ledger.jsonl"].size() == first);
  wait(milliseconds{1'050});
  check_follows();
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_once_and_commits_go_on) {
  start();
  wait(seconds{3});
  view_disk.fill_up(true);
  for (int i = 0; i < 10; ++i) {
    note(2);
    wait(seconds{11});
  }
  BOOST_TEST(told() == std::vector<std::string>{"views failed"}, boost::test_tools::per_element());
  const auto grown = fleet_store->length();
  BOOST_TEST(grown >= ledger.entries.size() + 20);
  view_disk.fill_up(false);
  wait(seconds{15});
  check_follows();
  BOOST_TEST(told() == (std::vector<std::string>{"views failed", "views kept"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(after_a_crash_they_go_on_where_they_were) {
  start();
  note(5);
  wait(seconds{3});
  view_disk.files["ledger.jsonl"] += "{\"index\":99,\"torn";
  fail("views");
  note(5);
  wait(seconds{3});
  check_follows();
  fail("ledger");
  note(5);
  wait(seconds{45});
  check_follows();
  BOOST_TEST(view_disk.files.size() == 6u);
}

BOOST_AUTO_TEST_SUITE_END()
