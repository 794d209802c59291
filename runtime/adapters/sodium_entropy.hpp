// Randomness of the kernel by way of libsodium: the one place in the system that draws it.
// Everything else takes the port, so that a simulation can be repeated.
#pragma once

#include "runtime/ports/entropy.hpp"

namespace ppn {

class sodium_entropy final : public entropy {
public:
  sodium_entropy();
  void fill(std::span<octet> out) override;
};

} // namespace ppn
