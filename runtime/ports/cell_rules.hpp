// The part of the cells' contract that needs no disk: which names and values are refused. Every
// maker asks here, so that none of them can be more lenient than another.
#pragma once

#include "storage/cells.hpp"

#include <algorithm>

namespace ppn {

inline constexpr std::size_t cell_name_octets_max = 32;

inline status check_cell_name(std::string_view name) {
  auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  };
  if (name.empty() || name.size() > cell_name_octets_max ||
      !std::all_of(name.begin(), name.end(), allowed))
    return fail(ec::invalid, "the name of a cell is [a-z0-9-]{1,32}");
  return {};
}

inline status check_cell_value(bytes_view value) {
  if (value.size() > cells::value_octets_max)
    return fail(ec::too_large, "a cell of " + std::to_string(value.size()) + " octets");
  return {};
}

inline status check_cell_version(const cell& current, std::uint64_t expected) {
  if (current.version != expected)
    return fail(ec::stale, "the cell is at version " + std::to_string(current.version) +
                               ", the writer expected " + std::to_string(expected));
  return {};
}

} // namespace ppn
