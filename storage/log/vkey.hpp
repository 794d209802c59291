// Verifier keys of signed notes: a name, a kind of signature and a public key, with a short id that
// is recomputed on every load, so that a key never passes for another one.
#pragma once

#include "messages/base/error.hpp"
#include "runtime/crypto/keys.hpp"

#include <functional>

namespace ppn::log {

enum class key_type : octet {
  ed25519 = 0x01,            // a log signs the note's text as it is
  ecdsa = 0x02,              // known by number only
  cosignature = 0x04,        // a witness signs text and time
  rfc6962_tree_head = 0x05,  // known by number only
  ml_dsa_cosignature = 0x06, // known by number only: libsodium has no ML-DSA
};

using key_id = octets_id<struct key_id_tag, 4>;

// Where the private key lives is the caller's business.
using sign_function = std::function<signature(bytes_view message)>;
// How a signature is checked; empty is crypto::verify. Worlds whose keys are not Ed25519 bring
// their own, and the formats stay the same.
using verify_function =
    std::function<bool(const crypto::public_key& key, bytes_view message, const signature& sig)>;

bool is_signed(const verify_function& verify, const crypto::public_key& key, bytes_view message,
               const signature& sig);

struct vkey {
  std::string name;
  key_type type = key_type::ed25519;
  crypto::public_key key;
  key_id id;

  bool operator==(const vkey&) const = default;
};

// Not empty, printable UTF-8, no Unicode space, no plus sign.
bool is_key_name(std::string_view name);

key_id compute_key_id(std::string_view name, key_type type, bytes_view public_part);

// `invalid` for a bad name, `unsupported` for a type that this build cannot verify.
result<vkey> make_vkey(std::string_view name, key_type type, const crypto::public_key& key);

// The text `name+%08x(id)+base64(type || key)`.
result<vkey> parse_vkey(std::string_view text);
std::string to_text(const vkey& key);

} // namespace ppn::log
