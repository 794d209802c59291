#include "runtime/link/handshake.hpp"

#include "runtime/crypto/hash.hpp"
#include "runtime/link/frame.hpp"

namespace ppn::link {

namespace {

constexpr std::string_view label = "ppn-link/1";
constexpr std::string_view initiator_label = "ppn-link/1 initiator";
constexpr std::string_view responder_label = "ppn-link/1 responder";

crypto::exchange_key fresh_exchange_key(entropy& random) {
  crypto::secret seed(32);
  random.fill(seed.span());
  return crypto::exchange_key::from_seed(seed.view());
}

hello_nonce fresh_nonce(entropy& random) {
  hello_nonce nonce;
  random.fill(nonce.octets);
  return nonce;
}

// Every field has a fixed length, so the concatenation has one reading.
crypto::sha512_digest transcript(const hello& opening, const hello_reply& reply) {
  octet versions[5] = {static_cast<octet>(opening.version), static_cast<octet>(opening.version >> 8),
                       static_cast<octet>(reply.version), static_cast<octet>(reply.version >> 8),
                       static_cast<octet>(opening.role)};
  return crypto::sha512({view_of(label), versions, opening.fleet.view(), opening.identity.view(),
                         opening.peer.view(), opening.nonce.view(), opening.exchange.view(),
                         reply.identity.view(), reply.nonce.view(), reply.exchange.view()});
}

bytes signed_text(std::string_view who, const crypto::sha512_digest& over) {
  bytes text(who.begin(), who.end());
  append(text, over);
  return text;
}

struct key_pair {
  crypto::secret from_initiator{32};
  crypto::secret from_responder{32};
};

result<key_pair> derive(const crypto::exchange_key& own, const exchange_octets& peer,
                        const crypto::sha512_digest& over) {
  auto shared = own.agree(crypto::exchange_public{peer.octets});
  if (!shared) return fail(shared.error());
  auto prk = crypto::hkdf_extract(over, shared->view());
  crypto::wipe_guard wiped(prk);
  key_pair keys;
  crypto::hkdf_expand(prk, {view_of("initiator to responder")}, keys.from_initiator.span());
  crypto::hkdf_expand(prk, {view_of("responder to initiator")}, keys.from_responder.span());
  return keys;
}

} // namespace

initiator::initiator(const handshake_terms& terms, const node_id& peer, signer& keys,
                     entropy& random)
    : keys_(&keys), ephemeral_(fresh_exchange_key(random)) {
  hello_ = {protocol_version, terms.fleet,         terms.role,
            keys.identity(),  peer,                fresh_nonce(random),
            {ephemeral_.public_part().octets}};
}

result<initiator::outcome> initiator::on_reply(const hello_reply& reply) {
  if (reply.version != protocol_version)
    return fail(ec::unsupported, "the peer answers with protocol version " +
                                     std::to_string(reply.version));
  if (reply.identity != hello_.peer)
    return fail(ec::unauthentic, "another identity answers: " + reply.identity.brief());
  auto over = transcript(hello_, reply);
  if (!keys_->verify(reply.identity, signed_text(responder_label, over), reply.proof))
    return fail(ec::unauthentic, "the peer's signature is wrong");
  auto keys = derive(ephemeral_, reply.exchange, over);
  if (!keys) return fail(keys.error());
  return outcome{{keys_->sign(signed_text(initiator_label, over))},
                 {std::move(keys->from_initiator), std::move(keys->from_responder)}};
}

result<responder> responder::answer(const hello& opening, const handshake_terms& terms,
                                    signer& keys, entropy& random) {
  if (opening.version != protocol_version)
    return fail(ec::unsupported, "protocol version " + std::to_string(opening.version) +
                                     ", this node speaks " + std::to_string(protocol_version));
  if (opening.fleet != terms.fleet)
    return fail(ec::refused, "another fleet: " + opening.fleet.hex());
  if (opening.role != link_role::node) return fail(ec::refused, "this role is not served here");
  if (opening.peer != keys.identity())
    return fail(ec::refused, "meant for another node: " + opening.peer.brief());
  responder self(opening, keys, fresh_exchange_key(random));
  self.reply_ = {protocol_version, keys.identity(), fresh_nonce(random),
                 {self.ephemeral_.public_part().octets}, {}};
  self.reply_.proof = keys.sign(signed_text(responder_label, transcript(opening, self.reply_)));
  return self;
}

result<link_keys> responder::on_finish(const hello_finish& finish) {
  auto over = transcript(hello_, reply_);
  if (!keys_->verify(hello_.identity, signed_text(initiator_label, over), finish.proof))
    return fail(ec::unauthentic, "the peer's signature is wrong");
  auto keys = derive(ephemeral_, hello_.exchange, over);
  if (!keys) return fail(keys.error());
  return link_keys{std::move(keys->from_responder), std::move(keys->from_initiator)};
}

} // namespace ppn::link
