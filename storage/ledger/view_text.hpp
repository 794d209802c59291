// How views are spelled: times, cells of CSV, YAML and texts for a screen. No locale has a part in
// it, so that one ledger gives one view on every machine.
#pragma once

#include "messages/base/bytes.hpp"

#include <nlohmann/json_fwd.hpp>

namespace ppn::views {

using json = nlohmann::ordered_json;

// RFC 3339 in UTC with milliseconds; after the year 9999, which that form cannot write, and before
// 1970 the number of milliseconds.
std::string timestamp(std::int64_t milliseconds);

// UTF-8 with everything that could act on a screen, and what is no UTF-8, written as \uXXXX.
std::string screen_text(std::string_view text);

// One line, UTF-8. What is no UTF-8 becomes U+FFFD.
std::string json_line(const json& value);

// RFC 4180, but a line feed alone ends the line. A cell that a spreadsheet would take for a formula
// gets an apostrophe in front.
std::string csv_cell(std::string_view text);
std::string csv_line(const std::vector<std::string>& cells);

// An object as one item of a block list. Every string is in double quotes.
std::string yaml_item(const json& object);

} // namespace ppn::views
