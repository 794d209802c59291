// The messages of a join ceremony as octets: one octet of kind, then a fixed number of fields with
// their lengths (lv_cat of cpace.hpp), then nothing. Each message has exactly one spelling, a cap
// that is checked before anything is copied, and a kind of its own for each sender, so that a
// message sent back to its author never parses. The reasons why a run ends live here too: they are
// for our own log; the peer sees silence for all of them alike.
//
//     1 hello A->B   version, nonce_a(16)      2 hello B->A   version, nonce_b(16)
//     3 MSGa  A->B   Ya(32), ADa               4 MSGb  B->A   Yb(32), ADb
//     5 MSG3  A->B   Ta(64), sealed r_a(48)    6 MSG4  B->A   Tb(64)
//     7 record       sealed octets, either way, after MSG4
#pragma once

#include "messages/base/bytes.hpp"
#include "runtime/crypto/cpace.hpp"
#include "runtime/crypto/sealed_channel.hpp"

#include <tl/expected.hpp>

namespace ppn::crypto {

enum class abort_reason : std::uint8_t {
  none = 0,
  malformed,          // not one of our messages in its one spelling
  unexpected_message, // another kind than this stage waits for, or after the end
  unknown_version,
  wrong_length, // a share that has not 32 octets
  top_bit_set,  // bit 255 of a share
  identity_share,
  bad_share,          // any other share that does not decode
  own_value_returned, // our nonce, share or key came back: a mirror, or ourselves
  equal_roles,        // both sides call themselves node, or both fleet
  malformed_ad,
  bad_tag,        // the peer does not know the code, or something was changed on the way
  bad_seal,       // a good tag, but the sealed part does not open
  bad_commitment, // the revealed random octets are not the committed ones
  code_dead,      // burned or used before this run came to its proof
  expired,        // the caller's clock: the window is over
  timed_out,      // the peer was too slow with messages 1 to 6
  connection_lost,
  cancelled, // the operator, or a stopping process
};
inline constexpr std::size_t abort_reason_count =
    static_cast<std::size_t>(abort_reason::cancelled) + 1;

// Stable, lower-case name for logs and JSON.
std::string_view to_string(abort_reason reason);

template <class T>
using parsed = tl::expected<T, abort_reason>;
inline tl::unexpected<abort_reason> refuse(abort_reason reason) {
  return tl::unexpected<abort_reason>(reason);
}

enum class message_kind : octet {
  hello_initiator = 1,
  hello_responder = 2,
  share_initiator = 3,
  share_responder = 4,
  proof_initiator = 5,
  proof_responder = 6,
  record = 7,
};

inline constexpr octet ceremony_version = 1;
inline constexpr std::size_t nonce_size = 16;
inline constexpr std::size_t reveal_size = 32;
inline constexpr std::size_t sealed_reveal_size = reveal_size + sealed_channel::overhead;
inline constexpr std::size_t ad_size_max = 1024;
// The largest message before the records: kind, share and AD with their lengths.
inline constexpr std::size_t message_size_max = 1 + (1 + cpace::element_size) + (2 + ad_size_max);

inline constexpr std::size_t record_message_max =
    1 + sealed_channel::plain_max + sealed_channel::overhead;

using ceremony_nonce = std::array<octet, nonce_size>;

bytes encode_hello(message_kind kind, const ceremony_nonce& nonce);
parsed<ceremony_nonce> parse_hello(message_kind kind, bytes_view message);

struct share_message {
  cpace::element share{};
  bytes ad;
};
bytes encode_share(message_kind kind, const cpace::element& share, bytes_view ad);
// Checks the form only: whether the share is a group element is found by multiplying.
parsed<share_message> parse_share(message_kind kind, bytes_view message);

struct initiator_proof {
  cpace::tag tag{};
  bytes sealed_reveal;
};
bytes encode_initiator_proof(const cpace::tag& tag, bytes_view sealed_reveal);
parsed<initiator_proof> parse_initiator_proof(bytes_view message);

bytes encode_responder_proof(const cpace::tag& tag);
parsed<cpace::tag> parse_responder_proof(bytes_view message);

// The sealed octets run to the end of the message; whether they open is for the channel to say.
bytes encode_record(bytes_view sealed);
parsed<bytes_view> parse_record(bytes_view message);

} // namespace ppn::crypto
