// Hash tiles, entry bundles and stored frontiers. The first octet is a width less one, the rest the
// file: whatever parses renders back to the very same octets, and a prefix is what it says.
#include "messages/base/assert.hpp"
#include "storage/log/merkle.hpp"
#include "storage/log/tile.hpp"

#include <algorithm>

namespace {

using namespace ppn::log;

bool same(ppn::bytes_view left, ppn::bytes_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

void check_hashes(ppn::bytes_view file, unsigned width) {
  auto hashes = parse_hash_tile(file, width);
  if (!hashes) return;
  PPN_ASSERT(hashes->size() == width);
  PPN_ASSERT(same(hash_tile(*hashes), file));
}

void check_bundle(ppn::bytes_view file, unsigned width) {
  auto entries = parse_entry_bundle(file);
  PPN_ASSERT(!parse_entry_bundle(file, width) || entries);
  if (!entries) return;
  PPN_ASSERT(entries->size() <= tile_width);
  auto back = entry_bundle(*entries);
  PPN_ASSERT(back.has_value());
  PPN_ASSERT(same(*back, file));
}

void check_prefix(tile_kind kind, ppn::bytes_view file, unsigned width) {
  auto prefix = tile_prefix(kind, file, width);
  if (!prefix) return;
  PPN_ASSERT(same(*prefix, file.first(prefix->size())));
  if (kind == tile_kind::hashes)
    PPN_ASSERT(parse_hash_tile(*prefix, width).has_value());
  else
    PPN_ASSERT(parse_entry_bundle(*prefix, width).has_value());
}

void check_frontier(ppn::bytes_view file) {
  auto tree = frontier::parse(file);
  if (tree) PPN_ASSERT(same(tree->serialise(), file));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  unsigned width = data[0] + 1u;
  ppn::bytes_view file{data + 1, size - 1};
  check_hashes(file, width);
  check_bundle(file, width);
  check_prefix(tile_kind::hashes, file, width);
  check_prefix(tile_kind::entries, file, width);
  check_frontier(file);
  return 0;
}
