#include "runtime/crypto/ceremony_machine.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>

namespace ppn::crypto {

namespace {

// Authenticated with each sealed part, so that none can stand in for another.
constexpr octet reveal_context = static_cast<octet>(message_kind::proof_initiator);
constexpr octet record_context = static_cast<octet>(message_kind::record);

bytes_view context(const octet& what) {
  return {&what, 1};
}

template <std::size_t Size>
void take(std::array<octet, Size>& to, bytes_view from, std::size_t at) {
  std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), Size, to.begin());
}

} // namespace

result<ceremony_machine> ceremony_machine::make(ceremony_side side, const ceremony_party& self,
                                                secret entropy, mono_time now) {
  PPN_ASSERT(entropy.size() == entropy_size);
  PPN_ASSERT(!self.identity.is_zero());
  PPN_ASSERT(!self.tunnel.is_zero());
  auto scalar = cpace::scalar_from_uniform(entropy.view().subspan(nonce_size, cpace::uniform_size));
  if (!scalar) return fail(scalar.error());
  ceremony_machine out(side, self, std::move(*scalar), now);
  take(out.nonce_, entropy.view(), 0);
  take(out.reveal_, entropy.view(), nonce_size + cpace::uniform_size);
  return out;
}

ceremony_machine::ceremony_machine(ceremony_side side, const ceremony_party& self, secret scalar,
                                   mono_time now)
    : side_(side),
      stage_(side == ceremony_side::initiator ? ceremony_stage::idle : ceremony_stage::hello),
      handshake_deadline_(now + ceremony_handshake_deadline), self_(self),
      scalar_(std::move(scalar)) {}

// ---- events
// --------------------------------------------------------------------------------------

ceremony_step ceremony_machine::start(ceremony_code& code, mono_time now) {
  PPN_ASSERT(stage_ == ceremony_stage::idle);
  if (auto late = end_if_late(code, now)) return std::move(*late);
  if (auto why = code.refusal(now); why != abort_reason::none) return abort(code, why);
  stage_ = ceremony_stage::hello;
  ceremony_step out;
  out.send = encode_hello(message_kind::hello_initiator, nonce_);
  return settle(code, std::move(out));
}

ceremony_step ceremony_machine::receive(ceremony_code& code, bytes_view message, mono_time now) {
  if (over()) return {};
  if (auto late = end_if_late(code, now)) return std::move(*late);
  return settle(code, handle(code, message, now));
}

ceremony_step ceremony_machine::tick(ceremony_code& code, mono_time now) {
  if (over()) return {};
  return end_if_late(code, now).value_or(ceremony_step{});
}

ceremony_step ceremony_machine::connection_lost(ceremony_code& code) {
  return over() ? ceremony_step{} : abort(code, abort_reason::connection_lost);
}

ceremony_step ceremony_machine::cancel(ceremony_code& code) {
  return over() ? ceremony_step{} : abort(code, abort_reason::cancelled);
}

result<ceremony_step> ceremony_machine::confirm(ceremony_code& code, mono_time now) {
  if (auto late = end_if_late(code, now)) return std::move(*late);
  if (stage_ != ceremony_stage::compare)
    return fail(ec::refused, "there is no string to confirm in this ceremony now");
  confirmed_ = true;
  ceremony_step out;
  if (held_record_) {
    out.record = std::exchange(held_record_, std::nullopt);
    stage_ = ceremony_stage::enrolling;
  }
  return settle(code, std::move(out));
}

result<ceremony_step> ceremony_machine::enrol(ceremony_code& code, bytes_view record,
                                              mono_time now) {
  if (auto late = end_if_late(code, now)) return std::move(*late);
  if (self_.role != ceremony_role::fleet || stage_ != ceremony_stage::compare || !confirmed_)
    return fail(ec::refused, "only the fleet's side enrols, once, after the strings were compared");
  auto sealed = channel_.seal(record, context(record_context));
  if (!sealed) return fail(sealed.error());
  stage_ = ceremony_stage::enrolling;
  ceremony_step out;
  out.send = encode_record(*sealed);
  return settle(code, std::move(out));
}

