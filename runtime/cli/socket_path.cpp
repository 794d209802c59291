#include "runtime/cli/socket_path.hpp"

#include "messages/base/limits.hpp"

#include <algorithm>

namespace ppn {

namespace {

constexpr const char* default_home = "/run/ppn";

bool is_node_name(const std::string& text) {
  return !text.empty() && text.size() <= limits::name_octets &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

} // namespace

result<std::string> find_socket(const socket_choice& choice) {
  if (!choice.socket.empty()) return choice.socket;
  if (!choice.data.empty()) return choice.data + "/control.sock";
  std::string home = choice.home.empty() ? default_home : choice.home;
  if (choice.node.empty()) return home + "/control.sock";
  if (!is_node_name(choice.node))
    return fail(ec::invalid, "a node's name has 1 to 63 of a-z, 0-9 and -");
  return home + '/' + choice.node + "/control.sock";
}

} // namespace ppn
