#include "messages/wire/codec.hpp"

#include "messages/wire/link.capnp.h"
#include "messages/wire/segment.hpp"

namespace ppn::wire {

namespace {

constexpr std::size_t refusal_text_octets = 256;

struct handshake_writer {
  HandshakeMessage::Builder root;
  void operator()(const hello& m) {
    auto to = root.initHello();
    to.setVersion(m.version);
    to.setFleet(data_of(m.fleet));
    to.setRole(static_cast<std::uint8_t>(m.role));
    to.setIdentity(data_of(m.identity));
    to.setPeer(data_of(m.peer));
    to.setNonce(data_of(m.nonce));
    to.setExchange(data_of(m.exchange));
  }
  void operator()(const hello_reply& m) {
    auto to = root.initReply();
    to.setVersion(m.version);
    to.setIdentity(data_of(m.identity));
    to.setNonce(data_of(m.nonce));
    to.setExchange(data_of(m.exchange));
    to.setSignature(data_of(m.proof));
  }
  void operator()(const hello_finish& m) { root.initFinish().setSignature(data_of(m.proof)); }
  void operator()(const error& m) {
    auto to = root.initRefusal();
    to.setCode(static_cast<std::uint8_t>(m.code));
    to.setText(sendable_text(m.text, refusal_text_octets));
  }
};

hello read(Hello::Reader from) {
  return {from.getVersion(),
          read_id<fleet_id>(from.getFleet(), "fleet id"),
          read_enum<link_role>(from.getRole(), link_role::operator_tool, "role"),
          read_id<node_id>(from.getIdentity(), "identity"),
          read_id<node_id>(from.getPeer(), "peer"),
          read_id<hello_nonce>(from.getNonce(), "nonce"),
          read_id<exchange_octets>(from.getExchange(), "exchange key")};
}

hello_reply read(HelloReply::Reader from) {
  return {from.getVersion(), read_id<node_id>(from.getIdentity(), "identity"),
          read_id<hello_nonce>(from.getNonce(), "nonce"),
          read_id<exchange_octets>(from.getExchange(), "exchange key"),
          read_id<signature>(from.getSignature(), "signature")};
}

error read(Refusal::Reader from) {
  // A later version may refuse for a reason that has no code here: the text still helps.
  bool known = from.getCode() > 0 && from.getCode() < ec_count;
  auto code = known ? static_cast<ec>(from.getCode()) : ec::refused;
  return {code, read_text(from.getText(), refusal_text_octets, "refusal")};
}

handshake_message read_handshake(HandshakeMessage::Reader root) {
  switch (root.which()) {
  case HandshakeMessage::HELLO: return read(root.getHello());
  case HandshakeMessage::REPLY: return read(root.getReply());
  case HandshakeMessage::FINISH:
    return hello_finish{read_id<signature>(root.getFinish().getSignature(), "signature")};
  case HandshakeMessage::REFUSAL: return read(root.getRefusal());
  }
  throw decode_failure{"a handshake of a kind this version does not know"};
}

} // namespace

bytes encode(const handshake_message& message) {
  return build_segment<HandshakeMessage>(
      [&](HandshakeMessage::Builder root) { std::visit(handshake_writer{root}, message); });
}

result<handshake_message> decode_handshake(bytes_view body) {
  return read_segment<HandshakeMessage>(body, limits::hello_max, read_handshake);
}

} // namespace ppn::wire
