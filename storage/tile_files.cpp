#include "storage/tile_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace ppn {

namespace {

using log::file_kind;
using log::folder_entry;

constexpr mode_t folder_mode = 0755;
constexpr mode_t file_mode = 0644;
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// O_NONBLOCK: a pipe that somebody put there must not make us wait.
constexpr int read_flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
constexpr int write_flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

ec code_of(int number) {
  switch (number) {
  case ENOENT:
    return ec::not_found;
  case ELOOP:   // a symbolic link
  case ENOTDIR: // a file where a folder should be
  case EISDIR:
  case ENXIO: // a socket
    return ec::malformed;
  case EACCES:
  case EPERM:
  case EROFS:
    return ec::permission;
  case ENOSPC:
  case EDQUOT:
    return ec::no_space;
  case EWOULDBLOCK:
    return ec::in_use;
  default:
    return ec::io_failed;
  }
}

// Of the call that just failed.
tl::unexpected<error> failed(const std::string& what, const std::string& path) {
  const int number = errno;
  return fail(code_of(number), "cannot " + what + ' ' + path + ": " + std::strerror(number));
}

class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

private:
  int fd_ = -1;
};

struct split_path {
  std::string folder;
  std::string name;
};

split_path split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

class disk_folder final : public log::tile_folder {
public:
  explicit disk_folder(descriptor root) : root_(std::move(root)) {}

  status read(const std::string& path, std::size_t most, bytes& to) const override;
  result<std::vector<folder_entry>> list(const std::string& path) const override;
  status make_folder(const std::string& path) override;
  status write(const std::string& path, bytes_view data) override;
  status sync_file(const std::string& path) override;
  status rename(const std::string& from, const std::string& to) override;
  status remove(const std::string& path) override;
  status sync_folder(const std::string& path) override;

private:
  // A folder's own descriptor, walked to name by name: only the last name of a path is checked by
  // O_NOFOLLOW.
  result<descriptor> walk_to(const std::string& folder) const;

  descriptor root_;
  // The file that was written last, kept until it is synced: a write that failed in the background
  // is told to whoever holds the descriptor.
  descriptor written_;
  std::string written_path_;
};

result<descriptor> disk_folder::walk_to(const std::string& folder) const {
  descriptor at(::openat(root_.get(), ".", folder_flags));
  if (!at) return failed("open", folder);
  for (std::size_t begin = 0; begin < folder.size();) {
    const std::size_t end = std::min(folder.find('/', begin), folder.size());
    const std::string name = folder.substr(begin, end - begin);
    if (name.empty() || name == "." || name == "..")
      return fail(ec::invalid, "no path of a tile: " + folder);
    descriptor next(::openat(at.get(), name.c_str(), folder_flags));
    if (!next) return failed("open", folder);
    at = std::move(next);
    begin = end + 1;
  }
  return at;
}

status read_all(int fd, std::size_t most, bytes& to, const std::string& path) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0) return failed("read", path);
  if (!S_ISREG(facts.st_mode)) return fail(ec::malformed, path + " is no plain file");
  if (facts.st_size < 0 || static_cast<std::uint64_t>(facts.st_size) > most)
    return fail(ec::too_large, path + " is longer than " + std::to_string(most) + " octets");
  to.resize(static_cast<std::size_t>(facts.st_size));
  std::size_t got = 0;
  while (got < to.size()) {
    const ssize_t count = ::read(fd, to.data() + got, to.size() - got);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("read", path);
    if (count == 0) break; // it became shorter
    got += static_cast<std::size_t>(count);
  }
  to.resize(got);
  return {};
}

status disk_folder::read(const std::string& path, std::size_t most, bytes& to) const {
  const split_path parts = split(path);
  auto folder = walk_to(parts.folder);
  if (!folder) return fail(folder.error());
  descriptor file(::openat(folder->get(), parts.name.c_str(), read_flags));
  if (!file) return failed("open", path);
  return read_all(file.get(), most, to, path);
}

