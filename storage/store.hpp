// Port: an append-only sequence of records (design D5). There is no verb that deletes or overwrites.
// Writers call it from one thread; it may block on the disk.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/bytes.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace ppn {

class store {
public:
  virtual ~store() = default;

  // All or nothing, and durable when it answers. `expected_length` must be the current length: two
  // writers that disagree are refused (ec::stale) and nothing is written. After ec::io_failed or
  // ec::no_space the batch may or may not be found by the next open; reads go on, writes are refused
  // until then. Empty batches and records over `record_octets_max` are ec::invalid / ec::too_large.
  virtual status append(std::uint64_t expected_length, const std::vector<bytes>& batch) = 0;

  // ec::not_found from `length()` on; ec::integrity when the stored record is not what was written.
  virtual result<bytes> read(std::uint64_t index) const = 0;
  virtual std::uint64_t length() const = 0;

  // Records [from, to) in order, until `visit` answers false.
  virtual status iterate(std::uint64_t from, std::uint64_t to,
                         const std::function<bool(std::uint64_t, bytes_view)>& visit) const = 0;

  static constexpr std::size_t record_octets_max = 1024 * 1024;
  static constexpr std::size_t batch_records_max = 1024;
};

} // namespace ppn
