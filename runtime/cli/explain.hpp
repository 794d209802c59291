// What `ppn explain` knows: one table of everything that a program of ours may say by name and that
// somebody then looks up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ppn {

enum class topic : std::uint8_t { error_code, exit_code, daemon_exit, alert, metric, state };
std::string_view to_string(topic kind);

struct explanation {
  topic kind = topic::error_code;
  std::string_view code;
  std::string_view means;
  std::string_view advice; // what to do
};

// Several may share a name: `7` is an exit code; case does not matter.
std::vector<explanation> explain(std::string_view code);
std::vector<explanation> all_explanations();

// What to do about an error, by the name of its code; never empty.
std::string_view advice_of(std::string_view error_code);

} // namespace ppn
