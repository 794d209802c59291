// A checker sits outside the nodes, keeps its own history of what truly happened, and compares. It is
// told what the world did and what the nodes said, never what they think.
#pragma once

#include "runtime/ports/observer.hpp"
#include "sim/counters.hpp"
#include "sim/node_clock.hpp"

#include <string>
#include <vector>

namespace ppn::sim {

struct violation {
  std::string checker;
  world_time at{0};
  std::string node;
  std::string text;
};

// Everything that was found, with a bound: one broken rule can fire a million times.
class violation_list {
public:
  void add(violation found) {
    ++count_;
    if (kept_.size() < kept_max) kept_.push_back(std::move(found));
  }
  std::uint64_t count() const { return count_; }
  const std::vector<violation>& kept() const { return kept_; }

private:
  static constexpr std::size_t kept_max = 20;
  std::uint64_t count_ = 0;
  std::vector<violation> kept_;
};

// The moment of a call: the world's time and, for the node in question, its monotonic clock.
struct moment {
  world_time at{0};
  mono_time own;
};

class checker {
public:
  virtual ~checker() = default;
  virtual void on_started(std::uint32_t node, const moment& now) {}
  virtual void on_killed(std::uint32_t node, const moment& now) {}
  // The node will not run for `length` of its own clock.
  virtual void on_frozen(std::uint32_t node, const moment& now, nanoseconds length) {}
  // ... after all it runs again before that.
  virtual void on_thawed(std::uint32_t node, const moment& now) {}
  virtual void on_event(std::uint32_t node, const moment& now, const node_event& what) = 0;
  // All faults are over; from here on the fleet has to converge.
  virtual void on_calm(world_time at) {}
  virtual void on_end(const moment& controller_now) = 0;
  // All processes still stand, nothing moves any more: the disks may be read.
  virtual void audit() {}
  virtual void count(counters& into) const {}
  // What this checker still waits for, a line each: asked when a run fails.
  virtual void pending(std::vector<std::string>& into) const {}
};

} // namespace ppn::sim
