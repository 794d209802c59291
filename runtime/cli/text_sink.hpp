// Where a verb's output goes: the standard output, or a file that appears whole or not at all.
#pragma once

#include "messages/base/error.hpp"

#include <string_view>

namespace ppn {

class text_sink {
public:
  virtual ~text_sink() = default;
  virtual status write(std::string_view text) = 0;
  // All of it has arrived; of a file: durably, under its name.
  virtual status finish() = 0;
};

} // namespace ppn
