#include "runtime/config/config_text.hpp"
#include "runtime/guest/document.hpp"

#include <algorithm>
#include <fmt/format.h>

// The same settings as in runtime/config/config_reader.cpp, which says why.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 6
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

namespace ppn {

namespace {

document_value at(const toml::node& node) {
  document_value value;
  value.line = std::max<std::uint32_t>(1, node.source().begin.line);
  value.column = std::max<std::uint32_t>(1, node.source().begin.column);
  return value;
}

// Not deeper than the library lets a text be. Empty: a kind of value that no file of ours has.
bool convert(const toml::node& node, document_value& to, document_value& unfit) {
  to = at(node);
  if (const auto* flag = node.as_boolean()) {
    to.is = flag->get();
  } else if (const auto* number = node.as_integer()) {
    to.is = number->get();
  } else if (const auto* text = node.as_string()) {
    to.is = text->get();
  } else if (const auto* array = node.as_array()) {
    document_list list(array->size());
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!convert(*array->get(i), list[i], unfit)) return false;
    to.is = std::move(list);
  } else if (const auto* table = node.as_table()) {
    document_table entries;
    for (const auto& [key, value] : *table)
      if (!convert(value, entries[std::string{key.str()}], unfit)) return false;
    to.is = std::move(entries);
  } else {
    unfit = to;
    return false;
  }
  return true;
}

} // namespace

result<document_value> read_toml_document(std::string_view text, std::string_view file) {
  auto ascii = ascii_config_text(text, file);
  if (!ascii) return fail(ascii.error());
  toml::parse_result parsed = toml::parse(std::string_view{*ascii}, std::string_view{});
  document_value to;
  if (!parsed) {
    const toml::parse_error& problem = parsed.error();
    to.line = std::max<std::uint32_t>(1, problem.source().begin.line);
    to.column = std::max<std::uint32_t>(1, problem.source().begin.column);
    return fail(
        document_error(file, to, "this is no TOML: " + printable(problem.description(), 240)));
  }
  document_value unfit;
  if (!convert(parsed.table(), to, unfit))
    return fail(document_error(file, unfit, "fractions, dates and times are not used here"));
  return to;
}

} // namespace ppn
