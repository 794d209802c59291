#include "storage/rocksdb_format.hpp"

#include <algorithm>
#include <boost/crc.hpp>

namespace ppn::rocksdb_format {

namespace {

constexpr octet format = 1;

using crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

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

std::array<octet, 16> encode(const store_totals& totals) {
  std::array<octet, 16> out;
  store_be64(out.data(), totals.records);
  store_be64(out.data() + 8, totals.tiles);
  return out;
}

result<store_totals> decode_totals(bytes_view value) {
  if (value.size() != 16) return fail(ec::integrity, "the totals have another size");
  return store_totals{load_be64(value.data()), load_be64(value.data() + 8)};
}

value_header header_of(bytes_view key, bytes_view value) {
  crc32c sum;
  sum.process_bytes(key.data(), key.size());
  sum.process_bytes(value.data(), value.size());
  value_header header{format};
  store_le32(header.data() + 1, sum.checksum());
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
