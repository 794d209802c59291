// The views beside a ledger, over a disk in memory: whatever is there when a node starts, in the end the
// files are exactly what the ledger says, what was right before is not written again, and nothing of
// somebody else's is lost.
#include "actors/views_core.hpp"

#include "storage/ledger/views.hpp"
#include "storage/memory_views.hpp"
#include "tests/unit/fold_support.hpp"

using namespace ppn;
using namespace ppn::test;

namespace {

constexpr const char* origin = "ppn/00112233445566778899aabbccddeeff";
constexpr const char* name = "ledger.jsonl";

std::string line_of(const std::vector<bytes>& entries, std::uint64_t index) {
  return views::export_entry(views::export_format::jsonl, index, entries[index]);
}

std::string export_of(const std::vector<bytes>& entries) {
  std::string text;
  for (std::uint64_t i = 0; i < entries.size(); ++i) text += line_of(entries, i);
  return text;
}

struct views_fixture {
  views_fixture() {
    for (int i = 0; i < 40; ++i) BOOST_REQUIRE_EQUAL(ledger.say(by_node(1), fact::noted{}), "");
  }

  const std::string& file() { return disk.files[name]; }
  const std::vector<bytes>& entries() const { return ledger.entries; }

  status step(views_core& core, std::uint64_t size) {
    auto asked = core.next(size);
    if (!asked) return {};
    std::vector<bytes> read;
    for (std::uint64_t i = asked->from; i < std::min(size, asked->from + asked->most); ++i)
      read.push_back(entries()[i]);
    return core.take(*asked, read);
  }
  // A run of a node, until there is nothing left to do.
  void run(std::uint64_t size) {
    views_core core(origin, views);
    BOOST_REQUIRE(core.open());
    int steps = 0;
    while (core.next(size)) {
      BOOST_REQUIRE(step(core, size));
      BOOST_REQUIRE(++steps < 100);
    }
    BOOST_TEST(core.is_whole(size));
  }
  void check_whole() {
    run(entries().size());
    BOOST_TEST(file() == export_of(entries()));
  }

  test_ledger ledger = test_ledger::founded(3);
  memory_view_disk disk;
  memory_views views{disk};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(views_of_a_ledger, views_fixture)

BOOST_AUTO_TEST_CASE(an_export_has_a_line_for_each_entry_and_a_text_beside_it) {
  check_whole();
  BOOST_TEST(disk.files["README.txt"] == views::views_readme(origin));
}

BOOST_AUTO_TEST_CASE(an_export_grows_with_its_ledger) {
  views_core core(origin, views);
  BOOST_REQUIRE(core.open());
  for (std::uint64_t size = 0; size <= entries().size(); ++size) {
    while (core.next(size)) BOOST_REQUIRE(step(core, size));
    BOOST_REQUIRE(file() == export_of({entries().begin(), entries().begin() + static_cast<int>(size)}));
  }
}

BOOST_AUTO_TEST_CASE(wherever_the_last_run_was_cut_the_next_one_goes_on) {
  const std::string whole = export_of(entries());
  for (std::size_t cut = 0; cut <= whole.size(); cut += cut < 600 ? 1 : 97) {
    disk.files = {{name, whole.substr(0, cut)}};
    check_whole();
    BOOST_TEST(disk.files.size() == 2u, "something was set aside after a cut at " << cut);
  }
}

BOOST_AUTO_TEST_CASE(what_was_written_is_not_written_again) {
  run(20);
  auto before = disk.writes;
  const std::string kept = file();
  check_whole();
  BOOST_TEST(disk.writes == before);
  BOOST_TEST(file().substr(0, kept.size()) == kept);
}

BOOST_AUTO_TEST_CASE(what_the_ledger_does_not_say_is_set_aside_and_not_lost) {
  const std::string whole = export_of(entries());
  std::string other = whole;
  other[5] ^= 1; // where only the comparison of all of it can see
  std::string wrong_end = whole;
  wrong_end[wrong_end.size() - 3] ^= 1;
  std::string doubled = line_of(entries(), 0) + whole;
  std::string gap = whole;
  gap.erase(line_of(entries(), 0).size(), line_of(entries(), 1).size());
  std::string ahead = whole + "{\"index\":43,\"of\":\"another\"}\n";
  for (const std::string& found :
       {other, wrong_end, doubled, gap, ahead, std::string("my own notes\n"), std::string("\n"),
        std::string("\n\n\n"), whole + "\n", whole + "{\"index\":99999999999999999999,\n",
        whole + "{\"index\":-1,\n"}) {
    disk.files = {{name, found}};
    check_whole();
    BOOST_TEST(disk.files["ledger.jsonl.aside-1"] == found);
  }
}

BOOST_AUTO_TEST_CASE(what_was_set_aside_before_stays) {
  for (int i = 1; i <= published_views::set_aside_max; ++i) {
    disk.files[name] = "notes " + std::to_string(i) + "\n";
    check_whole();
  }
  disk.files[name] = "one too many\n";
  views_core core(origin, views);
  auto opened = core.open();
  BOOST_REQUIRE(!opened);
  BOOST_TEST((opened.error().code == ec::exists));
  BOOST_TEST(file() == "one too many\n");
  BOOST_TEST(disk.files["ledger.jsonl.aside-16"] == "notes 16\n");
}

BOOST_AUTO_TEST_CASE(new_entries_are_written_before_old_lines_are_compared) {
  run(20);
  views_core core(origin, views);
  BOOST_REQUIRE(core.open());
  BOOST_REQUIRE(step(core, entries().size())); // the last line
  BOOST_TEST(core.is_whole(20));
  BOOST_TEST(!core.is_whole(21));
  BOOST_REQUIRE(step(core, entries().size()));
  BOOST_TEST(file() == export_of(entries()));
  BOOST_TEST(core.is_whole(entries().size()));
  auto rest = core.next(entries().size());
  BOOST_REQUIRE(rest);
  BOOST_TEST(rest->from == 0u);
  BOOST_TEST(rest->most == 20u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_nothing_but_time) {
  run(20);
  views_core core(origin, views);
  BOOST_REQUIRE(core.open());
  BOOST_REQUIRE(step(core, entries().size()));
  disk.fill_up(true);
  auto failed = step(core, entries().size());
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.error().code == ec::no_space));
  BOOST_TEST(!core.is_open());
  BOOST_TEST(!core.next(entries().size()).has_value());
  disk.fill_up(false);
  BOOST_REQUIRE(core.open());
  while (core.next(entries().size())) BOOST_REQUIRE(step(core, entries().size()));
  BOOST_TEST(file() == export_of(entries()));
  BOOST_TEST(disk.files.size() == 2u);
}

BOOST_AUTO_TEST_CASE(whoever_else_writes_to_the_file_is_noticed) {
  views_core core(origin, views);
  BOOST_REQUIRE(core.open());
  BOOST_REQUIRE(step(core, 10));
  disk.files[name] += "and this\n";
  auto failed = step(core, 20);
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.error().code == ec::stale));
  check_whole();
  BOOST_TEST(disk.files.count("ledger.jsonl.aside-1") == 1u);
}