result<ceremony_step> ceremony_machine::acknowledge(ceremony_code& code, bytes_view answer,
                                                    mono_time now) {
  if (auto late = end_if_late(code, now)) return std::move(*late);
  if (self_.role != ceremony_role::node || stage_ != ceremony_stage::enrolling)
    return fail(ec::refused, "only the joining side acknowledges, once, an enrolment it has taken");
  auto sealed = channel_.seal(answer, context(record_context));
  if (!sealed) return fail(sealed.error());
  ceremony_step out;
  out.send = encode_record(*sealed);
  out.finished = true;
  finish(ceremony_stage::done);
  return settle(code, std::move(out));
}

mono_time ceremony_machine::deadline(const ceremony_code& code) const {
  return stage_ < ceremony_stage::compare ? std::min(handshake_deadline_, code.expires())
                                          : code.expires();
}

// ---- messages
// ------------------------------------------------------------------------------------

ceremony_machine::outcome ceremony_machine::handle(ceremony_code& code, bytes_view message,
                                                   mono_time now) {
  switch (stage_) {
  case ceremony_stage::hello:
    return is_initiator() ? hello_to_initiator(code, message, now)
                          : hello_to_responder(code, message, now);
  case ceremony_stage::share:
    return is_initiator() ? share_to_initiator(code, message, now)
                          : share_to_responder(code, message, now);
  case ceremony_stage::proof:
    return is_initiator() ? proof_to_initiator(code, message)
                          : proof_to_responder(code, message, now);
  case ceremony_stage::compare:
  case ceremony_stage::enrolling:
    return take_record(message);
  case ceremony_stage::idle:
  case ceremony_stage::done:
  case ceremony_stage::aborted:
    break;
  }
  return refuse(abort_reason::unexpected_message);
}

ceremony_machine::outcome ceremony_machine::hello_to_initiator(ceremony_code& code,
                                                               bytes_view message, mono_time now) {
  auto nonce = parse_hello(message_kind::hello_responder, message);
  if (!nonce) return refuse(nonce.error());
  if (*nonce == nonce_) return refuse(abort_reason::own_value_returned);
  session_id_ = session_id(nonce_, *nonce);
  if (auto why = make_share(code, now); why != abort_reason::none) return refuse(why);
  stage_ = ceremony_stage::share;
  ceremony_step out;
  out.send = encode_share(message_kind::share_initiator, own_share_, own_ad_);
  return out;
}

ceremony_machine::outcome ceremony_machine::hello_to_responder(ceremony_code& code,
                                                               bytes_view message, mono_time now) {
  auto nonce = parse_hello(message_kind::hello_initiator, message);
  if (!nonce) return refuse(nonce.error());
  if (*nonce == nonce_) return refuse(abort_reason::own_value_returned);
  if (auto why = code.refusal(now); why != abort_reason::none) return refuse(why);
  session_id_ = session_id(*nonce, nonce_);
  stage_ = ceremony_stage::share;
  ceremony_step out;
  out.send = encode_hello(message_kind::hello_responder, nonce_);
  return out;
}

ceremony_machine::outcome ceremony_machine::share_to_initiator(ceremony_code& code,
                                                               bytes_view message, mono_time now) {
  auto share = parse_share(message_kind::share_responder, message);
  if (!share) return refuse(share.error());
  if (auto why = take_peer(*share); why != abort_reason::none) return refuse(why);
  // Last, so that only a run that is about to show its tag reserves a guess.
  if (auto why = agree(); why != abort_reason::none) return refuse(why);
  if (auto why = code.refusal(now); why != abort_reason::none) return refuse(why);
  code.reserve();
  reserved_ = true;
  event_ = guess_event::reserved;
  auto sealed = channel_.seal(reveal_, context(reveal_context));
  PPN_ASSERT(sealed.has_value());
  stage_ = ceremony_stage::proof;
  ceremony_step out;
  out.send = encode_initiator_proof(cpace::make_tag(mac_key_, own_share_, own_ad_), *sealed);
  return out;
}

