// The store on RocksDB: the contract in memory and on a disk, the faults of a disk by one
// in memory that loses what was not synced, and folders that cannot be opened.
#include "tests/contract/rocksdb_places.hpp"
#include "tests/contract/store_contract.hpp"

namespace files = std::filesystem;
using contract::all_of;
using contract::on_disk;
using contract::on_faulty_disk;
using contract::open_at;
using contract::open_store;
using contract::opened_store;
using contract::record;
using contract::records;

namespace {

std::unique_ptr<contract::store_place> new_in_memory() {
  return std::make_unique<contract::in_memory>();
}

std::unique_ptr<contract::store_place> new_on_disk() {
  return std::make_unique<on_disk>();
}

std::unique_ptr<contract::failing_store_place> new_failing() {
  return std::make_unique<on_faulty_disk>();
}

const contract::suite memory("store_rocksdb_in_memory", contract::store_cases(new_in_memory));
const contract::suite model("store_rocksdb_model", contract::store_model_cases(new_in_memory));
const contract::suite disk("store_rocksdb_on_disk", contract::store_cases(new_on_disk));
const contract::suite faults("store_rocksdb_faults", contract::failing_store_cases(new_failing));

} // namespace

BOOST_AUTO_TEST_SUITE(store_rocksdb)

BOOST_FIXTURE_TEST_CASE(a_folder_without_a_store_is_not_made_one_unless_asked, on_disk) {
  CHECK_CODE(open_at(folder(), false), not_found);
  BOOST_TEST(!files::exists(folder()));
  fill(1);
  REQUIRE_OK(open_at(folder(), false));
}

BOOST_FIXTURE_TEST_CASE(a_folder_below_a_missing_one_is_not_found, on_disk) {
  CHECK_CODE(open_at(scratch.at("nowhere/store")), not_found);
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_cannot_be_written_is_a_matter_of_permission, on_disk) {
  fill(2);
  files::permissions(folder(), files::perms(0555));
  files::permissions(scratch.path(), files::perms(0555));
  {
    contract::as_nobody other;
    CHECK_CODE(open(), permission);
    CHECK_CODE(open_at(scratch.at("another")), permission);
  }
  files::permissions(folder(), files::perms(0700));
  BOOST_TEST((all_of(*open_store(*this)) == records(0, 8)));
}

BOOST_FIXTURE_TEST_CASE(a_torn_write_is_dropped_whole, on_faulty_disk) {
  contract::filled_store filled(*this, 0);
  for (std::size_t torn = 0; torn < 400; torn += 37) {
    filled.append_next();
    fail_next_sync();
    CHECK_CODE(filled.try_next(), io_failed);
    left_by_crash.torn_octets = torn % 100;
    crash();
    filled.reopen();
    filled.check();
  }
}

// RocksDB's own log would grow beside ours.
BOOST_FIXTURE_TEST_CASE(no_log_for_people_is_left_in_the_folder, on_disk) {
  fill(2);
  for (const auto& entry : files::directory_iterator(folder()))
    BOOST_TEST(!entry.path().filename().string().starts_with("LOG"));
}

BOOST_AUTO_TEST_SUITE_END()
