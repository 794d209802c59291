#include "runtime/adapters/file_cells.hpp"

#include "runtime/crypto/hash.hpp"
#include "runtime/ports/cell_rules.hpp"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <unistd.h>

namespace ppn {

namespace {

constexpr std::string_view suffix = ".cell";
constexpr std::string_view magic = "ppncell1";
constexpr std::size_t version_at = 8;
constexpr std::size_t length_at = 16;
constexpr std::size_t digest_at = 24;
constexpr std::size_t value_at = digest_at + digest::size;
constexpr std::size_t slot_octets = 8192;
constexpr std::size_t slots = 2;
static_assert(value_at + cells::value_octets_max <= slot_octets);

using file_image = std::array<octet, slots * slot_octets>;

std::string file_of(std::string_view name) {
  return std::string(name).append(suffix);
}

// `numbers`: version and length as they stand in the slot.
digest digest_of(std::string_view name, bytes_view numbers, bytes_view value) {
  constexpr octet separator = 0;
  crypto::sha256_stream hash;
  hash.update(view_of(name));
  hash.update({&separator, 1});
  hash.update(numbers);
  hash.update(value);
  return hash.finish();
}

// As much of a slot as a cell takes, in whole pages. `older`: how much of it is not zero already.
std::size_t used_octets(const cell& content) {
  return value_at + content.value.size();
}
std::size_t written_octets(const cell& content, std::size_t older) {
  constexpr std::size_t page = 4096;
  return (std::max(used_octets(content), older) + page - 1) / page * page;
}

bytes encode(std::string_view name, const cell& content, std::size_t octets) {
  bytes slot(octets);
  std::copy(magic.begin(), magic.end(), slot.begin());
  store_le64(&slot[version_at], content.version);
  store_le32(&slot[length_at], static_cast<std::uint32_t>(content.value.size()));
  bytes_view numbers = bytes_view(slot).subspan(version_at, length_at + 4 - version_at);
  digest sum = digest_of(name, numbers, content.value);
  std::copy(sum.octets.begin(), sum.octets.end(), slot.begin() + digest_at);
  std::copy(content.value.begin(), content.value.end(), slot.begin() + value_at);
  return slot;
}

std::optional<cell> decode(std::string_view name, bytes_view slot) {
  if (text_of(slot.first(magic.size())) != magic) return std::nullopt;
  std::uint64_t version = load_le64(&slot[version_at]);
  std::uint32_t length = load_le32(&slot[length_at]);
  if (version == 0 || length > cells::value_octets_max) return std::nullopt;
  bytes_view numbers = slot.subspan(version_at, length_at + 4 - version_at);
  bytes_view value = slot.subspan(value_at, length);
  digest sum = digest_of(name, numbers, value);
  if (!std::equal(sum.octets.begin(), sum.octets.end(), slot.begin() + digest_at))
    return std::nullopt;
  return cell{version, bytes(value.begin(), value.end())};
}

result<std::size_t> count_cells(const unique_fd& folder) {
  // The stream takes a descriptor of its own: the lock must outlive it.
  int fd = openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* entries = fd < 0 ? nullptr : fdopendir(fd);
  if (entries == nullptr) return fail(errno_error("cannot list the cells"));
  std::size_t count = 0;
  while (const dirent* entry = readdir(entries))
    if (std::string_view(entry->d_name).ends_with(suffix)) ++count;
  closedir(entries);
  return count;
}

} // namespace

result<std::unique_ptr<file_cells>> file_cells::open(const std::string& folder, sync_call sync) {
  result<unique_fd> opened = open_private_folder(folder, folder_lock::exclusive);
  if (!opened) return fail(opened.error());
  if (!sync) sync = ::fdatasync;
  return std::unique_ptr<file_cells>(new file_cells(*std::move(opened), std::move(sync)));
}

// -- one cell -----------------------------------------------------------------------------------------

// What its file holds, read once: the folder is locked, so that nobody else writes there.
struct file_cells::entry {
  std::mutex busy;
  bool loaded = false;
  unique_fd file; // none: the cell was never written
  cell content;
  std::size_t next_slot = 0;                                   // the one that a set overwrites
  std::array<std::size_t, slots> used{slot_octets, slot_octets}; // how much of a slot is not zero
  // After a failed sync nobody knows which slot the disk holds. What was acknowledged last stays
  // readable, and the cell takes no more values until the folder is opened again.
  bool frozen = false;

