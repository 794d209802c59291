// Port: named snapshots of something that can be made anew from a ledger (design D5), two generations
// each. A snapshot saves time and is never evidence: whoever loads one checks it against the ledger.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

#include <functional>
#include <string_view>

namespace ppn {

class snapshots {
public:
  virtual ~snapshots() = default;

  // Durable when it answers; of the two generations before it the newest sound one stays. Names are
  // [a-z0-9-]{1,32}, else ec::invalid; over `octets_max` is ec::too_large. A failed save leaves at least
  // that one too, and may be tried again.
  virtual status save(std::string_view name, bytes_view data) = 0;

  // Offers the generations, newest first, until `take` answers true. Damaged ones are skipped. Answers
  // whether one was taken; an error only when they cannot be looked at.
  virtual result<bool> load(std::string_view name,
                            const std::function<bool(bytes_view)>& take) const = 0;

  static constexpr std::size_t octets_max = 256 * 1024 * 1024;
};

} // namespace ppn
