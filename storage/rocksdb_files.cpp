#include "storage/rocksdb_files.hpp"

#include <rocksdb/file_system.h>

namespace ppn {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus strict_sync(const IOStatus& synced) {
  return synced.IsNoSpace() ? IOStatus::IOError("a sync found no space: " + synced.ToString())
                            : synced;
}

class strict_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  // `counts`: null unless it is a write-ahead log.
  strict_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::shared_ptr<log_writes> counts)
      : FSWritableFileOwnerWrapper(std::move(file)), counts_(std::move(counts)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (failed_) return refusal();
    return counted(target()->Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& sums, IODebugContext* debug) override {
    if (failed_) return refusal();
    return counted(target()->Append(data, options, sums, debug));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    if (failed_) return refusal();
    return watched(target()->Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (failed_) return refusal();
    return watched(strict_sync(target()->Sync(options, debug)));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (failed_) return refusal();
    return watched(strict_sync(target()->Fsync(options, debug)));
  }

private:
  static IOStatus refusal() { return IOStatus::IOError("this file failed before"); }
  IOStatus watched(IOStatus done) {
    failed_ |= !done.ok();
    return done;
  }

  IOStatus counted(IOStatus done) {
    if (counts_) ++(done.ok() ? counts_->done : counts_->failed);
    return watched(std::move(done));
  }

  std::shared_ptr<log_writes> counts_;
  bool failed_ = false; // RocksDB uses a file from one thread at a time
};

class strict_folder final : public rocksdb::FSDirectoryWrapper {
public:
  explicit strict_folder(std::unique_ptr<rocksdb::FSDirectory> folder)
      : FSDirectoryWrapper(std::move(folder)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return strict_sync(FSDirectoryWrapper::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& why) override {
    return strict_sync(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, why));
  }
};

class strict_file_system final : public rocksdb::FileSystemWrapper {
public:
  strict_file_system(const std::shared_ptr<rocksdb::FileSystem>& world,
                     std::shared_ptr<log_writes> into_logs)
      : FileSystemWrapper(world), into_logs_(std::move(into_logs)) {}
  const char* Name() const override { return "strict"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made,
                           IODebugContext* debug) override {
    return wrapped(name, target()->NewWritableFile(name, options, made, debug), made);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* made,
                              IODebugContext* debug) override {
    return wrapped(name, target()->ReopenWritableFile(name, options, made, debug), made);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                             const FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* made,
                             IODebugContext* debug) override {
    return wrapped(name, target()->ReuseWritableFile(name, old_name, options, made, debug), made);
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* made,
                        IODebugContext* debug) override {
    IOStatus done = target()->NewDirectory(name, options, made, debug);
    if (done.ok()) *made = std::make_unique<strict_folder>(std::move(*made));
    return done;
  }

private:
  IOStatus wrapped(const std::string& name, IOStatus done,
                   std::unique_ptr<rocksdb::FSWritableFile>* made) {
    auto counts = name.ends_with(".log") ? into_logs_ : nullptr;
    if (done.ok()) *made = std::make_unique<strict_file>(std::move(*made), std::move(counts));
    return done;
  }

  std::shared_ptr<log_writes> into_logs_;
};

} // namespace

strict_environment::strict_environment(rocksdb::Env* world) : EnvWrapper(world) {
  file_system_ = std::make_shared<strict_file_system>(world->GetFileSystem(), into_logs_);
  system_clock_ = world->GetSystemClock();
}

} // namespace ppn
