// What stands in a store on RocksDB, octet by octet. The durable format, never to change:
//   family   key                             value, after its header
//   default  index of the record (8)         the record
//   tiles    level (1) | index (8)           the tile
//   heads    00                              the head of the newest batch that had one
//   heads    00 00                           how many records (8) and tiles (8) there are
//   heads    length that it belongs to (8)   a kept head
// Numbers stand most significant octet first. The header before each value:
//   format 1 (1 octet) | CRC-32C of key and value (4 octets, least significant first)
// All of a batch is one RocksDB WriteBatch. Only the values under the two short keys are ever
// written over; they stand before the kept heads, so that who seeks those never meets them. The
// totals keep the families together: should RocksDB ever return to an older state in one of them,
// they no longer fit.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

#include <array>

namespace ppn::rocksdb_format {

inline constexpr const char* tiles_family = "tiles";
inline constexpr const char* heads_family = "heads";

using number_key = std::array<octet, 8>; // of a record, and of a kept head
using tile_key = std::array<octet, 9>;
using value_header = std::array<octet, 5>;

inline constexpr std::array<octet, 1> newest_head_key{0};
inline constexpr std::array<octet, 2> totals_key{0, 0};

struct store_totals {
  std::uint64_t records = 0;
  std::uint64_t tiles = 0;
  bool operator==(const store_totals&) const = default;
};
std::array<octet, 16> encode(const store_totals& totals);
result<store_totals> decode_totals(bytes_view value);

number_key key_of_number(std::uint64_t number);
tile_key key_of_tile(std::uint8_t level, std::uint64_t index);

value_header header_of(bytes_view key, bytes_view value);

// The value without its header; ec::integrity, naming `what`, when it is not what was written.
result<bytes_view> value_of(const std::string& what, bytes_view key, bytes_view stored);

} // namespace ppn::rocksdb_format
