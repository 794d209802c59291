#include "runtime/daemon/settings_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sys/stat.h>

namespace ppn {

namespace {

constexpr std::size_t octets_max = 1024 * 1024;

} // namespace

result<configuration> read_configuration(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0)
    return fail(ec::not_found, path + ": " + std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) return fail(ec::invalid, path + ": not a plain file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ec::permission, path + ": cannot be read");
  std::string text(octets_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > octets_max) return fail(ec::too_large, path + ": over 1 MiB");
  return parse_configuration(text, path);
}

} // namespace ppn
