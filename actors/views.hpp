// Keeps the views of the fleet's ledger on disk (domain section 8): at most once a second, only when there
// is something new, and a bounded piece at a time. A view that cannot be written is told, tried again, and
// nobody else's trouble. In a daemon it has a thread of its own, because it waits for the disk.
#pragma once

#include "runtime/ports/ports.hpp"

namespace ppn {

struct views_options {
  std::string origin;
  bool own_thread = false;
};

// Needs ports with views.
views_actor spawn_views(caf::actor_system& system, const views_options& options, const ports& world);

} // namespace ppn
