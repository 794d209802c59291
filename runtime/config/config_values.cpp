#include "runtime/config/config_values.hpp"

#include "messages/base/assert.hpp"
#include "messages/base/bytes.hpp"
#include "messages/base/limits.hpp"
#include "runtime/config/config_text.hpp"

#include <algorithm>
#include <caf/error.hpp>
#include <caf/ipv6_address.hpp>
#include <caf/string_view.hpp>
#include <charconv>
#include <fmt/format.h>
#include <set>

namespace ppn {

namespace {

tl::unexpected<std::string> wrong(std::string text) {
  return tl::unexpected<std::string>(std::move(text));
}

tl::unexpected<std::string> wrong(const key_rule& rule, std::string_view given) {
  return wrong(
      fmt::format("'{}' is not allowed, allowed is {}", printable(given), allowed_values(rule)));
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
bool is_graphic(char c) {
  return c >= 0x20 && c < 0x7f;
}
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

value_check check_integer(const key_rule& rule, std::int64_t value) {
  if (value < rule.least || value > rule.most)
    return wrong(fmt::format("{} is out of range, allowed {}", value, allowed_values(rule)));
  return value;
}

// Exponent of 1024 of a unit, or -1.
int unit_power(std::string_view unit) {
  constexpr std::string_view units[] = {"", "KiB", "MiB", "GiB", "TiB", "PiB"};
  const auto* at = std::find(std::begin(units), std::end(units), unit);
  return at == std::end(units) ? -1 : static_cast<int>(at - std::begin(units));
}

value_check check_amount(const key_rule& rule, std::string_view text) {
  std::uint64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  int power = rest.empty() && !text.empty() && text.back() == ' ' ? -1 : unit_power(rest);
  if (problem == std::errc::invalid_argument || power < 0)
    return wrong(fmt::format("'{}' is no amount of memory, write it like \"512 MiB\" or \"4 GiB\"",
                             printable(text)));
  int shift = 10 * power;
  auto most = static_cast<std::uint64_t>(rule.most);
  if (problem == std::errc::result_out_of_range || number > most >> shift ||
      number << shift < static_cast<std::uint64_t>(rule.least))
    return wrong(
        fmt::format("{} is out of range, allowed {}", printable(text), allowed_values(rule)));
  return static_cast<std::int64_t>(number << shift);
}

value_check check_text(const key_rule& rule, std::string value) {
  auto octets = static_cast<std::int64_t>(value.size());
  if (octets < rule.least || octets > rule.most)
    return wrong(fmt::format("a text of {} octets is out of range, allowed {}", octets,
                             allowed_values(rule)));
  if (std::any_of(value.begin(), value.end(), is_control))
    return wrong("control characters are not allowed");
  return value;
}

value_check check_name(const key_rule& rule, std::string value) {
  auto octets = static_cast<std::int64_t>(value.size());
  if (octets < rule.least || octets > rule.most ||
      !std::all_of(value.begin(), value.end(), is_name))
    return wrong(rule, value);
  return value;
}

value_check check_hex(const key_rule& rule, std::string value) {
  auto data = from_hex(value);
  if (!data || static_cast<std::int64_t>(value.size()) != rule.most ||
      std::all_of(data->begin(), data->end(), [](octet each) { return each == 0; }))
    return wrong(rule, value);
  return value;
}

value_check check_address(const key_rule& rule, const std::string& value) {
  caf::ipv6_address address;
  if (caf::parse(value, address)) return wrong(rule, value);
  std::string plain = to_string(address);
  if (address.zero() || plain == "0.0.0.0")
    return wrong(fmt::format("'{}' stands for every address, name one", printable(value)));
  // Elsewhere 010 is octal: only the unambiguous spelling counts.
  if (address.embeds_v4() && plain != value)
    return wrong(fmt::format("'{}' is ambiguous, write {}", printable(value), plain));
  return plain;
}

value_check check_choice(const key_rule& rule, std::string value) {
  std::string_view rest = rule.choices;
  while (!rest.empty()) {
    std::string_view choice = rest.substr(0, rest.find('|'));
    if (value == choice) return value;
    rest.remove_prefix(std::min(rest.size(), choice.size() + 1));
  }
  return wrong(rule, value);
}

value_check check_labels(const key_rule& rule, std::vector<std::string> values) {
  if (values.size() > static_cast<std::size_t>(rule.most))
    return wrong(
        fmt::format("{} labels are too many, allowed {}", values.size(), allowed_values(rule)));
  std::set<std::string_view> seen;
  for (const std::string& value : values) {
    if (value.empty() || value.size() > limits::label_octets ||
        !std::all_of(value.begin(), value.end(), is_graphic))
      return wrong(rule, value);
    if (!seen.insert(value).second) return wrong(fmt::format("'{}' stands there twice", value));
  }
  return values;
}

} // namespace

value_check check_value(const key_rule& rule, config_value given) {
  if (auto* number = std::get_if<std::int64_t>(&given)) return check_integer(rule, *number);
  if (auto* list = std::get_if<std::vector<std::string>>(&given))
    return check_labels(rule, std::move(*list));
  auto* text = std::get_if<std::string>(&given);
  if (!text) return given; // both booleans are fine
  switch (rule.type) {
  case key_type::name:
    return check_name(rule, std::move(*text));
  case key_type::hex:
    return check_hex(rule, std::move(*text));
  case key_type::address:
    return check_address(rule, *text);
  case key_type::choice:
    return check_choice(rule, std::move(*text));
  case key_type::amount:
    return check_amount(rule, *text);
  default:
    return check_text(rule, std::move(*text));
  }
}

config_value default_value(const key_rule& rule) {
  std::int64_t number = 0;
  switch (rule.type) {
  case key_type::boolean:
    return rule.fallback == "true";
  case key_type::labels:
    return std::vector<std::string>{};
  case key_type::integer:
  case key_type::amount:
    std::from_chars(rule.fallback.data(), rule.fallback.data() + rule.fallback.size(), number);
    return number;
  default:
    return std::string{rule.fallback};
  }
}

std::string_view wanted_type(key_type type) {
  switch (type) {
  case key_type::table:
    return "a table";
  case key_type::tables:
    return "an array of tables";
  case key_type::integer:
    return "an integer";
  case key_type::amount:
    return "an integer or a text like \"4 GiB\"";
  case key_type::boolean:
    return "true or false";
  case key_type::labels:
    return "an array of texts";
  default:
    return "a text";
  }
}

} // namespace ppn
