// The cells as files: one file of two slots per cell, in a folder of their own. A set overwrites
// the slot that holds the older value and syncs it; a reader takes the newest slot whose digest
// fits. So a cut at any point leaves the value before, and an overwrite in place needs no space and
// no rename. A file is read once and stays open, which the lock on the folder allows. What the two
// slots cannot tell is a damaged newest slot from one that was never finished: both read as the
// version before.
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
#include <mutex>

namespace ppn {

class file_cells final : public cells {
public:
  // fdatasync, or what a test puts in its place.
  using sync_call = std::function<int(int fd)>;

  // Makes the folder (mode 0700) if it is missing, and locks it: ec::in_use while others have it,
  // ec::permission when other users may enter it.
  static result<std::unique_ptr<file_cells>> open(const std::string& folder, sync_call sync = {});

  ~file_cells() override;

  // Both may be called from any thread; a set waits for no other cell's disk.
  result<cell> get(std::string_view name) const override;
  status compare_and_set(std::string_view name, std::uint64_t expected, bytes_view value) override;

private:
  struct entry;
  file_cells(unique_fd folder, sync_call sync);
  entry& entry_of(std::string_view name) const;
  status create(const std::string& name, entry& made, const cell& first);

  unique_fd folder_;
  sync_call sync_;
  mutable std::mutex finding_;
  std::mutex counting_;
  // By name; guarded by `finding_`, each entry by its own mutex. Entries stay.
  mutable std::map<std::string, std::unique_ptr<entry>, std::less<>> entries_;
};

} // namespace ppn
