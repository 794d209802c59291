// One flipped bit in every octet of every file of a small closed store on RocksDB, one at a time.
// All that was written is read back as it was, or opening or reading answers ec::integrity: nothing
// wrong is ever read. One case is left to the cell outside of the store: a flip anywhere in the
// write-ahead log may end it there, and then the store is shorter by whole batches, all of them
// newer than its tables.
#include "tests/contract/rocksdb_places.hpp"

#include <map>

using contract::faulty_disk;
using contract::filled_store;
using contract::on_faulty_disk;
using contract::store_model;

namespace {

enum class outcome { as_written, refused_at_open, refused_at_read, shorter, wrong };

struct written_store {
  written_store() {
    on_faulty_disk place;
    filled_store filled(place, 0);
    auto add = [&](int batches) {
      for (int i = 0; i < batches; ++i) {
        filled.append_next();
        by_length[filled.model.records.size()] = filled.model;
      }
    };
    add(8);
    filled.reopen(); // from here on these are in tables
    length_of_tables = filled.model.records.size();
    add(6);
    filled.subject.reset();
    disk = *place.disk;
    newest = filled.model;
  }

  outcome opened_from(const faulty_disk& image) const {
    on_faulty_disk place(image);
    auto opened = place.open();
    if (!opened) {
      CHECK_CODE(opened, integrity);
      return outcome::refused_at_open;
    }
    auto expected = by_length.find((*opened)->length());
    if (expected == by_length.end()) return outcome::wrong;
    auto compared = contract::compare(**opened, expected->second);
    if (!compared) {
      CHECK_CODE(compared, integrity);
      return outcome::refused_at_read;
    }
    if (*compared != "") return outcome::wrong;
    if (expected->first == newest.records.size()) return outcome::as_written;
    return expected->first >= length_of_tables ? outcome::shorter : outcome::wrong;
  }

  // What flips at every octet of a file come to.
  std::map<outcome, std::size_t> flipped(const std::string& name) const {
    std::map<outcome, std::size_t> outcomes;
    const std::size_t size = faulty_disk(disk).at(name).octets.size();
    const std::size_t stride = 1 + size / 65'536;
    for (std::size_t at = 0; at < size; at += stride) {
      faulty_disk image = disk;
      image.at(name).octets[at] ^= static_cast<char>(1 << at % 8);
      outcome came = opened_from(image);
      BOOST_TEST((came != outcome::wrong), "flip at octet " << at << " of " << name);
      ++outcomes[came];
    }
    return outcomes;
  }

  std::vector<std::string> files(const std::string& part) const {
    std::vector<std::string> found;
    for (const std::string& name : disk.names())
      if (name.find(part) != std::string::npos) found.push_back(name);
    return found;
  }

  faulty_disk disk;
  std::map<std::uint64_t, store_model> by_length; // after each batch
  store_model newest;
  std::uint64_t length_of_tables = 0;
};

const written_store& the_store() {
  static const written_store made;
  return made;
}
void report(const std::string& f, const std::map<outcome, std::size_t>& o) {
  std::string t = f + " " + std::to_string(faulty_disk(the_store().disk).at(f).octets.size()) + ":";
  for (auto& [k, n] : o)
    t += " " + std::to_string(int(k)) + "=" + std::to_string(n);
  BOOST_TEST_MESSAGE(t);
}

} // namespace

BOOST_AUTO_TEST_SUITE(store_rocksdb_flips)

BOOST_AUTO_TEST_CASE(all) {
  for (const std::string& f : the_store().disk.names())
    if (f.find("OPTIONS") == std::string::npos) report(f, the_store().flipped(f));
}

BOOST_AUTO_TEST_SUITE_END()
