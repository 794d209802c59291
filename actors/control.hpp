// The control socket (design D12): the operator's way in on this machine. One frame is a length (u32,
// little-endian) and a Cap'n Proto segment; one response per request, with the request's id.
// Who may do what is decided from the kernel's word on the other end, never from the request.
#pragma once

#include "runtime/ports/ports.hpp"

namespace ppn {

struct control_options {
  node_id self;
  std::string name;
  std::string version;
  stream_endpoint at; // "unix:PATH"
  std::uint32_t owner_uid = 0;
  membership_ptr members;
};

control_actor spawn_control(caf::actor_system& system, const control_options& options,
                            const ports& world);

} // namespace ppn
