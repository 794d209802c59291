#include "runtime/cli/control_client.hpp"

#include "messages/wire/codec.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace ppn {

namespace {

constexpr std::size_t prefix_octets = 4;
constexpr std::size_t read_octets = 64 * 1024;
// An announced length is believed no further than this before the octets are there.
constexpr std::size_t reserved_octets = 1024 * 1024;

class descriptor {
public:
  explicit descriptor(int value) : value_(value) {}
  descriptor(descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }
  bool valid() const { return value_ >= 0; }

private:
  int value_;
};

tl::unexpected<error> system_failure(std::string_view action, int number) {
  return fail(ec::io_failed, fmt::format("cannot {}: {}", action, std::strerror(number)));
}

tl::unexpected<error> connect_failure(const std::string& path, int number) {
  switch (number) {
  case EACCES:
  case EPERM:
    return fail(ec::permission,
                fmt::format("no right to use {}: be the daemon's user or root", path));
  case EAGAIN:
    return fail(ec::busy, fmt::format("the daemon at {} takes no connection", path));
  case ENOENT:
  case ENOTDIR:
  case ECONNREFUSED:
    return fail(ec::unreachable,
                fmt::format("no daemon answers at {}: is os-infrastructure running?", path));
  default:
    return fail(ec::unreachable, fmt::format("{}: {}", path, std::strerror(number)));
  }
}

timespec to_timespec(milliseconds value) {
  timespec to{};
  to.tv_sec = static_cast<time_t>(value.count() / 1000);
  to.tv_nsec = static_cast<long>(value.count() % 1000) * 1'000'000;
  return to;
}

} // namespace

// One connection. The deadline is a timer of the kernel, so nothing here reads a clock.
class control_connection {
public:
  static result<control_connection> open(const control_endpoint& endpoint);
  // From now on.
  status begin_deadline();
  status send(const control_request& request);
  result<control_response> receive();

private:
  control_connection(descriptor socket, descriptor timer, const control_endpoint& endpoint)
      : socket_(std::move(socket)), timer_(std::move(timer)), endpoint_(endpoint) {}

  // Returns when the socket allows one of `events`.
  status wait(short events);
  status write(bytes_view data);
  // Appends what has arrived, at most `most` octets; nothing means that the daemon closed.
  result<std::size_t> read_some(bytes& to, std::size_t most);
  // The body of the next frame.
  result<bytes> read_body();

  descriptor socket_;
  descriptor timer_;
  control_endpoint endpoint_;
};

