// Checkpoints: the signed statement "the log `origin` has `size` entries and this root". Parsing
// fixes the syntax; opening adds signatures, the rule that origin and log key name are one, the
// empty tree's root and a quorum of witnesses.
#pragma once

#include "storage/log/note.hpp"

namespace ppn::log {

struct checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  digest root;
  std::string extensions; // whole lines with their line feeds, kept as they came; we write none

  bool operator==(const checkpoint&) const = default;
};

// Syntax only: a witness answers an empty tree with a wrong root differently from a malformed text.
result<checkpoint> parse_checkpoint(std::string_view text);
// `invalid` for what parse_checkpoint would not read back.
result<std::string> to_text(const checkpoint& body);

// A tree of no entries has one root only.
bool has_possible_root(const checkpoint& body);

// A log whose writer changes keeps its origin and takes another key: the key of a term signs the
// checkpoints from `first_size` up to the next term.
struct log_term {
  vkey key;
  std::uint64_t first_size = 0;

  bool operator==(const log_term&) const = default;
};

// The last term that begins at or before this size; null when none does.
const log_term* term_of(std::span<const log_term> terms, std::uint64_t size);

// Whom a verifier believes. Either any of `logs`, or of each checkpoint the key of its term.
struct trust_policy {
  std::vector<vkey> logs;           // type 01; their names are the origins
  std::vector<vkey> witnesses;      // type 04
  std::size_t quorum = 0;           // distinct witness public keys that must have signed
  std::vector<log_term> terms = {}; // type 01, one name, in the order of their first sizes
  verify_function verify = {};
};

struct opened_checkpoint {
  checkpoint body;
  note source;
  std::vector<known_signature> signatures;
  std::size_t witness_count = 0; // distinct public keys
};

result<opened_checkpoint> open_checkpoint(bytes_view signed_note, const trust_policy& trust);

// Whether a type-01 key that is named like the origin is among `signatures`.
bool log_signed(const checkpoint& body, std::span<const known_signature> signatures);
// The same by the one key whose term the checkpoint falls in.
bool log_signed(const checkpoint& body, std::span<const known_signature> signatures,
                std::span<const log_term> terms);

// The note with the log's own line; `invalid` unless the key's name is the origin.
result<std::string> sign_checkpoint(const checkpoint& body, const vkey& key,
                                    const sign_function& sign);

} // namespace ppn::log
