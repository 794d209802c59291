#include "storage/log/base64.hpp"

#include <sodium/utils.h>

namespace ppn::log {

std::string to_base64(bytes_view data) {
  // libsodium also writes a terminating zero and wants room for it.
  std::string text(base64_size(data.size()) + 1, '\0');
  sodium_bin2base64(text.data(), text.size(), data.data(), data.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

std::optional<bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  bytes data(text.size() / 4 * 3);
  std::size_t size = 0;
  const char* end = nullptr;
  if (!text.empty()) {
    int failed = sodium_base642bin(data.data(), data.size(), text.data(), text.size(), nullptr,
                                   &size, &end, sodium_base64_VARIANT_ORIGINAL);
    if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  }
  data.resize(size);
  if (to_base64(data) != text) return std::nullopt;
  return data;
}

} // namespace ppn::log
