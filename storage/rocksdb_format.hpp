// What stands in a store on RocksDB, octet by octet. The durable format, never to change:
//   family   key                                              value, after its header
//   default  index of the record (8)                          the record
//   tiles    level (1) | index (8)                            the tile
//   heads    one zero octet                                   the head of the newest batch that had
//   one heads    length of the store that it belongs to (8)       a kept head
// Numbers stand most significant octet first. The header before each value:
//   format 1 (1 octet) | CRC-32C of key and value (4 octets, least significant first)
// All of a batch is one RocksDB WriteBatch. Only the newest head is ever written over.
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

// Stands before every kept head, so that who seeks those never meets it.
inline constexpr std::array<octet, 1> newest_head_key{0};

number_key key_of_number(std::uint64_t number);
tile_key key_of_tile(std::uint8_t level, std::uint64_t index);

value_header header_of(bytes_view key, bytes_view value);

// The value without its header; ec::integrity, naming `what`, when it is not what was written.
result<bytes_view> value_of(const std::string& what, bytes_view key, bytes_view stored);

} // namespace ppn::rocksdb_format
