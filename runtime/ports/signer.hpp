// Port: signatures by this node's keys, and the check of anybody's (design D14). A node has one key per
// part it plays, so that one that leaks or is misused speaks for that part only.
#pragma once

#include "messages/base/ids.hpp"

namespace ppn {

enum class key_role : std::uint8_t { identity, log, witness };

class signer {
public:
  virtual ~signer() = default;
  virtual const node_id& key(key_role role) const = 0;
  virtual signature sign_as(key_role role, bytes_view message) = 0;
  virtual bool verify(const node_id& by, bytes_view message, const signature& sig) = 0;

  const node_id& identity() const { return key(key_role::identity); }
  signature sign(bytes_view message) { return sign_as(key_role::identity, message); }
};

} // namespace ppn
