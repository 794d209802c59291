// Where sockets live: the addresses of the stream port (IPv4 and IPv6 literals, "unix:PATH") as the
// kernel wants them and back. Names are never resolved, since that could block.
#pragma once

#include "messages/actors.hpp"
#include "messages/base/error.hpp"

#include <sys/socket.h>

namespace ppn {

class socket_address {
public:
  // ec::invalid with a text that names the address.
  static result<socket_address> from(const stream_endpoint& at);
  static socket_address own_of(int fd);
  static socket_address peer_of(int fd);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }
  bool is_local() const { return family() == AF_UNIX; }

  // The path of a local address; empty for one without a name, as dialing ends have.
  std::string path() const;
  // In canonical form: the same address always has the same text.
  stream_endpoint endpoint() const;
  // The same address with port 0.
  socket_address without_port() const;

private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// "127.0.0.11 port 7700" or "unix:/run/ppn/control.sock"
std::string render(const stream_endpoint& at);

} // namespace ppn
