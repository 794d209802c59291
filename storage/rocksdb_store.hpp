// The store on RocksDB (design note D5). RocksDB is used as a log: one batch is one synced
// WriteBatch, keys only grow, nothing is ever overwritten or deleted. Its settings prefer a refusal
// to a guess: a torn end of the write-ahead log is dropped, any other damage keeps the store from
// opening. What RocksDB cannot know by itself, that acknowledged records at the very end are
// missing, the caller checks against a cell that is kept outside of it.
//
// The durable format, never to change:
//   key    index of the record, 8 octets, most significant first
//   value  format 1 (1 octet) | CRC-32C of key and record (4 octets, least significant first) |
//   record
#pragma once

#include "storage/store.hpp"

#include <memory>
#include <optional>

namespace rocksdb {
class DB;
class Env;
} // namespace rocksdb

namespace ppn {

struct rocksdb_store_options {
  std::string folder;
  // Without it a folder that holds no store is ec::not_found: who knows that there was one must not
  // get a new, empty one.
  bool create = true;
  // The world that RocksDB runs in; null is the real one. It outlives the store.
  rocksdb::Env* env = nullptr;
};

class rocksdb_store final : public store {
public:
  // ec::in_use when the folder is open already, here or in another process; ec::permission when it
  // cannot be written; ec::integrity when records are missing or the folder has lost its root file.
  static result<std::unique_ptr<rocksdb_store>> open(const rocksdb_store_options& options);
  ~rocksdb_store() override;

  status append(std::uint64_t expected_length, const std::vector<bytes>& batch) override;
  result<bytes> read(std::uint64_t index) const override;
  std::uint64_t length() const override { return length_; }
  status iterate(std::uint64_t from, std::uint64_t to,
                 const std::function<bool(std::uint64_t, bytes_view)>& visit) const override;

private:
  rocksdb_store(std::unique_ptr<rocksdb::DB> db, std::uint64_t length);

  std::unique_ptr<rocksdb::DB> db_;
  std::uint64_t length_;
  // The first failed write answers every later one: after a failed sync nobody knows what the disk
  // holds, only the next open finds out.
  std::optional<error> failed_;
};

} // namespace ppn
