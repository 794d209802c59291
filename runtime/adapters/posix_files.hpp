// Files that must survive and stay private: the few POSIX calls that cells and keys are made of. A
// new file appears whole or not at all (temporary name, fsync, rename, fsync of the folder) and
// never takes the place of another. A private folder is mode 0700 and owned by us, a private file
// 0600.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

#include <string>
#include <utility>

namespace ppn {

class unique_fd {
public:
  unique_fd() = default;
  explicit unique_fd(int fd) : fd_(fd) {}
  unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  unique_fd(const unique_fd&) = delete;
  unique_fd& operator=(const unique_fd&) = delete;
  ~unique_fd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

private:
  int fd_ = -1;
};

// The error of the call that just failed, by errno.
error errno_error(const std::string& what);

// Makes the folder if it is missing. ec::permission when others may enter it or own it. With
// `lock`, ec::in_use while anybody else holds it that way; the lock lasts as long as the
// descriptor.
enum class folder_lock : std::uint8_t { none, exclusive };
result<unique_fd> open_private_folder(const std::string& path, folder_lock lock);

// ec::exists if there is a file of this name; the folder is then as it was.
status create_private_file(const unique_fd& folder, const std::string& name, bytes_view content);

// The file's whole content goes to `out`. ec::not_found; ec::integrity when it is no plain file of
// exactly that size.
status read_exactly(const unique_fd& folder, const std::string& name, std::span<octet> out);

// As read_exactly, but ec::permission when anybody but us could read or change the file.
status read_private_file(const unique_fd& folder, const std::string& name, std::span<octet> out);

// All of `data` at `offset`.
status write_at(int fd, std::size_t offset, bytes_view data, const std::string& what);

} // namespace ppn
