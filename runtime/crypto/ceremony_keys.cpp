#include "runtime/crypto/ceremony_keys.hpp"

#include "messages/base/assert.hpp"
#include "runtime/crypto/crockford.hpp"

#include <algorithm>

namespace ppn::crypto {

namespace {

constexpr std::string_view label_node = "node";
constexpr std::string_view label_fleet = "fleet";

constexpr std::string_view ci_protocol = "nodejoin/v1";
constexpr std::string_view ci_initiator = "initiator:typed";
constexpr std::string_view ci_responder = "responder:shown";

constexpr std::string_view info_i2r = "nodejoin/v1 key i2r";
constexpr std::string_view info_r2i = "nodejoin/v1 key r2i";
constexpr std::string_view info_commit = "nodejoin/v1 commit";
constexpr std::string_view info_sas = "nodejoin/v1 sas";

template <class Id>
std::optional<Id> take_key(cpace::lv_reader& from) {
  auto field = from.next();
  auto key = field ? Id::from(*field) : std::nullopt;
  return key && !key->is_zero() ? key : std::nullopt;
}

std::optional<ceremony_role> role_of(bytes_view label) {
  if (text_of(label) == label_node) return ceremony_role::node;
  if (text_of(label) == label_fleet) return ceremony_role::fleet;
  return std::nullopt;
}

secret expand_key(const secret& prk, std::string_view info) {
  secret out(sealed_channel::key_size);
  hkdf_expand(prk.view(), {view_of(info)}, out.span());
  return out;
}

} // namespace

std::string_view to_string(ceremony_role role) {
  return role == ceremony_role::node ? label_node : label_fleet;
}

// ---- associated data
// -----------------------------------------------------------------------------

bytes encode_ad(const associated_data& ad) {
  return cpace::lv_cat({view_of(to_string(ad.party.role)), bytes_view(&ceremony_version, 1),
                        ad.party.identity.view(), ad.party.tunnel.view(), ad.commit_or_reveal});
}

parsed<associated_data> parse_ad(bytes_view ad) {
  if (ad.size() > ad_size_max) return refuse(abort_reason::malformed_ad);
  cpace::lv_reader fields(ad);
  auto label = fields.next();
  auto version = fields.next();
  auto role = label ? role_of(*label) : std::nullopt;
  if (!role || !version || version->size() != 1) return refuse(abort_reason::malformed_ad);
  // Before the rest: another version may look different behind this field.
  if ((*version)[0] != ceremony_version) return refuse(abort_reason::unknown_version);
  auto identity = take_key<public_key>(fields);
  auto tunnel = take_key<exchange_public>(fields);
  auto last = fields.next();
  if (!identity || !tunnel || !last || last->size() != reveal_size || !fields.done())
    return refuse(abort_reason::malformed_ad);
  associated_data out{{*role, *identity, *tunnel}, {}};
  std::copy(last->begin(), last->end(), out.commit_or_reveal.begin());
  return out;
}

// ---- keys
// ----------------------------------------------------------------------------------------

bytes ceremony_channel_identifier() {
  return cpace::lv_cat(
      {view_of(ci_protocol), view_of(ci_initiator), view_of(ci_responder), bytes_view{}});
}

bytes session_id(const ceremony_nonce& initiator, const ceremony_nonce& responder) {
  bytes sid(initiator.begin(), initiator.end());
  append(sid, responder);
  return sid;
}

secret session_prk(bytes_view sid, const secret& isk) {
  sha512_digest prk = hkdf_extract(sid, isk.view());
  return secret::take(prk);
}

secret key_initiator_to_responder(const secret& prk) {
  return expand_key(prk, info_i2r);
}
secret key_responder_to_initiator(const secret& prk) {
  return expand_key(prk, info_r2i);
}

reveal_octets commitment_to(bytes_view reveal) {
  PPN_ASSERT(reveal.size() == reveal_size);
  sha512_digest hash = sha512({view_of(info_commit), reveal});
  wipe_guard wiped(hash);
  reveal_octets out{};
  std::copy_n(hash.begin(), out.size(), out.begin());
  return out;
}

std::string short_authentication_string(const secret& prk, bytes_view reveal_initiator,
                                        bytes_view reveal_responder) {
  std::array<octet, 8> octets{};
  wipe_guard wiped(octets);
  hkdf_expand(prk.view(), {view_of(info_sas), reveal_initiator, reveal_responder}, octets);
  const std::uint64_t value = load_be64(octets.data());
  return crockford::encode_sas(static_cast<std::uint32_t>(value >> (64 - crockford::sas_bits)));
}

} // namespace ppn::crypto
