// A fleet of three as a node reports it, well and with everything wrong at once.
#pragma once

#include "messages/control.hpp"

#include <string>

namespace ppn::status_support {

inline constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

inline node_id id_of(octet value) {
  node_id id;
  id.octets.fill(value);
  return id;
}

inline member_view row(octet value, std::string name, member_state state) {
  member_view to;
  to.record.id = id_of(value);
  to.record.name = std::move(name);
  to.record.address = "10.8.0." + std::to_string(value);
  to.record.port = 9203;
  to.state = state;
  to.heartbeats = 17;
  to.capacity.ram_total = 16 * gibibyte;
  to.capacity.ram_offered = 12 * gibibyte;
  to.capacity.ram_available = 5 * gibibyte + gibibyte / 2;
  to.capacity.cpus_offered = 8;
  to.capacity.guests_limit = 32;
  to.guests = 3;
  return to;
}

inline status_reply healthy() {
  status_reply reply;
  reply.node.id = id_of(1);
  reply.node.name = "laptop-a";
  reply.node.version = "0.1.0";
  reply.node.fleet.octets.fill(0xf1);
  reply.node.uptime_milliseconds = 3'725'000;
  reply.node.view_age_milliseconds = 400;
  reply.view.stamp = {7, 42};
  reply.view.term = term_number{2};
  reply.view.controller = id_of(3);
  reply.view.rows = {row(1, "laptop-a", member_state::alive),
                     row(2, "laptop-b", member_state::alive),
                     row(3, "gcp-cloud-1", member_state::alive)};
  reply.view.rows[2].controller = true;
  reply.view.rows[2].record.trust = posture::cloud;
  reply.node.links = {{id_of(2), "up", 1, 20, 21, 0, ""}, {id_of(3), "idle", 0, 0, 0, 0, ""}};
  return reply;
}

inline status_reply troubled() {
  status_reply reply = healthy();
  reply.view.doubt = {true, 2, 2, 1};
  member_view& silent = reply.view.rows[0];
  silent.state = member_state::suspect;
  silent.silence_milliseconds = 15'250;
  member_view& gone = reply.view.rows[1];
  gone.state = member_state::evicted;
  gone.silence_milliseconds = 61'900;
  gone.transition_silence_milliseconds = 30'250;
  gone.evictions = 3;
  gone.returns = 2;
  gone.flapping = true;
  gone.node_lost = true;
  gone.record.reserved = true;
  gone.record.labels = {"hub"};
  gone.skew_milliseconds = -1500;
  gone.capacity.kvm = true;
  gone.capacity.pools = {{"fast", 100, 40, 70}};
  reply.node.links[0] = {id_of(2), "waiting", 4, 120, 118, 2, "unreachable: no route"};
  reply.node.refusals = {{"wrong-fleet", 3}, {"bad-mac", 0}, {"replay", 1}};
  reply.node.child_restarts = 2;
  return reply;
}

inline status_reply with_ledgers() {
  status_reply reply = healthy();
  digest root;
  root.octets.fill(0xab);
  ledger_brief fleet{ledger_choice::fleet, "ppn/f1", ledger_part::writer, 42, root, "ready", "",
                     true, 41, {"fork of ppn/f1 at 41: expected 00, found 01, shown by 02020202"}};
  ledger_brief own{ledger_choice::own, "ppn/f1/node/01", ledger_part::writer, 7, root, "failed",
                   "io-failed: the disk", false, std::nullopt, {}};
  reply.ledgers = {fleet, own};
  return reply;
}

} // namespace ppn::status_support
