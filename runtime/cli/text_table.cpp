#include "runtime/cli/text_table.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>

namespace ppn::text {

namespace {

std::string_view escape(colour paint) {
  switch (paint) {
  case colour::none:
    return "";
  case colour::dim:
    return "\x1b[2m";
  case colour::green:
    return "\x1b[32m";
  case colour::yellow:
    return "\x1b[33m";
  case colour::red:
    return "\x1b[31m";
  case colour::bold:
    return "\x1b[1m";
  case colour::bold_yellow:
    return "\x1b[1;33m";
  case colour::bold_red:
    return "\x1b[1;31m";
  }
  return "";
}

} // namespace

std::string plain(std::string_view text) {
  std::string shown(text);
  for (char& c : shown)
    if (c < 0x20 || c >= 0x7f) c = '?';
  return shown;
}

std::string render_line(const line& from, std::size_t width, bool coloured) {
  std::size_t left = width == 0 ? std::string::npos : width;
  std::size_t spaces = 0; // held back until something follows them
  std::string to;
  for (const piece& each : from) {
    std::string_view text = std::string_view{each.text}.substr(0, left);
    left -= text.size();
    std::size_t end = text.find_last_not_of(' ') + 1; // 0: spaces only
    if (end == 0) {
      spaces += text.size();
      continue;
    }
    to.append(spaces, ' ');
    bool painted = coloured && each.paint != colour::none;
    if (painted) to += escape(each.paint);
    to += text.substr(0, end);
    if (painted) to += "\x1b[0m";
    spaces = text.size() - end;
  }
  return to + '\n';
}

std::vector<line> align_columns(std::vector<line> rows, const std::vector<alignment>& columns) {
  for (std::size_t column = 0; column < columns.size(); ++column) {
    std::size_t widest = 0;
    for (const line& row : rows) {
      PPN_ASSERT(row.size() == columns.size());
      widest = std::max(widest, row[column].text.size());
    }
    for (line& row : rows) {
      std::string& text = row[column].text;
      text.insert(columns[column] == alignment::left ? text.size() : 0, widest - text.size(), ' ');
      if (column + 1 < columns.size()) text += "  ";
    }
  }
  return rows;
}

} // namespace ppn::text
