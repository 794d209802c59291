// Texts of configuration files for the tests: a small good one, a member to add to it, one line for
// another, and the example that the repository ships. And the error that a text ends in.
#pragma once

#include "runtime/config/config.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <string>

namespace ppn::config_support {

// 10 lines; its keys stand in lines 2, 3, 5, 6, 8, 9 and 10.
inline std::string small_file() {
  return "[node]\n"
         "name = 'a'\n"
         "data = '/tmp/a'\n"
         "[fleet]\n"
         "id = '0123456789abcdef0123456789abcdef'\n"
         "controller = 'a'\n"
         "[[member]]\n"
         "name = 'a'\n"
         "id = '" +
         std::string(64, 'a') +
         "'\n"
         "address = '127.0.0.1'\n";
}

// The same node in a fleet with a ledger: 5 lines.
inline std::string founded_file() {
  return "[node]\n"
         "name = 'a'\n"
         "data = '/tmp/a'\n"
         "[fleet]\n"
         "founding = '/etc/founding'\n";
}

inline std::string member(std::string_view name, char digit, int host) {
  return fmt::format("[[member]]\nname = '{}'\nid = '{}'\naddress = '127.0.0.{}'\n", name,
                     std::string(64, digit), host);
}

inline std::string replaced(std::string text, std::string_view what, std::string_view with) {
  auto at = text.find(what);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, "not in the text: " << what);
  return text.replace(at, what.size(), with);
}

inline std::string example_file(std::string_view name = "example.toml") {
  const char* root = std::getenv("PPN_SOURCE_DIR");
  std::string path = fmt::format("{}/deploy/config/{}", root ? root : ".", name);
  std::ifstream file(path);
  BOOST_REQUIRE_MESSAGE(file, "cannot read " << path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string error_of(const std::string& text, std::string_view file = "ppn.toml") {
  auto config = parse_configuration(text, file);
  BOOST_REQUIRE(!config);
  BOOST_TEST((config.error().code == ec::invalid));
  const std::string& line = config.error().text;
  BOOST_TEST(std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; }),
             line);
  return line;
}

// Lines after the small file begin with number 11.
inline std::string error_after(const std::string& addition) {
  return error_of(small_file() + addition);
}

inline std::string error_instead(std::string_view what, std::string_view with) {
  return error_of(replaced(small_file(), what, with));
}

} // namespace ppn::config_support
