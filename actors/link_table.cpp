#include "actors/link_table.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>

namespace ppn {

void send_queue::drop(std::deque<item>::iterator at) {
  octets_ -= at->body.size();
  items_.erase(at);
}

std::size_t send_queue::push(item next) {
  octets_ += next.body.size();
  items_.push_back(std::move(next));
  std::size_t dropped = 0;
  while (items_.size() > limits::link_queue_frames || octets_ > limits::link_queue_octets) {
    auto oldest = std::find_if(items_.begin(), items_.end(),
                               [](const item& waiting) { return waiting.telemetry; });
    drop(oldest == items_.end() ? items_.begin() : oldest);
    ++dropped;
  }
  return dropped;
}

send_queue::item send_queue::pop() {
  PPN_ASSERT(!items_.empty());
  item first = std::move(items_.front());
  octets_ -= first.body.size();
  items_.pop_front();
  return first;
}

bool pending_limits::admit(const std::string& address) {
  if (all_ >= limits::pending_hellos) return false;
  if (auto at = by_address_.find(address);
      at != by_address_.end() && at->second >= limits::pending_hellos_per_address)
    return false;
  ++by_address_[address];
  ++all_;
  return true;
}

void pending_limits::release(const std::string& address) {
  auto at = by_address_.find(address);
  PPN_ASSERT(at != by_address_.end() && all_ > 0);
  --all_;
  if (--at->second == 0) by_address_.erase(at);
}

} // namespace ppn
