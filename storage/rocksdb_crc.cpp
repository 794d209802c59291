#include "storage/rocksdb_crc.hpp"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace ppn {

namespace {

constexpr std::uint32_t polynomial = 0x82F63B78; // reflected
constexpr std::size_t stride = 8;                // octets looked up at once

using crc_tables = std::array<std::array<std::uint32_t, 256>, stride>;

constexpr crc_tables make_tables() {
  crc_tables made{};
  for (std::uint32_t value = 0; value < 256; ++value) {
    std::uint32_t sum = value;
    for (int bit = 0; bit < 8; ++bit)
      sum = (sum >> 1) ^ ((sum & 1) != 0 ? polynomial : 0);
    made[0][value] = sum;
  }
  for (std::size_t table = 1; table < stride; ++table)
    for (std::size_t value = 0; value < 256; ++value) {
      std::uint32_t before = made[table - 1][value];
      made[table][value] = (before >> 8) ^ made[0][before & 0xFF];
    }
  return made;
}

constexpr crc_tables tables = make_tables();

std::uint32_t add_octet(std::uint32_t sum, octet value) {
  return (sum >> 8) ^ tables[0][(sum ^ value) & 0xFF];
}

std::uint32_t add_stride(std::uint32_t sum, const octet* at) {
  std::uint64_t word = load_le64(at) ^ sum;
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < stride; ++i)
    next ^= tables[stride - 1 - i][(word >> (8 * i)) & 0xFF];
  return next;
}

#if defined(__x86_64__)
[[gnu::target("sse4.2")]] std::uint32_t by_instruction(std::uint32_t before, bytes_view data) {
  std::uint64_t sum = ~before;
  for (; data.size() >= stride; data = data.subspan(stride))
    sum = _mm_crc32_u64(sum, load_le64(data.data()));
  auto last = static_cast<std::uint32_t>(sum);
  for (octet each : data)
    last = _mm_crc32_u8(last, each);
  return ~last;
}
#endif

} // namespace

std::uint32_t crc32c_by_tables(std::uint32_t before, bytes_view data) {
  std::uint32_t sum = ~before;
  for (; data.size() >= stride; data = data.subspan(stride))
    sum = add_stride(sum, data.data());
  for (octet each : data)
    sum = add_octet(sum, each);
  return ~sum;
}

std::uint32_t crc32c(std::uint32_t before, bytes_view data) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return by_instruction(before, data);
#endif
  return crc32c_by_tables(before, data);
}

} // namespace ppn
