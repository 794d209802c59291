// The few file operations that a folder of tiles is made of, so that a test can stop the world
// between any two of them. Paths are relative to the folder, as `tile/0/x001/002`; "" is the folder
// itself. No operation leaves the folder or follows a symbolic link.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

namespace ppn::log {

enum class file_kind : octet { file, folder, other };

struct folder_entry {
  std::string name;
  file_kind kind = file_kind::file;

  bool operator==(const folder_entry&) const = default;
};

class tile_folder {
public:
  virtual ~tile_folder() = default;

  // Replaces `to` by the whole content; several threads may read at once. ec::not_found;
  // ec::too_large when it is longer than `most`; ec::malformed when it is no plain file.
  virtual status read(const std::string& path, std::size_t most, bytes& to) const = 0;
  // Sorted by name; ec::too_large when there are more than `entries_max`.
  virtual result<std::vector<folder_entry>> list(const std::string& path) const = 0;

  // Nothing when it is there. Durable once the folder that holds it is synced.
  virtual status make_folder(const std::string& path) = 0;
  // A new file of this content in the place of one of this name. Until sync_file its content may be
  // lost, until sync_folder its name.
  virtual status write(const std::string& path, bytes_view data) = 0;
  virtual status sync_file(const std::string& path) = 0;
  // Takes the place of `to`, so that a reader finds the old file or the new one.
  virtual status rename(const std::string& from, const std::string& to) = 0;
  // For what a run that was cut short left behind; nothing when it is not there.
  virtual status remove(const std::string& path) = 0;
  virtual status sync_folder(const std::string& path) = 0;

  // More than any folder of a log holds.
  static constexpr std::size_t entries_max = 4096;
};

} // namespace ppn::log
