# The hello of a link (design D1): three frames before the first authenticated one.
@0x8e5d20f9b7c41a36;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("ppn::wire");

# 1. initiator -> responder
struct Hello {
  version @0 :UInt16;
  fleet @1 :Data;
  role @2 :UInt8;
  identity @3 :Data;
  peer @4 :Data;      # whom the initiator means to reach
  nonce @5 :Data;
  exchange @6 :Data;  # ephemeral X25519 key
}

# 2. responder -> initiator; signed over the transcript of both
struct HelloReply {
  version @0 :UInt16;
  identity @1 :Data;
  nonce @2 :Data;
  exchange @3 :Data;
  signature @4 :Data;
}

# 3. initiator -> responder
struct HelloFinish {
  signature @0 :Data;
}

# Instead of 2, when the hello cannot be accepted: a hint for the other side's operator, never trusted.
struct Refusal {
  code @0 :UInt8;
  text @1 :Text;
}

struct HandshakeMessage {
  union {
    hello @0 :Hello;
    reply @1 :HelloReply;
    finish @2 :HelloFinish;
    refusal @3 :Refusal;
  }
}
