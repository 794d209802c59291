// Randomness of a run: small, fast, and the same on every compiler and library. Streams drawn from one
// seed by different names never influence each other.
#pragma once

#include "messages/base/time.hpp"
#include "runtime/ports/entropy.hpp"

namespace ppn::sim {

inline std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

class random_source {
public:
  explicit random_source(std::uint64_t seed) : state_(seed) {}
  // An independent source; `name` and `number` say for what.
  random_source fork(std::string_view name, std::uint64_t number = 0) const {
    std::uint64_t derived = mix64(state_ + 0x632be59bd9b4e019u);
    for (char c : name) derived = mix64(derived ^ static_cast<unsigned char>(c)) + number;
    return random_source{mix64(derived)};
  }

  std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15u); }
  // Uniform below `bound`; the bias of the modulus is far below what a run can see.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  nanoseconds between(nanoseconds low, nanoseconds high) {
    return nanoseconds{between(low.count(), high.count())};
  }
  bool permille(std::uint32_t chance) { return chance > 0 && below(1000) < chance; }

private:
  std::uint64_t state_;
};

// The entropy port of one incarnation of one node.
class seeded_entropy final : public entropy {
public:
  explicit seeded_entropy(random_source source) : source_(source) {}
  void fill(std::span<octet> out) override {
    for (std::size_t done = 0; done < out.size(); done += 8) {
      octet raw[8];
      store_le64(raw, source_.next());
      for (std::size_t i = 0; i < 8 && done + i < out.size(); ++i) out[done + i] = raw[i];
    }
  }

private:
  random_source source_;
};

} // namespace ppn::sim
