#include "runtime/daemon/data_folder.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ppn {

namespace {

// Whether this disk takes anything at all, before a node says to its fleet that it is there.
status try_write(const unique_fd& folder, const std::string& path) {
  static constexpr const char* name = ".trial";
  unique_fd file{openat(folder.get(), name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file) return fail(errno_error("the data folder " + path + " cannot be written"));
  octet block[4096] = {};
  auto written = write_at(file.get(), 0, block, path + "/" + name);
  if (written && fsync(file.get()) != 0)
    written = fail(errno_error("the data folder " + path + " cannot be synced"));
  unlinkat(folder.get(), name, 0);
  return written;
}

} // namespace

result<data_folder> data_folder::open(const std::string& path) {
  auto folder = open_private_folder(path, folder_lock::exclusive);
  if (!folder) {
    if (folder.error().code == ec::in_use)
      return fail(ec::in_use, "another os-infrastructure runs on " + path);
    return fail(folder.error());
  }
  if (auto written = try_write(*folder, path); !written) return fail(written.error());
  return data_folder(path, std::move(*folder));
}

} // namespace ppn
