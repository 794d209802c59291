// Field-by-field conversion of the fleet's values, shared by the codecs that carry them.
#pragma once

#include "messages/fleet.hpp"
#include "messages/wire/fleet.capnp.h"

namespace ppn::wire {

void write(MemberRecord::Builder to, const member_record& from);
void write(Heartbeat::Builder to, const heartbeat& from);
void write(HeartbeatAck::Builder to, const heartbeat_ack& from);
void write(ViewRequest::Builder to, const view_request& from);
void write(FleetView::Builder to, const fleet_view& from);

member_record read(MemberRecord::Reader from);
heartbeat read(Heartbeat::Reader from);
heartbeat_ack read(HeartbeatAck::Reader from);
view_request read(ViewRequest::Reader from);
// `rows_max`: a page on a link is short, the whole fleet on the control socket is not.
fleet_view read(FleetView::Reader from, std::size_t rows_max);

} // namespace ppn::wire
