// This node's figures for Prometheus, over HTTP at /metrics: on its mesh address and on loopback. Only
// members' addresses and this machine get an answer. One request for each connection; nothing is cached.
#pragma once

#include "runtime/ports/ports.hpp"

namespace ppn {

struct metrics_options {
  node_id self;
  std::string name;
  std::string version;
  std::vector<stream_endpoint> at;
  membership_ptr members;
};

http_actor spawn_metrics(caf::actor_system& system, const metrics_options& options, const ports& world);

} // namespace ppn
