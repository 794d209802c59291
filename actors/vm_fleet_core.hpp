// The fleet as its controller knows it: the failure detector's verdicts and what the heartbeats say,
// as rows under a version that grows. Members fetch what changed since the version they hold, in pages,
// so a quiet fleet sends no rows at all and a newcomer catches up without a state on this side.
#pragma once

#include "actors/failure_detector.hpp"
#include "runtime/ports/observer.hpp"

#include <map>

namespace ppn {

class vm_fleet_core {
public:
  // `epoch` tells views of this controller's run from those of any other.
  vm_fleet_core(const node_id& self, std::uint64_t epoch, mono_time now);

  // Appended to, in order; the caller publishes and clears them.
  std::vector<node_event> events;

  void set_membership(const membership_ptr& members, mono_time now);
  // A new link counts its messages anew: sequences are compared within one link only, so that a
  // member whose disk forgot its last start is still heard.
  void on_link(const node_id& from);
  // Answers what to acknowledge, or nothing when the sender is not a member or the beat is a repeat.
  std::optional<heartbeat_ack> on_heartbeat(const node_id& from, const heartbeat& beat,
                                            mono_time now, wall_time wall);
  void advance(mono_time now);
  void set_ledger_size(std::uint64_t size) { ledger_size_ = size; }
  std::optional<mono_time> next_deadline() const { return detector_.next_deadline(); }

  // The next page for a member that holds `have`.
  fleet_view page(view_stamp have, mono_time now) const;
  // Everything, with silences as of now.
  fleet_view whole(mono_time now) const;

private:
  struct row {
    member_view view;
    std::optional<heartbeat_sequence> sequence; // the last one of this link
    bool heard_once = false;
    node_capacity published; // what members were last told of its capacity
  };

  void absorb(mono_time now);
  void touch(row& changed);
  row* find(const node_id& id);
  fleet_view header(mono_time now) const;
  member_view shown(const row& of, mono_time now) const;

  node_id self_;
  membership_ptr members_;
  failure_detector detector_;
  detection_effects effects_;
  view_stamp stamp_;
  std::uint64_t ledger_size_ = 0;
  std::map<node_id, row> rows_;
  std::map<std::uint64_t, node_id> by_change_; // version of the last change, newest last
};

} // namespace ppn
