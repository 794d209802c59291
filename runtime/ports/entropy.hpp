// Port: randomness. The only source of random octets; seeded in a simulation.
#pragma once

#include "messages/base/bytes.hpp"

namespace ppn {

class entropy {
public:
  virtual ~entropy() = default;
  virtual void fill(std::span<octet> out) = 0;

  std::uint64_t number() {
    octet raw[8];
    fill(raw);
    return load_le64(raw);
  }
};

} // namespace ppn
