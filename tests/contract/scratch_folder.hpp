// A folder of a test's own, gone with the test. And, for what root may do and others not, a moment
// as nobody.
#pragma once

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace contract {

class scratch_folder {
public:
  scratch_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ppn-contract-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::string at(const std::string& name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

// Root passes every permission check; as nobody, it is checked like anyone else.
class as_nobody {
public:
  as_nobody() : was_root_(geteuid() == 0) {
    if (was_root_) BOOST_REQUIRE(seteuid(nobody) == 0);
  }
  as_nobody(const as_nobody&) = delete;
  as_nobody& operator=(const as_nobody&) = delete;
  ~as_nobody() {
    if (was_root_ && seteuid(0) != 0) std::abort();
  }

private:
  static constexpr uid_t nobody = 65534;
  bool was_root_;
};

} // namespace contract
