# Messages between nodes (design D2). Fields are only ever added, at the end, with the next number;
# tests/unit/golden holds bytes of every released version, which must stay readable.
@0xb1f0c7a6d2e94853;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("ppn::wire");

# Ids are raw octets; a reader refuses any other length.

enum Posture { onprem @0; leased @1; cloud @2; }
enum MemberKind { node @0; operatorStation @1; }
enum MemberState { expected @0; alive @1; suspect @2; evicted @3; }

struct DiskPool {
  name @0 :Text;
  total @1 :UInt64;
  free @2 :UInt64;
  committed @3 :UInt64;
}

struct Capacity {
  ramTotal @0 :UInt64;
  ramOffered @1 :UInt64;
  ramAvailable @2 :UInt64;
  ramGuests @3 :UInt64;
  cpusOffered @4 :UInt32;
  cpuLoadPermille @5 :UInt32;
  guestsLimit @6 :UInt32;
  kvm @7 :Bool;
  pools @8 :List(DiskPool);
}

struct ViewStamp {
  epoch @0 :UInt64;
  version @1 :UInt64;
}

struct Heartbeat {
  sequence @0 :UInt64;
  boot @1 :Data;
  run @2 :UInt64;
  capacity @3 :Capacity;
  guests @4 :UInt32;
  inventory @5 :Data;
  view @6 :ViewStamp;
  wallMilliseconds @7 :Int64;
}

struct HeartbeatAck {
  sequence @0 :UInt64;
  term @1 :UInt64;
  view @2 :ViewStamp;
  ledgerSize @3 :UInt64;
}

struct ViewRequest {
  have @0 :ViewStamp;
}

struct MemberRecord {
  id @0 :Data;
  name @1 :Text;
  address @2 :Text;
  port @3 :UInt16;
  posture @4 :Posture;
  kind @5 :MemberKind;
  reserved @6 :Bool;
  labels @7 :List(Text);
}

struct MemberView {
  record @0 :MemberRecord;
  state @1 :MemberState;
  flapping @2 :Bool;
  controller @3 :Bool;
  silenceMilliseconds @4 :Int64;
  transitionSilenceMilliseconds @5 :Int64;
  evictions @6 :UInt64;
  returns @7 :UInt64;
  heartbeats @8 :UInt64;
  skewMilliseconds @9 :Int64;
  boot @10 :Data;
  capacity @11 :Capacity;
  guests @12 :UInt32;
  nodeLost @13 :Bool;
  changed @14 :UInt64;
}

struct SelfDoubt {
  active @0 :Bool;
  silent @1 :UInt32;
  members @2 :UInt32;
  episodes @3 :UInt64;
}

struct FleetView {
  stamp @0 :ViewStamp;
  since @1 :UInt64;
  last @2 :Bool;
  term @3 :UInt64;
  controller @4 :Data;
  doubt @5 :SelfDoubt;
  rows @6 :List(MemberView);
}

# Proofs are their hashes one after the other; notes and requests are octets of text.
struct LedgerHave {
  size @0 :UInt64;
  root @1 :Data;
  note @2 :Data;
}

struct LedgerPage {
  from @0 :UInt64;
  entries @1 :List(Data);
  target @2 :Data;
  extends @3 :Data;
  reaches @4 :Data;
}

struct CosignRequest {
  body @0 :Data;
}

struct CosignAnswer {
  status @0 :UInt16;
  body @1 :Data;
}

struct OrderRequest {
  ticket @0 :UInt64;
  order @1 :Data;
  signed @2 :Bool;
  admin @3 :Data;
  previousSize @4 :UInt64;
  proof @5 :Data;
}

struct OrderReply {
  ticket @0 :UInt64;
  refused @1 :Bool;
  code @2 :UInt8;
  text @3 :Text;
  index @4 :UInt64;
  size @5 :UInt64;
  degraded @6 :Bool;
}

# The one root of every authenticated frame.
struct NodeMessage {
  union {
    heartbeat @0 :Heartbeat;
    heartbeatAck @1 :HeartbeatAck;
    viewRequest @2 :ViewRequest;
    fleetView @3 :FleetView;
    ledgerHave @4 :LedgerHave;
    ledgerPage @5 :LedgerPage;
    cosignRequest @6 :CosignRequest;
    cosignAnswer @7 :CosignAnswer;
    orderRequest @8 :OrderRequest;
    orderReply @9 :OrderReply;
  }
}
