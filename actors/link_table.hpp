// The book-keeping of the link actor: who is a peer, which connection carries whom, what is counted.
#pragma once

#include "messages/actors.hpp"
#include "messages/base/limits.hpp"
#include "runtime/link/session.hpp"

#include <deque>
#include <map>
#include <unordered_map>

namespace ppn {

// What waits for a connection whose window is full.
class send_queue {
public:
  struct item {
    bool telemetry;
    bytes body;
  };
  // Answers how many older items had to go for it.
  std::size_t push(item next);
  bool empty() const { return items_.empty(); }
  item pop();

private:
  void drop(std::deque<item>::iterator at);

  std::deque<item> items_;
  std::size_t octets_ = 0;
};

struct link_connection {
  link::session session;
  stream_endpoint remote;
  bool open = false;     // the stream stands
  bool pending = true;   // counts against the cap of unproven connections
  std::optional<mono_time> scheduled; // the entry of the deadline queue that is meant
  bytes stalled;         // a sealed frame that the window refused
  bool blocked = false;
  send_queue queue;
};

struct link_peer {
  std::optional<connection_id> up;
  std::optional<connection_id> dialing;
  std::optional<mono_time> redial_at;
  nanoseconds backoff = limits::redial_first;
  std::uint64_t established = 0;
  std::uint64_t frames_in = 0; // of sessions that are gone
  std::uint64_t frames_out = 0;
  std::uint64_t dropped = 0;
  std::string last_error;
};

// Connections that have not proven who they are, all together and by address.
class pending_limits {
public:
  bool admit(const std::string& address);
  void release(const std::string& address);

private:
  std::map<std::string, std::size_t> by_address_;
  std::size_t all_ = 0;
};

} // namespace ppn