ceremony_machine::outcome ceremony_machine::share_to_responder(ceremony_code& code,
                                                               bytes_view message, mono_time now) {
  auto share = parse_share(message_kind::share_initiator, message);
  if (!share) return refuse(share.error());
  if (auto why = make_share(code, now); why != abort_reason::none) return refuse(why);
  if (auto why = take_peer(*share); why != abort_reason::none) return refuse(why);
  if (auto why = agree(); why != abort_reason::none) return refuse(why);
  stage_ = ceremony_stage::proof;
  ceremony_step out;
  out.send = encode_share(message_kind::share_responder, own_share_, own_ad_);
  return out;
}

ceremony_machine::outcome ceremony_machine::proof_to_initiator(ceremony_code& code,
                                                               bytes_view message) {
  auto tag = parse_responder_proof(message);
  if (!tag) return refuse(tag.error());
  if (!cpace::tag_fits(mac_key_, peer_share_, peer_ad_octets_, *tag))
    return refuse(abort_reason::bad_tag);
  code.succeed(std::exchange(reserved_, false));
  event_ = guess_event::succeeded;
  return prove(reveal_, peer_ad_.commit_or_reveal);
}

ceremony_machine::outcome ceremony_machine::proof_to_responder(ceremony_code& code,
                                                               bytes_view message, mono_time now) {
  auto proof = parse_initiator_proof(message);
  if (!proof) return refuse(proof.error());
  // Before the tag is looked at: once the code is dead, the right code must look like any other.
  if (auto why = code.refusal(now); why != abort_reason::none) return refuse(why);
  if (!cpace::tag_fits(mac_key_, peer_share_, peer_ad_octets_, proof->tag))
    return refuse(abort_reason::bad_tag);
  // The peer knows the code. If the rest of its message is wrong, the code is used up all the same:
  // somebody who knows it does not follow the protocol.
  code.succeed(false);
  event_ = guess_event::succeeded;
  auto revealed = channel_.open(proof->sealed_reveal, context(reveal_context));
  if (!revealed) return refuse(abort_reason::bad_seal);
  wipe_guard wiped(*revealed);
  if (!equal(commitment_to(*revealed), peer_ad_.commit_or_reveal))
    return refuse(abort_reason::bad_commitment);
  auto out = prove(*revealed, reveal_);
  out.send = encode_responder_proof(cpace::make_tag(mac_key_, own_share_, own_ad_));
  return out;
}

ceremony_machine::outcome ceremony_machine::take_record(bytes_view message) {
  const bool to_fleet = self_.role == ceremony_role::fleet;
  const bool awaited = to_fleet ? stage_ == ceremony_stage::enrolling
                                : stage_ == ceremony_stage::compare && !held_record_;
  auto sealed = parse_record(message);
  if (!sealed) return refuse(sealed.error());
  if (!awaited) return refuse(abort_reason::unexpected_message);
  auto plain = channel_.open(*sealed, context(record_context));
  if (!plain) return refuse(abort_reason::bad_seal);
  ceremony_step out;
  if (to_fleet) {
    out.finished = true;
    finish(ceremony_stage::done);
  } else if (confirmed_) {
    stage_ = ceremony_stage::enrolling;
  } else {
    // The other screen was quicker; nothing of it is used before this side has compared too.
    held_record_ = std::move(*plain);
    return out;
  }
  out.record = std::move(*plain);
  return out;
}

// ---- shared steps
// --------------------------------------------------------------------------------

abort_reason ceremony_machine::make_share(const ceremony_code& code, mono_time now) {
  // A dead code has no symbols left, and an empty one would be a valid input of the generator.
  if (auto why = code.refusal(now); why != abort_reason::none) return why;
  const secret base = cpace::generator(code.symbols(), ceremony_channel_identifier(), session_id_);
  auto share = cpace::share(scalar_, base.view());
  if (!share) return abort_reason::bad_share;
  own_share_ = *share;
  own_ad_ = encode_ad({self_, is_initiator() ? commitment_to(reveal_) : reveal_});
  return abort_reason::none;
}

