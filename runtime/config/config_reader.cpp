#include "runtime/config/config_reader.hpp"

#include "messages/base/assert.hpp"
#include "runtime/config/config_text.hpp"
#include "runtime/config/config_values.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

// Compiled in, not linked: so the depth limit is ours, and a broken file is an answer, no
// exception.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 6
// Version 3.3.0 asserts that a key begins well before it checks that, and with NDEBUG lets the
// compiler assume it: both are wrong for "[=]". Without either, the check behind it answers.
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

namespace ppn {

namespace {

static_assert(TOML_MAX_NESTED_VALUES == config_limits::nested_values);

std::uint32_t line_of_node(const toml::node& node) {
  return std::max<std::uint32_t>(1, node.source().begin.line);
}

std::string_view given_type(const toml::node& node) {
  switch (node.type()) {
  case toml::node_type::table:
    return "a table";
  case toml::node_type::array:
    return node.is_array_of_tables() ? "an array of tables" : "an array";
  case toml::node_type::string:
    return "a text";
  case toml::node_type::integer:
    return "an integer";
  case toml::node_type::floating_point:
    return "a number with a fraction";
  case toml::node_type::boolean:
    return "a boolean";
  default:
    return "a date or time";
  }
}

std::optional<std::vector<std::string>> texts_of(const toml::array& array) {
  std::vector<std::string> texts;
  for (const toml::node& item : array) {
    const auto* text = item.as_string();
    if (!text) return std::nullopt;
    texts.push_back(text->get());
  }
  return texts;
}

// The value if its type fits the rule.
std::optional<config_value> value_of(const key_rule& rule, const toml::node& node) {
  switch (rule.type) {
  case key_type::table:
  case key_type::tables:
    return std::nullopt;
  case key_type::amount:
    if (const auto* text = node.as_string()) return config_value{text->get()};
    [[fallthrough]];
  case key_type::integer:
    if (const auto* number = node.as_integer()) return config_value{number->get()};
    return std::nullopt;
  case key_type::boolean:
    if (const auto* flag = node.as_boolean()) return config_value{flag->get()};
    return std::nullopt;
  case key_type::labels:
    if (const auto* array = node.as_array())
      if (auto texts = texts_of(*array)) return config_value{std::move(*texts)};
    return std::nullopt;
  default:
    if (const auto* text = node.as_string()) return config_value{text->get()};
    return std::nullopt;
  }
}

// Checks every table of the file against the rules; keeps the first mistake by line.
class document_reader {
public:
  explicit document_reader(std::string_view file) { document_.file = file; }

  result<config_document> read(const toml::table& root) {
    read_keys(nullptr, root, nullptr, 1);
    for (const auto& found : {problem_, missing_})
      if (found) return fail(config_error(document_.file, found->line, found->text));
    return std::move(document_);
  }

private:
  struct problem {
    std::uint32_t line;
    std::string text;
  };

  void report(std::uint32_t line, std::string text) {
    if (!problem_ || problem_->line > line) problem_ = problem{line, std::move(text)};
  }

  void report(const key_rule& rule, std::uint32_t line, std::string_view text) {
    report(line, fmt::format("key '{}': {}", rule.path, text));
  }

  void report_missing(const key_rule& rule, std::uint32_t line) {
    if (!missing_ || missing_->line > line)
      missing_ = problem{line, fmt::format("key '{}' is missing", rule.path)};
  }

  // `in` and `section` are null at the top of the file, which holds sections only.
  void read_keys(const key_rule* in, const toml::table& table, config_section* section,
                 std::uint32_t line) {
    std::string_view inside = in ? in->path : std::string_view{};
    refuse_unknown(inside, table);
    for (const key_rule& rule : key_rules())
      if (is_directly_inside(rule, inside))
        read_key(rule, table.get(rule.path.substr(inside.empty() ? 0 : inside.size() + 1)), section,
                 line);
  }

  void read_key(const key_rule& rule, const toml::node* node, config_section* section,
                std::uint32_t line) {
    if (rule.type == key_type::table) return read_table(rule, node);
    if (rule.type == key_type::tables) return read_tables(rule, node, line);
    PPN_ASSERT(section != nullptr);
    if (node) return read_value(rule, *node, *section);
    if (rule.required) return report_missing(rule, line);
    section->entries[rule.path] = {default_value(rule), line, false};
  }

  void read_table(const key_rule& rule, const toml::node* node) {
    static const toml::table empty;
    if (node && !node->is_table()) return report_type(rule, *node);
    std::uint32_t line = node ? line_of_node(*node) : 1;
    read_section(rule, node ? *node->as_table() : empty, line);
  }

