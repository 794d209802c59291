#include "runtime/adapters/socket_poller.hpp"

#include "messages/base/assert.hpp"

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr connection_id wake_id{0}; // no connection has it
// How many may be let in before others get their turn.
constexpr int accepts_per_turn = 64;
// Without descriptors or memory there is nothing to do but to wait until somebody has freed some.
constexpr milliseconds accept_pause{100};

bool lacks_means(int number) {
  return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

bool is_no_listener(int number) {
  return number == EBADF || number == EINVAL || number == ENOTSOCK || number == EOPNOTSUPP;
}

} // namespace

socket_poller::socket_poller(observer& told, milliseconds dial_deadline)
    : observer_(told), dial_deadline_(dial_deadline), epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  // A process that cannot have two descriptors when it starts has no business going on.
  PPN_ASSERT(epoll_);
  PPN_ASSERT(wake_);
  bool watched = watch(EPOLL_CTL_ADD, wake_.get(), EPOLLIN, wake_id);
  PPN_ASSERT(watched);
  thread_ = std::thread([this] { run(); });
}

bool socket_poller::watch(int operation, int fd, std::uint32_t events, connection_id id) {
  epoll_event wanted{};
  wanted.events = events;
  // By id, not by descriptor: an event that was fetched before its socket was closed finds nobody.
  wanted.data.u64 = id.value;
  return epoll_ctl(epoll_.get(), operation, fd, &wanted) == 0;
}

void socket_poller::wake() {
  std::uint64_t one = 1;
  // It can only fail when the counter is full, and then the thread is awake already.
  static_cast<void>(!::write(wake_.get(), &one, sizeof one));
}

void socket_poller::add_dial(connection_id id, socket_fd fd, const stream_endpoint& to) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  moment deadline = std::chrono::steady_clock::now() + dial_deadline_;
  if (!watch(EPOLL_CTL_ADD, fd.get(), EPOLLOUT, id))
    return observer_.on_dial_failed(id, socket_error("cannot wait for " + render(to), errno));
  dials_.emplace(id, dial{std::move(fd), to, deadline});
  wake(); // for its deadline
}

void socket_poller::add_listener(connection_id id, listening_socket socket) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  if (!watch(EPOLL_CTL_ADD, socket.get(), EPOLLIN, id))
    return observer_.on_listener_failed(id, socket_error("cannot wait for connections", errno));
  listeners_.emplace(id, listener{std::move(socket), std::nullopt});
}

void socket_poller::remove(connection_id id) {
  std::lock_guard lock(mutex_);
  dials_.erase(id); // what is closed leaves epoll by itself
  listeners_.erase(id);
}

void socket_poller::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    dials_.clear();
    listeners_.clear();
  }
  wake();
  if (thread_.joinable()) thread_.join();
}

// -- the thread -----------------------------------------------------------------------------------

void socket_poller::run() {
  std::array<epoll_event, 64> ready;
  int timeout = -1;
  for (;;) {
    int count = epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), timeout);
    PPN_ASSERT(count >= 0 || errno == EINTR);
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    moment now = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i)
      on_ready(connection_id{ready[static_cast<std::size_t>(i)].data.u64}, now);
    on_deadlines(now);
    timeout = wait_at_most(now);
  }
}

int socket_poller::wait_at_most(moment now) {
  std::optional<moment> earliest;
  auto consider = [&](moment due) { earliest = earliest ? std::min(*earliest, due) : due; };
  for (const auto& [id, one] : dials_)
    consider(one.deadline);
  for (const auto& [id, one] : listeners_)
    if (one.paused_until) consider(*one.paused_until);
  if (!earliest) return -1;
  // Upwards, or the thread would turn idly through the last fraction of a millisecond.
  return static_cast<int>(std::chrono::ceil<milliseconds>(*earliest - now).count());
}

void socket_poller::on_ready(connection_id id, moment now) {
  if (id == wake_id) {
    std::uint64_t count = 0;
    static_cast<void>(!::read(wake_.get(), &count, sizeof count));
    return;
  }
  if (auto at = dials_.find(id); at != dials_.end()) {
    dial one = std::move(at->second);
    dials_.erase(at);
    watch(EPOLL_CTL_DEL, one.fd.get(), 0, id);
    status outcome = finish_dial(one.fd.get(), one.to);
    if (outcome) return observer_.on_dialed(id, std::move(one.fd));
    return observer_.on_dial_failed(id, std::move(outcome.error()));
  }
  auto at = listeners_.find(id);
  if (at != listeners_.end() && !accept_some(id, at->second, now)) listeners_.erase(at);
}

void socket_poller::on_deadlines(moment now) {
  for (auto at = dials_.begin(); at != dials_.end();) {
    if (at->second.deadline > now) {
      ++at;
      continue;
    }
    observer_.on_dial_failed(
        at->first, {ec::unreachable, "cannot reach " + render(at->second.to) + ": no answer"});
    at = dials_.erase(at);
  }
  for (auto& [id, one] : listeners_) {
    if (!one.paused_until || *one.paused_until > now) continue;
    one.paused_until.reset();
    watch(EPOLL_CTL_MOD, one.socket.get(), EPOLLIN, id);
  }
}

bool socket_poller::accept_some(connection_id id, listener& from, moment now) {
  for (int i = 0; i < accepts_per_turn; ++i) {
    socket_fd fd(accept4(from.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      observer_.on_accepted(id, std::move(fd));
      continue;
    }
    int number = errno;
    if (number == EAGAIN || number == EWOULDBLOCK) return true;
    if (lacks_means(number)) {
      from.paused_until = now + accept_pause;
      watch(EPOLL_CTL_MOD, from.socket.get(), 0, id);
      return true;
    }
    if (is_no_listener(number)) {
      observer_.on_listener_failed(id, socket_error("a listener broke", number));
      return false;
    }
    // Whatever else it was, it went wrong with that one connection only.
  }
  return true;
}

} // namespace ppn