BOOST_AUTO_TEST_CASE(every_failing_call_is_told_and_the_next_try_succeeds) {
  for (std::size_t calls = 1; calls < 12; ++calls) {
    disk.files.clear();
    run(20);
    views_core core(origin, views);
    disk.fail_next(calls);
    status done;
    std::size_t failures = 0;
    for (int tries = 0; tries < 100 && !core.is_whole(entries().size()); ++tries) {
      done = core.is_open() ? step(core, entries().size()) : core.open();
      if (!done) ++failures;
    }
    BOOST_TEST(failures == calls);
    BOOST_TEST(file() == export_of(entries()));
  }
}

BOOST_AUTO_TEST_CASE(an_entry_that_nobody_can_read_has_a_line_too) {
  ledger.entries.push_back({'?', '\n', 0xff});
  ledger.entries.push_back({});
  check_whole();
  BOOST_TEST(std::count(file().begin(), file().end(), '\n') ==
             static_cast<std::ptrdiff_t>(entries().size()));
}

BOOST_AUTO_TEST_CASE(registers_are_what_the_state_says) {
  views_core core(origin, views);
  BOOST_REQUIRE(core.open());
  BOOST_TEST(core.registers() == 0u);
  BOOST_REQUIRE(core.write_registers(7, ledger.state()));
  BOOST_TEST(core.registers() == 7u);
  BOOST_TEST(disk.files["nodes.jsonl"] == views::nodes_jsonl(ledger.state()));
  BOOST_TEST(disk.files["members.csv"] == views::members_csv(ledger.state()));
  BOOST_TEST(disk.files["grants.yaml"] == views::grants_yaml(ledger.state()));
  BOOST_TEST(disk.files["guests.csv"] == views::guests_csv(ledger.state()));
  auto writes = disk.writes;
  BOOST_REQUIRE(core.write_registers(8, ledger.state()));
  BOOST_TEST(disk.writes == writes);
  disk.fill_up(true);
  BOOST_REQUIRE_EQUAL(ledger.add(member(9)), "");
  BOOST_REQUIRE(!core.write_registers(9, ledger.state()));
  BOOST_TEST(!core.is_open());
}

BOOST_AUTO_TEST_SUITE_END()
