// What streams need of the kernel: sockets that listen, sockets that dial, and what can be asked
// about an open one. No call here blocks. Every descriptor is closed on exec and never blocks a
// thread.
#pragma once

#include "runtime/adapters/socket_address.hpp"

#include <optional>
#include <sys/types.h>
#include <utility>

namespace ppn {

// A descriptor with one owner, who may give it away: CAF closes those that it was given.
class socket_fd {
public:
  socket_fd() = default;
  explicit socket_fd(int fd) : fd_(fd) {}
  socket_fd(socket_fd&& other) noexcept : fd_(other.release()) {}
  socket_fd& operator=(socket_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  socket_fd(const socket_fd&) = delete;
  socket_fd& operator=(const socket_fd&) = delete;
  ~socket_fd();

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

private:
  int fd_ = -1;
};

// The error of a call on a socket that failed with this errno.
error socket_error(const std::string& what, int number);

// A socket others may connect to. A local one takes its file with it, if that is still its own.
class listening_socket {
public:
  // ec::in_use, ec::permission, ec::invalid. A file left behind by a dead process is replaced; one
  // that answers, or that is no socket, is left alone. Two processes that replace the same one at
  // the same moment are kept apart by the lock of the folder it is in, not here.
  static result<listening_socket> open(const stream_endpoint& at);

  listening_socket(listening_socket&&) noexcept = default;
  listening_socket& operator=(listening_socket&&) = delete;
  ~listening_socket();

  int get() const { return fd_.get(); }

private:
  explicit listening_socket(socket_fd fd) : fd_(std::move(fd)) {}
  status own_file(std::string path);

  socket_fd fd_;
  std::string path_; // of the file, once it is ours
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

struct dialed_socket {
  socket_fd fd;
  bool stands = false; // otherwise it is writable once it stands or has failed
};

// `from.port` is ignored, as is `from` when it has no address.
result<dialed_socket> start_dial(const stream_endpoint& from, const stream_endpoint& to);

// How the dialing of a socket that became writable ended.
status finish_dial(int fd, const stream_endpoint& to);

// What every open stream gets: no delay, and a peer that acknowledges nothing is given up.
void tune_stream(int fd);

// Of a local socket only.
std::optional<peer_credentials> credentials_of(int fd);

// Why a stream that still has its descriptor ended. CAF tells no more than that it did.
error why_it_ended(int fd);

} // namespace ppn
