#include "runtime/adapters/posix_files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;
constexpr mode_t others = S_IRWXG | S_IRWXO;

ec code_of_errno(int number) {
  switch (number) {
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return ec::no_space;
  case EACCES:
  case EPERM:
  case EROFS:
  case ELOOP: // a symbolic link where a file of ours should be
    return ec::permission;
  case ENOENT:
  case ENOTDIR:
    return ec::not_found;
  case EEXIST:
    return ec::exists;
  case EWOULDBLOCK:
    return ec::in_use;
  default:
    return ec::io_failed;
  }
}

status check_private(int fd, const std::string& what) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0) return fail(errno_error(what));
  if (facts.st_uid != geteuid()) return fail(ec::permission, what + " belongs to another user");
  if ((facts.st_mode & others) != 0) return fail(ec::permission, what + " is open to other users");
  return {};
}

status sync_folder(int fd, const std::string& what) {
  if (fsync(fd) != 0) return fail(errno_error("cannot sync " + what));
  return {};
}

status make_folder(const std::string& path) {
  if (mkdir(path.c_str(), folder_mode) != 0) {
    if (errno == EEXIST) return {};
    return fail(errno_error("cannot make " + path));
  }
  unique_fd parent(open((path + "/..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent) return fail(errno_error("cannot open the folder of " + path));
  return sync_folder(parent.get(), "the folder of " + path);
}

status fill_exactly(int fd, const std::string& name, std::span<octet> out) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0) return fail(errno_error(name));
  if (!S_ISREG(facts.st_mode) || facts.st_size != static_cast<off_t>(out.size()))
    return fail(ec::integrity,
                name + " is not a file of " + std::to_string(out.size()) + " octets");
  for (std::size_t done = 0; done < out.size();) {
    ssize_t got = pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error("cannot read " + name));
    if (got == 0) return fail(ec::integrity, name + " became shorter");
    done += static_cast<std::size_t>(got);
  }
  return {};
}

unique_fd open_for_reading(const unique_fd& folder, const std::string& name) {
  // Non-blocking, so that a pipe in the file's place cannot hold us up.
  return unique_fd(
      openat(folder.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

status fill_new_file(const unique_fd& folder, const std::string& name, bytes_view content) {
  unique_fd file(openat(folder.get(), name.c_str(),
                        O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (!file) return fail(errno_error("cannot make " + name));
  if (status written = write_at(file.get(), 0, content, name); !written) return written;
  if (fsync(file.get()) != 0) return fail(errno_error("cannot sync " + name));
  return {};
}

} // namespace

unique_fd::~unique_fd() {
  if (fd_ >= 0) close(fd_);
}

error errno_error(const std::string& what) {
  int number = errno;
  return {code_of_errno(number), what + ": " + strerror(number)};
}

result<unique_fd> open_private_folder(const std::string& path, folder_lock lock) {
  if (status made = make_folder(path); !made) return fail(made.error());
  unique_fd folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!folder) return fail(errno_error("cannot open " + path));
  if (status checked = check_private(folder.get(), path); !checked) return fail(checked.error());
  if (lock == folder_lock::exclusive && flock(folder.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(errno_error("cannot lock " + path));
  return folder;
}

status create_private_file(const unique_fd& folder, const std::string& name, bytes_view content) {
  const std::string temporary = name + ".new";
  // What an interrupted attempt left behind was never part of anything.
  if (unlinkat(folder.get(), temporary.c_str(), 0) != 0 && errno != ENOENT)
    return fail(errno_error("cannot remove " + temporary));
  status made = fill_new_file(folder, temporary, content);
  if (made &&
      renameat2(folder.get(), temporary.c_str(), folder.get(), name.c_str(), RENAME_NOREPLACE) != 0)
    made = fail(errno_error("cannot name " + name));
  if (!made) {
    unlinkat(folder.get(), temporary.c_str(), 0);
    return made;
  }
  return sync_folder(folder.get(), "the folder of " + name);
}

status read_exactly(const unique_fd& folder, const std::string& name, std::span<octet> out) {
  unique_fd file = open_for_reading(folder, name);
  if (!file) return fail(errno_error("cannot open " + name));
  return fill_exactly(file.get(), name, out);
}

status read_private_file(const unique_fd& folder, const std::string& name, std::span<octet> out) {
  unique_fd file = open_for_reading(folder, name);
  if (!file) return fail(errno_error("cannot open " + name));
  if (status checked = check_private(file.get(), name); !checked) return checked;
  return fill_exactly(file.get(), name, out);
}

status write_at(int fd, std::size_t offset, bytes_view data, const std::string& what) {
  while (!data.empty()) {
    ssize_t written = pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(errno_error("cannot write " + what));
    offset += static_cast<std::size_t>(written);
    data = data.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

} // namespace ppn
