// The daemon's data folder: there, ours, writable, and nobody else's while we run.
#pragma once

#include "runtime/adapters/posix_files.hpp"

namespace ppn {

class data_folder {
public:
  // ec::in_use when another instance has it; ec::permission, ec::no_space, ec::io_failed by what a
  // trial write says.
  static result<data_folder> open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string sub(std::string_view name) const { return path_ + "/" + std::string{name}; }

private:
  data_folder(std::string path, unique_fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  unique_fd lock_; // held as long as this object lives
};

} // namespace ppn
