// Port: who is told of every actor that a node spawns. The simulator needs the list to kill a node as
// `kill -9` does; the daemon passes none.
#pragma once

#include <caf/fwd.hpp>

namespace ppn {

class actor_tracker {
public:
  virtual ~actor_tracker() = default;
  virtual void born(const caf::strong_actor_ptr& actor) = 0;
};

} // namespace ppn
