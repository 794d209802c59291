#include "storage/rocksdb_status.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace ppn {

namespace {

bool says_any(const std::string& text, std::initializer_list<std::string_view> phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](std::string_view phrase) {
    return text.find(phrase) != std::string::npos;
  });
}

ec code_of(const rocksdb::Status& status, const std::string& text) {
  if (status.IsNoSpace()) return ec::no_space;
  if (status.IsCorruption()) return ec::integrity;
  if (status.IsPathNotFound()) return ec::not_found;
  if (says_any(text, {strerror(EACCES), strerror(EPERM), strerror(EROFS)})) return ec::permission;
  // By this process, by another one, and in the in-memory environment.
  if (says_any(text, {"lock hold by current process", "While lock file", "lock is already held"}))
    return ec::in_use;
  return ec::io_failed;
}

} // namespace

error translate(const rocksdb::Status& status, const std::string& what) {
  std::string text = status.ToString();
  return {code_of(status, text), what + ": " + text};
}

} // namespace ppn
