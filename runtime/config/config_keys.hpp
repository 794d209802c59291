// Every key of the configuration file, once. The reader takes types, ranges, default values and the
// refusal of unknown keys from this table; the help text is the table, printed; the comparison at a
// reload asks it what takes effect at once. A key without a line here does not exist.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ppn {

enum class key_type : std::uint8_t {
  table,   // [section]
  tables,  // [[section]]; the range bounds how many
  name,    // [a-z0-9-]; the range bounds the octets, as for text
  text,    // no control characters
  hex,     // exactly `most` digits, not all of them zero
  address, // IP literal of one interface
  choice,  // one of `choices`
  integer, // the range bounds the value
  amount,  // octets, as an integer or like "4 GiB"; the range bounds the value
  boolean,
  labels, // array of printable texts without repetition; the range bounds how many
};

enum class key_effect : std::uint8_t { at_once, restart };

struct key_rule {
  std::string_view path;
  key_type type = key_type::text;
  key_effect effect = key_effect::at_once;
  bool required = false;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view choices;  // "a|b|c"
  std::string_view fallback; // as a file would say it; empty: zero, false, no text, no labels
  std::string_view meaning;
};

// A section stands before its keys.
std::span<const key_rule> key_rules();

const key_rule* find_rule(std::string_view path);

// The rules of the keys directly inside a section; "" is the whole file.
bool is_directly_inside(const key_rule& rule, std::string_view section);

// The key that was probably meant, or empty when nothing is near.
std::string_view nearest_key(std::string_view unknown);

// "1 to 4096", "16 MiB to 1 PiB", "text, json": what a value may be, for people.
std::string allowed_values(const key_rule& rule);

// "512 MiB"; the largest unit that leaves nothing over.
std::string render_amount(std::uint64_t octets);

} // namespace ppn
