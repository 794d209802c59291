#include "runtime/crypto/secret.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <sodium.h>

namespace ppn::crypto {

secret::secret(std::size_t size) : size_(size) {
  // sodium_malloc reads the page size that sodium_init sets; calling it again costs nothing.
  PPN_ASSERT(sodium_init() >= 0);
  data_ = static_cast<octet*>(sodium_malloc(std::max<std::size_t>(size, 1)));
  PPN_ASSERT(data_ != nullptr);
  sodium_memzero(data_, size_);
}

secret& secret::operator=(secret&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

secret::~secret() {
  if (data_ != nullptr) sodium_free(data_);
}

secret secret::take(std::span<octet> from) {
  secret copy(from.size());
  std::copy(from.begin(), from.end(), copy.data());
  sodium_memzero(from.data(), from.size());
  return copy;
}

wipe_guard::~wipe_guard() { sodium_memzero(region_.data(), region_.size()); }

bool equal(bytes_view left, bytes_view right) {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace ppn::crypto
