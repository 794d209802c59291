// Signed notes: a text, an empty line, and signature lines that name their key. Parsing takes every
// line or refuses the note; verifying ignores keys that it does not know and trusts nothing else
// about a note until a known log key has signed it and no known key's line has failed.
#pragma once

#include "storage/log/vkey.hpp"

#include <span>
#include <vector>

namespace ppn::log {

inline constexpr std::size_t note_octets_max = 64 * 1024;
inline constexpr std::size_t note_signatures_max = 100;

struct note_signature {
  std::string name;
  key_id id;
  bytes payload; // after the key id; its form depends on the key's type

  bool operator==(const note_signature&) const = default;
};

struct note {
  std::string text; // ends with a line feed; this is what signatures cover
  std::vector<note_signature> signatures;

  bool operator==(const note&) const = default;
};

// One line that a known key made.
struct known_signature {
  vkey key;
  std::uint64_t time = 0; // POSIX seconds that a cosignature states; 0 for a log's signature
  bytes payload;
};

result<note> parse_note(bytes_view data);
// What follows the empty line, at least one line; a witness answers with such lines alone.
result<std::vector<note_signature>> parse_signature_lines(std::string_view text);

// Every line of a known (name, id) pair verifies and at least one type-01 key signed. The answer
// holds all lines of known keys in their order, so one key may appear more than once.
result<std::vector<known_signature>> verify_note(const note& parsed, std::span<const vkey> known,
                                                 const verify_function& verify = {});

// One signature line with its line feed.
std::string to_text(const note_signature& line);
std::string to_text(const note& whole);

// A line by a log key (type 01) over `text`; `invalid` when the key or the text cannot be in a
// note.
result<note_signature> sign_text(std::string_view text, const vkey& key, const sign_function& sign);

} // namespace ppn::log
