// Files that an operator names: read whole up to a bound, and made without taking another's place.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

#include <string>

namespace ppn {

// ec::not_found, ec::permission, ec::invalid when it is no plain file, ec::too_large over the bound.
result<bytes> read_whole_file(const std::string& path, std::size_t octets_max);

// Complete or not at all, mode 0644 (less what the umask takes); ec::exists when there is anything of
// this name.
status create_public_file(const std::string& path, bytes_view content);

} // namespace ppn
