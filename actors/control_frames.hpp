// Cuts the octets of one control connection into requests, within caps and a deadline.
#pragma once

#include "messages/base/error.hpp"
#include "messages/control.hpp"

namespace ppn {

class control_frames {
public:
  explicit control_frames(mono_time now) : since_(now) {}

  // Appends octets; the requests they complete go to `out`. An error ends the connection.
  status take(bytes_view data, mono_time now, std::vector<control_request>& out);
  // When an idle or half-spoken connection has to go.
  mono_time deadline() const;

  static bytes frame(const control_response& response);

private:
  bytes pending_;
  mono_time since_;
};

} // namespace ppn
