// CPACE-RISTR255-SHA512 (draft-irtf-cfrg-cpace-21): two sides that share a short code agree on a
// long key, and someone who does not know the code may test one guess a run, never a dictionary
// offline. These are the steps as plain functions; their order and the aborts belong to
// ceremony_machine.hpp. Random octets are arguments. A generator and a shared point are as secret
// as the code itself: either one permits a dictionary search, so they live in `secret` and are
// never logged or sent.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"
#include "runtime/crypto/hash.hpp"
#include "runtime/crypto/secret.hpp"

#include <initializer_list>

namespace ppn::crypto::cpace {

inline constexpr std::size_t element_size = 32;
inline constexpr std::size_t scalar_size = 32;
inline constexpr std::size_t uniform_size = 64;

// A share as it travels; public.
using element = std::array<octet, element_size>;
using tag = sha512_digest;

// ---- string functions
// ----------------------------------------------------------------------------

// Seven bits an octet, low bits first, bit 7 set while more follow.
bytes leb128(std::uint64_t value);
bytes prepend_len(bytes_view data);
bytes lv_cat(std::initializer_list<bytes_view> parts);

// Compared as unsigned octets; a proper prefix is the smaller.
bool lexicographically_larger(bytes_view left, bytes_view right);
// Order-independent concatenation, for the symmetric mode of the vectors.
bytes o_cat(bytes_view left, bytes_view right);

// The strict reverse of lv_cat: one spelling per value, so that a message has one encoding only.
class lv_reader {
public:
  explicit lv_reader(bytes_view data) : rest_(data) {}
  // nullopt when the data ends early, the length is not in its shortest form, or it needs more than
  // two octets: nothing we read is longer than 16383.
  std::optional<bytes_view> next();
  bool done() const { return rest_.empty(); }

private:
  bytes_view rest_;
};

// ---- the steps
// -----------------------------------------------------------------------------------

// lv_cat(DSI, PRS, pad, CI, sid), CI before sid; holds the PRS, hence secret.
secret generator_string(bytes_view prs, bytes_view ci, bytes_view sid);
secret generator(bytes_view prs, bytes_view ci, bytes_view sid);

// 64 uniform octets reduced into 1..L-1; zero is refused. One set of octets makes one scalar for
// one run.
result<secret> scalar_from_uniform(bytes_view uniform);

result<element> share(const secret& scalar, bytes_view base);
// Fails on a wrong length, a set bit 255 (libsodium 1.0.18 would ignore it; RFC 9496 says decoding
// must fail), any other non-canonical encoding, and the identity.
result<secret> verify_and_multiply(const secret& scalar, bytes_view peer_share);

// The same, and fails when the peer sent our own share back: a mirror, or a run with ourselves.
result<secret> shared_point(const secret& scalar, bytes_view own_share, bytes_view peer_share);

bytes transcript_ir(bytes_view ya, bytes_view ada, bytes_view yb, bytes_view adb);
bytes transcript_oc(bytes_view ya, bytes_view ada, bytes_view yb, bytes_view adb);

// The intermediate session key, 64 octets: a source of keys, never used as one.
secret isk(bytes_view sid, const secret& shared, bytes_view transcript);
// Public, and only for runs with an empty sid.
sha512_digest sid_output(bytes_view transcript);

secret mac_key(bytes_view sid, const secret& isk);
// Each side tags what it sent itself.
tag make_tag(const secret& mac_key, bytes_view sent_share, bytes_view sent_ad);
// Constant time.
bool tag_fits(const secret& mac_key, bytes_view sent_share, bytes_view sent_ad,
              bytes_view received);

} // namespace ppn::crypto::cpace
