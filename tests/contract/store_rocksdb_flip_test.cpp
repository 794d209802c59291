// One flipped bit in octets of every file of a small closed store on RocksDB, one at a time: in each
// of them with PPN_TEST_COUNTS=full, otherwise in a part that meets every file in many places.
// Either all that was written is read back as it was, or opening or reading answers ec::integrity:
// nothing wrong is ever read. One case is left to the cell outside of the store: a flip anywhere in
// the write-ahead log ends it at the batch that was hit, and the store opens without that batch and
// those behind it. Who passes on what the cell knows (`length_min`) is refused there, too.
#include "tests/contract/rocksdb_places.hpp"

#include <cstdlib>
#include <map>

using contract::faulty_disk;
using contract::filled_store;
using contract::on_faulty_disk;
using contract::store_model;

namespace {

bool all_octets() {
  const char* counts = std::getenv("PPN_TEST_COUNTS");
  return counts != nullptr && std::string_view(counts) == "full";
}
// No multiple of two: so that all eight bits take their turns.
std::size_t stride() {
  return all_octets() ? 1 : 7;
}

enum class outcome { as_written, refused_at_open, refused_at_read, shorter, wrong };

struct written_store {
  written_store() {
    on_faulty_disk place;
    filled_store filled(place, 8);
    filled.reopen(); // from here on these are in tables, and what follows is in the log
    by_length[filled.model.records.size()] = filled.model;
    for (int i = 0; i < 6; ++i) {
      filled.append_next();
      by_length[filled.model.records.size()] = filled.model;
      log_ends.emplace_back(log_octets(*place.disk), filled.model.records.size());
    }
    filled.subject.reset();
    disk = *place.disk;
  }

  const store_model& newest() const { return by_length.rbegin()->second; }

  outcome opened_from(on_faulty_disk& place, std::uint64_t* length = nullptr) const {
    auto opened = place.open();
    if (!opened) {
      CHECK_CODE(opened, integrity);
      return outcome::refused_at_open;
    }
    auto expected = by_length.find((*opened)->length());
    if (expected == by_length.end()) return outcome::wrong;
    if (length != nullptr) *length = expected->first;
    auto compared = contract::compare(**opened, expected->second);
    if (!compared) {
      CHECK_CODE(compared, integrity);
      return outcome::refused_at_read;
    }
    if (*compared != "") return outcome::wrong;
    return &expected->second == &newest() ? outcome::as_written : outcome::shorter;
  }

  faulty_disk flipped(const std::string& name, std::size_t at) const {
    faulty_disk image = disk;
    image.at(name).octets[at] ^= static_cast<char>(1 << at % 8);
    return image;
  }

  // How often flips at every octet of a file came to what.
  std::map<outcome, std::size_t> flip_all_of(const std::string& name) const {
    std::map<outcome, std::size_t> outcomes;
    const std::size_t size = faulty_disk(disk).at(name).octets.size();
    for (std::size_t at = 0; at < size; at += stride()) {
      on_faulty_disk place(flipped(name, at));
      outcome came = opened_from(place);
      bool is_right = came != outcome::wrong && came != outcome::shorter;
      BOOST_TEST(is_right, "flip at octet " << at << " of " << name);
      ++outcomes[came];
    }
    return outcomes;
  }

  static std::vector<std::string> files(const faulty_disk& of, const std::string& part) {
    std::vector<std::string> found;
    for (const std::string& name : of.names())
      if (name.find(part) != std::string::npos) found.push_back(name);
    return found;
  }
  static std::string only(const faulty_disk& of, const std::string& part) {
    auto found = files(of, part);
    BOOST_REQUIRE(found.size() == 1u);
    return found.front();
  }
  static std::size_t log_octets(faulty_disk& of) { return of.at(only(of, ".log")).octets.size(); }
  // Of the batches that end before this place of the log.
  std::uint64_t length_before(std::size_t at) const {
    std::uint64_t length = by_length.begin()->first;
    for (const auto& [end, after] : log_ends)
      if (end <= at) length = after;
    return length;
  }

