// Port: byte streams (design D1). A stream is ordered, may break at any time and then tells why; what
// was written last may or may not have arrived. Events go to the sink actor that opened the stream.
// Calls never block. An address is an IP literal, or "unix:PATH" with port 0.
#pragma once

#include "messages/actors.hpp"
#include "messages/base/error.hpp"

namespace ppn {

class stream {
public:
  virtual ~stream() = default;

  // Every accepted connection is announced to `sink` by stream_opened. ec::in_use, ec::permission or
  // ec::invalid when the address cannot be had.
  virtual result<connection_id> listen(const stream_endpoint& at, const stream_sink& sink) = 0;

  // Later either stream_opened or stream_closed with this id. `from.address` is the own address to
  // dial from (empty: the system's choice); its port is ignored.
  virtual connection_id connect(const stream_endpoint& from, const stream_endpoint& to,
                                const stream_sink& sink) = 0;

  // Takes all of `data` or, when the window (limits::stream_window_octets) is full, nothing: then it
  // answers false, has not moved from `data`, and stream_writable follows once there is room. An
  // unknown or closed connection takes everything silently: its stream_closed is on the way.
  virtual bool write(connection_id connection, bytes&& data) = 0;

  // Closes a connection or a listener. No event for it follows a close by its owner, except those
  // already in the owner's mailbox. What was written before is sent if the peer still takes it.
  virtual void close(connection_id connection) = 0;
};

} // namespace ppn
