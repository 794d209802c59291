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

bytes encode(std::string_view name, const cell& content) {
  bytes slot(slot_octets);
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

struct located {
  cell content;
  bool exists = false;
  std::size_t next_slot = 0; // the one that a set overwrites
};

result<located> locate(const unique_fd& folder, std::string_view name) {
  file_image image;
  status got = read_exactly(folder, file_of(name), image);
  if (!got && got.error().code == ec::not_found) return located{};
  if (!got) return fail(got.error());
  located found{{}, true, 0};
  for (std::size_t slot = 0; slot < slots; ++slot) {
    auto content = decode(name, bytes_view(image).subspan(slot * slot_octets, slot_octets));
    if (content && content->version > found.content.version)
      found = {*std::move(content), true, slots - 1 - slot};
  }
  if (found.content.version == 0)
    return fail(ec::integrity, "both copies of cell " + std::string(name) + " are damaged");
  return found;
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

result<cell> file_cells::get(std::string_view name) const {
  if (status checked = check_cell_name(name); !checked) return fail(checked.error());
  if (auto frozen = frozen_.find(name); frozen != frozen_.end()) return frozen->second;
  return locate(folder_, name).map([](located found) { return std::move(found.content); });
}

status file_cells::compare_and_set(std::string_view name, std::uint64_t expected,
                                   bytes_view value) {
  if (status checked = check_cell_name(name); !checked) return checked;
  if (status checked = check_cell_value(value); !checked) return checked;
  if (frozen_.contains(name)) return fail(ec::io_failed, "an earlier sync of this cell failed");
  result<located> found = locate(folder_, name);
  if (!found) return fail(found.error());
  if (status checked = check_cell_version(found->content, expected); !checked) return checked;
  cell next{expected + 1, bytes(value.begin(), value.end())};
  if (!found->exists) return create(std::string(name), next);
  status written = overwrite(std::string(name), found->next_slot, next);
  if (!written && written.error().code == ec::io_failed) frozen_.emplace(name, found->content);
  return written;
}

status file_cells::create(const std::string& name, const cell& first) {
  result<std::size_t> count = count_cells(folder_);
  if (!count) return fail(count.error());
  if (*count >= count_max)
    return fail(ec::too_large, "there are " + std::to_string(count_max) + " cells already");
  bytes image = encode(name, first);
  image.resize(slots * slot_octets); // both slots: no later set needs space
  status created = create_private_file(folder_, file_of(name), image);
  if (!created && created.error().code == ec::io_failed) frozen_.emplace(name, cell{});
  return created;
}

status file_cells::overwrite(const std::string& name, std::size_t slot, const cell& next) {
  unique_fd file(openat(folder_.get(), file_of(name).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return fail(errno_error("cannot open " + file_of(name)));
  if (status written = write_at(file.get(), slot * slot_octets, encode(name, next), name); !written)
    return written;
  if (sync_(file.get()) != 0) return fail(errno_error("cannot sync cell " + name));
  return {};
}

} // namespace ppn