  faulty_disk disk;
  std::map<std::uint64_t, store_model> by_length; // of the tables, and after each batch in the log
  std::vector<std::pair<std::size_t, std::uint64_t>> log_ends; // after each batch: octets, length
};

const written_store& the_store() {
  static const written_store made;
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(store_rocksdb_flips)

BOOST_AUTO_TEST_CASE(tables_are_refused_or_read_as_they_were) {
  const auto tables = written_store::files(the_store().disk, ".sst");
  BOOST_TEST(tables.size() == 4u); // one of each family
  for (const std::string& name : tables) {
    auto outcomes = the_store().flip_all_of(name);
    // 36 unused octets of the footer. In the table of the newest head also its only block: the log
    // holds a newer one, so that nobody reads it.
    const std::size_t unused = name == tables.back() ? 36 + 104 : 36;
    BOOST_TEST(outcomes[outcome::as_written] <= unused / stride() + 1);
  }
}

BOOST_AUTO_TEST_CASE(the_manifest_is_refused) {
  auto outcomes = the_store().flip_all_of(written_store::only(the_store().disk, "MANIFEST"));
  // The length of its last record: RocksDB takes that for one which was never finished, and it said
  // nothing that the tables and the log do not say.
  BOOST_TEST(outcomes[outcome::as_written] <= 2u);
  BOOST_TEST(outcomes[outcome::refused_at_read] == 0u);
}

BOOST_AUTO_TEST_CASE(the_root_file_is_refused) {
  auto outcomes = the_store().flip_all_of(written_store::only(the_store().disk, "CURRENT"));
  BOOST_TEST(outcomes[outcome::refused_at_open] > 0u);
  BOOST_TEST(outcomes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_identity_does_not_matter) {
  auto outcomes = the_store().flip_all_of(written_store::only(the_store().disk, "IDENTITY"));
  BOOST_TEST(outcomes.size() == 1u);
  BOOST_TEST(outcomes[outcome::as_written] > 0u);
}

// Our settings are those of the code: all their octets may be wrong at once.
BOOST_AUTO_TEST_CASE(the_options_do_not_matter) {
  for (const std::string& name : written_store::files(the_store().disk, "OPTIONS")) {
    on_faulty_disk place(the_store().disk);
    faulty_disk::file_ptr file = place.disk->entries().at(name);
    for (char& octet : file->octets)
      octet ^= 0x11;
    BOOST_TEST((the_store().opened_from(place) == outcome::as_written));
  }
}

BOOST_AUTO_TEST_CASE(the_log_ends_at_the_batch_that_was_hit) {
  const std::string log = written_store::only(the_store().disk, ".log");
  const std::size_t size = the_store().log_ends.back().first;
  BOOST_TEST(faulty_disk(the_store().disk).at(log).octets.size() == size);
  for (std::size_t at = 0; at < size; at += stride()) {
    on_faulty_disk place(the_store().flipped(log, at));
    std::uint64_t length = 0;
    BOOST_TEST((the_store().opened_from(place, &length) == outcome::shorter));
    BOOST_TEST(length == the_store().length_before(at), "flip at octet " << at);
  }
}

// And then what the log still holds is kept as evidence.
BOOST_AUTO_TEST_CASE(a_log_that_lost_what_the_cell_knows_is_refused_and_left_alone) {
  const std::string log = written_store::only(the_store().disk, ".log");
  const std::size_t size = the_store().log_ends.back().first;
  for (std::size_t at = 0; at < size; at += 29) {
    on_faulty_disk place(the_store().flipped(log, at));
    const auto before = place.disk->contents();
    place.options.length_min = the_store().newest().records.size();
    BOOST_TEST((the_store().opened_from(place) == outcome::refused_at_open));
    BOOST_TEST((place.disk->contents() == before));
    place.options.length_min = the_store().length_before(at);
    BOOST_TEST((the_store().opened_from(place) == outcome::shorter));
  }
  on_faulty_disk sound(the_store().disk);
  sound.options.length_min = the_store().newest().records.size();
  BOOST_TEST((the_store().opened_from(sound) == outcome::as_written));
}

BOOST_AUTO_TEST_SUITE_END()
