#include "runtime/adapters/operator_files.hpp"

#include "runtime/adapters/posix_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr mode_t public_mode = 0644;

status fill_new_file(const std::string& path, bytes_view content) {
  unique_fd file(
    open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, public_mode));
  if (!file) return fail(errno_error("cannot make " + path));
  if (status written = write_at(file.get(), 0, content, path); !written) return written;
  if (fsync(file.get()) != 0) return fail(errno_error("cannot sync " + path));
  return {};
}

} // namespace

result<bytes> read_whole_file(const std::string& path, std::size_t octets_max) {
  // Non-blocking, so that a pipe in the file's place cannot hold us up.
  unique_fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return fail(errno_error("cannot open " + path));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return fail(errno_error(path));
  if (!S_ISREG(facts.st_mode)) return fail(ec::invalid, path + " is no plain file");
  auto too_large = [&] {
    return fail(ec::too_large, path + " has over " + std::to_string(octets_max) + " octets");
  };
  if (facts.st_size > static_cast<off_t>(octets_max)) return too_large();
  bytes content(static_cast<std::size_t>(facts.st_size) + 1); // one more shows the end
  std::size_t done = 0;
  for (;;) {
    ssize_t got = read(file.get(), content.data() + done, content.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error("cannot read " + path));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (done > octets_max) return too_large();
    if (done == content.size()) content.resize(std::min(2 * done, octets_max + 1)); // it grew
  }
  content.resize(done);
  return content;
}

status create_public_file(const std::string& path, bytes_view content) {
  const std::string temporary = path + ".new";
  // What an interrupted attempt left behind was never part of anything.
  if (unlink(temporary.c_str()) != 0 && errno != ENOENT)
    return fail(errno_error("cannot remove " + temporary));
  status made = fill_new_file(temporary, content);
  if (made && renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0)
    made = fail(errno_error("cannot make " + path));
  if (!made) unlink(temporary.c_str());
  return made;
}

} // namespace ppn
