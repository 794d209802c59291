// One log as this node keeps it: records and tree in a store, and a cell outside of it that remembers
// the newest checkpoint that anybody was told of (design D5). The cell is what tells a torn end that
// nobody relied on from entries that were acknowledged and are gone.
//
// The order of a commit: store, synced; cell, synced; then, and only then, the caller answers.
#pragma once

#include "storage/cells.hpp"
#include "storage/ledger/tree_log.hpp"

namespace ppn {

// What a store's head and the cell hold: a size, its root and the signed checkpoint that vouches for it.
// A replica in the middle of catching up holds the checkpoint of a larger size.
struct book_head {
  std::uint64_t size = 0;
  digest root = log::empty_root();
  std::string note; // empty: none yet
  bool operator==(const book_head&) const = default;
};
bytes encode(const book_head& head);
result<book_head> decode_book_head(bytes_view data);

class ledger_book {
public:
  struct place {
    store& entries;
    cells& durable;
    std::string cell_name;
  };

  // Refuses with ec::integrity, in one paragraph, a store that is shorter than its cell says, or differs
  // from it. Nothing is ever made anew. An empty store gets its cell before its first entry: entries
  // without a cell are refused. `remarks` learns what is worth a line in the log.
  static result<ledger_book> open(const place& at, std::vector<std::string>& remarks);

  std::uint64_t size() const { return tree_.size(); }
  digest root() const { return tree_.root(); }
  const std::string& note() const { return head_.note; }
  // What the cell knew when the book was opened: entries beyond it were found, complete and untold.
  std::uint64_t told_at_open() const { return told_at_open_; }
  const tree_log& tree() const { return tree_; }
  const store& entries() const { return place_.entries; }

  // A commit in two steps, because the note is signed over what the first one gives.
  tree_log::extension extend(std::vector<bytes> entries) const {
    return tree_.extend(std::move(entries));
  }
  // Durable when it answers. After ec::no_space, or ec::too_large for a note that the cell cannot take,
  // nothing was written and another commit may succeed; after any other error this book takes no more.
  status commit(tree_log::extension&& made, std::string note, bool keep);
  // A newer checkpoint for a size that is held already: replaces the remembered one.
  status remember(std::string note);

  // Hashes records [from, ...) again until `octets` were read or the end; answers the index it came to,
  // or ec::integrity that names the first record that is not what its hash says.
  result<std::uint64_t> rehash(std::uint64_t from, std::uint64_t octets) const;

private:
  ledger_book(const place& at, tree_log tree) : place_(at), tree_(std::move(tree)) {}
  status begin();
  status check_against_cell(const book_head& remembered) const;
  status check_writable(const std::string& note) const;
  status write_cell();

  place place_;
  tree_log tree_;
  book_head head_;
  std::uint64_t cell_version_ = 0;
  std::uint64_t told_at_open_ = 0;
  std::optional<error> failed_;
};

} // namespace ppn
