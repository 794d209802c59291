// Port: at most 16 named cells of 4 KiB with compare-and-set (design D5). A cell's version only grows;
// that is what makes it evidence against a store that silently lost its tail.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ppn {

struct cell {
  std::uint64_t version = 0; // 0: never written
  bytes value;
  bool operator==(const cell&) const = default;
};

class cells {
public:
  virtual ~cells() = default;

  // A cell that was never written is version 0 and empty. ec::integrity when both copies are damaged.
  virtual result<cell> get(std::string_view name) const = 0;

  // Writes version `expected + 1` and is durable when it answers; ec::stale when the cell is not at
  // `expected`. On ec::io_failed or ec::no_space the old value stays readable. Names are
  // [a-z0-9-]{1,32}, else ec::invalid; a 17th cell or a value over 4 KiB is ec::too_large.
  virtual status compare_and_set(std::string_view name, std::uint64_t expected, bytes_view value) = 0;

  static constexpr std::size_t count_max = 16;
  static constexpr std::size_t value_octets_max = 4096;
};

} // namespace ppn
