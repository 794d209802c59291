#include "runtime/crypto/cpace.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <sodium.h>

namespace ppn::crypto::cpace {

namespace {

constexpr std::string_view dsi = "CPaceRistretto255";
constexpr std::string_view dsi_isk = "CPaceRistretto255_ISK";
constexpr std::string_view label_sid_output = "CPaceSidOutput";
constexpr std::string_view label_mac = "CPaceMac";
constexpr std::size_t hash_block_size = 128;

static_assert(element_size == crypto_core_ristretto255_BYTES);
static_assert(scalar_size == crypto_core_ristretto255_SCALARBYTES);
static_assert(uniform_size == crypto_core_ristretto255_NONREDUCEDSCALARBYTES);
static_assert(sizeof(sha512_digest) == crypto_core_ristretto255_HASHBYTES);

// scalar * point into `out`, with every refusal of a point in one place.
status multiply(const secret& scalar, bytes_view point, std::span<octet, element_size> out) {
  PPN_ASSERT(scalar.size() == scalar_size);
  if (point.size() != element_size) return fail(ec::malformed, "a group element has 32 octets");
  // libsodium before 1.0.19 masks this bit away and would accept a second encoding of the point.
  if ((point.back() & 0x80) != 0) return fail(ec::malformed, "bit 255 of a group element is set");
  // -1 stands for a bad encoding and for an identity result alike; both end the run.
  if (crypto_scalarmult_ristretto255(out.data(), scalar.data(), point.data()) != 0)
    return fail(ec::malformed, "not a group element, or the identity");
  return {};
}

} // namespace

// ---- string functions
// ----------------------------------------------------------------------------

bytes leb128(std::uint64_t value) {
  bytes out;
  for (; value > 0x7f; value >>= 7)
    out.push_back(static_cast<octet>((value & 0x7f) | 0x80));
  out.push_back(static_cast<octet>(value));
  return out;
}

bytes prepend_len(bytes_view data) {
  bytes out = leb128(data.size());
  append(out, data);
  return out;
}

bytes lv_cat(std::initializer_list<bytes_view> parts) {
  bytes out;
  for (bytes_view part : parts)
    append(out, prepend_len(part));
  return out;
}

bool lexicographically_larger(bytes_view left, bytes_view right) {
  return std::lexicographical_compare(right.begin(), right.end(), left.begin(), left.end());
}

bytes o_cat(bytes_view left, bytes_view right) {
  const bool in_order = lexicographically_larger(left, right);
  bytes out{'o', 'c'};
  append(out, in_order ? left : right);
  append(out, in_order ? right : left);
  return out;
}

std::optional<bytes_view> lv_reader::next() {
  if (rest_.empty()) return std::nullopt;
  std::size_t length = rest_[0];
  std::size_t used = 1;
  if (length > 0x7f) {
    // A second octet of zero would be a longer spelling of a short length.
    if (rest_.size() < 2 || rest_[1] == 0 || rest_[1] > 0x7f) return std::nullopt;
    length = (length & 0x7f) | (std::size_t{rest_[1]} << 7);
    used = 2;
  }
  if (rest_.size() - used < length) return std::nullopt;
  bytes_view field = rest_.subspan(used, length);
  rest_ = rest_.subspan(used + length);
  return field;
}

// ---- the steps
// -----------------------------------------------------------------------------------

secret generator_string(bytes_view prs, bytes_view ci, bytes_view sid) {
  const bytes prefix = prepend_len(view_of(dsi));
  const bytes prs_length = leb128(prs.size());
  // The padding and its one length octet fill the first hash block behind DSI and PRS.
  const std::size_t used = prefix.size() + prs_length.size() + prs.size() + 1;
  const bytes padding(used < hash_block_size ? hash_block_size - used : 0);
  const bytes padding_field = prepend_len(padding);
  const bytes suffix = lv_cat({ci, sid});
  const std::initializer_list<bytes_view> parts{prefix, prs_length, prs, padding_field, suffix};
  std::size_t total = 0;
  for (bytes_view part : parts)
    total += part.size();
  secret out(total);
  octet* at = out.data();
  for (bytes_view part : parts)
    at = std::copy(part.begin(), part.end(), at);
  return out;
}

secret generator(bytes_view prs, bytes_view ci, bytes_view sid) {
  const secret text = generator_string(prs, ci, sid);
  sha512_digest hash = sha512({text.view()});
  wipe_guard wiped(hash);
  secret out(element_size);
  const int mapped = crypto_core_ristretto255_from_hash(out.data(), hash.data());
  PPN_ASSERT(mapped == 0); // the map takes every 64 octets
  return out;
}

result<secret> scalar_from_uniform(bytes_view uniform) {
  PPN_ASSERT(uniform.size() == uniform_size);
  secret out(scalar_size);
  crypto_core_ristretto255_scalar_reduce(out.data(), uniform.data());
  if (sodium_is_zero(out.data(), out.size()) != 0)
    return fail(ec::invalid, "the random octets reduce to the scalar zero: draw others");
  return out;
}

result<element> share(const secret& scalar, bytes_view base) {
  element out{};
  if (auto done = multiply(scalar, base, out); !done) return fail(done.error());
  return out;
}

result<secret> verify_and_multiply(const secret& scalar, bytes_view peer_share) {
  secret out(element_size);
  std::span<octet, element_size> room(out.data(), element_size);
  if (auto done = multiply(scalar, peer_share, room); !done) return fail(done.error());
  return out;
}

result<secret> shared_point(const secret& scalar, bytes_view own_share, bytes_view peer_share) {
  if (std::ranges::equal(own_share, peer_share))
    return fail(ec::malformed, "the peer sent our own share back");
  return verify_and_multiply(scalar, peer_share);
}

bytes transcript_ir(bytes_view ya, bytes_view ada, bytes_view yb, bytes_view adb) {
  return lv_cat({ya, ada, yb, adb});
}

bytes transcript_oc(bytes_view ya, bytes_view ada, bytes_view yb, bytes_view adb) {
  return o_cat(lv_cat({ya, ada}), lv_cat({yb, adb}));
}

secret isk(bytes_view sid, const secret& shared, bytes_view transcript) {
  // Hashed piece by piece, so that no buffer of ours holds a second copy of the shared point.
  const bytes head = lv_cat({view_of(dsi_isk), sid});
  sha512_digest hash = sha512({head, leb128(shared.size()), shared.view(), transcript});
  return secret::take(hash);
}

sha512_digest sid_output(bytes_view transcript) {
  return sha512({view_of(label_sid_output), transcript});
}

secret mac_key(bytes_view sid, const secret& isk) {
  sha512_digest hash = sha512({view_of(label_mac), sid, isk.view()});
  return secret::take(hash);
}

tag make_tag(const secret& mac_key, bytes_view sent_share, bytes_view sent_ad) {
  return hmac_sha512(mac_key.view(), {lv_cat({sent_share, sent_ad})});
}

bool tag_fits(const secret& mac_key, bytes_view sent_share, bytes_view sent_ad,
              bytes_view received) {
  // Until the peer has proved itself, the expected tag is a secret too.
  tag expected = make_tag(mac_key, sent_share, sent_ad);
  wipe_guard wiped(expected);
  return equal(expected, received);
}

} // namespace ppn::crypto::cpace
