// `ppn place` and `ppn capacity`: what is asked, of which fleet, and the answer as a table or as
// JSON.
#pragma once

#include "actors/placement/pool.hpp"
#include "messages/control.hpp"
#include "runtime/cli/status_table.hpp"
#include "runtime/guest/guest_file.hpp"

namespace ppn {

// A specification's file or options, and what only placement asks.
struct placement_question {
  std::string spec_text; // of the file, if one was given
  std::string spec_file;
  guest_options options;
  std::string pin;
  std::string preferred;
};

struct placement_asked {
  placement::request request;
  std::vector<std::string> warnings;
};

// Names are looked up in the pool. ec::not_found: no node of that name.
result<placement_asked> placement_request_of(const placement_question& question,
                                             const placement::pool& pool);

// The fleet as one node's picture shows it. What guests take is known by their nodes' heartbeats
// only: their RAM, their number and their disks, not their vCPUs, ports and labels.
placement::pool pool_of(const fleet_view& view);

std::string place_json(const placement::explanation& told, bool candidates);
std::string place_text(const placement::explanation& told, bool candidates);
std::string capacity_json(const placement::pool& pool, const placement::request& asked);
std::string capacity_text(const placement::pool& pool, const placement::request& asked);

} // namespace ppn
