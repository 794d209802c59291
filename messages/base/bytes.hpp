// Octet strings as every layer passes them: an owning buffer, a view, and hex for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ppn {

using octet = std::uint8_t;
using bytes = std::vector<octet>;
using bytes_view = std::span<const octet>;

std::string to_hex(bytes_view data);

// Lower- or upper-case hex, an even number of digits and nothing else; otherwise nullopt.
std::optional<bytes> from_hex(std::string_view text);

inline bytes_view view_of(std::string_view text) {
  return {reinterpret_cast<const octet*>(text.data()), text.size()};
}

inline std::string_view text_of(bytes_view data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

inline void append(bytes& to, bytes_view from) { to.insert(to.end(), from.begin(), from.end()); }

// Explicit byte order: no struct is ever cast onto the wire.
inline void store_le32(octet* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<octet>(value >> (8 * i));
}
inline void store_le64(octet* at, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) at[i] = static_cast<octet>(value >> (8 * i));
}
inline void store_be64(octet* at, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) at[i] = static_cast<octet>(value >> (56 - 8 * i));
}
inline std::uint32_t load_le32(const octet* at) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= std::uint32_t{at[i]} << (8 * i);
  return value;
}
inline std::uint64_t load_le64(const octet* at) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value |= std::uint64_t{at[i]} << (8 * i);
  return value;
}
inline std::uint64_t load_be64(const octet* at) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = (value << 8) | at[i];
  return value;
}

} // namespace ppn
