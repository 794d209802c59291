// Tile paths arrive over HTTP: whatever parses is the canonical path of its tile, and names no file
// outside the tile folder.
#include "messages/base/assert.hpp"
#include "storage/log/tile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view path = ppn::text_of({data, size});
  auto tile = ppn::log::parse_tile_path(path);
  if (!tile) return 0;
  PPN_ASSERT(ppn::log::tile_path(*tile) == path);
  PPN_ASSERT(path.starts_with("tile/"));
  PPN_ASSERT(path.find("..") == path.npos);
  PPN_ASSERT(tile->level <= ppn::log::tile_level_max);
  PPN_ASSERT(tile->index < ppn::log::number_end);
  PPN_ASSERT(tile->width >= 1);
  PPN_ASSERT(tile->width <= ppn::log::tile_width);
  return 0;
}
