// The store in memory: the contract, and the ways in which only its disk can be made to fail.
#include "storage/memory_store.hpp"

#include "tests/contract/store_contract.hpp"

using ppn::append_fault;
using ppn::memory_disk;
using ppn::memory_store;

namespace {

class memory_place : public contract::failing_store_place {
public:
  ppn::result<contract::opened_store> open() override {
    return memory_store::open(disk).map(
        [](auto opened) { return contract::opened_store(std::move(opened)); });
  }
  void fail_next_write(ppn::ec code) override {
    disk.fail_next_append(code == ppn::ec::no_space ? append_fault::full
                                                    : append_fault::write_fails);
  }
  void fail_next_sync() override { disk.fail_next_append(append_fault::sync_fails); }
  void crash() override { disk.crash(); }

  memory_disk disk;
};

std::unique_ptr<memory_place> new_place() {
  return std::make_unique<memory_place>();
}

const contract::suite promises("store_memory", contract::store_cases(new_place));
const contract::suite model("store_memory_model", contract::store_model_cases(new_place));
const contract::suite faults("store_memory_faults", contract::failing_store_cases(new_place));

using contract::all_of;
using contract::filled_store;
using contract::open_store;
using contract::opened_store;
using contract::records;

} // namespace

BOOST_AUTO_TEST_SUITE(store_memory_disk)

BOOST_FIXTURE_TEST_CASE(a_disk_that_lies_about_syncs_loses_answered_records, memory_place) {
  opened_store subject = open_store(*this);
  REQUIRE_OK(subject->append(0, records(0, 2)));
  disk.withhold_syncs(true);
  for (std::uint64_t i = 2; i < 8; i += 2)
    REQUIRE_OK(subject->append(i, records(i, 2)));
  BOOST_TEST(disk.synced() == 2u);
  BOOST_TEST(disk.unsynced() == 6u);
  disk.crash();
  BOOST_TEST((all_of(*open_store(*this)) == records(0, 2)));
}

BOOST_FIXTURE_TEST_CASE(a_crash_may_keep_the_oldest_unsynced_batches, memory_place) {
  opened_store subject = open_store(*this);
  disk.withhold_syncs(true);
  for (std::uint64_t i = 0; i < 8; i += 2)
    REQUIRE_OK(subject->append(i, records(i, 2)));
  disk.crash(2);
  BOOST_TEST((all_of(*open_store(*this)) == records(0, 4)));
}

BOOST_FIXTURE_TEST_CASE(a_torn_batch_is_dropped_whole, memory_place) {
  opened_store subject = open_store(*this);
  REQUIRE_OK(subject->append(0, records(0, 1)));
  disk.withhold_syncs(true);
  for (std::uint64_t i = 1; i < 9; i += 2)
    REQUIRE_OK(subject->append(i, records(i, 2)));
  disk.crash(1, true);
  subject = open_store(*this);
  BOOST_TEST((all_of(*subject) == records(0, 3)));
  subject.reset();
  // The first batch may be the torn one.
  subject = open_store(*this);
  REQUIRE_OK(subject->append(3, records(3, 2)));
  disk.crash(0, true);
  BOOST_TEST((all_of(*open_store(*this)) == records(0, 3)));
}

BOOST_FIXTURE_TEST_CASE(an_honest_sync_covers_everything_before_it, memory_place) {
  opened_store subject = open_store(*this);
  disk.withhold_syncs(true);
  REQUIRE_OK(subject->append(0, records(0, 2)));
  disk.withhold_syncs(false);
  REQUIRE_OK(subject->append(2, records(2, 1)));
  disk.crash();
  BOOST_TEST((all_of(*open_store(*this)) == records(0, 3)));
}

