// `os-infrastructure --join [CODE@ADDRESS]`: a machine is let into a fleet by a ceremony with somebody who
// administers it, and then runs as its member.
#pragma once

#include "runtime/daemon/daemon.hpp"

namespace ppn {

struct join_options {
  std::string data;
  std::string code;    // CODE@ADDRESS; empty: a code is shown here, to be typed at the fleet
  std::string listen;  // where to wait for it then; empty: every address
  std::string from;    // who may try it then: ADDRESS or PREFIX/BITS; empty: everybody
};

// The path of the configuration to run. A node that has one already joins nothing again.
tl::expected<std::string, daemon_failure> make_join(const join_options& given);

} // namespace ppn
