#include "runtime/guest/document.hpp"

#include "messages/base/limits.hpp"
#include "runtime/config/config_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ppn {

namespace {

bool is_name(std::string_view text) {
  auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= limits::name_octets && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), fits);
}

bool is_label(std::string_view text) {
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/' || c == '=';
  };
  std::size_t equals = text.find('=');
  return equals != std::string_view::npos && equals > 0 && text.size() <= limits::label_octets &&
         text.find('=', equals + 1) == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), fits);
}

std::string_view kind_of(const document_value& value) {
  constexpr std::string_view names[] = {"true or false", "an integer", "a text", "an array",
                                        "a table"};
  return names[value.is.index()];
}

struct unit {
  std::string_view name;
  std::uint64_t octets;
};
constexpr std::uint64_t kibi = 1024;
constexpr std::uint64_t kilo = 1000;
constexpr unit units[] = {
    {"", 1},
    {"B", 1},
    {"K", kibi},
    {"KiB", kibi},
    {"kB", kilo},
    {"KB", kilo},
    {"M", kibi* kibi},
    {"MiB", kibi* kibi},
    {"MB", kilo* kilo},
    {"G", kibi* kibi* kibi},
    {"GiB", kibi* kibi* kibi},
    {"GB", kilo* kilo* kilo},
    {"T", kibi* kibi* kibi* kibi},
    {"TiB", kibi* kibi* kibi* kibi},
    {"TB", kilo* kilo* kilo* kilo},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

} // namespace

std::optional<std::uint64_t> octets_from(std::string_view text) {
  std::uint64_t whole = 0;
  std::uint64_t thousandths = 0;
  std::size_t at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    if (at >= 18) return std::nullopt;
    whole = 10 * whole + static_cast<std::uint64_t>(text[at] - '0');
  }
  if (at == 0) return std::nullopt;
  if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    ++at;
    for (std::uint64_t place = 100; at < text.size() && is_digit(text[at]); ++at, place /= 10)
      thousandths += place * static_cast<std::uint64_t>(text[at] - '0');
  }
  std::string_view rest = text.substr(at);
  if (rest.size() > 1 && rest.front() == ' ') rest.remove_prefix(1);
  for (const unit& each : units) {
    if (each.name != rest) continue;
    if (thousandths > 0 && each.octets == 1) return std::nullopt;
    if (whole > (std::uint64_t{1} << 62) / each.octets) return std::nullopt;
    return whole * each.octets + each.octets / 1000 * thousandths;
  }
  return std::nullopt;
}

error document_error(std::string_view file, const document_value& at, std::string_view text) {
  if (at.line == 0) return {ec::invalid, fmt::format("command line: {}", text)};
  return {ec::invalid,
          fmt::format("{}:{}:{}: {}", printable(file, file.size()), at.line, at.column, text)};
}

// -- mistakes
// --------------------------------------------------------------------------------------------

void document_problems::report(const document_value& at, std::string text) {
  if (at_ && std::pair{at_->line, at_->column} <= std::pair{at.line, at.column}) return;
  at_ = document_value{at.line, at.column, false};
  text_ = std::move(text);
}

status document_problems::first() const {
  if (!at_) return {};
  return fail(document_error(file_, *at_, text_));
}

// -- tables
// ----------------------------------------------------------------------------------------------

table_reader::table_reader(const document_value& table, std::string path,
                           document_problems& problems)
    : at_(table), table_(std::get_if<document_table>(&table.is)), path_(std::move(path)),
      problems_(problems) {
  if (table_ == nullptr)
    problems_.report(table, fmt::format("'{}' is {}, a table is wanted", path_, kind_of(table)));
}

std::string table_reader::full(std::string_view key) const {
  return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key);
}

const document_value& table_reader::where(std::string_view key) const {
  if (table_ == nullptr) return at_;
  auto found = table_->find(key);
  return found == table_->end() ? at_ : found->second;
}

bool table_reader::has(std::string_view key) const {
  return table_ != nullptr && table_->count(key) > 0;
}

const document_value* table_reader::take(std::string_view key) {
  asked_.emplace_back(key);
  if (table_ == nullptr) return nullptr;
  auto found = table_->find(key);
  return found == table_->end() ? nullptr : &found->second;
}

void table_reader::refuse(std::string_view key, std::string text) {
  problems_.report(where(key), fmt::format("key '{}': {}", full(key), text));
}

void table_reader::require(std::string_view key) {
  if (!has(key)) problems_.report(at_, fmt::format("key '{}' is missing", full(key)));
}

std::string table_reader::text(std::string_view key, std::string fallback, std::size_t most) {
  const document_value* value = take(key);
  if (value == nullptr) return fallback;
  const auto* given = std::get_if<std::string>(&value->is);
  if (given == nullptr) {
    refuse(key, fmt::format("{} is given, a text is wanted", kind_of(*value)));
    return fallback;
  }
  auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (given->size() > most)
    refuse(key, fmt::format("a text of {} octets, at most {} are allowed", given->size(), most));
  else if (std::any_of(given->begin(), given->end(), is_control))
    refuse(key, "control characters are not allowed");
  else
    return *given;
  return fallback;
}

