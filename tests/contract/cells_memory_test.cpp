// The cells in memory: the contract, and the ways in which only their disk can be made to fail.
#include "storage/memory_cells.hpp"

#include "tests/contract/cells_contract.hpp"

using ppn::cell_fault;
using ppn::memory_cells;

namespace {

class memory_place : public contract::cells_place {
public:
  ppn::result<contract::opened_cells> open() override {
    return memory_cells::open(disk).map(
        [](auto opened) { return contract::opened_cells(std::move(opened)); });
  }
  void fail_next_sync() override { disk.fail_next_set(cell_fault::sync_fails); }
  void damage_newest(const std::string& name) override { disk.damage_newest(name); }
  void damage_both(const std::string& name) override { disk.damage_both(name); }

  ppn::memory_cell_disk disk;
};

const contract::suite promises("cells_memory", contract::cells_cases([] {
                                 return std::make_unique<memory_place>();
                               }));

using contract::holds;
using contract::open_cells;
using contract::opened_cells;
using contract::value;

} // namespace

BOOST_AUTO_TEST_SUITE(cells_memory_disk)

BOOST_FIXTURE_TEST_CASE(a_crash_keeps_what_was_answered_and_forgets_what_was_not_synced,
                        memory_place) {
  opened_cells subject = open_cells(*this);
  REQUIRE_OK(subject->compare_and_set("a", 0, value("one")));
  fail_next_sync();
  CHECK_CODE(subject->compare_and_set("a", 1, value("two")), io_failed);
  fail_next_sync();
  CHECK_CODE(subject->compare_and_set("b", 0, value("new")), io_failed);
  disk.crash();
  subject = open_cells(*this);
  BOOST_TEST(holds(*subject, "a", 1, "one"));
  BOOST_TEST(holds(*subject, "b", 0, ""));
  REQUIRE_OK(subject->compare_and_set("a", 1, value("two")));
}

BOOST_FIXTURE_TEST_CASE(without_a_crash_a_written_value_is_found_by_the_next_open, memory_place) {
  opened_cells subject = open_cells(*this);
  fail_next_sync();
  CHECK_CODE(subject->compare_and_set("a", 0, value("one")), io_failed);
  subject.reset();
  subject = open_cells(*this);
  BOOST_TEST(holds(*subject, "a", 1, "one"));
  disk.crash();
  BOOST_TEST(holds(*open_cells(*this), "a", 1, "one"));
}

BOOST_FIXTURE_TEST_CASE(a_disk_that_lies_about_syncs_loses_answered_versions, memory_place) {
  opened_cells subject = open_cells(*this);
  REQUIRE_OK(subject->compare_and_set("a", 0, value("one")));
  disk.withhold_syncs(true);
  for (std::uint64_t version = 1; version < 4; ++version)
    REQUIRE_OK(subject->compare_and_set("a", version, value("later")));
  BOOST_TEST(holds(*subject, "a", 4, "later"));
  disk.crash();
  BOOST_TEST(holds(*open_cells(*this), "a", 1, "one"));
}

BOOST_FIXTURE_TEST_CASE(a_write_that_fails_or_finds_no_space_may_be_tried_again, memory_place) {
  opened_cells subject = open_cells(*this);
  REQUIRE_OK(subject->compare_and_set("a", 0, value("one")));
  disk.fail_next_set(cell_fault::write_fails);
  CHECK_CODE(subject->compare_and_set("a", 1, value("two")), io_failed);
  disk.fail_next_set(cell_fault::full);
  CHECK_CODE(subject->compare_and_set("a", 1, value("two")), no_space);
  disk.fill_up(true);
  CHECK_CODE(subject->compare_and_set("a", 1, value("two")), no_space);
  CHECK_CODE(subject->compare_and_set("b", 0, value("new")), no_space);
  BOOST_TEST(holds(*subject, "a", 1, "one"));
  disk.fill_up(false);
  REQUIRE_OK(subject->compare_and_set("a", 1, value("two")));
}

BOOST_FIXTURE_TEST_CASE(cells_whose_disk_crashed_are_cut_off_for_good, memory_place) {
  opened_cells old = open_cells(*this);
  disk.crash();
  opened_cells fresh = open_cells(*this);
  CHECK_CODE(old->get("a"), io_failed);
  CHECK_CODE(old->compare_and_set("a", 0, value("x")), io_failed);
  old.reset();
  CHECK_CODE(open(), in_use);
}

BOOST_AUTO_TEST_SUITE_END()
