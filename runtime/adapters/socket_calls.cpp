#include "runtime/adapters/socket_calls.hpp"

#include "messages/base/time.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr int backlog = 128;
constexpr mode_t local_mode = 0660;
// A peer, or the path to it, that takes nothing for this long is gone.
constexpr seconds unacknowledged_most{20};

void set_option(int fd, int level, int option, int value) {
  // Whatever a kernel does not have makes streams slower or later, never wrong.
  static_cast<void>(setsockopt(fd, level, option, &value, sizeof value));
}

int socket_error_of(int fd) {
  int number = 0;
  socklen_t size = sizeof number;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0) return errno;
  return number;
}

ec code_of_errno(int number) {
  switch (number) {
  case EADDRINUSE:
    return ec::in_use;
  case EACCES:
  case EPERM:
  case EROFS:
  case ELOOP:
    return ec::permission;
  case EADDRNOTAVAIL:
  case EAFNOSUPPORT:
  case EINVAL:
  case ENOENT:
  case ENOTDIR:
  case ENAMETOOLONG:
    return ec::invalid;
  case EMFILE:
  case ENFILE:
  case ENOBUFS:
  case ENOMEM:
    return ec::busy;
  default:
    return ec::io_failed;
  }
}

result<socket_fd> open_socket(int family, const std::string& what) {
  socket_fd fd(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail(socket_error(what, errno));
  return fd;
}

// Whether a socket file answers: somebody listens there, even if he is too busy to accept.
bool answers(const socket_address& at) {
  socket_fd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe) return true; // we cannot know
  return connect(probe.get(), at.get(), at.size()) == 0 || errno != ECONNREFUSED;
}

// Makes room for a local address whose file nobody answers at.
status remove_stale(const socket_address& address, const std::string& what) {
  struct stat facts {};
  const std::string path = address.path();
  if (lstat(path.c_str(), &facts) != 0) return {}; // gone by now
  // A plain file refuses a connection just as a dead socket does.
  if (!S_ISSOCK(facts.st_mode))
    return fail(ec::invalid, what + ": there is a file that is no socket");
  if (answers(address)) return fail(socket_error(what, EADDRINUSE));
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return fail(socket_error(what, errno));
  return {};
}

status bind_listener(int fd, const socket_address& address, const std::string& what) {
  if (bind(fd, address.get(), address.size()) == 0) return {};
  if (errno != EADDRINUSE || !address.is_local()) return fail(socket_error(what, errno));
  if (status removed = remove_stale(address, what); !removed) return removed;
  if (bind(fd, address.get(), address.size()) != 0) return fail(socket_error(what, errno));
  return {};
}

} // namespace

socket_fd::~socket_fd() {
  if (fd_ >= 0) close(fd_);
}

error socket_error(const std::string& what, int number) {
  return {code_of_errno(number), what + ": " + std::strerror(number)};
}

// -- listening ------------------------------------------------------------------------------------

