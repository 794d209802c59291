// A book at every point where the world may end: what was acknowledged is there, what was not is
// there whole or not at all, and whatever else is found keeps the book closed, with the reason.
#include "tests/unit/book_support.hpp"

using namespace books;

namespace {

template <class T>
ec code_of(const result<T>& got) {
  return got ? ec::none : got.error().code;
}

struct five_entries : ledger_place {
  five_entries() { grow_to(5); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_book_commits)

BOOST_FIXTURE_TEST_CASE(a_new_book_is_empty_and_has_a_cell_before_its_first_entry, ledger_place) {
  BOOST_REQUIRE(open());
  BOOST_TEST(book->size() == 0u);
  BOOST_TEST(book->note().empty());
  BOOST_TEST((book->root() == log::empty_root()));
  BOOST_TEST(durable->get(cell_name)->version == 1u);
  check_opens_with(0);
  BOOST_TEST(durable->get(cell_name)->version == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_empty_book_gets_its_checkpoint_by_a_commit_of_nothing, ledger_place) {
  BOOST_REQUIRE(open());
  BOOST_REQUIRE(commit(0));
  BOOST_TEST(checkpoint_of(*book).size == 0u);
  check_opens_with(0);
  BOOST_TEST(checkpoint_of(*book).size == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_commit_is_in_store_and_cell_when_it_answers, ledger_place) {
  grow_to(3);
  lose_power();
  check_opens_with(3);
  BOOST_TEST(remarks.empty());
  auto remembered = decode_book_head(durable->get(cell_name)->value);
  auto stored = decode_book_head(entries->head().value());
  BOOST_REQUIRE(remembered);
  BOOST_REQUIRE(stored);
  BOOST_TEST((*remembered == *stored));
  BOOST_TEST((*stored == book_head{3, book->root(), book->note()}));
}

BOOST_FIXTURE_TEST_CASE(a_commit_tells_the_leaves_of_its_entries, ledger_place) {
  grow_to(2);
  auto leaves = commit_signed(*book, key(), entries_from(2, 3), false);
  BOOST_REQUIRE(leaves);
  BOOST_REQUIRE_EQUAL(leaves->size(), 3u);
  BOOST_TEST(((*leaves)[2] == log::leaf_hash(entry_number(4))));
}

BOOST_FIXTURE_TEST_CASE(a_kept_checkpoint_stays, ledger_place) {
  BOOST_REQUIRE(open());
  for (std::uint64_t i = 0; i < 4; ++i)
    BOOST_REQUIRE(commit(2, i % 2 == 0));
  auto kept = entries->kept_heads(0, 10);
  BOOST_REQUIRE(kept);
  BOOST_REQUIRE_EQUAL(kept->size(), 2u);
  auto first = decode_book_head((*kept)[0].head);
  BOOST_REQUIRE(first);
  BOOST_TEST(first->size == 2u);
  BOOST_TEST((first->root == root_of(entries_from(0, 2), 2)));
  auto opened = log::open_checkpoint(view_of(first->note), {{key().key}, {}, 0});
  BOOST_REQUIRE(opened);
  BOOST_TEST(opened->body.size == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_newer_checkpoint_of_the_same_size_is_remembered, five_entries) {
  const std::string other = book->note() + "\u2014 w.example/1 AAAABQAAAAA=\n";
  BOOST_REQUIRE(book->remember(other));
  check_opens_with(5);
  BOOST_TEST(book->note() == other);
  BOOST_REQUIRE(commit(1)); // the next batch brings one of its own
  check_opens_with(6);
  BOOST_TEST(checkpoint_of(*book).size == 6u);
}

BOOST_FIXTURE_TEST_CASE(
    a_checkpoint_that_the_cell_cannot_take_is_refused_before_anything_is_written, five_entries) {
  const std::string long_note(cells::value_octets_max, 'x');
  auto made = book->extend(entries_from(5, 1));
  BOOST_TEST((code_of(book->commit(std::move(made), long_note, false)) == ec::too_large));
  BOOST_TEST((code_of(book->remember(long_note)) == ec::too_large));
  BOOST_TEST(entries->length() == 5u);
  BOOST_REQUIRE(commit(1));
  check_opens_with(6);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ledger_book_crashes)

BOOST_FIXTURE_TEST_CASE(a_full_store_refuses_and_the_next_commit_succeeds, five_entries) {
  disk.fail_next_append(append_fault::full);
  BOOST_TEST((code_of(commit(2)) == ec::no_space));
  BOOST_TEST(book->size() == 5u);
  BOOST_TEST(checkpoint_of(*book).size == 5u);
  BOOST_REQUIRE(commit(2));
  lose_power();
  check_opens_with(7);
}

BOOST_FIXTURE_TEST_CASE(a_store_that_fails_to_write_ends_the_book_and_nothing_is_there,
                        five_entries) {
  disk.fail_next_append(append_fault::write_fails);
  BOOST_TEST((code_of(commit(2)) == ec::io_failed));
  BOOST_TEST((code_of(commit(2)) == ec::io_failed));
  BOOST_TEST((code_of(book->remember(book->note())) == ec::io_failed));
  BOOST_TEST((entries_of(*book) == entries_from(0, 5)));
  check_opens_with(5);
  BOOST_TEST(remarks.empty());
  BOOST_REQUIRE(commit(2));
}

BOOST_FIXTURE_TEST_CASE(a_store_that_fails_to_sync_leaves_all_of_the_commit_or_nothing,
                        five_entries) {
  disk.fail_next_append(append_fault::sync_fails);
  BOOST_TEST((code_of(commit(2)) == ec::io_failed));
  BOOST_TEST((code_of(commit(2)) == ec::io_failed));
  lose_power();
  check_opens_with(5);
  disk.fail_next_append(append_fault::sync_fails);
  BOOST_TEST((code_of(commit(2)) == ec::io_failed));
  check_opens_with(7); // a process that ended, not the machine
  BOOST_REQUIRE_EQUAL(remarks.size(), 1u);
  BOOST_TEST(remarks[0] == "found 2 complete entries that were never acknowledged, and kept them");
  check_opens_with(7);
  BOOST_TEST(remarks.empty()); // from now on they are acknowledged
}

BOOST_AUTO_TEST_CASE(entries_between_store_and_cell_are_found_and_kept) {
  for (cell_fault fault : {cell_fault::full, cell_fault::write_fails, cell_fault::sync_fails})
    for (bool power : {false, true}) {
      ledger_place place;
      place.grow_to(5);
      place.cell_disk.fail_next_set(fault);
      // Not "no space": the entries are there.
      BOOST_TEST((code_of(place.commit(300)) == ec::io_failed));
      BOOST_TEST((code_of(place.commit(1)) == ec::io_failed));
      if (power) place.lose_power();
      place.check_opens_with(305);
      const bool acknowledged_after_all = fault == cell_fault::sync_fails && !power;
      BOOST_TEST(place.remarks.size() == (acknowledged_after_all ? 0u : 1u));
      BOOST_REQUIRE(place.commit(1));
      place.lose_power();
      place.check_opens_with(306);
      BOOST_TEST(place.remarks.empty());
    }
}

BOOST_FIXTURE_TEST_CASE(the_first_entries_of_a_book_may_be_such_a_tail, ledger_place) {
  BOOST_REQUIRE(open());
  cell_disk.fail_next_set(cell_fault::write_fails);
  BOOST_TEST((code_of(commit(4)) == ec::io_failed));
  lose_power();
  check_opens_with(4);
  BOOST_TEST(remarks.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_found_tail_that_cannot_be_remembered_keeps_the_book_closed,
                        five_entries) {
  cell_disk.fail_next_set(cell_fault::write_fails);
  BOOST_TEST((code_of(commit(1)) == ec::io_failed));
  cell_disk.fail_next_set(cell_fault::write_fails);
  BOOST_TEST((code_of(open()) == ec::io_failed));
  check_opens_with(6);
}

BOOST_FIXTURE_TEST_CASE(a_torn_commit_is_dropped_whole, five_entries) {
  disk.withhold_syncs(true);
  cell_disk.withhold_syncs(true);
  BOOST_REQUIRE(commit(3));
  lose_power(0, true);
  check_opens_with(5);
}

BOOST_FIXTURE_TEST_CASE(a_failed_remember_ends_the_book_and_loses_nothing, five_entries) {
  cell_disk.fail_next_set(cell_fault::write_fails);
  BOOST_TEST((code_of(book->remember(book->note())) == ec::io_failed));
  BOOST_TEST((code_of(commit(1)) == ec::io_failed));
  check_opens_with(5);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ledger_book_refuses_to_open)

BOOST_FIXTURE_TEST_CASE(a_store_that_is_shorter_than_its_cell, five_entries) {
  const digest acknowledged = book->root();
  disk.lose_tail(2);
  // The store fell back to a state between commits: what it holds is a book, only not this one.
  const std::string why = why_it_does_not_open();
  BOOST_TEST(!why.empty());
  ledger_place lying;
  lying.grow_to(3);
  lying.disk.withhold_syncs(true);
  BOOST_REQUIRE(lying.commit(2));
  lying.lose_power();
  const std::string said = lying.why_it_does_not_open();
  BOOST_TEST(holds(said, "expected 5 entries with root " + acknowledged.hex()), said);
  BOOST_TEST(holds(said, "found 3 entries"), said);
  BOOST_TEST(holds(said,
                   "Nothing was changed. Restore this ledger from another member's verified copy:"
                   " ppn ledger restore --from NODE."),
             said);
  BOOST_TEST(lying.entries->length() == 3u);
  BOOST_TEST(lying.why_it_does_not_open() == said);
}

BOOST_FIXTURE_TEST_CASE(an_empty_store_in_the_place_of_one_with_entries, five_entries) {
  ledger_place fresh;
  entries.reset();
  durable.reset();
  book.reset();
  fresh.cell_disk = cell_disk;
  const std::string why = fresh.why_it_does_not_open();
  BOOST_TEST(holds(why, "shorter than what this node has acknowledged: expected 5 entries"), why);
}

BOOST_AUTO_TEST_CASE(another_history_of_the_same_length_or_a_longer_one) {
  for (std::uint64_t longer : {0, 300}) {
    ledger_place ours;
    ours.grow_to(5);
    ledger_place other;
    BOOST_REQUIRE(other.open());
    BOOST_REQUIRE(commit_signed(*other.book, key(), entries_from(1'000, 5 + longer), false));
    const digest expected = ours.book->root();
    ours.book.reset();
    ours.durable.reset();
    other.book.reset();
    other.durable.reset();
    other.cell_disk = ours.cell_disk;
    const std::string why = other.why_it_does_not_open();
    BOOST_TEST(holds(why, "not the one that this node has acknowledged"), why);
    BOOST_TEST(holds(why, "expected 5 entries with root " + expected.hex()), why);
  }
}

BOOST_FIXTURE_TEST_CASE(entries_without_a_cell, five_entries) {
  book.reset();
  durable.reset();
  cell_disk = memory_cell_disk();
  const std::string why = why_it_does_not_open();
  BOOST_TEST(holds(why, "The cell 'last-signed' is missing"), why);
  BOOST_TEST(holds(why, "the store holds 5 entries"), why);
  BOOST_TEST(durable->get(cell_name)->version == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_cell_whose_copies_are_both_damaged, five_entries) {
  cell_disk.damage_both(cell_name);
  BOOST_TEST(holds(why_it_does_not_open(), "both copies of cell last-signed are damaged"));
}

BOOST_FIXTURE_TEST_CASE(a_cell_that_holds_something_else, five_entries) {
  const std::uint64_t version = durable->get(cell_name)->version;
  BOOST_REQUIRE(durable->compare_and_set(cell_name, version, bytes(39)));
  const std::string why = why_it_does_not_open();
  BOOST_TEST(holds(why, "The cell 'last-signed' cannot be read"), why);
}

BOOST_FIXTURE_TEST_CASE(a_head_that_does_not_describe_the_store, five_entries) {
  BOOST_REQUIRE(entries->append(5, entries_from(5, 1)));
  const std::string why = why_it_does_not_open();
  BOOST_TEST(holds(why, "The ledger's head says 5 entries"), why);
  BOOST_TEST(holds(why, "but the store holds 6 entries"), why);
}

BOOST_FIXTURE_TEST_CASE(a_head_that_cannot_be_read, five_entries) {
  BOOST_REQUIRE(entries->append(5, store_batch{entries_from(5, 1), {}, bytes(3), false}));
  BOOST_TEST(holds(why_it_does_not_open(), "a ledger's head is too short"));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_head_record_or_tile, ledger_place) {
  grow_to(300);
  disk.damage_head();
  BOOST_TEST(!why_it_does_not_open().empty());
  ledger_place edge;
  edge.grow_to(300);
  edge.disk.damage(299);
  BOOST_TEST(holds(edge.why_it_does_not_open(), "299"));
  ledger_place tile;
  tile.grow_to(300);
  tile.disk.damage_tile(0, 0);
  BOOST_TEST(holds(tile.why_it_does_not_open(), "tile 0/0"));
}

BOOST_AUTO_TEST_CASE(a_damaged_newest_copy_of_the_cell_costs_no_entry) {
  ledger_place place;
  place.grow_to(5);
  BOOST_REQUIRE(place.commit(2));
  place.book.reset();
  place.durable.reset();
  place.cell_disk.damage_newest(cell_name);
  place.check_opens_with(7);
  BOOST_TEST(place.remarks.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ledger_book_looks_again)

BOOST_FIXTURE_TEST_CASE(an_intact_book_is_hashed_to_its_end_in_steps, ledger_place) {
  grow_to(700);
  BOOST_TEST(book->rehash(0, ~std::uint64_t{0}).value() == 700u);
  BOOST_TEST(book->rehash(700, 1).value() == 700u);
  BOOST_TEST(book->rehash(0, 1).value() == 1u);
  std::uint64_t at = 0;
  std::size_t steps = 0;
  for (; at < 700; ++steps)
    at = book->rehash(at, 100).value();
  BOOST_TEST(steps > 50u);
  BOOST_TEST(steps < 100u);
  BOOST_TEST((code_of(book->rehash(701, 1)) == ec::integrity));
}

BOOST_AUTO_TEST_CASE(a_changed_entry_is_named) {
  for (std::uint64_t index : {0, 255, 256, 511, 512, 699}) {
    ledger_place place;
    place.grow_to(700);
    place.disk.damage(index);
    auto looked = place.book->rehash(0, ~std::uint64_t{0});
    BOOST_REQUIRE(!looked);
    BOOST_TEST((looked.error().code == ec::integrity));
    BOOST_TEST(holds(looked.error().text, "record " + std::to_string(index)), looked.error().text);
    BOOST_TEST(place.book->rehash(index + 1, ~std::uint64_t{0}).value() == 700u);
  }
}

BOOST_FIXTURE_TEST_CASE(a_changed_tile_is_named, ledger_place) {
  grow_to(700);
  disk.damage_tile(0, 1);
  auto looked = book->rehash(0, ~std::uint64_t{0});
  BOOST_REQUIRE(!looked);
  BOOST_TEST(holds(looked.error().text, "tile 0/1"), looked.error().text);
}

BOOST_AUTO_TEST_SUITE_END()
