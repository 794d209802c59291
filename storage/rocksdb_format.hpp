// What stands in a store on RocksDB, octet by octet. The durable format, never to change:
//   family   key                             value, after its header
//   default  index of the record (8)         the record
//   tiles    level (1) | index (8)           the tile
//   heads    length that it belongs to (8)   a kept head
//   newest   00                              records (8) | tiles (8) | kept heads (8) | the head
// Numbers stand most significant octet first. The header before each value:
//   format 1 (1 octet) | CRC-32C of key and value (4 octets, least significant first)
// All of a batch is one RocksDB WriteBatch, and each one writes the value in `newest` anew; no
// other value is ever written over. Its totals keep the families together: should RocksDB ever
// return to an older state in one of them, they no longer fit.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

#include <array>

namespace ppn::rocksdb_format {

inline constexpr const char* tiles_family = "tiles";
inline constexpr const char* heads_family = "heads";
inline constexpr const char* newest_family = "newest";

using number_key = std::array<octet, 8>; // of a record, and of a kept head
using tile_key = std::array<octet, 9>;
using value_header = std::array<octet, 5>;

inline constexpr std::array<octet, 1> newest_key{0};

struct store_totals {
  std::uint64_t records = 0;
  std::uint64_t tiles = 0;
  std::uint64_t kept_heads = 0;
  bool operator==(const store_totals&) const = default;
};
struct newest_value {
  store_totals totals;
  bytes_view head;
};
bytes encode(const newest_value& newest);
result<newest_value> decode_newest(bytes_view value); // the head is a part of `value`

number_key key_of_number(std::uint64_t number);
tile_key key_of_tile(std::uint8_t level, std::uint64_t index);

value_header header_of(bytes_view key, bytes_view value);

// The value without its header; ec::integrity, naming `what`, when it is not what was written.
result<bytes_view> value_of(const std::string& what, bytes_view key, bytes_view stored);

} // namespace ppn::rocksdb_format
