// An entry as one row with the same fields in every format: what views.cpp spells out.
#pragma once

#include "messages/ledger.hpp"
#include "storage/ledger/view_text.hpp"
#include "storage/ledger/views.hpp"

namespace ppn::views {

// Keys in the order of `row_columns`; values are strings, numbers, null, and an object of details.
json entry_row(std::uint64_t index, const opened_entry& opened, const node_names& names);
// Of octets that are no entry this version can read.
json undecodable_row(std::uint64_t index, bytes_view octets);

// "node:laptop-a", or the first 16 hex digits when there is no name.
std::string node_reference(const node_id& node, const node_names& names);
std::vector<std::string> names_of_rights(std::uint8_t rights);

} // namespace ppn::views
