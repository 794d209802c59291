// The views as files in a folder of their own. A file that is replaced is written beside, synced and
// renamed; one that grows is appended to and synced. Whatever is in the place of a view and is no plain
// file of ours is renamed, never followed, opened or removed.
#pragma once

#include "runtime/adapters/posix_files.hpp"
#include "storage/published_views.hpp"

#include <memory>

namespace ppn {

class view_files final : public published_views {
public:
  // Makes the folder (mode 0700) if it is missing, and locks it: ec::in_use while others have it.
  static result<std::unique_ptr<view_files>> open(const std::string& folder);

  status write(std::string_view name, std::string_view text) override;
  result<std::uint64_t> open_lines(std::string_view name) override;
  result<std::string> read(std::string_view name, std::uint64_t from,
                           std::size_t most) const override;
  status append(std::string_view name, std::uint64_t from, std::string_view text) override;
  status set_aside(std::string_view name) override;

private:
  explicit view_files(unique_fd folder) : folder_(std::move(folder)) {}
  status clear_place(const std::string& name);
  status replace(const std::string& name, std::string_view text);
  result<std::uint64_t> cut_torn_end(const unique_fd& file, const std::string& name) const;
  status sync_folder() const;

  unique_fd folder_;
};

} // namespace ppn
