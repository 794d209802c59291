// A file system for RocksDB that is strict where a disk runs full, so that ec::no_space can promise
// that nothing of a batch is there:
// - A sync that finds no space is an I/O error: what was to be synced may be on the disk all the
// same,
//   whole. Only a write that finds no space has certainly left something out.
// - A file that failed once takes nothing more. What RocksDB still holds in a buffer could
// otherwise
//   complete a refused batch when the file is closed and there is space again.
// - It counts what goes into write-ahead logs: RocksDB also says "no space" when it has put a batch
// into
//   the log, whole and synced, and then finds no space for its own books.
#pragma once

#include <atomic>
#include <rocksdb/env.h>

namespace ppn {

struct log_writes {
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> failed{0};
};

class strict_environment final : public rocksdb::EnvWrapper {
public:
  // `world` outlives it.
  explicit strict_environment(rocksdb::Env* world);
  const char* Name() const override { return "strict"; }

  const log_writes& into_logs() const { return *into_logs_; }

private:
  std::shared_ptr<log_writes> into_logs_ = std::make_shared<log_writes>();
};

} // namespace ppn
