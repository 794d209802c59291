#include "runtime/crypto/ceremony_wire.hpp"

#include <algorithm>
#include <array>

namespace ppn::crypto {

namespace {

constexpr std::array<std::string_view, abort_reason_count> reason_names{
    "none",         "malformed",      "unexpected-message", "unknown-version",    "wrong-length",
    "top-bit-set",  "identity-share", "bad-share",          "own-value-returned", "equal-roles",
    "malformed-ad", "bad-tag",        "bad-seal",           "bad-commitment",     "code-dead",
    "expired",      "timed-out",      "connection-lost",    "cancelled"};
static_assert(!reason_names.back().empty(), "every reason has a name");

bytes frame(message_kind kind, std::initializer_list<bytes_view> fields) {
  bytes out{static_cast<octet>(kind)};
  append(out, cpace::lv_cat(fields));
  return out;
}

// What stands behind the kind octet, when it is the kind this stage waits for.
parsed<cpace::lv_reader> open_frame(message_kind kind, bytes_view message) {
  if (message.empty() || message.size() > message_size_max) return refuse(abort_reason::malformed);
  if (message[0] != static_cast<octet>(kind)) return refuse(abort_reason::unexpected_message);
  return cpace::lv_reader(message.subspan(1));
}

// The next field, when it has exactly the size of `out`.
bool take_exactly(cpace::lv_reader& from, std::span<octet> out) {
  auto field = from.next();
  if (!field || field->size() != out.size()) return false;
  std::copy(field->begin(), field->end(), out.begin());
  return true;
}

} // namespace

std::string_view to_string(abort_reason reason) {
  return reason_names.at(static_cast<std::size_t>(reason));
}

bytes encode_hello(message_kind kind, const ceremony_nonce& nonce) {
  return frame(kind, {bytes_view(&ceremony_version, 1), nonce});
}

parsed<ceremony_nonce> parse_hello(message_kind kind, bytes_view message) {
  auto fields = open_frame(kind, message);
  if (!fields) return refuse(fields.error());
  octet version = 0;
  if (!take_exactly(*fields, {&version, 1})) return refuse(abort_reason::malformed);
  // Before the rest: another version may look different behind this field.
  if (version != ceremony_version) return refuse(abort_reason::unknown_version);
  ceremony_nonce nonce{};
  if (!take_exactly(*fields, nonce) || !fields->done()) return refuse(abort_reason::malformed);
  return nonce;
}

bytes encode_share(message_kind kind, const cpace::element& share, bytes_view ad) {
  return frame(kind, {share, ad});
}

parsed<share_message> parse_share(message_kind kind, bytes_view message) {
  auto fields = open_frame(kind, message);
  if (!fields) return refuse(fields.error());
  auto share = fields->next();
  auto ad = fields->next();
  if (!share || !ad || !fields->done()) return refuse(abort_reason::malformed);
  if (share->size() != cpace::element_size) return refuse(abort_reason::wrong_length);
  if (ad->size() > ad_size_max) return refuse(abort_reason::malformed_ad);
  share_message out;
  std::copy(share->begin(), share->end(), out.share.begin());
  out.ad.assign(ad->begin(), ad->end());
  return out;
}

bytes encode_initiator_proof(const cpace::tag& tag, bytes_view sealed_reveal) {
  return frame(message_kind::proof_initiator, {tag, sealed_reveal});
}

parsed<initiator_proof> parse_initiator_proof(bytes_view message) {
  auto fields = open_frame(message_kind::proof_initiator, message);
  if (!fields) return refuse(fields.error());
  initiator_proof out;
  out.sealed_reveal.resize(sealed_reveal_size);
  if (!take_exactly(*fields, out.tag) || !take_exactly(*fields, out.sealed_reveal) ||
      !fields->done())
    return refuse(abort_reason::malformed);
  return out;
}

bytes encode_responder_proof(const cpace::tag& tag) {
  return frame(message_kind::proof_responder, {tag});
}

parsed<cpace::tag> parse_responder_proof(bytes_view message) {
  auto fields = open_frame(message_kind::proof_responder, message);
  if (!fields) return refuse(fields.error());
  cpace::tag tag{};
  if (!take_exactly(*fields, tag) || !fields->done()) return refuse(abort_reason::malformed);
  return tag;
}

bytes encode_record(bytes_view sealed) {
  bytes out{static_cast<octet>(message_kind::record)};
  append(out, sealed);
  return out;
}

parsed<bytes_view> parse_record(bytes_view message) {
  if (message.empty() || message.size() > record_message_max)
    return refuse(abort_reason::malformed);
  if (message[0] != static_cast<octet>(message_kind::record))
    return refuse(abort_reason::unexpected_message);
  if (message.size() < 1 + sealed_channel::overhead) return refuse(abort_reason::malformed);
  return message.subspan(1);
}

} // namespace ppn::crypto