result<listening_socket> listening_socket::open(const stream_endpoint& at) {
  const std::string what = "cannot listen at " + render(at);
  auto address = socket_address::from(at);
  if (!address) return fail(address.error());
  if (!address->is_local() && at.port == 0)
    return fail(ec::invalid, what + ": the port is missing");
  auto fd = open_socket(address->family(), what);
  if (!fd) return fail(fd.error());
  if (!address->is_local()) set_option(fd->get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // Otherwise peers would appear under addresses of another kind, which are nobody's.
  if (address->family() == AF_INET6) set_option(fd->get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (status bound = bind_listener(fd->get(), *address, what); !bound) return fail(bound.error());

  listening_socket made(*std::move(fd));
  if (address->is_local())
    if (status owned = made.own_file(address->path()); !owned) return fail(owned.error());
  // Last: nobody connects before the file has its mode.
  if (::listen(made.get(), backlog) != 0) return fail(socket_error(what, errno));
  return made;
}

status listening_socket::own_file(std::string path) {
  struct stat facts {};
  const std::string what = "cannot listen at unix:" + path;
  if (lstat(path.c_str(), &facts) != 0) return fail(socket_error(what, errno));
  path_ = std::move(path);
  device_ = facts.st_dev;
  inode_ = facts.st_ino;
  if (chmod(path_.c_str(), local_mode) != 0) return fail(socket_error(what, errno));
  return {};
}

listening_socket::~listening_socket() {
  struct stat facts {};
  // Moved from, or no local one, or another process has put its own there.
  if (!fd_ || path_.empty() || lstat(path_.c_str(), &facts) != 0) return;
  // The file goes first: there is no moment in which it is there and nobody answers.
  if (facts.st_dev == device_ && facts.st_ino == inode_) unlink(path_.c_str());
}

// -- dialing --------------------------------------------------------------------------------------

namespace {

// To whoever dials, every failure but a wrong address or a lack of means says: not now.
error dial_error(const stream_endpoint& to, int number) {
  error made = socket_error("cannot reach " + render(to), number);
  bool theirs = number == EAFNOSUPPORT || number == EINVAL;
  if (!theirs && made.code != ec::busy && made.code != ec::permission) made.code = ec::unreachable;
  return made;
}

status bind_own(int fd, const stream_endpoint& from, int family) {
  if (from.address.empty()) return {};
  auto own = socket_address::from(from);
  if (!own) return fail(own.error());
  if (own->family() != family)
    return fail(ec::invalid, from.address + " is an address of another kind than the peer's");
  if (own->is_local()) return {};
  // The port is chosen when the peer is known, so that it is used up for that peer only.
  set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  socket_address any_port = own->without_port();
  if (bind(fd, any_port.get(), any_port.size()) == 0) return {};
  error failed = socket_error("cannot dial from " + from.address, errno);
  if (failed.code == ec::invalid) failed.code = ec::unreachable; // the network is not up yet
  return fail(std::move(failed));
}

} // namespace

result<dialed_socket> start_dial(const stream_endpoint& from, const stream_endpoint& to) {
  auto address = socket_address::from(to);
  if (!address) return fail(address.error());
  auto fd = open_socket(address->family(), "cannot reach " + render(to));
  if (!fd) return fail(fd.error());
  if (status bound = bind_own(fd->get(), from, address->family()); !bound)
    return fail(bound.error());
  int done = ::connect(fd->get(), address->get(), address->size());
  if (done != 0 && errno != EINPROGRESS) return fail(dial_error(to, errno));
  if (done == 0)
    if (status stands = finish_dial(fd->get(), to); !stands) return fail(stands.error());
  return dialed_socket{*std::move(fd), done == 0};
}

status finish_dial(int fd, const stream_endpoint& to) {
  if (int number = socket_error_of(fd); number != 0) return fail(dial_error(to, number));
  // Dialing a free port of one's own address can end in a connection with oneself.
  socket_address own = socket_address::own_of(fd);
  if (!own.is_local() && own.endpoint() == socket_address::peer_of(fd).endpoint())
    return fail(dial_error(to, ECONNREFUSED));
  return {};
}

// -- open streams ---------------------------------------------------------------------------------

void tune_stream(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
             static_cast<int>(to_milliseconds(unacknowledged_most)));
}

std::optional<peer_credentials> credentials_of(int fd) {
  struct ucred told {};
  socklen_t size = sizeof told;
  if (!socket_address::own_of(fd).is_local()) return std::nullopt;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &told, &size) != 0) return std::nullopt;
  return peer_credentials{told.uid, told.gid, told.pid};
}

error why_it_ended(int fd) {
  struct tcp_info told {};
  socklen_t size = sizeof told;
  bool broken =
      getsockopt(fd, IPPROTO_TCP, TCP_INFO, &told, &size) == 0 && told.tcpi_state == TCP_CLOSE;
  return {ec::unreachable, broken ? "the connection broke" : "closed by the peer"};
}

} // namespace ppn
