// A book on a real disk that was changed by hand: in place, by somebody who knows the octets only,
// and by somebody who knows the store's format as well. The first is found by a checksum, the
// second by the tree alone.
#include "runtime/adapters/file_cells.hpp"
#include "storage/rocksdb_format.hpp"
#include "storage/rocksdb_store.hpp"
#include "tests/contract/scratch_folder.hpp"
#include "tests/unit/book_support.hpp"

#include <fstream>
#include <rocksdb/db.h>

using namespace books;
namespace files = std::filesystem;

namespace {

struct book_on_disk {
  contract::scratch_folder scratch;
  std::unique_ptr<rocksdb_store> entries;
  std::unique_ptr<file_cells> durable;
  std::unique_ptr<ledger_book> book;

  std::string folder() const { return scratch.at("store"); }
  status open() {
    close();
    rocksdb_store_options options;
    options.folder = folder();
    auto opened = rocksdb_store::open(options);
    if (!opened) return fail(opened.error());
    entries = *std::move(opened);
    durable = file_cells::open(scratch.at("cells")).value();
    std::vector<std::string> remarks;
    auto made = ledger_book::open({*entries, *durable, cell_name}, remarks);
    if (!made) return fail(made.error());
    book = std::make_unique<ledger_book>(*std::move(made));
    return {};
  }
  void close() {
    book.reset();
    durable.reset();
    entries.reset();
  }
  void grow_to(std::uint64_t size) {
    BOOST_REQUIRE(open());
    while (book->size() < size) {
      const std::uint64_t count = std::min<std::uint64_t>(size - book->size(), 100);
      std::vector<bytes> more = entries_from(book->size(), count);
      for (bytes& entry : more)
        entry.resize(120, ' '); // so that there are many blocks
      BOOST_REQUIRE(commit_signed(*book, key(), std::move(more), false));
    }
    BOOST_REQUIRE(open()); // which moves what was in the log into a table
  }
};

std::string content_of(const files::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Changes one octet of every place in the tables where the text stands.
std::size_t edit_tables(const std::string& folder, const std::string& text) {
  std::size_t edited = 0;
  for (const auto& entry : files::directory_iterator(folder)) {
    if (entry.path().extension() != ".sst") continue;
    const std::size_t at = content_of(entry.path()).find(text);
    if (at == std::string::npos) continue;
    std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('E');
    ++edited;
  }
  return edited;
}

// As somebody would who has the database's library and knows this store's checksums.
void overwrite_record(const std::string& folder, std::uint64_t index, bytes_view value) {
  using namespace rocksdb_format;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name :
       {rocksdb::kDefaultColumnFamilyName.c_str(), tiles_family, heads_family, newest_family})
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  BOOST_REQUIRE(rocksdb::DB::Open({}, folder, families, &handles, &opened).ok());
  std::unique_ptr<rocksdb::DB> db(opened);
  const number_key name = key_of_number(index);
  const value_header header = header_of(name, value);
  std::string stored(text_of(header));
  stored.append(text_of(value));
  BOOST_REQUIRE(db->Put({}, handles[0], rocksdb::Slice(text_of(name)), stored).ok());
  // Nothing shall remain of the old value, or there would be one record too many.
  BOOST_REQUIRE(db->CompactRange({}, handles[0], nullptr, nullptr).ok());
  for (rocksdb::ColumnFamilyHandle* handle : handles)
    BOOST_REQUIRE(db->DestroyColumnFamilyHandle(handle).ok());
}

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_book_on_disk)

BOOST_FIXTURE_TEST_CASE(a_book_on_disk_is_hashed_to_its_end, book_on_disk) {
  grow_to(700);
  BOOST_TEST(book->size() == 700u);
  BOOST_TEST(book->rehash(0, ~std::uint64_t{0}).value() == 700u);
  BOOST_TEST(checkpoint_of(*book).size == 700u);
}

BOOST_FIXTURE_TEST_CASE(an_octet_changed_by_hand_is_found_by_its_block, book_on_disk) {
  grow_to(700);
  close();
  BOOST_REQUIRE_EQUAL(edit_tables(folder(), "entry 301 "), 1u);
  BOOST_REQUIRE(open());
  auto looked = book->rehash(0, ~std::uint64_t{0});
  BOOST_REQUIRE(!looked);
  BOOST_TEST((looked.error().code == ec::integrity));
  // The first record of its block is what cannot be read; a block is 4 KiB.
  std::uint64_t named = 0;
  const std::size_t at = looked.error().text.find("record ");
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, looked.error().text);
  named = std::stoull(looked.error().text.substr(at + 7));
  BOOST_TEST(named <= 301u);
  BOOST_TEST(named + 4096 / 120 >= 301u);
  BOOST_TEST(book->rehash(0, 120 * named).value() == named);
}

BOOST_FIXTURE_TEST_CASE(an_entry_written_over_in_the_stores_own_format_is_named, book_on_disk) {
  grow_to(700);
  close();
  bytes forged = entry_number(999);
  forged.resize(120, ' ');
  overwrite_record(folder(), 301, forged);
  BOOST_REQUIRE(open());
  BOOST_TEST((entries->read(301).value() == forged));
  auto looked = book->rehash(0, ~std::uint64_t{0});
  BOOST_REQUIRE(!looked);
  BOOST_TEST((looked.error().code == ec::integrity));
  const std::string& why = looked.error().text;
  BOOST_TEST(holds(why, "The body of entry 301 was changed: expected hash "), why);
  BOOST_TEST(holds(why, "found " + log::leaf_hash(forged).hex()), why);
}

BOOST_FIXTURE_TEST_CASE(an_overwritten_entry_on_the_right_edge_keeps_the_book_closed,
                        book_on_disk) {
  grow_to(700);
  close();
  overwrite_record(folder(), 690, entry_number(999));
  status opened = open();
  BOOST_REQUIRE(!opened);
  BOOST_TEST((opened.error().code == ec::integrity));
  BOOST_TEST(holds(opened.error().text, "The ledger's head says 700 entries"), opened.error().text);
}

BOOST_AUTO_TEST_SUITE_END()
