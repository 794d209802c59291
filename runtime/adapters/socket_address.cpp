#include "runtime/adapters/socket_address.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>

namespace ppn {

namespace {

constexpr std::string_view local_prefix = "unix:";

// sockaddr_storage may be read and written as any of the addresses it holds.
template <class Address>
Address& view(sockaddr_storage& storage) {
  return reinterpret_cast<Address&>(storage);
}
template <class Address>
const Address& view(const sockaddr_storage& storage) {
  return reinterpret_cast<const Address&>(storage);
}

status fill_local(sockaddr_un& address, const stream_endpoint& at) {
  std::string_view path = std::string_view(at.address).substr(local_prefix.size());
  // One octet stays for the zero at the end.
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(ec::invalid, at.address + ": the path has to have 1 to " +
                                 std::to_string(sizeof address.sun_path - 1) + " octets");
  if (path.find('\0') != path.npos)
    return fail(ec::invalid, "a socket's path contains a zero octet");
  if (at.port != 0) return fail(ec::invalid, at.address + ": a local socket has no port");
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return {};
}

} // namespace

result<socket_address> socket_address::from(const stream_endpoint& at) {
  socket_address made;
  if (at.address.starts_with(local_prefix)) {
    if (status filled = fill_local(view<sockaddr_un>(made.storage_), at); !filled)
      return fail(filled.error());
    made.size_ = sizeof(sockaddr_un);
    return made;
  }
  auto& four = view<sockaddr_in>(made.storage_);
  auto& six = view<sockaddr_in6>(made.storage_);
  if (inet_pton(AF_INET, at.address.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(at.port);
    made.size_ = sizeof four;
  } else if (inet_pton(AF_INET6, at.address.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(at.port);
    made.size_ = sizeof six;
  } else {
    return fail(ec::invalid, "'" + at.address + "' is neither an IP address nor unix:PATH");
  }
  return made;
}

socket_address socket_address::own_of(int fd) {
  socket_address own;
  own.size_ = sizeof own.storage_;
  if (getsockname(fd, &view<sockaddr>(own.storage_), &own.size_) != 0) return {};
  return own;
}

socket_address socket_address::peer_of(int fd) {
  socket_address peer;
  peer.size_ = sizeof peer.storage_;
  if (getpeername(fd, &view<sockaddr>(peer.storage_), &peer.size_) != 0) return {};
  return peer;
}

std::string socket_address::path() const {
  if (!is_local()) return {};
  const auto& local = view<sockaddr_un>(storage_);
  return {local.sun_path, strnlen(local.sun_path, sizeof local.sun_path)};
}

stream_endpoint socket_address::endpoint() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    const auto& four = view<sockaddr_in>(storage_);
    inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
    return {text, ntohs(four.sin_port)};
  }
  if (family() == AF_INET6) {
    const auto& six = view<sockaddr_in6>(storage_);
    inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text);
    return {text, ntohs(six.sin6_port)};
  }
  if (is_local()) return {std::string(local_prefix) + path(), 0};
  return {}; // the socket broke before it could be asked
}

socket_address socket_address::without_port() const {
  socket_address same = *this;
  if (family() == AF_INET) view<sockaddr_in>(same.storage_).sin_port = 0;
  if (family() == AF_INET6) view<sockaddr_in6>(same.storage_).sin6_port = 0;
  return same;
}

std::string render(const stream_endpoint& at) {
  if (at.address.starts_with(local_prefix)) return at.address;
  return at.address + " port " + std::to_string(at.port);
}

} // namespace ppn
