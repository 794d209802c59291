// From TOML text to checked values. The reader knows the shape of the file only: whether each key
// exists in the table of config_keys.hpp and its value has the type and range stated there, with
// the default value where the file says nothing. What values mean together is config.cpp's. Never
// throws, never recurses deeper than a fixed bound, and of several mistakes reports the one that
// comes first.
#pragma once

#include "messages/base/error.hpp"
#include "runtime/config/config_keys.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace ppn {

// An amount is a number of octets.
using config_value = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

struct config_entry {
  config_value value;
  std::uint32_t line = 0; // of the section, when the file leaves the key out
  bool given = true;
};

// One [table], or one of several [[tables]]. Holds every key of its section that is required or has
// a default value, so asking for one with a wrong name or type is our bug.
struct config_section {
  std::uint32_t line = 1;
  std::map<std::string_view, config_entry> entries; // by full path, as the table of keys spells it

  const std::string& text(std::string_view path) const;
  std::int64_t integer(std::string_view path) const;
  bool boolean(std::string_view path) const;
  const std::vector<std::string>& labels(std::string_view path) const;
  std::uint32_t line_of(std::string_view path) const;
  // Whether the file says it; false for a default value.
  bool has(std::string_view path) const;
};

struct config_document {
  std::string file;
  std::map<std::string_view, std::vector<config_section>> sections; // in the order of the file

  const config_section& one(std::string_view section) const;
  const std::vector<config_section>& all(std::string_view section) const;
};

result<config_document> read_config_document(std::string_view text, std::string_view file);

} // namespace ppn
