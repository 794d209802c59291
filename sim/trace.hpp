// What happened, as a running hash and, when asked for, as text. Two runs of one seed must give the
// same hash on every machine and compiler; nothing that could differ (addresses, threads, wall time)
// may be recorded.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/time.hpp"

#include <cstdio>
#include <string>

namespace ppn::sim {

class trace {
public:
  enum class kind : std::uint8_t { job, delivery, opened, closed, event, chaos, wake };

  void record(kind what, nanoseconds at, std::uint64_t node, std::uint64_t detail) {
    ++records_;
    hash_ = (hash_ ^ (static_cast<std::uint64_t>(what) + 0x100 * node)) * 0x9ddfea08eb382d69u;
    hash_ = (hash_ ^ static_cast<std::uint64_t>(at.count())) * 0x9ddfea08eb382d69u;
    hash_ = (hash_ ^ (hash_ >> 29) ^ detail) * 0xc2b2ae3d27d4eb4fu;
    hash_ ^= hash_ >> 32;
  }

  // Text lines are for people and never enter the hash by themselves.
  void write_to(std::FILE* file) { file_ = file; }
  bool writes() const { return file_ != nullptr; }
  void line(nanoseconds at, const std::string& who, const std::string& text) {
    auto us = duration_cast<microseconds>(at).count();
    std::fprintf(file_, "%10lld.%06lld %-8s %s\n", static_cast<long long>(us / 1000000),
                 static_cast<long long>(us % 1000000), who.c_str(), text.c_str());
  }

  std::uint64_t hash() const { return hash_; }
  std::uint64_t records() const { return records_; }

private:
  std::uint64_t hash_ = 0x243f6a8885a308d3u;
  std::uint64_t records_ = 0;
  std::FILE* file_ = nullptr;
};

} // namespace ppn::sim
