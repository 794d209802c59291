#include "storage/rocksdb_format.hpp"

#include "storage/rocksdb_crc.hpp"

#include <algorithm>

namespace ppn::rocksdb_format {

namespace {

constexpr octet format = 1;
constexpr std::size_t totals_octets = 24;

} // namespace

number_key key_of_number(std::uint64_t number) {
  number_key key;
  store_be64(key.data(), number);
  return key;
}

tile_key key_of_tile(std::uint8_t level, std::uint64_t index) {
  tile_key key{level};
  store_be64(key.data() + 1, index);
  return key;
}

bytes encode(const newest_value& newest) {
  bytes out(totals_octets);
  store_be64(&out[0], newest.totals.records);
  store_be64(&out[8], newest.totals.tiles);
  store_be64(&out[16], newest.totals.kept_heads);
  append(out, newest.head);
  return out;
}

result<newest_value> decode_newest(bytes_view value) {
  if (value.size() < totals_octets) return fail(ec::integrity, "the totals are too short");
  return newest_value{{load_be64(&value[0]), load_be64(&value[8]), load_be64(&value[16])},
                      value.subspan(totals_octets)};
}

value_header header_of(bytes_view key, bytes_view value) {
  value_header header{format};
  store_le32(header.data() + 1, crc32c(crc32c(0, key), value));
  return header;
}

result<bytes_view> value_of(const std::string& what, bytes_view key, bytes_view stored) {
  auto damaged = [&](const char* why) {
    return fail(ec::integrity, what + " is not what was written: " + why);
  };
  if (stored.size() < std::tuple_size_v<value_header>) return damaged("too short");
  bytes_view value = stored.subspan(std::tuple_size_v<value_header>);
  value_header header = header_of(key, value);
  if (stored[0] != format) return damaged("unknown format");
  if (!std::equal(header.begin(), header.end(), stored.begin())) return damaged("wrong checksum");
  return value;
}

} // namespace ppn::rocksdb_format
