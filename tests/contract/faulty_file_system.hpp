// A file system for RocksDB that loses what was not synced, as a machine without power does. Octets
// that were appended stay in memory until their file is synced or closed; a crash drops them and
// lets nothing through any more, so that not even a destructor can save anything. Writes and syncs
// fail on request. Not modelled: folder entries that were not synced.
#pragma once

#include <atomic>
#include <memory>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <string>

namespace contract {

// What the files of one file system share. Set by the test, read from RocksDB's threads.
struct file_faults {
  enum class write_fault { none, full, io };
  std::atomic<bool> dead{false};
  std::atomic<write_fault> next_write{write_fault::none};
  std::atomic<bool> next_sync_fails{false};
  std::atomic<int> torn_octets{0}; // of the unsynced ones: what survives the crash all the same
};

class faulty_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  faulty_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::shared_ptr<file_faults> faults)
      : FSWritableFileOwnerWrapper(std::move(file)), faults_(std::move(faults)) {}
  ~faulty_file() override {
    if (!faults_->dead) write_through({}, nullptr).PermitUncheckedError();
  }

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions&,
                           rocksdb::IODebugContext*) override {
    if (faults_->dead) return power_lost();
    switch (faults_->next_write.exchange(file_faults::write_fault::none)) {
    case file_faults::write_fault::full:
      return rocksdb::IOStatus::NoSpace("injected");
    case file_faults::write_fault::io:
      return rocksdb::IOStatus::IOError("injected");
    case file_faults::write_fault::none:
      break;
    }
    unsynced_.append(data.data(), data.size());
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    if (faults_->dead) return power_lost();
    if (faults_->next_sync_fails.exchange(false))
      return rocksdb::IOStatus::IOError("injected at sync");
    rocksdb::IOStatus written = write_through(options, debug);
    return written.ok() ? FSWritableFileOwnerWrapper::Sync(options, debug) : written;
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }
  rocksdb::IOStatus Close(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus written =
        faults_->dead ? tear(options, debug) : write_through(options, debug);
    rocksdb::IOStatus closed = FSWritableFileOwnerWrapper::Close(options, debug);
    return written.ok() ? closed : written;
  }
  uint64_t GetFileSize(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return FSWritableFileOwnerWrapper::GetFileSize(options, debug) + unsynced_.size();
  }

private:
  static rocksdb::IOStatus power_lost() { return rocksdb::IOStatus::IOError("the power is gone"); }

  rocksdb::IOStatus write_through(const rocksdb::IOOptions& options,
                                  rocksdb::IODebugContext* debug) {
    std::string data = std::exchange(unsynced_, {});
    return data.empty() ? rocksdb::IOStatus::OK() : target()->Append(data, options, debug);
  }
  rocksdb::IOStatus tear(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) {
    unsynced_.resize(
        std::min<std::size_t>(unsynced_.size(), static_cast<std::size_t>(faults_->torn_octets)));
    return write_through(options, debug);
  }

  std::shared_ptr<file_faults> faults_;
  std::string unsynced_;
};

class faulty_file_system final : public rocksdb::FileSystemWrapper {
public:
  explicit faulty_file_system(std::shared_ptr<file_faults> faults)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), faults_(std::move(faults)) {}
  const char* Name() const override { return "faulty"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    if (faults_->dead) return rocksdb::IOStatus::IOError("the power is gone");
    rocksdb::IOStatus made = FileSystemWrapper::NewWritableFile(name, options, result, debug);
    if (made.ok()) *result = std::make_unique<faulty_file>(std::move(*result), faults_);
    return made;
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (faults_->dead) return rocksdb::IOStatus::IOError("the power is gone");
    return FileSystemWrapper::RenameFile(from, to, options, debug);
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (faults_->dead) return rocksdb::IOStatus::IOError("the power is gone");
    return FileSystemWrapper::DeleteFile(name, options, debug);
  }

private:
  std::shared_ptr<file_faults> faults_;
};

} // namespace contract
