// Memory for secrets: guarded pages that never swap, wiped when freed. A secret has no copy, no
// stream operator and no text form, so it cannot slip into a log or a message.
#pragma once

#include "messages/base/bytes.hpp"

#include <span>
#include <utility>

namespace ppn::crypto {

class secret {
public:
  secret() = default;
  explicit secret(std::size_t size);
  secret(secret&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  secret& operator=(secret&& other) noexcept;
  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;
  ~secret();

  // Copies out of `from` and wipes it there.
  static secret take(std::span<octet> from);

  octet* data() { return data_; }
  const octet* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bytes_view view() const { return {data_, size_}; }
  std::span<octet> span() { return {data_, size_}; }

private:
  octet* data_ = nullptr;
  std::size_t size_ = 0;
};

// Wipes a stack buffer on every way out of a scope.
class wipe_guard {
public:
  explicit wipe_guard(std::span<octet> region) : region_(region) {}
  wipe_guard(const wipe_guard&) = delete;
  wipe_guard& operator=(const wipe_guard&) = delete;
  ~wipe_guard();

private:
  std::span<octet> region_;
};

// Constant time; differing lengths are simply unequal.
bool equal(bytes_view left, bytes_view right);

} // namespace ppn::crypto
