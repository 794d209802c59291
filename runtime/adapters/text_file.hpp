// A file that is written piece by piece and appears whole, in the place of one of its name, or not at
// all: temporary name, fsync, rename, fsync of the folder. And folders of a program's own state.
#pragma once

#include "messages/base/error.hpp"
#include "runtime/adapters/posix_files.hpp"

#include <string>
#include <string_view>

namespace ppn {

class text_file {
public:
  // Mode 0644, less what the umask takes.
  static result<text_file> create(const std::string& path);
  text_file(text_file&& other) noexcept;
  text_file& operator=(text_file&&) = delete;
  ~text_file(); // without finish() nothing stays behind

  status write(std::string_view text);
  status finish();

private:
  text_file(unique_fd file, std::string path, std::string temporary)
      : file_(std::move(file)), path_(std::move(path)), temporary_(std::move(temporary)) {}
  status flush();

  unique_fd file_;
  std::string path_;
  std::string temporary_; // empty: there is none any more
  std::string pending_;
};

// Makes the folder and those above it as far as they are missing, mode 0700.
status make_private_folders(const std::string& path);

} // namespace ppn
