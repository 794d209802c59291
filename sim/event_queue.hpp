// What the world will do next: events in order of time, equal times in order of their making.
#pragma once

#include "messages/base/bytes.hpp"
#include "sim/node_clock.hpp"

#include <algorithm>
#include <vector>

namespace ppn::sim {

enum class event_kind : std::uint8_t {
  wake,       // a timer of a node is due: node, generation
  arrive,     // the next segment of a connection: connection, direction
  dial,       // a connection request arrives or is tried again: connection
  break_check,// has the other direction healed? connection, direction
  chaos,      // the next fault: index into the chaos plan
};

struct scheduled_event {
  world_time at{0};
  std::uint64_t sequence = 0;
  event_kind kind = event_kind::wake;
  std::uint32_t part = 0;   // direction, node, attempt
  std::uint64_t subject = 0; // connection, generation, index

  bool operator<(const scheduled_event& other) const { // for a min-heap
    return at != other.at ? at > other.at : sequence > other.sequence;
  }
};

class event_queue {
public:
  void push(world_time at, event_kind kind, std::uint64_t subject, std::uint32_t part) {
    heap_.push_back({at, next_++, kind, part, subject});
    std::push_heap(heap_.begin(), heap_.end());
  }
  bool empty() const { return heap_.empty(); }
  const scheduled_event& top() const { return heap_.front(); }
  scheduled_event pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    scheduled_event first = heap_.back();
    heap_.pop_back();
    return first;
  }

private:
  std::vector<scheduled_event> heap_;
  std::uint64_t next_ = 0;
};

} // namespace ppn::sim
