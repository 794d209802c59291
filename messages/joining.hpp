// What a running ceremony is told by its operator, and the interface of the actor that runs it.
#pragma once

#include "messages/actors.hpp"

namespace ppn {

struct pairing_confirmed;
struct pairing_refused;

} // namespace ppn

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::pairing_confirmed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ppn::pairing_refused)

namespace ppn {

// Both screens show the same letters. `record`: on the fleet's side what the node needs to be a member; on
// the node's side, after it took a record in, its answer. Empty on the node's side: only the letters.
struct pairing_confirmed {
  bytes record;
};
struct pairing_refused {};

using pairing_actor = stream_sink::extend<
  caf::reacts_to<pairing_confirmed>, // The operator compared: go on.
  caf::reacts_to<pairing_refused>,   // The operator says no: end, and say nothing to the peer.
  caf::reacts_to<tick>>;             // Internal: a deadline has come.

} // namespace ppn
