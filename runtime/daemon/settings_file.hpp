// The configuration file on disk.
#pragma once

#include "runtime/config/config.hpp"

namespace ppn {

result<configuration> read_configuration(const std::string& path);

} // namespace ppn
