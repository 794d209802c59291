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
}

struct ReloadReply {
  changed @0 :List(Text);   # keys that took effect
  deferred @1 :List(Text);  # keys that need a restart
}

struct ControlRequest {
  id @0 :UInt64;
  union {
    status @1 :Void;
    reload @2 :Void;    # what SIGHUP does
  }
}

struct ControlResponse {
  id @0 :UInt64;
  union {
    failure @1 :Failure;
    status @2 :StatusReply;
    reload @3 :ReloadReply;
  }
}
