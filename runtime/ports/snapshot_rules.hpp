// The part of the snapshots' contract that needs no disk: which names and sizes are refused. Every
// maker asks here, so that none of them can be more lenient than another.
#pragma once

#include "storage/snapshots.hpp"

#include <algorithm>

namespace ppn {

inline constexpr std::size_t snapshot_name_octets_max = 32;

inline status check_snapshot_name(std::string_view name) {
  auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  };
  if (name.empty() || name.size() > snapshot_name_octets_max ||
      !std::all_of(name.begin(), name.end(), allowed))
    return fail(ec::invalid, "the name of a snapshot is [a-z0-9-]{1,32}");
  return {};
}

inline status check_snapshot(std::string_view name, bytes_view data) {
  if (data.size() > snapshots::octets_max)
    return fail(ec::too_large, "a snapshot of " + std::to_string(data.size()) + " octets");
  return check_snapshot_name(name);
}

} // namespace ppn
