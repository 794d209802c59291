#include "runtime/adapters/view_files.hpp"

#include "runtime/ports/view_rules.hpp"

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr mode_t file_mode = 0600;
constexpr std::size_t chunk_octets = 64 * 1024;

enum class place : std::uint8_t { free, plain_file, other };

result<place> look_at(const unique_fd& folder, const std::string& name) {
  struct stat facts {};
  if (fstatat(folder.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0)
    return S_ISREG(facts.st_mode) ? place::plain_file : place::other;
  if (errno == ENOENT) return place::free;
  return fail(errno_error("cannot look at " + name));
}

unique_fd open_in(const unique_fd& folder, const std::string& name, int flags) {
  return unique_fd(openat(folder.get(), name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                          file_mode));
}

result<std::uint64_t> length_of(const unique_fd& file, const std::string& name) {
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return fail(errno_error("cannot look at " + name));
  return static_cast<std::uint64_t>(facts.st_size);
}

// Up to `out.size()` octets; fewer at the end.
result<std::size_t> read_at(const unique_fd& file, std::uint64_t from, std::span<char> out,
                            const std::string& name) {
  std::size_t done = 0;
  while (done < out.size()) {
    ssize_t got = pread(file.get(), out.data() + done, out.size() - done,
                        static_cast<off_t>(from + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error("cannot read " + name));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

bool holds(const unique_fd& file, std::string_view text, const std::string& name) {
  auto length = length_of(file, name);
  if (!length || *length != text.size()) return false;
  std::array<char, chunk_octets> chunk;
  for (std::size_t at = 0; at < text.size();) {
    auto got = read_at(file, at, chunk, name);
    if (!got || *got == 0 || std::string_view(chunk.data(), *got) != text.substr(at, *got)) return false;
    at += *got;
  }
  return true;
}

} // namespace

result<std::unique_ptr<view_files>> view_files::open(const std::string& folder) {
  auto opened = open_private_folder(folder, folder_lock::exclusive);
  if (!opened) return fail(opened.error());
  return std::unique_ptr<view_files>(new view_files(std::move(*opened)));
}

status view_files::sync_folder() const {
  if (fsync(folder_.get()) != 0) return fail(errno_error("cannot sync the folder of views"));
  return {};
}

status view_files::set_aside(std::string_view given) {
  if (status checked = check_view_name(given); !checked) return checked;
  const std::string name(given);
  for (int number = 1; number <= set_aside_max; ++number) {
    const std::string aside = view_aside_name(name, number);
    if (renameat2(folder_.get(), name.c_str(), folder_.get(), aside.c_str(), RENAME_NOREPLACE) == 0)
      return sync_folder();
    if (errno == ENOENT) return {};
    if (errno != EEXIST) return fail(errno_error("cannot set " + name + " aside"));
  }
  return fail(ec::exists, "too much was set aside in the place of " + name + ": remove some of it");
}

status view_files::clear_place(const std::string& name) {
  auto there = look_at(folder_, name);
  if (!there) return fail(there.error());
  return *there == place::other ? set_aside(name) : status{};
}

// -- files that are replaced -------------------------------------------------------------------------------

status view_files::write(std::string_view given, std::string_view text) {
  if (status checked = check_view_name(given); !checked) return checked;
  const std::string name(given);
  if (status cleared = clear_place(name); !cleared) return cleared;
  if (unique_fd there = open_in(folder_, name, O_RDONLY); there && holds(there, text, name)) return {};
  status replaced = replace(name, text);
  if (!replaced) unlinkat(folder_.get(), (name + ".new").c_str(), 0);
  return replaced;
}

status view_files::replace(const std::string& name, std::string_view text) {
  const std::string temporary = name + ".new";
  // What an interrupted attempt left behind was never part of anything.
  if (unlinkat(folder_.get(), temporary.c_str(), 0) != 0 && errno != ENOENT)
    return fail(errno_error("cannot remove " + temporary));
  unique_fd file = open_in(folder_, temporary, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return fail(errno_error("cannot make " + temporary));
  if (status written = write_at(file.get(), 0, view_of(text), temporary); !written) return written;
  if (fsync(file.get()) != 0) return fail(errno_error("cannot sync " + temporary));
  if (renameat(folder_.get(), temporary.c_str(), folder_.get(), name.c_str()) != 0)
    return fail(errno_error("cannot name " + name));
  return sync_folder();
}

// -- files that grow ---------------------------------------------------------------------------------------

result<std::uint64_t> view_files::open_lines(std::string_view given) {
  if (status checked = check_view_name(given); !checked) return fail(checked.error());
  const std::string name(given);
  if (status cleared = clear_place(name); !cleared) return fail(cleared.error());
  unique_fd file = open_in(folder_, name, O_RDWR);
  if (file) return cut_torn_end(file, name);
  if (errno == ENOENT) return 0;
  return fail(errno_error("cannot open " + name));
}

result<std::uint64_t> view_files::cut_torn_end(const unique_fd& file, const std::string& name) const {
  auto length = length_of(file, name);
  if (!length) return length;
  std::array<char, chunk_octets> chunk;
  std::uint64_t whole = *length;
  while (whole > 0) {
    std::uint64_t from = whole > chunk.size() ? whole - chunk.size() : 0;
    auto got = read_at(file, from, std::span(chunk).first(static_cast<std::size_t>(whole - from)), name);
    if (!got) return fail(got.error());
    auto last = std::string_view(chunk.data(), *got).rfind('\n');
    if (last != std::string_view::npos) {
      whole = from + last + 1;
      break;
    }
    whole = from;
  }
  if (whole == *length) return whole;
  if (ftruncate(file.get(), static_cast<off_t>(whole)) != 0 || fsync(file.get()) != 0)
    return fail(errno_error("cannot cut the torn end of " + name));
  return whole;
}

result<std::string> view_files::read(std::string_view given, std::uint64_t from,
                                     std::size_t most) const {
  if (status checked = check_view_name(given); !checked) return fail(checked.error());
  const std::string name(given);
  unique_fd file = open_in(folder_, name, O_RDONLY);
  if (!file && errno == ENOENT) return std::string{};
  if (!file) return fail(errno_error("cannot open " + name));
  std::string out(most, '\0');
  auto got = read_at(file, from, out, name);
  if (!got) return fail(got.error());
  out.resize(*got);
  return out;
}

status view_files::append(std::string_view given, std::uint64_t from, std::string_view text) {
  if (status checked = check_view_name(given); !checked) return checked;
  const std::string name(given);
  auto there = look_at(folder_, name);
  if (!there) return fail(there.error());
  unique_fd file = open_in(folder_, name, O_WRONLY | O_CREAT);
  if (!file) return fail(errno_error("cannot open " + name));
  auto length = length_of(file, name);
  if (!length) return fail(length.error());
  if (*length != from) return fail(ec::stale, name + " has another length than what was written to it");
  if (status written = write_at(file.get(), from, view_of(text), name); !written) return written;
  if (fdatasync(file.get()) != 0) return fail(errno_error("cannot sync " + name));
  return *there == place::free ? sync_folder() : status{};
}

} // namespace ppn
