#include "runtime/config/config.hpp"
#include "runtime/config/config_keys.hpp"

#include <fmt/format.h>

namespace ppn {

namespace {

std::string heading(const key_rule& rule) {
  bool repeated = rule.type == key_type::tables;
  std::string line =
      repeated ? fmt::format("\n[[{}]]", rule.path) : fmt::format("\n[{}]", rule.path);
  if (repeated) line += fmt::format("  {}", allowed_values(rule));
  return line + fmt::format("\n    {}\n", rule.meaning);
}

std::string_view type_name(key_type type) {
  switch (type) {
  case key_type::integer:
    return "integer";
  case key_type::amount:
    return "integer or text like \"4 GiB\"";
  case key_type::boolean:
    return "boolean";
  case key_type::labels:
    return "array";
  default:
    return "text";
  }
}

std::string entry(const key_rule& rule) {
  std::string line = fmt::format("  {:<16}{}: {}", rule.path.substr(rule.path.rfind('.') + 1),
                                 type_name(rule.type), allowed_values(rule));
  if (rule.required) line += "; required";
  if (!rule.fallback.empty()) line += fmt::format("; default {}", rule.fallback);
  if (rule.effect == key_effect::restart) line += "; needs a restart";
  return line + fmt::format("\n{:18}{}\n", "", rule.meaning);
}

} // namespace

std::string describe_configuration() {
  std::string text =
      "The configuration file is TOML. Unless a key says otherwise, a reload makes it take\n"
      "effect at once. Unknown keys and values out of range are refused.\n";
  for (const key_rule& rule : key_rules()) {
    bool section = rule.type == key_type::table || rule.type == key_type::tables;
    text += section ? heading(rule) : entry(rule);
  }
  return text;
}

} // namespace ppn
