// The few rules of text that every format of the ledger shares: canonical numbers, lines, UTF-8.
// Two spellings of one value would give two notes for one tree, so only one spelling is accepted.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace ppn::log {

// Sizes, indices and times are below this: one bit stays free for languages without unsigned.
inline constexpr std::uint64_t number_end = std::uint64_t{1} << 63;
// The longest inclusion proof in a tree below 2^63 leaves, and what the formats carry.
inline constexpr std::size_t proof_hashes_max = 63;

// ASCII digits, no sign, no leading zero, below number_end.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

// Removes one code point from the front; nullopt (and `text` unspecified) unless it is
// shortest-form UTF-8 of a Unicode scalar value.
std::optional<char32_t> take_code_point(std::string_view& text);

// Valid UTF-8 without control octets below 0x20; the line feed is the only one a note may hold.
bool is_printable(std::string_view text, bool line_feeds);

// Hands out lines without their line feed. What follows the last line feed is never a line.
class line_reader {
public:
  explicit line_reader(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> next();
  std::string_view rest() const { return rest_; }

private:
  std::string_view rest_;
};

// Base64 of exactly 32 octets.
std::optional<digest> parse_hash_line(std::string_view line);

// The hash lines of a proof up to and including the empty line that ends them.
result<std::vector<digest>> read_proof(line_reader& lines);
std::string proof_lines(const std::vector<digest>& hashes);

} // namespace ppn::log
