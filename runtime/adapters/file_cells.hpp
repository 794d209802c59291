// The cells as files: one file of two slots per cell, in a folder of their own. A set overwrites
// the slot that holds the older value and syncs it; a reader takes the newest slot whose digest
// fits. So a cut at any point leaves the value before, and an overwrite in place needs no space and
// no rename. What the two slots cannot tell is a damaged newest slot from one that was never
// finished: both read as the version before.
//
// The durable format, never to change: `<name>.cell` of 2 * 8192 octets; in each half
//   magic "ppncell1" (8) | version (8) | length (4) | zero (4) | digest (32) | value | zero
// with the numbers least significant octet first, and the digest SHA-256 over
//   name | one zero octet | version (8) | length (4) | value
#pragma once

#include "runtime/adapters/posix_files.hpp"
#include "storage/cells.hpp"

#include <functional>
#include <map>
#include <memory>

namespace ppn {

class file_cells final : public cells {
public:
  // fdatasync, or what a test puts in its place.
  using sync_call = std::function<int(int fd)>;

  // Makes the folder (mode 0700) if it is missing, and locks it: ec::in_use while others have it,
  // ec::permission when other users may enter it.
  static result<std::unique_ptr<file_cells>> open(const std::string& folder, sync_call sync = {});

  result<cell> get(std::string_view name) const override;
  status compare_and_set(std::string_view name, std::uint64_t expected, bytes_view value) override;

private:
  file_cells(unique_fd folder, sync_call sync)
      : folder_(std::move(folder)), sync_(std::move(sync)) {}
  status create(const std::string& name, const cell& first);
  status overwrite(const std::string& name, std::size_t slot, const cell& next);

  unique_fd folder_;
  sync_call sync_;
  // By name: after a failed sync nobody knows which slot the disk holds. What was acknowledged last
  // stays readable, and the cell takes no more values until the folder is opened again.
  std::map<std::string, cell, std::less<>> frozen_;
};

} // namespace ppn
