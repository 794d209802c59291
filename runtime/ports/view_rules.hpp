// The part of the views' contract that needs no disk: which names are refused. Every maker asks here, so
// that none of them can be more lenient than another.
#pragma once

#include "storage/published_views.hpp"

#include <algorithm>

namespace ppn {

inline constexpr std::size_t view_name_octets_max = 64;

inline status check_view_name(std::string_view name) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  if (name.empty() || name.size() > view_name_octets_max || !letter(name.front()) ||
      !std::all_of(name.begin(), name.end(), allowed))
    return fail(ec::invalid, "the name of a view is [a-zA-Z0-9.-]{1,64} and begins with a letter");
  return {};
}

inline std::string view_aside_name(std::string_view name, int number) {
  return std::string(name) + ".aside-" + std::to_string(number);
}

} // namespace ppn
