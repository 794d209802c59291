// What the controller has to enter about its members: evictions and returns. It compares what the
// detector says with what the ledger says, so an entry that was lost with a crash is made later, none is
// made twice, and a member that flaps makes one entry when it has settled.
#pragma once

#include "actors/vm_fleet_core.hpp"
#include "messages/ledger.hpp"

#include <set>

namespace ppn {

class registry_entries {
public:
  // What the ledger says now.
  void set_recorded(std::set<node_id> evicted) {
    recorded_ = std::move(evicted);
    look_ = true;
  }
  // The detector moved somebody.
  void look() { look_ = true; }

  // The next entry to make; none while one is being written, or soon after one was refused.
  std::optional<entry_fact> next(const vm_fleet_core& fleet, mono_time now);
  void written();
  void refused(mono_time now);

private:
  std::optional<entry_fact> difference(const member_view& row, const self_doubt& doubt) const;

  std::optional<std::set<node_id>> recorded_; // unknown: nothing can be said yet
  std::optional<std::pair<node_id, bool>> writing_;
  std::optional<mono_time> not_before_;
  std::optional<mono_time> look_again_;
  bool look_ = false;
};

} // namespace ppn
