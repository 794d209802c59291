// Ends the process when a ledger of this node failed: nobody knows what its disk holds, only the next
// open finds out. A node that went on would heartbeat for guests whose story it cannot write.
#pragma once

#include "runtime/ports/observer.hpp"

#include <functional>

namespace ppn {

class fail_stop final : public observer {
public:
  // `next` hears everything first, so that the reason is in the log.
  fail_stop(observer& next, std::function<void()> stop) : next_(next), stop_(std::move(stop)) {}

  // A full disk is no failure: the ledger stays "ready" and refuses entries for the time.
  void on(const node_event& what) override {
    next_.on(what);
    const auto* changed = std::get_if<event::ledger_state_changed>(&what);
    if (changed != nullptr && changed->state == "failed") stop_();
  }

private:
  observer& next_;
  std::function<void()> stop_;
};

} // namespace ppn