  void read_tables(const key_rule& rule, const toml::node* node, std::uint32_t line) {
    document_.sections[rule.path];
    const toml::array* array = node ? node->as_array() : nullptr;
    if (node) line = line_of_node(*node);
    if (node && (!array || !(array->empty() || array->is_homogeneous<toml::table>())))
      return report_type(rule, *node);
    if (!node) return rule.required ? report_missing(rule, line) : void();
    auto count = static_cast<std::int64_t>(array->size());
    if (count < rule.least || count > rule.most)
      return report(rule, line, fmt::format("{} given, allowed {}", count, allowed_values(rule)));
    for (std::int64_t i = 0; i < count; ++i) {
      const toml::table& table = *array->get(static_cast<std::size_t>(i))->as_table();
      read_section(rule, table, line_of_node(table));
    }
  }

  void read_section(const key_rule& rule, const toml::table& table, std::uint32_t line) {
    config_section section;
    section.line = line;
    read_keys(&rule, table, &section, line);
    document_.sections[rule.path].push_back(std::move(section));
  }

  void read_value(const key_rule& rule, const toml::node& node, config_section& section) {
    auto given = value_of(rule, node);
    if (!given) return report_type(rule, node);
    auto checked = check_value(rule, std::move(*given));
    if (!checked) return report(rule, line_of_node(node), checked.error());
    section.entries[rule.path] = {std::move(*checked), line_of_node(node)};
  }

  void report_type(const key_rule& rule, const toml::node& node) {
    report(rule, line_of_node(node),
           fmt::format("{} is given, {} is wanted", given_type(node), wanted_type(rule.type)));
  }

  void refuse_unknown(std::string_view inside, const toml::table& table) {
    for (const auto& [key, node] : table) {
      std::string path{inside};
      if (!inside.empty()) path += '.';
      path += key.str();
      // A quoted key with a dot in it spells no path.
      if (key.str().find('.') == std::string_view::npos && find_rule(path)) continue;
      report_unknown(path, node);
    }
  }

  // Of an unknown section its first key is named: it says best what was meant.
  void report_unknown(std::string path, const toml::node& outer) {
    if (problem_ && problem_->line <= line_of_node(outer)) return; // the search below is not cheap
    const toml::node* node = &outer;
    for (int depth = 0; depth < 3; ++depth) {
      if (const auto* array = node->as_array(); array && node->is_array_of_tables())
        node = array->get(0);
      const toml::table* table = node->as_table();
      if (!table || table->empty()) break;
      auto first = std::min_element(table->begin(), table->end(), [](auto&& a, auto&& b) {
        return line_of_node(a.second) < line_of_node(b.second);
      });
      path += '.';
      path += first->first.str();
      node = &first->second;
    }
    std::string text = fmt::format("unknown key '{}'", printable(path));
    std::string_view near = nearest_key(path);
    if (!near.empty()) text += fmt::format(", did you mean '{}'?", near);
    report(line_of_node(*node), std::move(text));
  }

  config_document document_;
  std::optional<problem> problem_;
  // Told only when nothing else is wrong: a misspelt key explains why the right one is missing.
  std::optional<problem> missing_;
};

const config_value& value_at(const config_section& section, std::string_view path) {
  auto at = section.entries.find(path);
  PPN_ASSERT(at != section.entries.end());
  return at->second.value;
}

template <class T>
const T& typed_value(const config_section& section, std::string_view path) {
  const T* value = std::get_if<T>(&value_at(section, path));
  PPN_ASSERT(value != nullptr);
  return *value;
}

} // namespace

const std::string& config_section::text(std::string_view path) const {
  return typed_value<std::string>(*this, path);
}
std::int64_t config_section::integer(std::string_view path) const {
  return typed_value<std::int64_t>(*this, path);
}
bool config_section::boolean(std::string_view path) const {
  return typed_value<bool>(*this, path);
}

const std::vector<std::string>& config_section::labels(std::string_view path) const {
  return typed_value<std::vector<std::string>>(*this, path);
}

std::uint32_t config_section::line_of(std::string_view path) const {
  auto at = entries.find(path);
  return at == entries.end() ? line : at->second.line;
}

bool config_section::has(std::string_view path) const {
  auto at = entries.find(path);
  return at != entries.end() && at->second.given;
}

const config_section& config_document::one(std::string_view section) const {
  const auto& list = all(section);
  PPN_ASSERT(list.size() == 1);
  return list.front();
}

const std::vector<config_section>& config_document::all(std::string_view section) const {
  auto at = sections.find(section);
  PPN_ASSERT(at != sections.end());
  return at->second;
}

result<config_document> read_config_document(std::string_view text, std::string_view file) {
  auto ascii = ascii_config_text(text, file);
  if (!ascii) return fail(ascii.error());
  toml::parse_result parsed = toml::parse(std::string_view{*ascii}, std::string_view{});
  if (!parsed) {
    const toml::parse_error& problem = parsed.error();
    std::string description = printable(problem.description(), 240);
    std::uint32_t line = std::max<std::uint32_t>(1, problem.source().begin.line);
    return fail(config_error(file, line, "this is no TOML: " + description));
  }
  return document_reader(file).read(parsed.table());
}

} // namespace ppn
