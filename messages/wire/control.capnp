# The control socket (design D12): one request, one response with the same id. Same rules of growth as
# fleet.capnp.
@0xd94c1b7e0a3f6825;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("ppn::wire");

using Fleet = import "fleet.capnp";

struct Failure {
  code @0 :UInt8;
  text @1 :Text;
}

struct LinkReport {
  peer @0 :Data;
  state @1 :Text;
  established @2 :UInt64;
  framesIn @3 :UInt64;
  framesOut @4 :UInt64;
  dropped @5 :UInt64;
  lastError @6 :Text;
}

struct RefusalCount {
  reason @0 :Text;
  count @1 :UInt64;
}

struct NodeReport {
  id @0 :Data;
  name @1 :Text;
  version @2 :Text;
  fleet @3 :Data;
  uptimeMilliseconds @4 :Int64;
  viewAgeMilliseconds @5 :Int64;
  childRestarts @6 :UInt64;
  links @7 :List(LinkReport);
  refusals @8 :List(RefusalCount);
}

struct StatusReply {
  node @0 :NodeReport;
  view @1 :Fleet.FleetView;
  ledgers @2 :List(LedgerBrief);
}

struct ReloadReply {
  changed @0 :List(Text);   # keys that took effect
  deferred @1 :List(Text);  # keys that need a restart
}

# Ledgers. `which` and the other small numbers are those of messages/control.hpp and ledger_report.hpp.
# Signed notes and proofs have line feeds and travel as octets.

struct LedgerBrief {
  which @0 :UInt8;
  origin @1 :Text;
  part @2 :UInt8;
  size @3 :UInt64;
  root @4 :Data;
  state @5 :Text;
  why @6 :Text;
  degraded @7 :Bool;
  isCosigned @8 :Bool;
  cosigned @9 :UInt64;
  evidence @10 :List(Text);
}

struct LedgerEvidence {
  kind @0 :UInt8;
  origin @1 :Text;
  size @2 :UInt64;
  expected @3 :Data;
  found @4 :Data;
  peer @5 :Data;
  text @6 :Text;
}

struct CopyReport {
  member @0 :Data;
  size @1 :UInt64;
  cosigned @2 :UInt64;
  reachable @3 :Bool;
}

struct LedgerReport {
  origin @0 :Text;
  part @1 :UInt8;
  size @2 :UInt64;
  root @3 :Data;
  vkey @4 :Text;
  note @5 :Data;
  cosigned @6 :Data;
  state @7 :Text;
  why @8 :Text;
  policy @9 :Text;
  degraded @10 :Bool;
  waiting @11 :UInt64;
  refusedEntries @12 :UInt64;
  copies @13 :List(CopyReport);
  evidence @14 :List(LedgerEvidence);
}

struct LedgerRead {
  which @0 :UInt8;
  from @1 :UInt64;
  most @2 :UInt64;
}

struct LedgerEntries {
  size @0 :UInt64;
  entries @1 :List(Data);
  leaves @2 :Data;          # 32 octets for each entry
}

struct LedgerProof {
  which @0 :UInt8;
  index @1 :UInt64;
}

struct LedgerNote {
  which @0 :UInt8;
  id @1 :Data;
  reason @2 :Text;
}

struct LedgerSubmit {
  order @0 :Data;
  signed @1 :Bool;
  admin @2 :Data;
  previousSize @3 :UInt64;
  proof @4 :Data;
}

struct LedgerAppended {
  index @0 :UInt64;
  size @1 :UInt64;
  degraded @2 :Bool;
}

struct ControlRequest {
  id @0 :UInt64;
  union {
    status @1 :Void;
    reload @2 :Void;           # what SIGHUP does
    ledgerReport @3 :UInt8;    # which
    ledgerRead @4 :LedgerRead;
    ledgerProof @5 :LedgerProof;
    ledgerNote @6 :LedgerNote;
    ledgerSubmit @7 :LedgerSubmit;
    ledgerRestore @8 :Text;    # name of the member to follow
  }
}

struct ControlResponse {
  id @0 :UInt64;
  union {
    failure @1 :Failure;
    status @2 :StatusReply;
    reload @3 :ReloadReply;
    ledgerReport @4 :LedgerReport;
    ledgerEntries @5 :LedgerEntries;
    ledgerProof @6 :Data;
    ledgerAppended @7 :LedgerAppended;
    ledgerRestore @8 :Void;
  }
}
