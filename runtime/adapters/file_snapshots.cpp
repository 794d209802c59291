#include "runtime/adapters/file_snapshots.hpp"

#include "runtime/crypto/hash.hpp"
#include "runtime/ports/snapshot_rules.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr std::string_view magic = "ppnsnap1";
constexpr std::size_t generation_at = 8;
constexpr std::size_t length_at = 16;
constexpr std::size_t digest_at = 24;
constexpr std::size_t data_at = digest_at + digest::size;
constexpr int slots = 2;
constexpr std::size_t chunk_octets = 64 * 1024;
constexpr mode_t file_mode = 0600;

using file_header = std::array<octet, data_at>;

std::string file_of(std::string_view name, int slot) {
  return std::string(name) + "." + std::to_string(slot) + ".snapshot";
}

crypto::sha256_stream start_digest(std::string_view name, const file_header& header) {
  constexpr octet separator = 0;
  crypto::sha256_stream hash;
  hash.update(view_of(name));
  hash.update({&separator, 1});
  hash.update(bytes_view(header).subspan(generation_at, digest_at - generation_at));
  return hash;
}

file_header header_of(std::string_view name, std::uint64_t generation, bytes_view data) {
  file_header header{};
  std::copy(magic.begin(), magic.end(), header.begin());
  store_le64(&header[generation_at], generation);
  store_le64(&header[length_at], data.size());
  crypto::sha256_stream hash = start_digest(name, header);
  hash.update(data);
  digest sum = hash.finish();
  std::copy(sum.octets.begin(), sum.octets.end(), header.begin() + digest_at);
  return header;
}

// False at the end of the file, too; errno tells.
bool read_fully(int fd, std::size_t offset, std::span<octet> out) {
  errno = 0;
  while (!out.empty()) {
    ssize_t got = pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    offset += static_cast<std::size_t>(got);
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

// What one file holds. Generation 0: nothing that counts, missing or damaged.
struct slot_content {
  int slot = 0;
  std::uint64_t generation = 0;
  bytes data; // if it was asked for
};

enum class wanted : std::uint8_t { facts, data };

std::optional<std::uint64_t> length_of(int fd, const file_header& header) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  std::uint64_t length = load_le64(&header[length_at]);
  if (text_of(bytes_view(header).first(magic.size())) != magic) return std::nullopt;
  if (length > snapshots::octets_max) return std::nullopt;
  if (static_cast<std::uint64_t>(facts.st_size) != data_at + length) return std::nullopt;
  return length;
}

// Reads in pieces, so that looking at a large snapshot takes no memory. A piece that the disk
// cannot give back counts like a damaged one: the snapshot is lost, and nothing else with it.
slot_content look(int fd, std::string_view name, int slot, wanted what) {
  file_header header{};
  if (!read_fully(fd, 0, header)) return {slot, 0, {}};
  std::optional<std::uint64_t> length = length_of(fd, header);
  if (!length) return {slot, 0, {}};
  slot_content content{slot, load_le64(&header[generation_at]), {}};
  content.data.resize(what == wanted::data ? *length
                                           : std::min<std::size_t>(*length, chunk_octets));
  crypto::sha256_stream hash = start_digest(name, header);
  for (std::size_t done = 0; done < *length;) {
    std::size_t size = std::min<std::size_t>(*length - done, chunk_octets);
    octet* into = content.data.data() + (what == wanted::data ? done : 0);
    if (!read_fully(fd, data_at + done, {into, size})) return {slot, 0, {}};
    hash.update({into, size});
    done += size;
  }
  digest sum = hash.finish();
  if (!std::equal(sum.octets.begin(), sum.octets.end(), header.begin() + digest_at))
    return {slot, 0, {}};
  if (what == wanted::facts) content.data.clear();
  return content;
}

result<slot_content> look(const unique_fd& folder, std::string_view name, int slot, wanted what) {
  // Non-blocking, so that a pipe in the file's place cannot hold us up.
  unique_fd file(openat(folder.get(), file_of(name, slot).c_str(),
                        O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file) return look(file.get(), name, slot, what);
  if (errno == ENOENT || errno == ELOOP) return slot_content{slot, 0, {}};
  return fail(errno_error("cannot open " + file_of(name, slot)));
}

// Both, the one that counts more first.
result<std::array<slot_content, slots>> look_at_both(const unique_fd& folder,
                                                     std::string_view name) {
  std::array<slot_content, slots> both;
  for (int slot = 0; slot < slots; ++slot) {
    auto content = look(folder, name, slot, wanted::facts);
    if (!content) return fail(content.error());
    both[static_cast<std::size_t>(slot)] = *content;
  }
  if (both[0].generation <= both[1].generation) std::swap(both[0], both[1]);
  return both;
}

} // namespace

result<std::unique_ptr<file_snapshots>> file_snapshots::open(const std::string& folder,
                                                             sync_call sync) {
  result<unique_fd> opened = open_private_folder(folder, folder_lock::exclusive);
  if (!opened) return fail(opened.error());
  if (!sync) sync = ::fsync;
  return std::unique_ptr<file_snapshots>(new file_snapshots(*std::move(opened), std::move(sync)));
}

status file_snapshots::save(std::string_view name, bytes_view data) {
  if (status checked = check_snapshot(name, data); !checked) return checked;
  auto both = look_at_both(folder_, name);
  if (!both) return fail(both.error());
  file_header header = header_of(name, (*both)[0].generation + 1, data);
  const std::string temporary = std::string(name) + ".new";
  status saved = write_file(temporary, header, data);
  if (saved) saved = put_in_place(temporary, file_of(name, (*both)[1].slot));
  if (!saved) unlinkat(folder_.get(), temporary.c_str(), 0);
  return saved;
}

status file_snapshots::write_file(const std::string& name, bytes_view header,
                                  bytes_view data) const {
  // What an interrupted save left behind was never part of anything.
  if (unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT)
    return fail(errno_error("cannot remove " + name));
  unique_fd file(openat(folder_.get(), name.c_str(),
                        O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (!file) return fail(errno_error("cannot make " + name));
  if (status written = write_at(file.get(), 0, header, name); !written) return written;
  if (status written = write_at(file.get(), header.size(), data, name); !written) return written;
  if (sync_(file.get()) != 0) return fail(errno_error("cannot sync " + name));
  return {};
}

status file_snapshots::put_in_place(const std::string& temporary, const std::string& name) const {
  if (renameat(folder_.get(), temporary.c_str(), folder_.get(), name.c_str()) != 0)
    return fail(errno_error("cannot name " + name));
  if (sync_(folder_.get()) != 0) return fail(errno_error("cannot sync the folder of " + name));
  return {};
}

result<bool> file_snapshots::load(std::string_view name,
                                  const std::function<bool(bytes_view)>& take) const {
  if (status checked = check_snapshot_name(name); !checked) return fail(checked.error());
  auto both = look_at_both(folder_, name);
  if (!both) return fail(both.error());
  for (const slot_content& known : *both) {
    if (known.generation == 0) continue;
    auto content = look(folder_, name, known.slot, wanted::data);
    if (!content) return fail(content.error());
    if (content->generation != 0 && take(content->data)) return true;
  }
  return false;
}

} // namespace ppn
