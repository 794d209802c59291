// Where the control socket of a node lies, from what the operator typed. A name is only ever a
// name: it cannot walk out of the folder of all nodes.
#pragma once

#include "messages/base/error.hpp"

#include <string>

namespace ppn {

struct socket_choice {
  std::string socket; // --socket wins
  std::string data;   // then --data: its control.sock
  std::string node;   // then --node: a folder in `home`
  std::string home;   // PPN_HOME, or empty
};

result<std::string> find_socket(const socket_choice& choice);

} // namespace ppn
