#include "runtime/adapters/text_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr mode_t public_mode = 0644;
constexpr mode_t private_folder_mode = 0700;
constexpr std::size_t pending_octets = 256 * 1024;

status write_all(int fd, std::string_view text, const std::string& what) {
  while (!text.empty()) {
    ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(errno_error("cannot write " + what));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string folder_of(const std::string& path) {
  std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

} // namespace

result<text_file> text_file::create(const std::string& path) {
  // A name of its own for each process: two at once do not write into each other's file.
  std::string temporary = path + ".new." + std::to_string(::getpid());
  unique_fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                        public_mode));
  if (!file) return fail(errno_error("cannot make " + temporary));
  return text_file(std::move(file), path, std::move(temporary));
}

text_file::text_file(text_file&& other) noexcept
    : file_(std::move(other.file_)), path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})), pending_(std::move(other.pending_)) {}

text_file::~text_file() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

status text_file::write(std::string_view text) {
  pending_ += text;
  return pending_.size() < pending_octets ? status{} : flush();
}

status text_file::flush() {
  status written = write_all(file_.get(), pending_, path_);
  pending_.clear();
  return written;
}

status text_file::finish() {
  if (status flushed = flush(); !flushed) return flushed;
  if (::fsync(file_.get()) != 0) return fail(errno_error("cannot sync " + path_));
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    return fail(errno_error("cannot make " + path_));
  temporary_.clear();
  const std::string folder = folder_of(path_);
  unique_fd parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || ::fsync(parent.get()) != 0) return fail(errno_error("cannot sync " + folder));
  return {};
}

status make_private_folders(const std::string& path) {
  if (path.empty()) return fail(ec::invalid, "a folder without a name");
  for (std::size_t at = 0; at != std::string::npos;) {
    at = path.find('/', at + 1);
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), private_folder_mode) != 0 && errno != EEXIST)
      return fail(errno_error("cannot make " + part));
  }
  return {};
}

} // namespace ppn
