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

// Whom a verifier believes. More than one log key while the writer's key changes.
struct trust_policy {
  std::vector<vkey> logs;      // type 01; their names are the origins
  std::vector<vkey> witnesses; // type 04
  std::size_t quorum = 0;      // distinct witness public keys that must have signed
};

struct opened_checkpoint {
  checkpoint body;
  note source;
  std::vector<known_signature> signatures;
  std::size_t witness_count = 0; // distinct public keys
};

result<opened_checkpoint> open_checkpoint(bytes_view signed_note, const trust_policy& trust);

// Every type-01 line among `signatures` whose key is named like the origin.
bool log_signed(const checkpoint& body, std::span<const known_signature> signatures);

// The note with the log's own line; `invalid` unless the key's name is the origin.
result<std::string> sign_checkpoint(const checkpoint& body, const vkey& key,
                                    const sign_function& sign);

} // namespace ppn::log
