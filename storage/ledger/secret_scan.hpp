// Whether a text that is about to be written down for ever looks like a secret. A warning before
// the fact, for people: it finds what gets pasted by accident, and may be wrong in both directions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ppn {

// What it looks like, in words, without any part of the text.
std::optional<std::string> looks_like_secret(std::string_view text);

} // namespace ppn
