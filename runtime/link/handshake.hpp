// Who is at the other end: a signed Diffie-Hellman exchange in three messages, as plain code.
//
//   initiator -> hello         version, fleet, role, both identities, nonce, ephemeral key
//   responder -> hello_reply   identity, nonce, ephemeral key, signature over the transcript
//   initiator -> hello_finish  signature over the transcript
//
// The transcript holds every field of the first two messages, so neither a version, a role, a fleet
// nor an identity can be exchanged on the way; the two signatures carry different labels, so one can
// never serve as the other. Keys come from the ephemeral secrets and the transcript: a node key
// stolen later opens no recorded link.
#pragma once

#include "messages/handshake.hpp"
#include "runtime/crypto/keys.hpp"
#include "runtime/ports/entropy.hpp"
#include "runtime/ports/signer.hpp"

namespace ppn::link {

struct link_keys {
  crypto::secret send;
  crypto::secret receive;
};

// What both sides have to agree on before they talk.
struct handshake_terms {
  fleet_id fleet;
  link_role role = link_role::node;
};

class initiator {
public:
  initiator(const handshake_terms& terms, const node_id& peer, signer& keys, entropy& random);

  const hello& opening() const { return hello_; }

  struct outcome {
    hello_finish finish;
    link_keys keys;
  };
  result<outcome> on_reply(const hello_reply& reply);

private:
  signer* keys_;
  crypto::exchange_key ephemeral_;
  hello hello_;
};

class responder {
public:
  // Checks what costs nothing: version, fleet, addressee. Whether the identity is a member that may
  // come from that address is the caller's question, asked before this constructor signs anything.
  static result<responder> answer(const hello& opening, const handshake_terms& terms, signer& keys,
                                  entropy& random);

  const hello_reply& reply() const { return reply_; }
  const node_id& peer() const { return hello_.identity; }

  result<link_keys> on_finish(const hello_finish& finish);

private:
  responder(const hello& opening, signer& keys, crypto::exchange_key ephemeral)
      : keys_(&keys), ephemeral_(std::move(ephemeral)), hello_(opening) {}

  signer* keys_;
  crypto::exchange_key ephemeral_;
  hello hello_;
  hello_reply reply_;
};

} // namespace ppn::link
