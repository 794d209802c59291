// The part of the store's contract that needs no disk: which appends and ranges are refused, and
// with which code. Every maker asks here, so that none of them can be more lenient than another.
#pragma once

#include "storage/store.hpp"

namespace ppn {

// Asked before anything is written.
inline status check_append(std::uint64_t length, std::uint64_t expected_length,
                           const std::vector<bytes>& batch) {
  if (batch.empty()) return fail(ec::invalid, "an empty batch");
  if (batch.size() > store::batch_records_max)
    return fail(ec::too_large, std::to_string(batch.size()) + " records in one batch");
  for (const bytes& record : batch)
    if (record.size() > store::record_octets_max)
      return fail(ec::too_large, "a record of " + std::to_string(record.size()) + " octets");
  if (expected_length != length)
    return fail(ec::stale, "the store has " + std::to_string(length) +
                               " records, the writer expected " + std::to_string(expected_length));
  return {};
}

// A range is refused as a whole, before the first visit.
inline status check_range(std::uint64_t length, std::uint64_t from, std::uint64_t to) {
  if (from > to) return fail(ec::invalid, "a range that ends before it begins");
  if (to > length)
    return fail(ec::not_found,
                "record " + std::to_string(to - 1) + " of " + std::to_string(length));
  return {};
}

} // namespace ppn
