// Messages to bytes and back. Encoding cannot fail; decoding answers ec::malformed for everything that
// is not exactly one message within its caps. Authenticity is checked before, over the raw bytes.
#pragma once

#include "messages/base/error.hpp"
#include "messages/control.hpp"
#include "messages/fleet.hpp"
#include "messages/handshake.hpp"

namespace ppn::wire {

bytes encode(const wire_message& message);
result<wire_message> decode_node_message(bytes_view body);

bytes encode(const handshake_message& message);
result<handshake_message> decode_handshake(bytes_view body);

bytes encode(const control_request& request);
bytes encode(const control_response& response);
result<control_request> decode_control_request(bytes_view body);
result<control_response> decode_control_response(bytes_view body);

} // namespace ppn::wire
