// Port: signatures of this node's identity, and the check of anybody's (design D14).
#pragma once

#include "messages/base/ids.hpp"

namespace ppn {

class signer {
public:
  virtual ~signer() = default;
  virtual const node_id& identity() const = 0;
  virtual signature sign(bytes_view message) = 0;
  virtual bool verify(const node_id& by, bytes_view message, const signature& sig) = 0;
};

} // namespace ppn
