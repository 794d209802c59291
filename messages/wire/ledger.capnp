# What ledgers hold (design D6). An order or entry is written in Cap'n Proto's canonical form, as one
# segment without a frame, and read back only when it is in that form. Empty texts and lists of the
# structs below and absent options are null pointers; a MemberRecord's empty texts and lists are not.
# Kinds and fields are only ever added, at the end, with the next number: entries are read for decades.
@0xb2f598481c2bc44b;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("ppn::wire");

using Fleet = import "fleet.capnp";

# Ids, keys, digests and signatures are raw octets of exactly their length; times are milliseconds since
# 1970 (POSIX). Sizes and times are below 2^63.

enum AuthorKind { node @0; admin @1; localUser @2; }
enum Acknowledgement { local @0; one @1; majority @2; }
enum FleetRole { controller @0; hub @1; }

struct Author {
  kind @0 :AuthorKind;
  key @1 :Data;
  uid @2 :UInt32;     # of a local user, otherwise 0
}

struct MemberKeys {
  log @0 :Data;
  witness @1 :Data;
  certificate @2 :Data;
}

struct Capability {
  serial @0 :Data;
  type @1 :Text;
  rights @2 :UInt8;   # read 1, write 2, invoke 4, grant 8, revoke 16
  subject @3 :Data;
  resource @4 :Text;
  issuedMilliseconds @5 :Int64;
  expiresMilliseconds @6 :Int64;  # 0: never
  anchorSize @7 :UInt64;
  anchorRoot @8 :Data;
}

struct Genesis {
  fleetName @0 :Text;
  admin @1 :Data;
  meshPrefix @2 :Text;
}

struct MemberAdded {
  record @0 :Fleet.MemberRecord;
  keys @1 :MemberKeys;
}

struct MemberRemoved {
  member @0 :Data;
}

struct AdminAdded {
  admin @0 :Data;
  label @1 :Text;
}

struct AdminRemoved {
  admin @0 :Data;
}

struct RoleGiven {
  role @0 :FleetRole;
  holder @1 :Data;
  term @2 :UInt64;
  takenOver @3 :Bool;
  oldSize @4 :UInt64;
  oldRoot @5 :Data;
}

struct WitnessesNamed {
  witnesses @0 :List(Data);  # strictly ascending
}

struct AcknowledgementChosen {
  policy @0 :Acknowledgement;
}

struct PostureSet {
  member @0 :Data;
  posture @1 :Fleet.Posture;
}

struct GrantIssued {
  grant @0 :Capability;
}

struct GrantRevoked {
  serial @0 :Data;
}

struct MemberEvicted {
  member @0 :Data;
  silenceMilliseconds @1 :Int64;
  doubted @2 :Bool;
}

struct MemberReturned {
  member @0 :Data;
  times @1 :UInt32;
}

struct NodeStarted {
  node @0 :Data;
  run @1 :UInt64;
  boot @2 :Data;
  version @3 :Text;
}

struct Noted {
}

struct DocumentFiled {
  name @0 :Text;
  octets @1 :UInt64;
  content @2 :Data;   # SHA-256
}

struct Order {
  id @0 :Data;
  who @1 :Author;
  why @2 :Text;
  supersedes @3 :Data;  # null: nothing
  what :union {
    genesis @4 :Genesis;
    memberAdded @5 :MemberAdded;
    memberRemoved @6 :MemberRemoved;
    adminAdded @7 :AdminAdded;
    adminRemoved @8 :AdminRemoved;
    roleGiven @9 :RoleGiven;
    witnessesNamed @10 :WitnessesNamed;
    acknowledgementChosen @11 :AcknowledgementChosen;
    postureSet @12 :PostureSet;
    grantIssued @13 :GrantIssued;
    grantRevoked @14 :GrantRevoked;
    memberEvicted @15 :MemberEvicted;
    memberReturned @16 :MemberReturned;
    nodeStarted @17 :NodeStarted;
    noted @18 :Noted;
    documentFiled @19 :DocumentFiled;
  }
}

struct Authority {
  admin @0 :Data;
  previousSize @1 :UInt64;
  proof @2 :Data;
}

struct Entry {
  term @0 :UInt64;
  whenMilliseconds @1 :Int64;
  order @2 :Data;          # the octets of an Order, as they were signed
  authority @3 :Authority; # null: none
}
