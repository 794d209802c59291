#include "runtime/adapters/memory_tunnel.hpp"

namespace ppn {

namespace {

status check_wanted(const std::vector<tunnel_peer>& wanted) {
  std::map<tunnel_key, const tunnel_peer*> by_key;
  std::map<std::string_view, const tunnel_peer*> by_address;
  for (const tunnel_peer& peer : wanted) {
    if (!by_key.emplace(peer.key, &peer).second)
      return fail(ec::invalid, "two peers with the key " + peer.key.brief());
    for (const std::string& address : peer.allowed)
      if (by_address.emplace(address, &peer).first->second != &peer)
        return fail(ec::invalid, "two peers with the address " + address);
  }
  return {};
}

} // namespace

result<tunnel_changes> memory_tunnel::apply(const std::vector<tunnel_peer>& wanted) {
  if (failure_) return fail(*failure_);
  if (status checked = check_wanted(wanted); !checked) return fail(checked.error());
  tunnel_changes changes;
  std::map<tunnel_key, entry> next;
  for (const tunnel_peer& peer : wanted) {
    auto known = peers_.find(peer.key);
    if (known == peers_.end())
      ++changes.added;
    else if (known->second.wanted != peer)
      ++changes.changed;
    // A peer that stays keeps its session, whatever else changed about it.
    next[peer.key] = {peer,
                      known == peers_.end() ? tunnel_peer_state{peer.key} : known->second.state};
  }
  for (const auto& [key, gone] : peers_)
    if (!next.contains(key)) ++changes.removed;
  peers_ = std::move(next);
  return changes;
}

result<std::vector<tunnel_peer_state>> memory_tunnel::peers() {
  if (failure_) return fail(*failure_);
  std::vector<tunnel_peer_state> all;
  for (const auto& [key, peer] : peers_)
    all.push_back(peer.state);
  return all;
}

void memory_tunnel::put(const tunnel_peer_state& state) {
  if (auto at = peers_.find(state.key); at != peers_.end()) at->second.state = state;
}

} // namespace ppn
