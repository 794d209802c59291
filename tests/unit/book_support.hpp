// A ledger book on disks in memory that fail on request, and what is known of its entries.
#pragma once

#include "storage/ledger/writer.hpp"
#include "storage/memory_cells.hpp"
#include "storage/memory_store.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

namespace books {

using namespace ppn;

inline constexpr const char* origin = "log.example/book";
inline constexpr const char* cell_name = "last-signed";

inline const log_key& key() {
  static const log_key made = [] {
    auto secret =
        std::make_shared<crypto::signing_key>(crypto::signing_key::from_seed(bytes(32, 7)));
    auto vkey = log::make_vkey(origin, log::key_type::ed25519, secret->public_part()).value();
    return log_key{vkey, [secret](bytes_view text) { return secret->sign(text); }};
  }();
  return made;
}

inline bytes entry_number(std::uint64_t index) {
  const std::string text = "entry " + std::to_string(index);
  return {text.begin(), text.end()};
}

inline std::vector<bytes> entries_from(std::uint64_t first, std::uint64_t count) {
  std::vector<bytes> entries;
  for (std::uint64_t i = 0; i < count; ++i)
    entries.push_back(entry_number(first + i));
  return entries;
}

inline digest root_of(const std::vector<bytes>& entries, std::uint64_t size) {
  log::frontier tree;
  for (std::uint64_t i = 0; i < size; ++i)
    tree.append(log::leaf_hash(entries[i]));
  return tree.root();
}

inline std::vector<bytes> entries_of(const ledger_book& book) {
  std::vector<bytes> entries;
  auto read = book.entries().iterate(0, book.size(), [&](std::uint64_t, bytes_view entry) {
    entries.emplace_back(entry.begin(), entry.end());
    return true;
  });
  BOOST_REQUIRE(read);
  return entries;
}

// The checkpoint that the book holds, verified; it is of the book's size.
inline log::checkpoint checkpoint_of(const ledger_book& book) {
  auto opened = log::open_checkpoint(view_of(book.note()), {{key().key}, {}, 0});
  BOOST_REQUIRE(opened);
  BOOST_REQUIRE_EQUAL(opened->body.size, book.size());
  BOOST_REQUIRE((opened->body.root == book.root()));
  return opened->body;
}

// What survives the process, and the process.
struct ledger_place {
  memory_disk disk;
  memory_cell_disk cell_disk;
  std::unique_ptr<memory_store> entries;
  std::unique_ptr<memory_cells> durable;
  std::unique_ptr<ledger_book> book;
  std::vector<std::string> remarks;

  // As a process that starts: whatever was open before is gone.
  status open() {
    book.reset();
    entries.reset();
    durable.reset();
    remarks.clear();
    entries = memory_store::open(disk).value();
    durable = memory_cells::open(cell_disk).value();
    auto opened = ledger_book::open({*entries, *durable, cell_name}, remarks);
    if (!opened) return fail(opened.error());
    book = std::make_unique<ledger_book>(*std::move(opened));
    return {};
  }
  void lose_power(std::size_t kept = 0, bool torn = false) {
    disk.crash(kept, torn);
    cell_disk.crash();
  }
  status commit(std::uint64_t count, bool keep = false) {
    auto done = commit_signed(*book, key(), entries_from(book->size(), count), keep);
    return done ? status{} : fail(done.error());
  }
  void grow_to(std::uint64_t size) {
    if (!book) BOOST_REQUIRE(open());
    while (book->size() < size)
      BOOST_REQUIRE(commit(std::min<std::uint64_t>(size - book->size(), store::batch_records_max)));
  }
  // Opens, and everything is as it should be.
  void check_opens_with(std::uint64_t size) {
    status opened = open();
    BOOST_REQUIRE_MESSAGE(opened, (opened ? "" : render(opened.error())));
    BOOST_REQUIRE_EQUAL(book->size(), size);
    BOOST_REQUIRE((entries_of(*book) == entries_from(0, size)));
    BOOST_REQUIRE((book->root() == root_of(entries_from(0, size), size)));
    if (!book->note().empty()) checkpoint_of(*book);
  }
  std::string why_it_does_not_open() {
    status opened = open();
    BOOST_REQUIRE(!opened);
    BOOST_TEST((opened.error().code == ec::integrity), render(opened.error()));
    return opened.error().text;
  }
};

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

} // namespace books