abort_reason ceremony_machine::take_peer(const share_message& message) {
  if (message.share == own_share_) return abort_reason::own_value_returned;
  auto ad = parse_ad(message.ad);
  if (!ad) return ad.error();
  if (ad->party.role == self_.role) return abort_reason::equal_roles;
  if (ad->party.identity == self_.identity || ad->party.tunnel == self_.tunnel)
    return abort_reason::own_value_returned;
  peer_share_ = message.share;
  peer_ad_octets_ = message.ad;
  peer_ad_ = *ad;
  return abort_reason::none;
}

abort_reason ceremony_machine::agree() {
  if ((peer_share_.back() & 0x80) != 0) return abort_reason::top_bit_set;
  if (peer_share_ == cpace::element{}) return abort_reason::identity_share;
  auto shared = cpace::shared_point(scalar_, own_share_, peer_share_);
  // Used once: a second run has to draw again.
  scalar_ = secret{};
  if (!shared) return abort_reason::bad_share;
  const bytes transcript =
      is_initiator() ? cpace::transcript_ir(own_share_, own_ad_, peer_share_, peer_ad_octets_)
                     : cpace::transcript_ir(peer_share_, peer_ad_octets_, own_share_, own_ad_);
  const secret isk = cpace::isk(session_id_, *shared, transcript);
  mac_key_ = cpace::mac_key(session_id_, isk);
  prk_ = session_prk(session_id_, isk);
  secret outward = key_initiator_to_responder(prk_);
  secret inward = key_responder_to_initiator(prk_);
  if (!is_initiator()) std::swap(outward, inward);
  channel_ = sealed_channel(std::move(outward), std::move(inward));
  return abort_reason::none;
}

ceremony_step ceremony_machine::prove(bytes_view initiator, bytes_view responder) {
  sas_ = short_authentication_string(prk_, initiator, responder);
  prk_ = secret{};
  proven_ = true;
  stage_ = ceremony_stage::compare;
  ceremony_step out;
  out.proven = true;
  return out;
}

// ---- endings
// -------------------------------------------------------------------------------------

ceremony_step ceremony_machine::settle(ceremony_code& code, outcome what) {
  if (!what) return abort(code, what.error());
  what->guess = std::exchange(event_, guess_event::none);
  check_invariants();
  return std::move(*what);
}

ceremony_step ceremony_machine::abort(ceremony_code& code, abort_reason why) {
  // A reserved guess stands for a tag that left and had no good answer, for whatever reason.
  if (reserved_ || why == abort_reason::bad_tag) {
    code.charge(std::exchange(reserved_, false));
    event_ = guess_event::charged;
  }
  reason_ = why;
  finish(ceremony_stage::aborted);
  proven_ = false;
  ceremony_step out;
  out.guess = std::exchange(event_, guess_event::none);
  out.finished = true;
  check_invariants();
  return out;
}

std::optional<ceremony_step> ceremony_machine::end_if_late(ceremony_code& code, mono_time now) {
  code.expire(now);
  if (over() || now < deadline(code)) return std::nullopt;
  return abort(code, now >= code.expires() ? abort_reason::expired : abort_reason::timed_out);
}

void ceremony_machine::finish(ceremony_stage stage) {
  stage_ = stage;
  scalar_ = secret{};
  mac_key_ = secret{};
  prk_ = secret{};
  channel_.close();
  wipe_guard reveal(reveal_);
  wipe_guard shown({reinterpret_cast<octet*>(sas_.data()), sas_.size()});
  sas_.clear();
  held_record_.reset();
}

void ceremony_machine::check_invariants() const {
  PPN_ASSERT(!reserved_ || (is_initiator() && stage_ == ceremony_stage::proof));
  PPN_ASSERT(proven_ == (stage_ >= ceremony_stage::compare && stage_ != ceremony_stage::aborted));
  PPN_ASSERT(!held_record_ || (stage_ == ceremony_stage::compare && !confirmed_));
  PPN_ASSERT((reason_ != abort_reason::none) == (stage_ == ceremony_stage::aborted));
  PPN_ASSERT(scalar_.empty() == (stage_ >= ceremony_stage::proof));
  if (over()) {
    PPN_ASSERT(mac_key_.empty());
    PPN_ASSERT(prk_.empty());
    PPN_ASSERT(!channel_.alive());
    PPN_ASSERT(sas_.empty());
  }
}

} // namespace ppn::crypto