BOOST_FIXTURE_TEST_CASE(a_store_whose_disk_crashed_is_cut_off_for_good, memory_place) {
  opened_store old = open_store(*this);
  REQUIRE_OK(old->append(0, records(0, 1)));
  disk.crash();
  opened_store fresh = open_store(*this);
  CHECK_CODE(old->append(1, records(1, 1)), io_failed);
  CHECK_CODE(old->read(0), io_failed);
  REQUIRE_OK(fresh->append(1, records(1, 1)));
  old.reset();
  CHECK_CODE(open(), in_use);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_record_is_noticed_and_the_others_are_read, memory_place) {
  opened_store subject = open_store(*this);
  REQUIRE_OK(subject->append(0, records(0, 3)));
  disk.damage(1);
  CHECK_CODE(subject->read(1), integrity);
  REQUIRE_OK(subject->read(0));
  REQUIRE_OK(subject->read(2));
  CHECK_CODE(subject->iterate(0, 3, [](auto, auto) { return true; }), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_disk_that_returns_to_an_older_state_opens_short, memory_place) {
  opened_store subject = open_store(*this);
  REQUIRE_OK(subject->append(0, records(0, 5)));
  subject.reset();
  disk.lose_tail(2);
  BOOST_TEST((all_of(*open_store(*this)) == records(0, 3)));
}

BOOST_FIXTURE_TEST_CASE(a_disk_has_as_much_space_as_it_was_given, memory_place) {
  disk.limit_octets(60);
  opened_store subject = open_store(*this);
  REQUIRE_OK(subject->append(0, records(0, 2)));
  CHECK_CODE(subject->append(2, records(2, 1)), no_space);
  CHECK_CODE(subject->append(2, {{ppn::bytes(1)}, {{0, 0, ppn::bytes(12)}}, {}, false}), no_space);
  disk.limit_octets(72);
  REQUIRE_OK(subject->append(2, records(2, 1)));
  CHECK_CODE(subject->append(3, records(3, 1)), no_space);
}

// Batches of everything: what belongs to a batch goes with it.
BOOST_FIXTURE_TEST_CASE(tiles_and_heads_go_with_their_batches, memory_place) {
  filled_store filled(*this, 7);
  const contract::store_model before = filled.model;
  disk.withhold_syncs(true);
  for (int i = 0; i < 20; ++i)
    filled.append_next();
  filled.check();
  disk.crash(0, true);
  filled.model = before;
  filled.reopen();
  filled.check();
  for (int i = 0; i < 20; ++i)
    filled.append_next();
  disk.crash();
  filled.model = before;
  filled.reopen();
  filled.check();
  disk.withhold_syncs(false);
  filled.append_next();
  disk.crash();
  filled.reopen();
  filled.check();
}

BOOST_FIXTURE_TEST_CASE(a_crash_that_keeps_some_batches_keeps_their_tiles_and_heads, memory_place) {
  filled_store filled(*this, 3);
  contract::store_model after = filled.model;
  disk.withhold_syncs(true);
  for (int i = 0; i < 12; ++i) {
    if (i < 5) after.add(filled.next());
    filled.append_next();
  }
  disk.crash(5, true);
  filled.model = after;
  filled.reopen();
  filled.check();
}

BOOST_FIXTURE_TEST_CASE(a_disk_that_returns_to_an_older_state_returns_tiles_and_heads,
                        memory_place) {
  filled_store filled(*this, 30);
  contract::store_model before = filled.model;
  for (int i = 0; i < 4; ++i)
    filled.append_next();
  filled.subject.reset();
  disk.lose_tail(filled.model.records.size() - before.records.size());
  filled.model = before;
  filled.reopen();
  filled.check();
  filled.subject.reset();
  disk.lose_tail(1000);
  filled.model = {};
  filled.reopen();
  filled.check();
  filled.append_next();
  filled.check();
}

BOOST_FIXTURE_TEST_CASE(damaged_tiles_and_heads_are_noticed_and_the_others_are_read, memory_place) {
  filled_store filled(*this, 0);
  for (std::uint64_t i = 0; i < 3; ++i)
    REQUIRE_OK(filled.subject->append(i, {records(i, 1), {{0, i, ppn::bytes(9)}}, {7}, true}));
  disk.damage_tile(0, 1);
  CHECK_CODE(filled.subject->tile(0, 1), integrity);
  CHECK_CODE(filled.subject->append(3, {records(3, 1), {{0, 1, {}}}, {}, false}), invalid);
  REQUIRE_OK(filled.subject->tile(0, 0));
  REQUIRE_OK(filled.subject->tile(0, 2));
  disk.damage_head();
  CHECK_CODE(filled.subject->head(), integrity);
  disk.damage_kept_head(2);
  CHECK_CODE(filled.subject->kept_heads(0, 9), integrity);
  CHECK_CODE(filled.subject->kept_heads(3, 9), none);
  CHECK_CODE(filled.subject->kept_heads(0, 1), none);
  REQUIRE_OK(filled.subject->append(3, {records(3, 1), {}, {8}, false}));
  BOOST_TEST((filled.subject->head().value() == ppn::bytes{8}));
}

BOOST_AUTO_TEST_SUITE_END()