  status load(const unique_fd& folder, std::string_view name);
  status read_slots(std::string_view name, const file_image& image);
  status overwrite(std::string_view name, cell next, const sync_call& sync);
};

status file_cells::entry::load(const unique_fd& folder, std::string_view name) {
  if (loaded) return {};
  file_image image;
  status got = read_exactly(folder, file_of(name), image);
  if (!got && got.error().code != ec::not_found) return got;
  if (got) {
    if (status read = read_slots(name, image); !read) return read;
    int fd = openat(folder.get(), file_of(name).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return fail(errno_error("cannot open " + file_of(name)));
    file = unique_fd(fd);
  }
  loaded = true;
  return {};
}

status file_cells::entry::read_slots(std::string_view name, const file_image& image) {
  for (std::size_t slot = 0; slot < slots; ++slot) {
    auto found = decode(name, bytes_view(image).subspan(slot * slot_octets, slot_octets));
    if (found) used[slot] = used_octets(*found);
    if (!found || found->version <= content.version) continue;
    content = *std::move(found);
    next_slot = slots - 1 - slot;
  }
  if (content.version == 0)
    return fail(ec::integrity, "both copies of cell " + std::string(name) + " are damaged");
  return {};
}

status file_cells::entry::overwrite(std::string_view name, cell next, const sync_call& sync) {
  bytes image = encode(name, next, written_octets(next, used[next_slot]));
  used[next_slot] = slot_octets; // until it is known to be whole
  if (status written = write_at(file.get(), next_slot * slot_octets, image, std::string(name));
      !written) {
    frozen = written.error().code == ec::io_failed;
    return written;
  }
  if (sync(file.get()) != 0) {
    error why = errno_error("cannot sync cell " + std::string(name));
    frozen = why.code == ec::io_failed;
    return fail(std::move(why));
  }
  used[next_slot] = used_octets(next);
  content = std::move(next);
  next_slot = slots - 1 - next_slot;
  return {};
}

// -- all of them --------------------------------------------------------------------------------------

file_cells::file_cells(unique_fd folder, sync_call sync)
    : folder_(std::move(folder)), sync_(std::move(sync)) {}
file_cells::~file_cells() = default;

file_cells::entry& file_cells::entry_of(std::string_view name) const {
  std::lock_guard guard(finding_);
  std::unique_ptr<entry>& found = entries_[std::string(name)];
  if (!found) found = std::make_unique<entry>();
  return *found;
}

result<cell> file_cells::get(std::string_view name) const {
  if (status checked = check_cell_name(name); !checked) return fail(checked.error());
  entry& found = entry_of(name);
  std::lock_guard guard(found.busy);
  if (found.frozen) return found.content;
  if (status loaded = found.load(folder_, name); !loaded) return fail(loaded.error());
  return found.content;
}

status file_cells::compare_and_set(std::string_view name, std::uint64_t expected,
                                   bytes_view value) {
  if (status checked = check_cell_name(name); !checked) return checked;
  if (status checked = check_cell_value(value); !checked) return checked;
  entry& found = entry_of(name);
  std::lock_guard guard(found.busy);
  if (found.frozen) return fail(ec::io_failed, "an earlier sync of this cell failed");
  if (status loaded = found.load(folder_, name); !loaded) return loaded;
  if (status checked = check_cell_version(found.content, expected); !checked) return checked;
  cell next{expected + 1, bytes(value.begin(), value.end())};
  if (!found.file) return create(std::string(name), found, next);
  return found.overwrite(name, std::move(next), sync_);
}

status file_cells::create(const std::string& name, entry& made, const cell& first) {
  std::lock_guard guard(counting_); // two first sets at once would count each other out
  result<std::size_t> count = count_cells(folder_);
  if (!count) return fail(count.error());
  if (*count >= count_max)
    return fail(ec::too_large, "there are " + std::to_string(count_max) + " cells already");
  // Both slots: no later set needs space.
  bytes image = encode(name, first, slots * slot_octets);
  status created = create_private_file(folder_, file_of(name), image);
  if (!created) {
    made.frozen = created.error().code == ec::io_failed;
    return created;
  }
  made.loaded = false;
  return made.load(folder_, name);
}

} // namespace ppn
