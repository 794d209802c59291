// What an operator's tool and a daemon say to each other over the control socket (design D12).
#pragma once

#include "messages/base/error.hpp"
#include "messages/fleet.hpp"

namespace ppn {

// Where one link of this node stands, with what it refused: the operator's first look at a bad wire.
struct link_report {
  node_id peer;
  std::string state; // "up", "dialing", "waiting", "idle"
  std::uint64_t established = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t dropped = 0;
  std::string last_error;
  bool operator==(const link_report&) const = default;
};

// Refusals by reason; a closed set, so that it can become a metric.
struct refusal_count {
  std::string reason;
  std::uint64_t count = 0;
  bool operator==(const refusal_count&) const = default;
};

struct node_report {
  node_id id;
  std::string name;
  std::string version;
  fleet_id fleet;
  std::int64_t uptime_milliseconds = 0;
  std::int64_t view_age_milliseconds = -1; // -1: no view yet
  std::uint64_t child_restarts = 0;
  std::vector<link_report> links;
  std::vector<refusal_count> refusals;
  bool operator==(const node_report&) const = default;
};

struct status_request {
  bool operator==(const status_request&) const = default;
};

struct status_reply {
  node_report node;
  fleet_view view;
  bool operator==(const status_reply&) const = default;
};

// What SIGHUP does, with an answer.
struct reload_request {
  bool operator==(const reload_request&) const = default;
};

struct reload_reply {
  std::vector<std::string> changed;  // keys that took effect
  std::vector<std::string> deferred; // keys that need a restart
  bool operator==(const reload_reply&) const = default;
};

struct control_request {
  std::uint64_t id = 0;
  std::variant<status_request, reload_request> body;
  bool operator==(const control_request&) const = default;
};

struct control_response {
  std::uint64_t id = 0;
  std::variant<error, status_reply, reload_reply> body;
  bool operator==(const control_response&) const = default;
};

} // namespace ppn
