// Port: what monitoring reads. The maker keeps the registry; it is filled from events (it may be an
// observer) and, at the moment somebody asks, from the node's own status.
#pragma once

#include "messages/control.hpp"

#include <string>

namespace ppn {

class figures {
public:
  virtual ~figures() = default;
  // The whole exposition in Prometheus' text format, with this status taken in.
  virtual std::string exposition(const status_reply& now) = 0;
};

} // namespace ppn
