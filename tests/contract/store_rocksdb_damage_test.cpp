// Damage done to the files of a closed store on RocksDB: it is noticed, or it has cost whole
// batches at the very end; nothing wrong is ever read as a record.
#include "storage/rocksdb_format.hpp"
#include "tests/contract/rocksdb_places.hpp"

#include <fstream>
#include <rocksdb/db.h>

namespace files = std::filesystem;
using contract::all_of;
using contract::on_disk;
using contract::open_store;
using contract::opened_store;
using contract::record;
using contract::records;

namespace {

class damaged_store : public on_disk {
protected:
  // The files of the closed store whose names end so, largest first.
  std::vector<files::path> files_named(const std::string& ending) const {
    std::vector<files::path> found;
    for (const auto& entry : files::directory_iterator(folder()))
      if (entry.path().string().ends_with(ending)) found.push_back(entry.path());
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return files::file_size(a) > files::file_size(b);
    });
    return found;
  }
  enum families { records_of, tiles_of, heads_of, newest_of };
  using family = rocksdb::ColumnFamilyHandle*;

  // Does to a closed store what none of our code does.
  void tamper(const std::function<rocksdb::Status(rocksdb::DB&, family)>& change,
              families where = records_of) const {
    rocksdb::Options settings;
    settings.create_if_missing = true;
    settings.create_missing_column_families = true;
    rocksdb::DB* db = nullptr;
    std::vector<family> opened;
    std::vector<rocksdb::ColumnFamilyDescriptor> all;
    for (const char* name : {"default", "tiles", "heads", "newest"})
      all.emplace_back(name, settings);
    BOOST_REQUIRE(rocksdb::DB::Open(settings, folder(), all, &opened, &db).ok());
    std::unique_ptr<rocksdb::DB> owner(db);
    BOOST_REQUIRE(change(*db, opened[where]).ok());
    for (family one : opened)
      BOOST_REQUIRE(db->DestroyColumnFamilyHandle(one).ok());
  }
  void put(const std::string& under, families where, const std::string& what) const {
    tamper([&](rocksdb::DB& db, family in) { return db.Put({}, in, under, what); }, where);
  }
  // So that what is forged elsewhere is not noticed by its number already.
  void put_totals(const ppn::rocksdb_format::store_totals& totals) const {
    using namespace ppn::rocksdb_format;
    ppn::bytes value = encode(newest_value{totals, {}});
    auto header = header_of(newest_key, value);
    put(single_key, newest_of, std::string(ppn::text_of(header)).append(ppn::text_of(value)));
  }
  std::string stored(const std::string& under, families where) const {
    std::string value;
    tamper([&](rocksdb::DB& db, family in) { return db.Get({}, in, under, &value); }, where);
    return ppn::to_hex(ppn::view_of(value));
  }
  const std::string single_key = std::string(1, '\0');
  static std::string key(std::uint64_t index) {
    ppn::octet octets[8];
    ppn::store_be64(octets, index);
    return std::string(ppn::text_of(octets));
  }
  // Whether all is well. What is not may only ever be reported, never be read as something else.
  bool reads_right_or_integrity(std::uint64_t length) {
    auto opened = open();
    if (!opened) {
      CHECK_CODE(opened, integrity);
      return false;
    }
    BOOST_TEST((*opened)->length() == length);
    bool sound = true;
    for (std::uint64_t i = 0; i < length; ++i) {
      auto got = (*opened)->read(i);
      if (got) {
        BOOST_TEST((*got == record(i)));
      } else {
        CHECK_CODE(got, integrity);
        sound = false;
      }
    }
    return sound;
  }
  static void flip(const files::path& path, std::uintmax_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    char value = static_cast<char>(file.get() ^ 0x10);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(value);
    BOOST_REQUIRE(file.good());
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(store_rocksdb_damage)

BOOST_FIXTURE_TEST_CASE(a_store_that_lost_its_root_file_is_never_made_anew, damaged_store) {
  fill(2);
  files::remove(folder() + "/CURRENT");
  CHECK_CODE(open(), integrity);
  CHECK_CODE(open(), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_store_that_lost_a_table_is_not_opened, damaged_store) {
  fill(2);
  fill(2); // opening moved the first two batches from the write-ahead log into a table
  auto tables = files_named(".sst");
  BOOST_REQUIRE(!tables.empty());
  files::remove(tables.front());
  CHECK_CODE(open(), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_missing_record_is_noticed_at_open, damaged_store) {
  fill(4);
  tamper([](rocksdb::DB& db, family in) { return db.Delete({}, in, key(7)); });
  CHECK_CODE(open(), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_record_beyond_the_end_is_noticed_at_open, damaged_store) {
  fill(4);
  tamper([](rocksdb::DB& db, family in) { return db.Put({}, in, key(17), "far away"); });
  CHECK_CODE(open(), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_no_index_is_noticed_at_open, damaged_store) {
  fill(4);
  tamper([](rocksdb::DB& db, family in) { return db.Put({}, in, "\xff", "a stranger"); });
  CHECK_CODE(open(), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_value_that_rocksdb_finds_sound_is_checked_all_the_same, damaged_store) {
  for (const std::string& wrong :
       {std::string(), std::string("abc"), std::string("\1\0\0\0\0forged", 11),
        std::string("\2\0\0\0\0future", 11)}) {
    put(key(0), records_of, wrong);
    put_totals({1, 0, 0});
    opened_store subject = open_store(*this);
    CHECK_CODE(subject->read(0), integrity);
    CHECK_CODE(subject->iterate(0, 1, [](auto, auto) { return true; }), integrity);
    subject.reset();
    files::remove_all(folder());
  }
}

// The checksum covers the key: a sound record in another one's place is not that one.
BOOST_FIXTURE_TEST_CASE(a_record_in_the_place_of_another_is_noticed, damaged_store) {
  fill(1);
  std::string first;
  tamper([&](rocksdb::DB& db, family in) { return db.Get({}, in, key(0), &first); });
  put(key(4), records_of, first);
  put_totals({5, 0, 0});
  opened_store subject = open_store(*this);
  BOOST_TEST(subject->length() == 5u);
  CHECK_CODE(subject->read(4), integrity);
  REQUIRE_OK(subject->read(0));
}

BOOST_FIXTURE_TEST_CASE(the_bytes_of_a_store_never_change, damaged_store) {
  const ppn::bytes value{'v', 'a', 'l', 'u', 'e'};
  REQUIRE_OK(open_store(*this)->append(0, {{value}, {{2, 258, value}}, value, true}));
  // Format, CRC-32C, value; the sum covers the key, too.
  BOOST_TEST(stored(key(0), records_of) == "01b2d0c91876616c7565");
  BOOST_TEST(stored("\2" + key(258), tiles_of) == "01206478c976616c7565");
  BOOST_TEST(stored(single_key, newest_of) == "014019bcab00000000000000010000000000000001"
                                              "000000000000000176616c7565");
  BOOST_TEST(stored(key(1), heads_of) == "01abbbf9f776616c7565");
}

BOOST_FIXTURE_TEST_CASE(tiles_and_heads_that_rocksdb_finds_sound_are_checked_all_the_same,
                        damaged_store) {
  const ppn::bytes value(40, 'v');
  for (std::uint64_t i = 0; i < 3; ++i)
    REQUIRE_OK(open_store(*this)->append(i, {records(i, 1), {{0, i, value}}, value, true}));
  const std::string forged("\1\0\0\0\0forged", 11);
  put('\0' + key(9), tiles_of, forged);
  put(key(0), heads_of, forged);
  put_totals({3, 4, 4});
  {
    opened_store subject = open_store(*this);
    CHECK_CODE(subject->tile(0, 9), integrity);
    CHECK_CODE(subject->append(3, {records(3, 1), {{0, 9, value}}, {}, false}), integrity);
    REQUIRE_OK(subject->tile(0, 0));
    CHECK_CODE(subject->kept_heads(0, 5), integrity);
    CHECK_CODE(subject->kept_heads(1, 5), none);
    BOOST_TEST((all_of(*subject) == records(0, 3)));
  }
  put(key(99), heads_of, forged); // of a length that is not reached
  put_totals({3, 4, 5});
  CHECK_CODE(open_store(*this)->kept_heads(4, 5), integrity);
  put("long" + key(3), heads_of, forged);
  put_totals({3, 4, 6});
  CHECK_CODE(open_store(*this)->kept_heads(100, 5), integrity);
}

// RocksDB opens each of these without a complaint.
BOOST_FIXTURE_TEST_CASE(families_that_are_not_of_the_same_batch_are_noticed_at_open,
                        damaged_store) {
  fill(1);
  REQUIRE_OK(open_store(*this)->append(4, {records(4, 1), {{0, 0, {1}}, {0, 1, {2}}}, {}, false}));
  using totals = ppn::rocksdb_format::store_totals;
  for (const totals& wrong :
       std::vector<totals>{{4, 2, 0}, {6, 2, 0}, {5, 1, 0}, {5, 3, 0}, {5, 2, 1}, {0, 0, 0}}) {
    put_totals(wrong);
    CHECK_CODE(open(), integrity);
  }
  put_totals({5, 2, 0});
  REQUIRE_OK(open());
  put(single_key, newest_of, "short");
  CHECK_CODE(open(), integrity);
  tamper([&](rocksdb::DB& db, family in) { return db.Delete({}, in, single_key); }, newest_of);
  CHECK_CODE(open(), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_store_with_a_family_that_is_not_ours_is_not_opened, damaged_store) {
  fill(1);
  rocksdb::Options settings;
  settings.create_missing_column_families = true;
  {
    rocksdb::DB* db = nullptr;
    std::vector<family> opened;
    std::vector<rocksdb::ColumnFamilyDescriptor> five;
    for (const char* name : {"default", "tiles", "heads", "newest", "strange"})
      five.emplace_back(name, settings);
    BOOST_REQUIRE(rocksdb::DB::Open(settings, folder(), five, &opened, &db).ok());
    std::unique_ptr<rocksdb::DB> owner(db);
    for (family one : opened)
      BOOST_REQUIRE(db->DestroyColumnFamilyHandle(one).ok());
  }
  CHECK_CODE(open(), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_flipped_bit_in_a_table_is_never_read_as_a_record, damaged_store) {
  fill(50);
  open_store(*this).reset();
  auto tables = files_named(".sst");
  BOOST_REQUIRE(!tables.empty());
  std::uintmax_t size = files::file_size(tables.front());
  std::size_t noticed = 0;
  for (std::uintmax_t at = 0; at < size; at += size / 23) {
    files::copy(folder(), scratch.at("sound"), files::copy_options::recursive);
    flip(tables.front(), at);
    noticed += !reads_right_or_integrity(200);
    files::remove_all(folder());
    files::rename(scratch.at("sound"), folder());
  }
  BOOST_TEST(noticed > 0u);
}

// What a power cut may leave: the end of the write-ahead log is missing or wrong. Batches at the
// end vanish whole, nothing else changes. That answered ones are among them is for the caller's
// cell to know.
BOOST_FIXTURE_TEST_CASE(a_write_ahead_log_with_a_cut_end_opens_with_whole_batches, damaged_store) {
  fill(10);
  auto logs = files_named(".log");
  BOOST_REQUIRE(!logs.empty());
  std::string name = logs.front().filename();
  std::uintmax_t size = files::file_size(logs.front());
  files::rename(folder(), scratch.at("sound"));
  std::uint64_t length_before = 0;
  for (std::uintmax_t keep = 0; keep <= size; keep += std::max<std::uintmax_t>(1, size / 60)) {
    files::copy(scratch.at("sound"), folder(), files::copy_options::recursive);
    files::resize_file(folder() + "/" + name, keep);
    opened_store subject = open_store(*this);
    BOOST_TEST(subject->length() % 4 == 0u);
    BOOST_TEST(subject->length() >= length_before);
    length_before = subject->length();
    BOOST_TEST((all_of(*subject) == records(0, length_before)));
    subject.reset();
    files::remove_all(folder());
  }
  BOOST_TEST(length_before >= 36u);
}

// Long enough for several tables and for compaction to move them.
BOOST_FIXTURE_TEST_CASE(a_store_of_many_tables_is_whole_after_every_open, damaged_store) {
  constexpr std::uint64_t batch = 500;
  for (std::uint64_t round = 0; round < 8; ++round) {
    opened_store subject = open_store(*this);
    BOOST_REQUIRE(subject->length() == round * 10 * batch);
    for (int i = 0; i < 10; ++i) {
      std::vector<ppn::bytes> more;
      for (std::uint64_t j = 0; j < batch; ++j)
        more.push_back(record(subject->length() + j, 300));
      REQUIRE_OK(subject->append(subject->length(), more));
    }
  }
  opened_store subject = open_store(*this);
  std::uint64_t wrong = 0;
  REQUIRE_OK(subject->iterate(0, subject->length(), [&](std::uint64_t index, ppn::bytes_view data) {
    wrong += ppn::bytes(data.begin(), data.end()) != record(index, 300);
    return true;
  }));
  BOOST_TEST(wrong == 0u);
  BOOST_TEST(files_named(".sst").size() > 1u);
}

BOOST_AUTO_TEST_SUITE_END()
