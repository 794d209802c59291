#include "runtime/cli/error_json.hpp"

#include "messages/base/error.hpp"
#include "runtime/cli/explain.hpp"

#include <nlohmann/json.hpp>

namespace ppn {

std::string error_json(std::string_view code, int exit, std::string_view what, std::string_view where) {
  nlohmann::ordered_json document{{"schema", "ppn.error/1"}, {"code", code},   {"exit", exit},
                                  {"what", what},            {"where", where}, {"do", advice_of(code)}};
  return document.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string error_json_of_line(std::string_view line, int exit, std::string_view where) {
  constexpr std::string_view program = "ppn: ";
  while (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (line.substr(0, program.size()) == program) line.remove_prefix(program.size());
  auto colon = line.find(": ");
  auto name = line.substr(0, colon);
  for (int i = 0; i < ec_count; ++i)
    if (to_string(static_cast<ec>(i)) == name)
      return error_json(name, exit, colon == line.npos ? "" : line.substr(colon + 2), where);
  std::string_view guess = to_string(ec::internal);
  if (exit == exit_code(ec::integrity)) guess = to_string(ec::integrity);
  if (exit == exit_code(ec::refused)) guess = to_string(ec::refused);
  return error_json(guess, exit, line, where);
}

} // namespace ppn
