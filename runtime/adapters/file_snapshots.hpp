// The snapshots as files: two files per name, each with its generation in front. A save writes a
// temporary file, syncs it, and renames it over the one that counts less: the damaged one, or the
// older one. So a cut at any point leaves the newest sound generation where it was.
//
// The durable format, never to change: `<name>.0.snapshot` and `<name>.1.snapshot`, each
//   magic "ppnsnap1" (8) | generation (8) | length (8) | digest (32) | data
// with the numbers least significant octet first, and the digest SHA-256 over
//   name | one zero octet | generation (8) | length (8) | data
#pragma once

#include "runtime/adapters/posix_files.hpp"
#include "storage/snapshots.hpp"

#include <functional>
#include <memory>

namespace ppn {

class file_snapshots final : public snapshots {
public:
  // fsync, or what a test puts in its place.
  using sync_call = std::function<int(int fd)>;

  // Makes the folder (mode 0700) if it is missing, and locks it: ec::in_use while others have it,
  // ec::permission when other users may enter it.
  static result<std::unique_ptr<file_snapshots>> open(const std::string& folder,
                                                      sync_call sync = {});

  status save(std::string_view name, bytes_view data) override;
  result<bool> load(std::string_view name,
                    const std::function<bool(bytes_view)>& take) const override;

private:
  file_snapshots(unique_fd folder, sync_call sync)
      : folder_(std::move(folder)), sync_(std::move(sync)) {}
  status write_file(const std::string& name, bytes_view header, bytes_view data) const;
  status put_in_place(const std::string& temporary, const std::string& name) const;

  unique_fd folder_;
  sync_call sync_;
};

} // namespace ppn
