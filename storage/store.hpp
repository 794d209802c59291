// Port: an append-only sequence of records (design D5). There is no verb that deletes or overwrites.
// Beside the records stand the full hash tiles that they complete, and one head: what the writer says
// of the store as of its last batch. Writers call it from one thread; it may block on the disk.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/bytes.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace ppn {

// Named by level and index; written once, like a record.
struct store_tile {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  bytes data;
  bool operator==(const store_tile&) const = default;
};

struct store_batch {
  std::vector<bytes> records;
  std::vector<store_tile> tiles;
  bytes head;             // replaces the head of the batch before; empty: that one stays
  bool keep_head = false; // this head is also kept for ever, by the length after this batch
};

struct kept_head {
  std::uint64_t length = 0;
  bytes head;
  bool operator==(const kept_head&) const = default;
};

class store {
public:
  virtual ~store() = default;

  // All or nothing, and durable when it answers. `expected_length` must be the current length: two
  // writers that disagree are refused (ec::stale) and nothing is written. After ec::io_failed the
  // batch may or may not be found by the next open; reads go on, writes are refused until then. After
  // ec::no_space nothing of the batch is there, and a later append may succeed without a new open.
  // A batch without records, with a tile that is there already or twice in the batch, or that keeps a
  // head and has none, is ec::invalid; more than `batch_records_max` records or tiles, and a record, a
  // tile or a head over its own limit, is ec::too_large.
  virtual status append(std::uint64_t expected_length, const store_batch& batch) = 0;
  status append(std::uint64_t expected_length, std::vector<bytes> records) {
    return append(expected_length, store_batch{std::move(records), {}, {}, false});
  }

  // ec::not_found from `length()` on; ec::integrity when the stored record is not what was written.
  virtual result<bytes> read(std::uint64_t index) const = 0;
  virtual std::uint64_t length() const = 0;

  // Records [from, to) in order, until `visit` answers false.
  virtual status iterate(std::uint64_t from, std::uint64_t to,
                         const std::function<bool(std::uint64_t, bytes_view)>& visit) const = 0;

  // ec::not_found when no batch brought this tile; ec::integrity as for records.
  virtual result<bytes> tile(std::uint8_t level, std::uint64_t index) const = 0;
  // Of the newest batch that had one; empty when none had.
  virtual result<bytes> head() const = 0;
  // In order of their length, from the first one of at least `from_length`, at most `most`.
  virtual result<std::vector<kept_head>> kept_heads(std::uint64_t from_length,
                                                    std::size_t most) const = 0;

  static constexpr std::size_t record_octets_max = 1024 * 1024;
  static constexpr std::size_t batch_records_max = 1024;
  static constexpr std::size_t tile_octets_max = 8192;
  static constexpr std::size_t head_octets_max = 64 * 1024;
};

} // namespace ppn
