#include "runtime/config/config_text.hpp"

#include "runtime/config/config_keys.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ppn {

namespace {

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// Where the comment of a line begins, its length without one, or what is wrong. A text ends with
// its line at the latest: TOML's texts of several lines are refused, since no key needs one. Where
// a line is no TOML the answer may be off, which the library then says.
tl::expected<std::size_t, std::string_view> find_comment(std::string_view line) {
  char quote = 0; // of the text that the scan is in
  for (std::size_t at = 0; at < line.size(); ++at) {
    char c = line[at];
    if (!quote && c == '#') return at;
    if (!is_ascii(c))
      return tl::unexpected(std::string_view{
          "characters outside ASCII are for comments, in a text write them like \"\\u00fc\""});
    if (quote == '"' && c == '\\') {
      ++at; // an escaped quote ends nothing
    } else if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      if (line.substr(at, 3) == std::string(3, c))
        return tl::unexpected(std::string_view{"texts of several lines are not allowed"});
      quote = c;
    }
  }
  return line.size();
}

} // namespace

result<std::string> ascii_config_text(std::string_view text, std::string_view file) {
  if (text.size() > config_limits::file_octets)
    return fail(config_error(
        file, 1,
        fmt::format("the file is larger than {}", render_amount(config_limits::file_octets))));
  std::string ascii{text};
  std::uint32_t number = 1;
  for (std::size_t start = 0; start < text.size(); ++number) {
    std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    if (line.size() > config_limits::line_octets)
      return fail(config_error(
          file, number,
          fmt::format("the line is longer than {} octets", config_limits::line_octets)));
    auto comment = find_comment(line);
    if (!comment) return fail(config_error(file, number, comment.error()));
    for (std::size_t at = start + *comment; at < end; ++at)
      if (!is_ascii(ascii[at])) ascii[at] = '?';
    start = end + 1;
  }
  return ascii;
}

error config_error(std::string_view file, std::uint32_t line, std::string_view text) {
  return {ec::invalid, fmt::format("{}:{}: {}", printable(file, file.size()), line, text)};
}

std::string printable(std::string_view text, std::size_t most) {
  std::string shown;
  for (char c : text.substr(0, most)) {
    if (c >= 0x20 && c < 0x7f)
      shown += c;
    else
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  if (text.size() > most) shown += "...";
  return shown;
}

} // namespace ppn
