// The store on RocksDB on a disk that runs full, at any step that needs space: appends are refused,
// reads go on, and when there is space again so do appends, without a new open. The disk is in
// memory; full_disk_test.cpp does it on a real one.
#include "tests/contract/rocksdb_places.hpp"

using contract::disk_answer;
using contract::filled_store;
using contract::on_faulty_disk;
using contract::open_store;

namespace {

// What the store may answer while there is no space, and what it holds all along. False when the
// disk had enough space for all of it.
bool appends_stop_at_a_full_disk(filled_store& filled, on_faulty_disk& place, int appends) {
  for (int i = 0; i < appends; ++i) {
    auto tried = filled.try_next();
    if (!tried) {
      CHECK_CODE(tried, no_space);
      filled.check();
      CHECK_CODE(filled.try_next(), no_space);
      filled.check();
      return true;
    }
    filled.model.add(filled.next());
  }
  place.disk->make_room();
  return false;
}

void goes_on_when_there_is_space(filled_store& filled, on_faulty_disk& place) {
  place.disk->make_room();
  filled.append_next();
  filled.append_next();
  filled.check();
  filled.reopen();
  filled.check();
}

struct large_batches : on_faulty_disk {
  large_batches() { options.write_buffer_octets = 64 * 1024; } // the least that RocksDB takes
};

} // namespace

BOOST_AUTO_TEST_SUITE(store_rocksdb_full_disk)

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_from_any_step_of_an_append_on) {
  bool ran_full = true;
  for (std::uint64_t step = 1; ran_full; ++step) {
    on_faulty_disk place;
    filled_store filled(place, 6);
    if (step % 2 == 0) filled.reopen();
    place.disk->run_full_at_step(place.disk->steps() + step);
    BOOST_TEST_CONTEXT("step " << step) {
      ran_full = appends_stop_at_a_full_disk(filled, place, 4);
      goes_on_when_there_is_space(filled, place);
    }
    BOOST_REQUIRE(step < 100u);
  }
}

// Flushes and compactions run out of space, too; most of the steps are theirs.
BOOST_AUTO_TEST_CASE(a_disk_that_is_full_from_any_step_of_background_work_on) {
  for (std::uint64_t step = 1; step < 400; step += 13) {
    large_batches place;
    filled_store filled(place, 3);
    filled.record_octets = 9000;
    place.disk->run_full_at_step(place.disk->steps() + step);
    BOOST_TEST_CONTEXT("step " << step) {
      appends_stop_at_a_full_disk(filled, place, 60);
      goes_on_when_there_is_space(filled, place);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_crash_on_a_full_disk_loses_nothing_and_adds_nothing) {
  for (std::uint64_t step = 1; step < 12; ++step) {
    for (std::size_t torn : {0, 20, 1'000'000}) {
      on_faulty_disk place;
      filled_store filled(place, 6);
      place.disk->run_full_at_step(place.disk->steps() + step);
      BOOST_TEST_CONTEXT("step " << step << " torn " << torn) {
        appends_stop_at_a_full_disk(filled, place, 4);
        place.left_by_crash.torn_octets = torn;
        place.crash();
        filled.reopen();
        filled.check();
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_sync_that_finds_no_space_stops_writes_for_good, on_faulty_disk) {
  filled_store filled(*this, 3);
  disk->let_next_sync_find_no_space();
  CHECK_CODE(filled.try_next(), io_failed);
  CHECK_CODE(filled.try_next(), io_failed);
  filled.check();
}

BOOST_FIXTURE_TEST_CASE(a_disk_that_has_little_left_is_not_even_tried, on_faulty_disk) {
  filled_store filled(*this, 3);
  disk->report_free(options.free_octets_min);
  std::uint64_t steps = disk->steps();
  CHECK_CODE(filled.try_next(), no_space);
  BOOST_TEST(disk->steps() == steps);
  filled.check();
  disk->report_free(options.free_octets_min + 100'000);
  filled.append_next();
  CHECK_CODE(filled.subject->append(filled.model.records.size(), {ppn::bytes(60'000)}), no_space);
  filled.append_next();
}

BOOST_FIXTURE_TEST_CASE(a_store_on_a_full_disk_opens_and_is_read, on_faulty_disk) {
  filled_store filled(*this, 6);
  for (int round = 0; round < 3; ++round) {
    disk->run_full_at_step(1);
    if (round == 1) crash();
    filled.reopen();
    if (round == 1) disk->run_full_at_step(1);
    filled.check();
    CHECK_CODE(open(), in_use);
    if (round != 1) CHECK_CODE(filled.try_next(), no_space);
    goes_on_when_there_is_space(filled, *this);
  }
}

BOOST_FIXTURE_TEST_CASE(a_new_store_needs_space, on_faulty_disk) {
  disk->run_full_at_step(1);
  CHECK_CODE(open(), no_space);
  disk->make_room();
  REQUIRE_OK(open());
}

BOOST_AUTO_TEST_SUITE_END()