result<control_connection> control_connection::open(const control_endpoint& endpoint) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = endpoint.path;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(ec::invalid,
                fmt::format("the path of the control socket has {} octets, allowed 1 to {}",
                            path.size(), sizeof address.sun_path - 1));
  std::copy(path.begin(), path.end(), address.sun_path);
  descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  if (!timer.valid()) return system_failure("make a timer", errno);
  descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return system_failure("make a socket", errno);
  control_connection made(std::move(socket), std::move(timer), endpoint);
  if (status begun = made.begin_deadline(); !begun) return fail(begun.error());
  // Connecting waits only while the daemon's queue of new connections is full.
  const timespec deadline = to_timespec(std::max(endpoint.deadline, milliseconds{1}));
  timeval most{deadline.tv_sec, deadline.tv_nsec / 1000};
  ::setsockopt(made.socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
  if (::connect(made.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
      0)
    return connect_failure(path, errno);
  return made;
}

status control_connection::begin_deadline() {
  itimerspec once{};
  once.it_value = to_timespec(std::max(endpoint_.deadline, milliseconds{1}));
  if (::timerfd_settime(timer_.get(), 0, &once, nullptr) != 0)
    return system_failure("set a timer", errno);
  return {};
}

status control_connection::wait(short events) {
  std::array<pollfd, 3> set{pollfd{socket_.get(), events, 0}, pollfd{timer_.get(), POLLIN, 0},
                            pollfd{endpoint_.interrupt, POLLIN, 0}};
  while (::poll(set.data(), set.size(), -1) < 0)
    if (errno != EINTR) return system_failure("wait for the daemon", errno);
  if (set[2].revents != 0) return fail(ec::stopping, "interrupted");
  if (set[0].revents != 0) return {};
  return fail(ec::timed_out, fmt::format("the daemon at {} did not answer within {} ms",
                                         endpoint_.path, endpoint_.deadline.count()));
}

status control_connection::write(bytes_view data) {
  while (!data.empty()) {
    if (auto ready = wait(POLLOUT); !ready) return ready;
    ssize_t sent = ::send(socket_.get(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
      return fail(ec::unreachable,
                  fmt::format("the daemon at {} closed the connection", endpoint_.path));
    if (sent > 0) data = data.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

result<std::size_t> control_connection::read_some(bytes& to, std::size_t most) {
  std::size_t before = to.size();
  for (;;) {
    if (auto ready = wait(POLLIN); !ready) return fail(ready.error());
    to.resize(before + std::min(most, read_octets));
    ssize_t got = ::recv(socket_.get(), to.data() + before, to.size() - before, MSG_DONTWAIT);
    int number = errno;
    to.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got >= 0) return to.size() - before;
    if (number == ECONNRESET) return std::size_t{0};
    if (number != EAGAIN && number != EINTR) return system_failure("read from the daemon", number);
  }
}

result<bytes> control_connection::read_body() {
  bytes data;
  std::size_t wanted = prefix_octets;
  bool prefix = true;
  while (data.size() < wanted) {
    auto got = read_some(data, wanted - data.size());
    if (!got) return fail(got.error());
    if (*got == 0 && prefix && data.empty())
      return fail(ec::unreachable,
                  fmt::format("the daemon at {} closed without an answer", endpoint_.path));
    if (*got == 0)
      return fail(ec::malformed,
                  fmt::format("the answer from {} ends in the middle", endpoint_.path));
    if (!prefix || data.size() < wanted) continue;
    prefix = false;
    wanted = load_le32(data.data());
    if (wanted == 0 || wanted % 8 != 0 || wanted > limits::control_response_max)
      return fail(ec::malformed, fmt::format("the answer from {} says that it has {} octets",
                                             endpoint_.path, wanted));
    data.clear();
    data.reserve(std::min(wanted, reserved_octets));
  }
  return data;
}

status control_connection::send(const control_request& request) {
  bytes body = wire::encode(request);
  bytes frame(prefix_octets);
  store_le32(frame.data(), static_cast<std::uint32_t>(body.size()));
  append(frame, body);
  return write(frame);
}

result<control_response> control_connection::receive() {
  auto body = read_body();
  if (!body) return fail(body.error());
  auto response = wire::decode_control_response(*body);
  if (response) return response;
  return fail(ec::malformed, fmt::format("the answer from {} cannot be read: {}", endpoint_.path,
                                         response.error().text));
}

// -- one question ---------------------------------------------------------------------------------

namespace {

template <class Reply, class Request>
result<Reply> ask(const control_endpoint& endpoint) {
  auto response = ask_daemon(endpoint, {1, Request{}});
  if (!response) return fail(response.error());
  if (auto* reply = std::get_if<Reply>(&response->body)) return std::move(*reply);
  return fail(ec::malformed,
              fmt::format("the daemon at {} answered another question", endpoint.path));
}

} // namespace

result<control_response> ask_daemon(const control_endpoint& endpoint,
                                    const control_request& request) {
  auto connection = control_connection::open(endpoint);
  if (!connection) return fail(connection.error());
  if (auto sent = connection->send(request); !sent) return fail(sent.error());
  auto response = connection->receive();
  if (!response) return response;
  const auto* refusal = std::get_if<error>(&response->body);
  // With id 0 the daemon speaks about the connection as a whole.
  if (response->id != request.id && !(refusal && response->id == 0))
    return fail(ec::malformed, fmt::format("the answer from {} has id {}, wanted {}", endpoint.path,
                                           response->id, request.id));
  if (refusal) return fail(*refusal);
  return response;
}

result<status_reply> ask_status(const control_endpoint& endpoint) {
  return ask<status_reply, status_request>(endpoint);
}

result<reload_reply> ask_reload(const control_endpoint& endpoint) {
  return ask<reload_reply, reload_request>(endpoint);
}

// -- many questions -------------------------------------------------------------------------------

control_session::control_session(std::unique_ptr<control_connection> connection)
    : connection_(std::move(connection)) {}
control_session::control_session(control_session&& other) noexcept = default;
control_session::~control_session() = default;

result<control_session> control_session::open(const control_endpoint& endpoint) {
  auto connection = control_connection::open(endpoint);
  if (!connection) return fail(connection.error());
  return control_session(std::make_unique<control_connection>(std::move(*connection)));
}

status control_session::send(const control_request& request) {
  if (status begun = connection_->begin_deadline(); !begun) return begun;
  return connection_->send(request);
}

result<control_response> control_session::receive() {
  if (status begun = connection_->begin_deadline(); !begun) return fail(begun.error());
  return connection_->receive();
}

} // namespace ppn
