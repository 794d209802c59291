// The caps and rules that a configuration file obeys before the TOML library sees it. They keep it
// away from what version 3.3.0 gets wrong: unbounded recursion on deep files, and undefined
// behaviour on many characters outside ASCII. Whatever a file holds, the library gets short lines
// of ASCII.
#pragma once

#include "messages/base/error.hpp"

#include <string>
#include <string_view>

namespace ppn {

namespace config_limits {

inline constexpr std::size_t file_octets = 1024 * 1024;
// Together these bound the depth of a file: the library frees nested tables recursively.
inline constexpr std::size_t line_octets = 1024;
inline constexpr std::size_t nested_values = 6;
// How much of a wrong key or value an error repeats.
inline constexpr std::size_t shown_octets = 64;

} // namespace config_limits

// The text with every character outside ASCII in a comment replaced; anywhere else one is refused,
// since a text can say "\u00fc". Lines keep their numbers.
result<std::string> ascii_config_text(std::string_view text, std::string_view file);

// "FILE:LINE: text", ec::invalid.
error config_error(std::string_view file, std::uint32_t line, std::string_view text);

// Everything outside printable ASCII as \xNN, cut after `most` octets of input.
std::string printable(std::string_view text, std::size_t most = config_limits::shown_octets);

} // namespace ppn
