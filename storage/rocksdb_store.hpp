// The store on RocksDB (design note D5). RocksDB is used as a log: one batch is one synced
// WriteBatch over all its families, keys only grow, nothing but the newest head is ever overwritten
// and nothing deleted. Its settings prefer a refusal to a guess: a torn end of the write-ahead log
// is dropped, any other damage keeps the store from opening. What RocksDB cannot know by itself,
// that acknowledged records at the very end are missing, the caller checks against a cell that is
// kept outside of it.
//
// A full disk is a state, not a failure: appends are refused (most of them before anything is
// written), reads go on, and once there is space again the next append closes and opens the RocksDB
// below, checks that it holds what was acknowledged and nothing more, and goes on.
//
// The durable format is described in rocksdb_format.hpp.
#pragma once

#include "storage/rocksdb_format.hpp"
#include "storage/store.hpp"

#include <memory>
#include <optional>

namespace rocksdb {
class Cache;
class Env;
} // namespace rocksdb

namespace ppn {

class rocksdb_database;

struct rocksdb_store_options {
  std::string folder;
  // Without it a folder that holds no store is ec::not_found: who knows that there was one must not
  // get a new, empty one.
  bool create = true;
  // What the cell outside knows to be there. Fewer records are ec::integrity, and then nothing was
  // changed: opening for writing would remove a damaged log with all that can still be read in it.
  std::uint64_t length_min = 0;
  // The world that RocksDB runs in; null is the real one. It outlives the store. One that runs what
  // RocksDB schedules when it is told to makes a store repeatable.
  rocksdb::Env* env = nullptr;
  // Shared by the stores of a process; null: one of its own.
  std::shared_ptr<rocksdb::Cache> block_cache;
  // What may be in memory only as a copy of the log, before it moves into tables.
  std::size_t write_buffer_octets = 1024 * 1024;
  // Appends stop while the file system has less than this left: space for the tables that the log
  // moves into, so that a store on a full disk can always be opened.
  std::uint64_t free_octets_min = 8 * 1024 * 1024;
};

std::shared_ptr<rocksdb::Cache> make_block_cache();

class rocksdb_store final : public store {
public:
  // ec::in_use when the folder is open already, here or in another process; ec::permission when it
  // cannot be written; ec::integrity when records are missing, the folder has lost its root file,
  // or there are fewer records than `length_min`. On a full disk a store that exists opens all the
  // same, and appends are ec::no_space for the time.
  static result<std::unique_ptr<rocksdb_store>> open(const rocksdb_store_options& options);
  ~rocksdb_store() override;

  using store::append;
  status append(std::uint64_t expected_length, const store_batch& batch) override;
  result<bytes> read(std::uint64_t index) const override;
  std::uint64_t length() const override { return totals_.records; }
  status iterate(std::uint64_t from, std::uint64_t to,
                 const std::function<bool(std::uint64_t, bytes_view)>& visit) const override;
  result<bytes> tile(std::uint8_t level, std::uint64_t index) const override;
  result<bytes> head() const override;
  result<std::vector<kept_head>> kept_heads(std::uint64_t from_length,
                                            std::size_t most) const override;

private:
  using totals = rocksdb_format::store_totals;

  explicit rocksdb_store(const rocksdb_store_options& options);
  status look_before_opening() const;
  status open_database();
  status check_tiles(const store_batch& batch) const;
  status check_space(const store_batch& batch);
  status write(const store_batch& batch, const rocksdb_format::newest_value& newest);
  totals after(const store_batch& batch) const;
  status after_failed_write(error why, bool is_in_log, const totals& with_batch);
  status open_anew(const totals& expected);
  status give_up(error why);

  const rocksdb_store_options options_;
  std::unique_ptr<rocksdb_database> database_; // null only after a failed attempt to open it anew
  totals totals_;                              // of what was acknowledged
  // The disk was full: RocksDB takes no writes until it is opened anew.
  bool is_full_ = false;
  // The first failure other than a full disk answers every later write: after a failed sync nobody
  // knows what the disk holds, only the next open finds out.
  std::optional<error> failed_;
};

} // namespace ppn
