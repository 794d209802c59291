// The part of the store's contract that needs no disk: which appends and ranges are refused, and
// with which code. Every maker asks here, so that none of them can be more lenient than another.
#pragma once

#include "storage/store.hpp"

#include <set>

namespace ppn {

// "tile 0/17", for people.
inline std::string name_of_tile(std::uint8_t level, std::uint64_t index) {
  return "tile " + std::to_string(level) + "/" + std::to_string(index);
}

inline status check_sizes(const store_batch& batch) {
  auto too_large = [](const char* what, std::size_t size) {
    return fail(ec::too_large, std::string(what) + " of " + std::to_string(size) + " octets");
  };
  if (batch.records.size() > store::batch_records_max)
    return fail(ec::too_large, std::to_string(batch.records.size()) + " records in one batch");
  if (batch.tiles.size() > store::batch_records_max)
    return fail(ec::too_large, std::to_string(batch.tiles.size()) + " tiles in one batch");
  for (const bytes& record : batch.records)
    if (record.size() > store::record_octets_max) return too_large("a record", record.size());
  for (const store_tile& tile : batch.tiles)
    if (tile.data.size() > store::tile_octets_max) return too_large("a tile", tile.data.size());
  if (batch.head.size() > store::head_octets_max) return too_large("a head", batch.head.size());
  return {};
}

// Asked before anything is written. That a tile is in the store already, the maker looks up.
inline status check_append(std::uint64_t length, std::uint64_t expected_length,
                           const store_batch& batch) {
  if (batch.records.empty()) return fail(ec::invalid, "a batch without records");
  if (batch.keep_head && batch.head.empty()) return fail(ec::invalid, "an empty head to be kept");
  if (status checked = check_sizes(batch); !checked) return checked;
  std::set<std::pair<std::uint8_t, std::uint64_t>> tiles;
  for (const store_tile& tile : batch.tiles)
    if (!tiles.emplace(tile.level, tile.index).second)
      return fail(ec::invalid, name_of_tile(tile.level, tile.index) + " twice in one batch");
  if (expected_length != length)
    return fail(ec::stale, "the store has " + std::to_string(length) +
                               " records, the writer expected " + std::to_string(expected_length));
  return {};
}

// A range is refused as a whole, before the first visit.
inline status check_range(std::uint64_t length, std::uint64_t from, std::uint64_t to) {
  if (from > to) return fail(ec::invalid, "a range that ends before it begins");
  if (to > length)
    return fail(ec::not_found,
                "record " + std::to_string(to - 1) + " of " + std::to_string(length));
  return {};
}

inline std::uint64_t octets_of(const store_batch& batch) {
  std::uint64_t sum = batch.head.size() * (batch.keep_head ? 2 : 1);
  for (const bytes& record : batch.records)
    sum += record.size();
  for (const store_tile& tile : batch.tiles)
    sum += tile.data.size();
  return sum;
}

} // namespace ppn
