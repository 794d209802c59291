#include "runtime/adapters/passphrase.hpp"

#include "runtime/adapters/posix_files.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr const char* variable = "PPN_PASSPHRASE";
constexpr std::size_t octets_max = 1024;

// The terminal shows nothing of what is typed, for as long as this lives. Signals that would end the
// process wait meanwhile, so that no terminal is left silent.
class silent_terminal {
public:
  explicit silent_terminal(int fd) : fd_(fd) {
    sigset_t ending;
    sigemptyset(&ending);
    for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) sigaddset(&ending, number);
    sigprocmask(SIG_BLOCK, &ending, &signals_);
    ended_ = unique_fd(signalfd(-1, &ending, SFD_CLOEXEC));
    tcgetattr(fd_, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;
  ~silent_terminal() {
    tcsetattr(fd_, TCSAFLUSH, &before_);
    sigprocmask(SIG_SETMASK, &signals_, nullptr); // one that waited is delivered now
  }

  // One line without its end; ec::stopping when a signal came first.
  result<crypto::secret> read_line() {
    crypto::secret line(octets_max);
    pollfd wanted[2] = {{fd_, POLLIN, 0}, {ended_.get(), POLLIN, 0}};
    for (;;) {
      if (poll(wanted, 2, -1) < 0 && errno != EINTR) return fail(errno_error("cannot wait for you"));
      if (wanted[1].revents != 0) return fail(ec::stopping, "interrupted");
      if (wanted[0].revents == 0) continue;
      ssize_t got = read(fd_, line.data(), line.size());
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got <= 0 || line.data()[got - 1] != '\n')
        return fail(ec::invalid, "a passphrase is one line of at most 1023 octets");
      return crypto::secret::take(line.span().first(static_cast<std::size_t>(got) - 1));
    }
  }

private:
  int fd_;
  unique_fd ended_;
  termios before_{};
  sigset_t signals_{};
};

result<crypto::secret> type_at(const unique_fd& terminal, const char* prompt) {
  static constexpr const char* line_feed = "\n"; // the typed one is not shown either
  std::ignore = write(terminal.get(), prompt, std::strlen(prompt));
  auto typed = silent_terminal(terminal.get()).read_line();
  std::ignore = write(terminal.get(), line_feed, 1);
  return typed;
}

result<unique_fd> open_terminal() {
  unique_fd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal)
    return fail(ec::invalid, std::string("there is no terminal to type a passphrase at; set $") + variable);
  return terminal;
}

// Empty: there is none.
crypto::secret from_environment() {
  const char* value = std::getenv(variable);
  if (value == nullptr) return {};
  std::size_t size = std::strlen(value);
  crypto::secret copy(size);
  std::memcpy(copy.data(), value, size);
  return copy;
}

} // namespace

result<crypto::secret> known_passphrase() {
  if (crypto::secret given = from_environment(); !given.empty()) return given;
  auto terminal = open_terminal();
  if (!terminal) return fail(terminal.error());
  return type_at(*terminal, "Passphrase of the administrator's key: ");
}

result<crypto::secret> new_passphrase() {
  if (crypto::secret given = from_environment(); !given.empty()) return given;
  auto terminal = open_terminal();
  if (!terminal) return fail(terminal.error());
  auto first = type_at(*terminal, "New passphrase: ");
  if (!first) return first;
  if (first->empty()) return fail(ec::invalid, "an empty passphrase protects nothing");
  auto second = type_at(*terminal, "The same again: ");
  if (!second) return second;
  if (!crypto::equal(first->view(), second->view()))
    return fail(ec::invalid, "the two passphrases differ");
  return first;
}

result<crypto::secret> passphrase_of_file(const std::string& path) {
  unique_fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return fail(errno_error("cannot open " + path));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return fail(errno_error(path));
  if (S_ISREG(facts.st_mode) && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(ec::permission, path + " is open to other users: chmod 600 it, if nobody read it yet");
  crypto::secret text(octets_max);
  std::size_t done = 0;
  while (done < text.size()) {
    ssize_t got = read(file.get(), text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error("cannot read " + path));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  auto end = std::find(text.data(), text.data() + done, '\n');
  auto size = static_cast<std::size_t>(end - text.data());
  if (size == 0 || size == octets_max)
    return fail(ec::invalid, path + ": its first line is no passphrase of 1 to 1023 octets");
  return crypto::secret::take(text.span().first(size));
}

} // namespace ppn
