// What a join ceremony makes out of the shared key of CPace (spec section 6): the keys of the
// sealed channel, the commitment and the short authentication string that both screens show, and
// the associated data by which each side names its role and its public keys. All pure. The
// commitment is what makes the string worth comparing: a man in the middle who knows the code has
// to choose before he can see which string he will get.
#pragma once

#include "runtime/crypto/ceremony_wire.hpp"
#include "runtime/crypto/keys.hpp"

namespace ppn::crypto {

// Who one side says it is: a node that joins, or the fleet that it joins.
enum class ceremony_role : std::uint8_t { node, fleet };
std::string_view to_string(ceremony_role role);

struct ceremony_party {
  ceremony_role role = ceremony_role::node;
  public_key identity;
  exchange_public tunnel; // the WireGuard key
  bool operator==(const ceremony_party&) const = default;
};

using reveal_octets = std::array<octet, reveal_size>;

// ---- associated data
// -----------------------------------------------------------------------------

struct associated_data {
  ceremony_party party;
  // The commitment in ADa, the random octets themselves in ADb.
  reveal_octets commit_or_reveal{};
  bool operator==(const associated_data&) const = default;
};

bytes encode_ad(const associated_data& ad);
// Strict: one spelling, at most 1024 octets, a known label and version, no key of zeros.
parsed<associated_data> parse_ad(bytes_view ad);

// ---- keys
// ----------------------------------------------------------------------------------------

// Channel identifier of CPace; never sent, both sides must already agree on it.
bytes ceremony_channel_identifier();
// nonce_a || nonce_b.
bytes session_id(const ceremony_nonce& initiator, const ceremony_nonce& responder);

// HKDF-Extract(salt = sid, ISK), 64 octets: everything below comes out of it, never out of the ISK.
secret session_prk(bytes_view sid, const secret& isk);
// 32 octets each; initiator to responder, and back.
secret key_initiator_to_responder(const secret& prk);
secret key_responder_to_initiator(const secret& prk);

reveal_octets commitment_to(bytes_view reveal);
// XXX-XXX, 30 bits.
std::string short_authentication_string(const secret& prk, bytes_view reveal_initiator,
                                        bytes_view reveal_responder);

} // namespace ppn::crypto