std::string table_reader::name(std::string_view key, std::string fallback) {
  std::string given = text(key, fallback, 256);
  if (!has(key) || given == fallback || is_name(given)) return given;
  refuse(key, fmt::format("'{}' is no name: 1 to {} of a-z, 0-9 and '-', no '-' at its ends",
                          printable(given), limits::name_octets));
  return fallback;
}

std::uint64_t table_reader::number(std::string_view key, std::uint64_t fallback,
                                   std::uint64_t least, std::uint64_t most) {
  const document_value* value = take(key);
  if (value == nullptr) return fallback;
  const auto* given = std::get_if<std::int64_t>(&value->is);
  if (given == nullptr)
    refuse(key, fmt::format("{} is given, an integer is wanted", kind_of(*value)));
  else if (*given < 0 || static_cast<std::uint64_t>(*given) < least ||
           static_cast<std::uint64_t>(*given) > most)
    refuse(key, fmt::format("{} is out of range, {} to {} are allowed", *given, least, most));
  else
    return static_cast<std::uint64_t>(*given);
  return fallback;
}

std::uint64_t table_reader::octets(std::string_view key, std::uint64_t fallback,
                                   std::uint64_t least, std::uint64_t most) {
  const document_value* value = take(key);
  if (value == nullptr) return fallback;
  std::optional<std::uint64_t> given;
  if (const auto* number = std::get_if<std::int64_t>(&value->is); number != nullptr && *number >= 0)
    given = static_cast<std::uint64_t>(*number);
  const auto* text = std::get_if<std::string>(&value->is);
  if (text != nullptr) given = octets_from(*text);
  if (!given) {
    refuse(key, fmt::format("{} is no amount; write it like \"512 MiB\" or \"20 GB\"",
                            text != nullptr ? "'" + printable(*text) + "'"
                                            : std::string{kind_of(*value)}));
    return fallback;
  }
  if (*given >= least && *given <= most) return *given;
  refuse(key, fmt::format("{} octets are out of range, {} to {} are allowed", *given, least, most));
  return fallback;
}

bool table_reader::flag(std::string_view key, bool fallback) {
  const document_value* value = take(key);
  if (value == nullptr) return fallback;
  if (const auto* given = std::get_if<bool>(&value->is)) return *given;
  refuse(key, fmt::format("{} is given, true or false is wanted", kind_of(*value)));
  return fallback;
}

std::vector<std::string> table_reader::texts(std::string_view key, std::size_t count,
                                             std::size_t most) {
  const document_value* value = take(key);
  if (value == nullptr) return {};
  const auto* list = std::get_if<document_list>(&value->is);
  if (list == nullptr || list->size() > count) {
    refuse(key, list == nullptr
                    ? fmt::format("{} is given, an array of texts is wanted", kind_of(*value))
                    : fmt::format("{} texts, at most {} are allowed", list->size(), count));
    return {};
  }
  std::vector<std::string> texts;
  for (const document_value& each : *list) {
    const auto* text = std::get_if<std::string>(&each.is);
    if (text == nullptr || text->empty() || text->size() > most) {
      problems_.report(
          each, fmt::format("key '{}': every item is a text of 1 to {} octets", full(key), most));
      return {};
    }
    texts.push_back(*text);
  }
  return texts;
}

std::vector<std::string> table_reader::labels(std::string_view key) {
  std::vector<std::string> given = texts(key, limits::labels_per_node, limits::label_octets);
  for (const std::string& each : given)
    if (!is_label(each)) {
      refuse(key, fmt::format("'{}' is no label, write it like \"rack=3\"", printable(each)));
      return {};
    }
  std::sort(given.begin(), given.end());
  given.erase(std::unique(given.begin(), given.end()), given.end());
  return given;
}

std::vector<const document_value*> table_reader::tables(std::string_view key, std::size_t most) {
  const document_value* value = take(key);
  if (value == nullptr) return {};
  const auto* list = std::get_if<document_list>(&value->is);
  if (list == nullptr || list->size() > most) {
    refuse(key, list == nullptr
                    ? fmt::format("{} is given, an array of tables is wanted", kind_of(*value))
                    : fmt::format("{} given, at most {} are allowed", list->size(), most));
    return {};
  }
  std::vector<const document_value*> tables;
  for (const document_value& each : *list)
    tables.push_back(&each);
  return tables;
}

const document_value* table_reader::table(std::string_view key) {
  return take(key);
}

void table_reader::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, value] : *table_) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    std::string known;
    for (const std::string& each : asked_)
      known += (known.empty() ? "" : ", ") + each;
    problems_.report(value,
                     fmt::format("unknown key '{}'; known here: {}", printable(full(key)), known));
  }
}

} // namespace ppn
