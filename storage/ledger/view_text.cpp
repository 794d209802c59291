#include "storage/ledger/view_text.hpp"

#include "messages/wire/ledger_rules.hpp"
#include "storage/log/text.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

namespace ppn::views {

namespace {

constexpr std::int64_t last_written_millisecond = 253'402'300'799'999; // of the year 9999

std::string padded(std::uint64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

std::string escape_of(char32_t point) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    text += digits[(point >> shift) & 15];
  return text;
}

// The ones that YAML 1.1 readers refuse unless they are escaped.
bool is_special(char32_t point) {
  return point == 0xfeff || point == 0xfffe || point == 0xffff;
}

// `quoted`: inside of double quotes.
std::string escaped(std::string_view text, bool quoted) {
  std::string out;
  while (!text.empty()) {
    std::string_view rest = text;
    const auto point = log::take_code_point(rest);
    if (!point) {
      out += escape_of(0xfffd);
      text.remove_prefix(1);
      continue;
    }
    const std::string_view letter = text.substr(0, text.size() - rest.size());
    if (quoted && (*point == '"' || *point == '\\'))
      out.append("\\").append(letter);
    else if (!wire::is_ledger_text(letter) || (quoted && is_special(*point)))
      out += escape_of(*point);
    else
      out += letter;
    text = rest;
  }
  return out;
}

std::string yaml_string(const std::string& text) {
  return '"' + escaped(text, true) + '"';
}

std::string yaml_fields(const json& object, std::size_t indent);

// What stands behind "key:".
std::string yaml_value(const json& value, std::size_t indent) {
  if (value.is_string()) return " " + yaml_string(value.get<std::string>()) + "\n";
  if (value.is_array()) {
    std::string items;
    for (const json& item : value)
      items += (items.empty() ? "" : ", ") + yaml_string(item.get<std::string>());
    return " [" + items + "]\n";
  }
  if (value.is_object() && !value.empty()) return "\n" + yaml_fields(value, indent + 2);
  return " " + value.dump() + "\n";
}

std::string yaml_fields(const json& object, std::size_t indent) {
  std::string out;
  for (const auto& [key, value] : object.items())
    out += std::string(indent, ' ') + key + ":" + yaml_value(value, indent);
  return out;
}

} // namespace

std::string timestamp(std::int64_t milliseconds) {
  if (milliseconds < 0 || milliseconds > last_written_millisecond)
    return std::to_string(milliseconds) + " ms after 1970";
  const std::chrono::sys_time<std::chrono::milliseconds> when{
      std::chrono::milliseconds{milliseconds}};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const auto in_day = static_cast<std::uint64_t>((when - day).count());
  return padded(static_cast<std::uint64_t>(int{date.year()}), 4) + "-" +
         padded(unsigned{date.month()}, 2) + "-" + padded(unsigned{date.day()}, 2) + "T" +
         padded(in_day / 3'600'000, 2) + ":" + padded(in_day / 60'000 % 60, 2) + ":" +
         padded(in_day / 1'000 % 60, 2) + "." + padded(in_day % 1'000, 3) + "Z";
}

std::string screen_text(std::string_view text) {
  return escaped(text, false);
}

std::string json_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string csv_cell(std::string_view text) {
  std::string cell{text};
  // A text that already begins with an apostrophe gets one more, so that taking one away is the way
  // back for all of them.
  if (!cell.empty() && std::string_view{"=+-@\t\r'"}.find(cell.front()) != std::string_view::npos)
    cell.insert(0, 1, '\'');
  const bool plain = cell.find_first_of(",\"\r\n") == std::string::npos &&
                     (cell.empty() || (cell.front() != ' ' && cell.back() != ' '));
  if (plain) return cell;
  std::string out = "\"";
  for (char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) line += ',';
    line += csv_cell(cell);
  }
  return line + '\n';
}

std::string yaml_item(const json& object) {
  std::string item = yaml_fields(object, 2);
  item[0] = '-';
  return item;
}

} // namespace ppn::views
