// A mesh that exists in a table only: the peers and the differences between two sets of them are
// real, the packets are not. For fleets on one machine, whose links need no tunnel, and for tests.
#pragma once

#include "runtime/ports/tunnel.hpp"

#include <map>
#include <optional>

namespace ppn {

class memory_tunnel final : public tunnel {
public:
  result<tunnel_changes> apply(const std::vector<tunnel_peer>& wanted) override;
  result<std::vector<tunnel_peer_state>> peers() override;

  // What the peer did meanwhile; a peer that is not wanted is ignored.
  void put(const tunnel_peer_state& state);
  // Answers this until it is given none again, like an interface that is gone.
  void fail_with(std::optional<error> why) { failure_ = std::move(why); }

private:
  struct entry {
    tunnel_peer wanted;
    tunnel_peer_state state;
  };
  std::map<tunnel_key, entry> peers_;
  std::optional<error> failure_;
};

} // namespace ppn
