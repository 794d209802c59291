#include "actors/ledger_files.hpp"

#include "storage/log/tile.hpp"

namespace ppn {

namespace {

// Levels from here on would need more entries than there can be.
constexpr unsigned levels = 8;
constexpr unsigned bits_per_level = 8;

// Entries of these kinds change no register, however many there are.
bool shows_in_registers(std::string_view kind) {
  return kind != "noted" && kind != "document-filed" && kind != "node-started";
}

bool is_there(std::uint64_t size, const ledger_tile_query& what) {
  if (what.width == 0 || what.width > log::tile_width || what.level >= levels) return false;
  std::uint64_t hashes = size >> (bits_per_level * what.level);
  std::uint64_t tile = hashes / log::tile_width;
  return what.index < tile || (what.index == tile && what.width <= hashes % log::tile_width);
}

result<bytes> read_bundle(const ledger_book& book, std::uint64_t index, unsigned width) {
  std::uint64_t first = index * log::tile_width;
  std::vector<bytes> entries;
  auto read = book.entries().iterate(first, first + width, [&](std::uint64_t, bytes_view entry) {
    entries.emplace_back(entry.begin(), entry.end());
    return true;
  });
  if (!read) return fail(read.error());
  std::vector<bytes_view> views(entries.begin(), entries.end());
  return log::entry_bundle(views);
}

} // namespace

result<bytes> read_tile(const ledger_book& book, const ledger_tile_query& what) {
  if (!is_there(book.size(), what) || (what.entries && what.level != 0))
    return fail(ec::not_found, "a log of " + std::to_string(book.size()) + " entries has no such tile");
  if (what.entries) return read_bundle(book, what.index, what.width);
  auto hashes = book.tree().tile(what.level, what.index, what.width);
  if (!hashes) return fail(hashes.error());
  return log::hash_tile(*hashes);
}

std::uint64_t changes_of_registers(const fleet_state& state) {
  std::uint64_t changes = 1;
  for (const auto& [kind, count] : state.kinds)
    if (shows_in_registers(kind)) changes += count;
  return changes;
}

} // namespace ppn
