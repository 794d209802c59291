// One open RocksDB of a store: its settings, its column families and what is checked when it opens.
// The store above it knows no settings, this knows no batches.
#pragma once

#include "storage/rocksdb_files.hpp"
#include "storage/rocksdb_format.hpp"
#include "storage/rocksdb_store.hpp"

#include <mutex>
#include <rocksdb/db.h>

namespace ppn {

// What RocksDB's own threads could not do. The writer asks before each batch.
class background_errors;

class rocksdb_database {
public:
  enum class access : std::uint8_t {
    write,
    read, // when there is no space to open for writing; nobody else may have the folder either
  };
  // As rocksdb_store::open.
  static result<std::unique_ptr<rocksdb_database>> open(const rocksdb_store_options& options,
                                                        access how);
  rocksdb_database(const rocksdb_database&) = delete;
  rocksdb_database& operator=(const rocksdb_database&) = delete;
  ~rocksdb_database();

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* records() const { return families_[0]; }
  rocksdb::ColumnFamilyHandle* tiles() const { return families_[1]; }
  rocksdb::ColumnFamilyHandle* heads() const { return families_[2]; }
  rocksdb::ColumnFamilyHandle* newest() const { return families_[3]; }

  // How many records, tiles and kept heads there are; ec::integrity when one of them is missing, or
  // a family is not of the same batch as the others. Takes no longer as the store grows.
  result<rocksdb_format::store_totals> measured() const;

  // Of a flush or a compaction, since this was opened.
  std::optional<error> background_error() const;

  // What went into the write-ahead log since it was opened.
  const log_writes& into_log() const { return environment_->into_logs(); }

  // Of the file system that the store is on; none when it cannot tell.
  std::optional<std::uint64_t> free_octets() const;

private:
  rocksdb_database(const rocksdb_store_options& options, rocksdb::Env* world);
  status open_database(access how);
  rocksdb::Options settings() const;
  result<std::uint64_t> measured_length() const;
  result<rocksdb_format::store_totals> written_totals() const;

  const rocksdb_store_options options_;
  std::unique_ptr<strict_environment> environment_;
  std::shared_ptr<background_errors> errors_;
  rocksdb::FileLock* lock_ = nullptr; // held by us only where RocksDB takes none
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

} // namespace ppn
