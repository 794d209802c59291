// Base64 of RFC 4648, standard alphabet, padded. One value has one spelling here: what does not
// encode back to the same text is refused, or a signed line could be changed without breaking its
// signature.
#pragma once

#include "messages/base/bytes.hpp"

#include <optional>

namespace ppn::log {

constexpr std::size_t base64_size(std::size_t octets) {
  return (octets + 2) / 3 * 4;
}

std::string to_base64(bytes_view data);
std::optional<bytes> from_base64(std::string_view text);

} // namespace ppn::log
