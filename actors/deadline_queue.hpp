// Many deadlines behind one timer. CAF's delayed messages cannot be taken back, so instead of one timer
// each, an actor keeps its deadlines here and arms a single tick for the earliest. Entries may be
// outdated when they come up: whoever pops one asks the thing itself when it is really due.
#pragma once

#include "messages/base/time.hpp"

#include <optional>
#include <queue>
#include <vector>

namespace ppn {

template <class Key>
class deadline_queue {
public:
  void push(mono_time due, const Key& key) { heap_.push({due, key}); }

  std::optional<Key> pop_due(mono_time now) {
    if (heap_.empty() || heap_.top().due > now) return std::nullopt;
    Key key = heap_.top().key;
    heap_.pop();
    return key;
  }

  std::optional<mono_time> earliest() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.top().due;
  }

  std::size_t size() const { return heap_.size(); }

private:
  struct item {
    mono_time due;
    Key key;
    // Ties by key, so that the order is the same in every run.
    bool operator<(const item& other) const {
      return due != other.due ? due > other.due : other.key < key;
    }
  };
  std::priority_queue<item> heap_;
};

// Decides when the next tick has to be sent; at most a few superfluous ones are ever under way.
class tick_timer {
public:
  // The delay of a tick to send now, or nothing when one at least as early is under way.
  std::optional<nanoseconds> arm(std::optional<mono_time> due, mono_time now) {
    if (!due || (armed_ && *armed_ <= *due)) return std::nullopt;
    armed_ = *due;
    return *due > now ? *due - now : nanoseconds{0};
  }
  void fired(mono_time now) {
    if (armed_ && now >= *armed_) armed_.reset();
  }

private:
  std::optional<mono_time> armed_;
};

} // namespace ppn
