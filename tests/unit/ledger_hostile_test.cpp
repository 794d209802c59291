// A copy against a writer that lies, and a writer whose key has a double. Goal: what is wrong is refused,
// named with log, size, expected, found and who showed it, remembered, and told to witnesses.
#include "tests/unit/ledger_core_support.hpp"

#include "storage/log/witness.hpp"

#include <algorithm>

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

namespace {

std::vector<ledger_evidence> accusations(const test_member& of) {
  std::vector<ledger_evidence> found;
  for (const auto& what : of.core->events)
    if (auto* one = std::get_if<event::ledger_accused>(&what)) found.push_back(one->what);
  return found;
}

// One key, two processes that both believe to be the writer, and two members that follow.
struct double_fixture {
  test_fleet fleet{3};
  test_member writer{fleet, 0}, twin{fleet, 0}, copy{fleet, 1}, other{fleet, 2};
  std::uint64_t common = 0;

  double_fixture() {
    writer.begin();
    enter(writer, "before");
    common = writer.core->size();
    twin.take_folder_of(writer);
    writer.open();
    writer.core->on_surveyed();
    twin.open();
    twin.core->on_surveyed();
    copy.open();
    other.open();
  }
  void enter(test_member& at, const std::string& text) {
    at.give(fleet.remark(0, text));
    at.work();
  }
  void is_named(const test_member& by, const node_id& shown_by, std::uint64_t size, const digest& expected,
                const digest& found) {
    auto told = accusations(by);
    BOOST_REQUIRE(told.size() == 1u);
    BOOST_TEST((told[0].what == ledger_evidence::kind::fork));
    BOOST_TEST(told[0].origin == fleet.origin);
    BOOST_TEST(told[0].size == size);
    BOOST_TEST((told[0].expected == expected));
    BOOST_TEST((told[0].found == found));
    BOOST_TEST((told[0].peer == shown_by));
    BOOST_TEST(!by.core->trusted());
    BOOST_TEST((by.core->report().evidence == told));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(two_writers_with_one_key, double_fixture)

BOOST_AUTO_TEST_CASE(a_copy_of_the_one_hears_the_other_and_names_the_fork_at_once) {
  enter(writer, "mine");
  enter(twin, "mine too");
  follow(writer, copy);
  auto page = twin.core->page_for(copy.core->have());
  BOOST_REQUIRE(page.has_value());
  BOOST_TEST(page->entries.empty()); // the twin sees as well that this is not its history
  BOOST_TEST(!copy.core->take_page(twin.id, *page, at({})).has_value());
  is_named(copy, twin.id, common + 1, writer.core->book().root(), twin.core->book().root());
}

BOOST_AUTO_TEST_CASE(one_that_grew_further_cannot_prove_that_it_extends_the_copy) {
  enter(writer, "mine");
  for (int i = 0; i < 5; ++i)
    enter(twin, "mine too");
  follow(writer, copy);
  auto page = twin.core->page_for(copy.core->have());
  BOOST_REQUIRE(page.has_value());
  BOOST_TEST(!copy.core->take_page(twin.id, *page, at({})).has_value());
  auto told = accusations(copy);
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told[0].what == ledger_evidence::kind::fork));
  BOOST_TEST(told[0].size == common + 1);
  BOOST_TEST((told[0].peer == twin.id));
}

BOOST_AUTO_TEST_CASE(two_copies_of_two_histories_name_it_when_they_meet) {
  enter(writer, "mine");
  enter(twin, "mine too");
  follow(writer, copy);
  follow(twin, other);
  copy.core->compare(other.id, other.core->have());
  is_named(copy, other.id, common + 1, writer.core->book().root(), twin.core->book().root());
  other.core->compare(copy.id, copy.core->have());
  is_named(other, copy.id, common + 1, twin.core->book().root(), writer.core->book().root());
}

BOOST_AUTO_TEST_CASE(a_writer_that_hears_of_its_double_stops_and_says_what_to_do) {
  enter(writer, "mine");
  enter(twin, "mine too");
  follow(twin, copy);
  writer.core->compare(copy.id, copy.core->have());
  is_named(writer, copy.id, common + 1, writer.core->book().root(), twin.core->book().root());
  auto report = writer.core->report();
  BOOST_TEST(report.state == "read only");
  BOOST_TEST(report.why.find("second controller") != std::string::npos);
  auto size = writer.core->size();
  enter(writer, "not any more");
  BOOST_TEST(writer.core->size() == size);
}

BOOST_AUTO_TEST_CASE(a_writer_whose_double_is_ahead_stops_too) {
  enter(twin, "mine");
  follow(twin, copy);
  writer.core->compare(copy.id, copy.core->have()); // nothing of its own yet, and it may write
  BOOST_TEST(!writer.core->trusted());
  BOOST_TEST(writer.core->report().state == "read only");
}

BOOST_AUTO_TEST_CASE(evidence_outlives_process_and_power) {
  enter(writer, "mine");
  enter(twin, "mine too");
  follow(writer, copy);
  std::ignore = pass_page(twin, copy);
  auto told = accusations(copy);
  for (bool power : {false, true}) {
    if (power) copy.lose_power();
    copy.open();
    BOOST_TEST(!copy.core->trusted());
    BOOST_TEST((copy.core->report().evidence == told));
    enter(writer, "more");
    BOOST_TEST(pass_page(writer, copy) == "integrity"); // neither history is believed any more
  }
}

BOOST_AUTO_TEST_CASE(a_writer_with_evidence_does_not_write_after_a_restart_either) {
  enter(writer, "mine");
  enter(twin, "mine too");
  follow(twin, copy);
  writer.core->compare(copy.id, copy.core->have());
  auto size = writer.core->size();
  writer.begin();
  enter(writer, "again?");
  BOOST_TEST(writer.core->size() == size);
  BOOST_TEST(writer.core->report().state == "read only");
}

BOOST_AUTO_TEST_CASE(a_full_book_of_evidence_stops_a_writer_all_the_same) {
  for (std::size_t i = 0; i < evidence_book::most; ++i)
    writer.core->accuse({ledger_evidence::kind::authority, fleet.origin, i, {}, {}, writer.id, {}});
  enter(writer, "mine");
  enter(twin, "mine too");
  follow(twin, copy);
  writer.core->compare(copy.id, copy.core->have());
  BOOST_TEST(writer.core->report().state == "read only");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

// The writer's checks are bypassed: entries are built by hand and signed by its key.
struct bypassed_fixture {
  test_fleet fleet{3};
  test_member writer{fleet, 0}, copy{fleet, 1};
  std::uint64_t founded = fleet.founding.entries.size();

  bypassed_fixture() {
    writer.begin();
    copy.open();
    follow(writer, copy);
    writer.close();
  }
  void invent(submitted_order order, term_number term = term_number{1}) {
    auto store = memory_store::open(writer.disk).value();
    auto durable = memory_cells::open(writer.cell_disk).value();
    std::vector<std::string> remarks;
    auto book = ledger_book::open({*store, *durable, "last-signed"}, remarks);
    BOOST_REQUIRE(book.has_value());
    auto key = log::make_vkey(fleet.origin, log::key_type::ed25519, writer.keys.key(key_role::log));
    log_key sign{*key, [this](bytes_view text) { return writer.keys.sign_as(key_role::log, text); }};
    auto entry = wire::encode_entry({term, 1, std::move(order)});
    BOOST_REQUIRE(entry.has_value());
    BOOST_REQUIRE(commit_signed(*book, sign, {*entry}, true).has_value());
  }
  void is_refused_by_copy() {
    const fleet_state before = copy.core->fold().state();
    writer.open();
    std::ignore = pass_page(writer, copy);
    auto told = accusations(copy);
    BOOST_REQUIRE(told.size() == 1u);
    BOOST_TEST((told[0].what == ledger_evidence::kind::authority));
    BOOST_TEST(told[0].size == founded);
    BOOST_TEST((told[0].peer == writer.id));
    BOOST_TEST(!told[0].text.empty());
    BOOST_TEST(!copy.core->trusted());
    fleet_state after = copy.core->fold().state();
    BOOST_TEST(after.refused == before.refused + 1);
    --after.refused;
    BOOST_TEST((after == before)); // no effect whatsoever
    copy.open();
    BOOST_TEST(!copy.core->trusted());
    BOOST_TEST(copy.core->report().evidence.size() == 1u);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(invented_authority, bypassed_fixture)

BOOST_AUTO_TEST_CASE(an_act_that_nobody_signed) {
  auto order = fleet.order({order_author::kind::admin, fleet.admin.identity(), 0},
                           fact::posture_set{copy.id, posture::cloud});
  invent(order);
  is_refused_by_copy();
}

BOOST_AUTO_TEST_CASE(an_act_signed_by_the_writer_itself) {
  auto order = fleet.order({order_author::kind::admin, writer.keys.identity(), 0},
                           fact::admin_added{writer.keys.identity(), "me"});
  invent(fleet.signed_by(writer.keys, order, founded));
  is_refused_by_copy();
}

BOOST_AUTO_TEST_CASE(an_old_act_of_the_administrator_entered_again) {
  auto opened = wire::decode_entry(fleet.founding.entries[1]).value();
  invent(opened.entry.order);
  is_refused_by_copy();
}

BOOST_AUTO_TEST_CASE(an_act_under_a_term_that_is_not) {
  invent(fleet.decided(fact::posture_set{copy.id, posture::cloud}, founded), term_number{2});
  is_refused_by_copy();
}

BOOST_AUTO_TEST_CASE(octets_that_are_no_entry_cannot_be_built_but_a_foreign_eviction_can) {
  invent(fleet.order({order_author::kind::node, copy.id, 0}, fact::member_evicted{writer.id, 31'000, false}));
  is_refused_by_copy();
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct change_fixture {
  test_fleet fleet{3};
  test_member first{fleet, 0}, second{fleet, 1}, copy{fleet, 2};

  change_fixture() {
    first.begin();
    second.open();
    copy.open();
  }
  void enter(test_member& at) {
    at.give(fleet.remark(0));
    at.work();
  }
  void hand_over() {
    auto ticket = first.give(
        fleet.decided(fact::role_given{fleet_role::controller, second.id, term_number{2}, false, 0, {}},
                      first.core->size()));
    first.work();
    BOOST_REQUIRE(first.code(ticket) == "entered");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(change_of_writer, change_fixture)

BOOST_AUTO_TEST_CASE(the_old_one_stops_the_new_one_asks_and_goes_on) {
  enter(first);
  hand_over();
  auto handed = first.core->size();
  auto late = first.give(fleet.remark(0));
  first.work();
  BOOST_TEST(first.code(late) == "stale");
  follow(first, second);
  BOOST_TEST(second.core->is_writer());
  BOOST_TEST(!second.core->commit_due());
  second.core->on_surveyed();
  enter(second);
  BOOST_TEST(second.core->size() == handed + 1);
  follow(second, first);
  follow(second, copy); // from nothing, over the change of the key
  BOOST_TEST((copy.core->book().root() == second.core->book().root()));
  BOOST_TEST(accusations(copy).empty());
  BOOST_TEST(accusations(first).empty());
}

BOOST_AUTO_TEST_CASE(the_old_key_signs_nothing_beyond_its_term) {
  hand_over();
  follow(first, copy);
  auto own_key = log::make_vkey(fleet.origin, log::key_type::ed25519, first.keys.key(key_role::log));
  auto grown = copy.core->book().extend({fleet.founding.entries[1]});
  ledger_page page;
  page.from = copy.core->size();
  page.entries = {fleet.founding.entries[1]};
  page.target = log::sign_checkpoint({fleet.origin, grown.right.size(), grown.right.root(), {}}, *own_key,
                                     [&](bytes_view text) { return first.keys.sign_as(key_role::log, text); })
                    .value();
  auto proof = log::consistency_proof(
      page.from, grown.right.size(), [&](unsigned level, std::uint64_t index) -> result<digest> {
        auto leaf = [&](std::uint64_t i) {
          return i == page.from ? grown.leaves[0] : log::leaf_hash(copy.entries->read(i).value());
        };
        std::vector<digest> row;
        for (std::uint64_t i = index << level; i < (index + 1) << level; ++i)
          row.push_back(leaf(i));
        while (row.size() > 1) {
          for (std::size_t i = 0; i < row.size() / 2; ++i)
            row[i] = log::node_hash(row[2 * i], row[2 * i + 1]);
          row.resize(row.size() / 2);
        }
        return row[0];
      });
  BOOST_REQUIRE(proof.has_value());
  page.extends = *proof;
  status taken = copy.core->take_page(first.id, page, at({}));
  BOOST_REQUIRE(!taken.has_value());
  BOOST_TEST(copy.core->size() == page.from);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(changed_bodies)

BOOST_AUTO_TEST_CASE(a_body_that_changed_is_named_and_ends_the_ledger) {
  test_fleet fleet(1);
  test_member writer(fleet, 0);
  writer.begin();
  writer.disk.damage(2);
  while (writer.core->rehash_step(1))
    continue;
  auto told = accusations(writer);
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told[0].what == ledger_evidence::kind::changed_body));
  BOOST_TEST((told[0].peer == writer.id));
  BOOST_TEST(writer.core->report().state == "failed");
}

BOOST_AUTO_TEST_SUITE_END()
