// This node's logs over HTTP, for members and operators: tlog-tiles, and tlog-witness for logs that ask
// (domain section 8). The mesh address is the fence, and behind it only members' addresses and this
// machine itself get an answer. Nothing here writes but a witness's cosignature.
#pragma once

#include "runtime/ports/ports.hpp"

namespace ppn {

struct http_options {
  node_id self;
  stream_endpoint at;
  membership_ptr members;
};

http_actor spawn_http(caf::actor_system& system, const http_options& options, const ports& world);

} // namespace ppn