// Not every file system tells the kind along with the name.
file_kind kind_of(int folder, const dirent& entry) {
  if (entry.d_type == DT_REG) return file_kind::file;
  if (entry.d_type == DT_DIR) return file_kind::folder;
  if (entry.d_type != DT_UNKNOWN) return file_kind::other;
  struct stat facts {};
  if (::fstatat(folder, entry.d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) return file_kind::other;
  if (S_ISREG(facts.st_mode)) return file_kind::file;
  return S_ISDIR(facts.st_mode) ? file_kind::folder : file_kind::other;
}

result<std::vector<folder_entry>> disk_folder::list(const std::string& path) const {
  auto folder = walk_to(path);
  if (!folder) return fail(folder.error());
  // The stream owns its descriptor.
  const int fd = ::dup(folder->get());
  DIR* stream = fd < 0 ? nullptr : ::fdopendir(fd);
  if (stream == nullptr) return failed("list", path);
  std::vector<folder_entry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    entries.push_back({name, kind_of(folder->get(), *entry)});
    if (entries.size() > entries_max) break;
    errno = 0;
  }
  const int number = errno;
  ::closedir(stream);
  if (entries.size() > entries_max)
    return fail(ec::too_large, "'" + path + "' holds more files than a folder of a log can");
  errno = number;
  if (number != 0) return failed("list", path);
  std::sort(entries.begin(), entries.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return entries;
}

status disk_folder::make_folder(const std::string& path) {
  const split_path parts = split(path);
  auto folder = walk_to(parts.folder);
  if (!folder) return fail(folder.error());
  if (::mkdirat(folder->get(), parts.name.c_str(), folder_mode) != 0)
    return errno == EEXIST ? status{} : failed("make", path);
  // The mode that the process masks files with is for its own files.
  descriptor made(::openat(folder->get(), parts.name.c_str(), folder_flags));
  if (!made || ::fchmod(made.get(), folder_mode) != 0) return failed("make", path);
  return {};
}

status disk_folder::write(const std::string& path, bytes_view data) {
  const split_path parts = split(path);
  auto folder = walk_to(parts.folder);
  if (!folder) return fail(folder.error());
  // A new file each time: the old one may have another name by now.
  if (status removed = remove(path); !removed) return removed;
  descriptor file(::openat(folder->get(), parts.name.c_str(), write_flags, file_mode));
  if (!file || ::fchmod(file.get(), file_mode) != 0) return failed("create", path);
  while (!data.empty()) {
    const ssize_t count = ::write(file.get(), data.data(), data.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("write", path);
    data = data.subspan(static_cast<std::size_t>(count));
  }
  written_ = std::move(file);
  written_path_ = path;
  return {};
}

status disk_folder::sync_file(const std::string& path) {
  if (!written_ || written_path_ != path)
    return fail(ec::invalid, path + " is not the file that was written last");
  if (::fsync(written_.get()) != 0) return failed("sync", path);
  written_ = descriptor();
  return {};
}

status disk_folder::rename(const std::string& from, const std::string& to) {
  const split_path source = split(from);
  const split_path target = split(to);
  auto source_folder = walk_to(source.folder);
  if (!source_folder) return fail(source_folder.error());
  auto target_folder = walk_to(target.folder);
  if (!target_folder) return fail(target_folder.error());
  if (::renameat(source_folder->get(), source.name.c_str(), target_folder->get(),
                 target.name.c_str()) != 0)
    return failed("rename to", to);
  return {};
}

status disk_folder::remove(const std::string& path) {
  const split_path parts = split(path);
  auto folder = walk_to(parts.folder);
  if (!folder) return fail(folder.error());
  if (::unlinkat(folder->get(), parts.name.c_str(), 0) != 0 && errno != ENOENT)
    return failed("remove", path);
  return {};
}

status disk_folder::sync_folder(const std::string& path) {
  auto folder = walk_to(path);
  if (!folder) return fail(folder.error());
  if (::fsync(folder->get()) != 0) return failed("sync", path);
  return {};
}

// The folder itself may be reached by a link: that is how its owner names it.
status make_root(const std::string& path) {
  if (::mkdir(path.c_str(), folder_mode) != 0)
    return errno == EEXIST ? status{} : failed("make", path);
  if (::chmod(path.c_str(), folder_mode) != 0) return failed("make", path);
  descriptor parent(::open((path + "/..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || ::fsync(parent.get()) != 0) return failed("sync the parent of", path);
  return {};
}

} // namespace

result<std::unique_ptr<log::tile_folder>> open_tile_folder(const std::string& path,
                                                           folder_use use) {
  if (use == folder_use::write)
    if (status made = make_root(path); !made) return fail(made.error());
  descriptor root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return failed("open", path);
  if (use == folder_use::write && ::flock(root.get(), LOCK_EX | LOCK_NB) != 0)
    return failed("lock", path);
  return std::make_unique<disk_folder>(std::move(root));
}

result<log::write_report> write_tiles(const std::string& path, const log::tile_reader& tiles,
                                      const log::tile_publication& publication) {
  auto folder = open_tile_folder(path, folder_use::write);
  if (!folder) return fail(folder.error());
  return log::write_tiles(**folder, tiles, publication);
}

log::audited<log::audit_report> audit_tiles(const std::string& path, const log::trust_policy& trust,
                                            const log::audit_options& options) {
  auto folder = open_tile_folder(path, folder_use::read);
  if (!folder) return tl::unexpected(log::audit_failure{folder.error(), path, {}, {}, {}, {}});
  return log::audit_tiles(**folder, trust, options);
}

} // namespace ppn
