#include "storage/ledger/book.hpp"

#include "messages/base/planted.hpp"

#include <algorithm>

namespace ppn {

namespace {

constexpr std::size_t head_fixed_octets = 8 + digest::size;

const char* const what_to_do =
  " Nothing was changed. Restore this ledger from another member's verified copy:"
  " ppn ledger restore --from NODE.";

error damaged(std::string text) { return {ec::integrity, std::move(text) + "." + what_to_do}; }

std::string size_and_root(std::uint64_t size, const digest& root) {
  return std::to_string(size) + " entries with root " + root.hex();
}

result<book_head> read_head(const store& entries) {
  auto stored = entries.head();
  if (!stored) return fail(stored.error());
  if (stored->empty()) return book_head{};
  return decode_book_head(*stored);
}

} // namespace

bytes encode(const book_head& head) {
  bytes data(8);
  store_be64(data.data(), head.size);
  append(data, head.root.view());
  append(data, view_of(head.note));
  return data;
}

result<book_head> decode_book_head(bytes_view data) {
  if (data.size() < head_fixed_octets) return fail(ec::malformed, "a ledger's head is too short");
  book_head head;
  head.size = load_be64(data.data());
  head.root = *digest::from(data.subspan(8, digest::size));
  head.note = text_of(data.subspan(head_fixed_octets));
  return head;
}

// -- opening ---------------------------------------------------------------------------------------------

result<ledger_book> ledger_book::open(const place& at, std::vector<std::string>& remarks) {
  auto cell = at.durable.get(at.cell_name);
  if (!cell) return fail(cell.error());
  book_head remembered;
  if (cell->version != 0) {
    auto decoded = decode_book_head(cell->value);
    if (!decoded) return fail(damaged("The cell '" + at.cell_name + "' cannot be read"));
    remembered = std::move(*decoded);
  }
  auto tree = tree_log::open(at.entries);
  if (!tree) return fail(damaged(tree.error().text));
  ledger_book book(at, std::move(*tree));
  book.cell_version_ = cell->version;
  if (cell->version == 0) {
    if (status begun = book.begin(); !begun) return fail(begun.error());
    return book;
  }
  auto head = read_head(at.entries);
  if (!head) return fail(damaged(head.error().text));
  book.head_ = std::move(*head);
  if (book.head_.size != book.size() || book.head_.root != book.root())
    return fail(damaged("The ledger's head says " + size_and_root(book.head_.size, book.head_.root) +
                        ", but the store holds " + size_and_root(book.size(), book.root())));
  if (status checked = book.check_against_cell(remembered); !checked) return fail(checked.error());
  book.told_at_open_ = remembered.size;
  if (book.size() > remembered.size) {
    remarks.push_back("found " + std::to_string(book.size() - remembered.size) +
                      " complete entries that were never acknowledged, and kept them");
    if (status written = book.write_cell(); !written) return fail(written.error());
  } else if (book.size() == remembered.size && !remembered.note.empty()) {
    book.head_.note = remembered.note; // remembered later than the last batch
  }
  return book;
}

// The cell is there before the first entry, so that one which is missing later is a loss.
status ledger_book::begin() {
  if (size() == 0) return write_cell();
  return fail(damaged("The cell '" + place_.cell_name + "' is missing: what this node has acknowledged"
                      " is not known, and the store holds " + size_and_root(size(), root())));
}

status ledger_book::check_against_cell(const book_head& remembered) const {
  if (remembered.size > size())
    return fail(damaged("The ledger is shorter than what this node has acknowledged: expected " +
                        size_and_root(remembered.size, remembered.root) + ", found " +
                        std::to_string(size()) + " entries"));
  auto then = tree_.root_at(remembered.size);
  if (!then) return fail(damaged(then.error().text));
  if (*then != remembered.root)
    return fail(damaged("The ledger is not the one that this node has acknowledged: expected " +
                        size_and_root(remembered.size, remembered.root) + ", found root " +
                        then->hex() + " at that size"));
  return {};
}

// -- growing ---------------------------------------------------------------------------------------------

status ledger_book::check_writable(const std::string& note) const {
  if (failed_) return fail(*failed_);
  // What the cell could not take must not be in the store already.
  if (head_fixed_octets + note.size() > cells::value_octets_max)
    return fail(ec::too_large, "a checkpoint of " + std::to_string(note.size()) + " octets");
  return {};
}

status ledger_book::commit(tree_log::extension&& made, std::string note, bool keep) {
  if (status writable = check_writable(note); !writable) return writable;
  book_head next{made.right.size(), made.right.root(), std::move(note)};
  store_batch batch{std::move(made.records), std::move(made.tiles), encode(next), keep};
  if (status stored = place_.entries.append(size(), batch); !stored) {
    if (stored.error().code != ec::no_space) failed_ = stored.error();
    return stored;
  }
  tree_.adopt(std::move(made));
  head_ = std::move(next);
  return write_cell();
}

status ledger_book::remember(std::string note) {
  if (status writable = check_writable(note); !writable) return writable;
  head_.note = std::move(note);
  return write_cell();
}

status ledger_book::write_cell() {
  if (PPN_PLANT("cell-not-written") && cell_version_ != 0) return {};
  status written = place_.durable.compare_and_set(place_.cell_name, cell_version_, encode(head_));
  if (written) {
    ++cell_version_;
    return {};
  }
  // What the store holds is ahead of what may be acknowledged. Even where only space was missing, this
  // is no refusal that left everything as it was, except before the first entry.
  bool ahead = written.error().code == ec::no_space && cell_version_ != 0;
  ec code = ahead ? ec::io_failed : written.error().code;
  failed_ = error{code, "cannot remember the checkpoint: " + written.error().text};
  return fail(*failed_);
}

// -- looking again ---------------------------------------------------------------------------------------

result<std::uint64_t> ledger_book::rehash(std::uint64_t from, std::uint64_t octets) const {
  std::uint64_t read = 0;
  std::uint64_t at = from;
  std::optional<error> wrong;
  std::vector<digest> expected; // of the tile that `at` is in
  auto load_tile = [&](std::uint64_t index) {
    auto width = std::min<std::uint64_t>(log::tile_width, size() - index * log::tile_width);
    auto loaded = tree_.tile(0, index, static_cast<unsigned>(width));
    if (loaded)
      expected = std::move(*loaded);
    else
      wrong = damaged(loaded.error().text);
  };
  auto visited = place_.entries.iterate(from, size(), [&](std::uint64_t index, bytes_view record) {
    if (expected.empty() || index % log::tile_width == 0) load_tile(index / log::tile_width);
    if (wrong) return false;
    const digest& wanted = expected[index % log::tile_width];
    if (digest found = log::leaf_hash(record); wanted != found)
      wrong = damaged("The body of entry " + std::to_string(index) + " was changed: expected hash " +
                      wanted.hex() + ", found " + found.hex());
    if (wrong) return false;
    at = index + 1;
    read += record.size();
    return read < octets;
  });
  if (wrong) return fail(*wrong);
  if (!visited) return fail(damaged(visited.error().text));
  return at;
}

} // namespace ppn
