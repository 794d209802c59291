// Port: the process around the node, for the little that an operator may ask of it.
#pragma once

#include "messages/base/error.hpp"
#include "messages/control.hpp"

namespace ppn {

class process {
public:
  virtual ~process() = default;
  // Reads the configuration anew and passes on what may change while running. A configuration that
  // does not parse changes nothing.
  virtual result<reload_reply> reload() = 0;
};

} // namespace ppn
