#include "messages/base/error.hpp"

#include <array>

namespace ppn {

namespace {

struct description {
  std::string_view name;
  int exit;
};

constexpr std::array<description, ec_count> descriptions{{
    {"none", 0},
    {"busy", 1},
    {"unreachable", 4},
    {"timed-out", 4},
    {"stale", 5},
    {"needs-confirmation", 6},
    {"refused", 3},
    {"invalid", 2},
    {"malformed", 1},
    {"unauthentic", 3},
    {"too-large", 2},
    {"not-found", 1},
    {"exists", 5},
    {"unsupported", 1},
    {"no-space", 1},
    {"io-failed", 1},
    {"integrity", 7},
    {"in-use", 5},
    {"permission", 3},
    {"stopping", 4},
    {"internal", 1},
}};
static_assert(!descriptions.back().name.empty(), "every code has a name and an exit code");

} // namespace

std::string_view to_string(ec code) { return descriptions.at(static_cast<std::size_t>(code)).name; }

int exit_code(ec code) { return descriptions.at(static_cast<std::size_t>(code)).exit; }

std::string render(const error& what) {
  std::string text{to_string(what.code)};
  if (!what.text.empty()) text += ": " + what.text;
  return text;
}

} // namespace ppn
