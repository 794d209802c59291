// RocksDB's view of a faulty disk.
#pragma once

#include "tests/contract/faulty_disk.hpp"

#include <cstring>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace contract {

using disk_ptr = std::shared_ptr<faulty_disk>;

inline rocksdb::IOStatus status_of(disk_answer answer) {
  switch (answer) {
  case disk_answer::done:
    return rocksdb::IOStatus::OK();
  case disk_answer::full:
    return rocksdb::IOStatus::NoSpace("injected");
  case disk_answer::failed:
    return rocksdb::IOStatus::IOError("injected");
  case disk_answer::dying:
  case disk_answer::dead:
    break;
  }
  return rocksdb::IOStatus::IOError("the power is gone");
}

// A file or folder as one process had it open, until the power went.
class opened_on_disk {
public:
  opened_on_disk(disk_ptr disk, faulty_disk::file_ptr file, std::uint64_t cycle)
      : disk_(std::move(disk)), file_(std::move(file)), cycle_(cycle) {}

protected:
  rocksdb::IOStatus read_at(std::uint64_t offset, std::size_t size, rocksdb::Slice* out,
                            char* scratch) const {
    std::lock_guard guard(disk_->mutex());
    if (cycle_ != disk_->power_cycle()) return status_of(disk_answer::dead);
    ++file_->reads;
    std::size_t there = file_->octets.size() - std::min<std::size_t>(offset, file_->octets.size());
    size = std::min(size, there);
    if (size != 0) std::memcpy(scratch, file_->octets.data() + offset, size);
    *out = rocksdb::Slice(scratch, size);
    return rocksdb::IOStatus::OK();
  }
  std::uint64_t size() const {
    std::lock_guard guard(disk_->mutex());
    return file_->octets.size();
  }

  disk_ptr disk_;
  faulty_disk::file_ptr file_;
  std::uint64_t cycle_;
};

class faulty_reader final : public rocksdb::FSSequentialFile, opened_on_disk {
public:
  using opened_on_disk::opened_on_disk;
  rocksdb::IOStatus Read(size_t size, const rocksdb::IOOptions&, rocksdb::Slice* out, char* scratch,
                         rocksdb::IODebugContext*) override {
    rocksdb::IOStatus got = read_at(at_, size, out, scratch);
    if (got.ok()) at_ += out->size();
    return got;
  }
  rocksdb::IOStatus Skip(uint64_t octets) override {
    at_ += octets;
    return rocksdb::IOStatus::OK();
  }

private:
  std::uint64_t at_ = 0;
};

class faulty_random_reader final : public rocksdb::FSRandomAccessFile, opened_on_disk {
public:
  using opened_on_disk::opened_on_disk;
  rocksdb::IOStatus Read(uint64_t offset, size_t size, const rocksdb::IOOptions&,
                         rocksdb::Slice* out, char* scratch,
                         rocksdb::IODebugContext*) const override {
    return read_at(offset, size, out, scratch);
  }
};

class faulty_writer final : public rocksdb::FSWritableFile, opened_on_disk {
public:
  using opened_on_disk::opened_on_disk;
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions&,
                           rocksdb::IODebugContext*) override {
    return status_of(disk_->append(cycle_, *file_, data.data(), data.size()));
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return status_of(disk_->sync(cycle_, *file_));
  }
  rocksdb::IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }
  uint64_t GetFileSize(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return size();
  }
};

class faulty_folder final : public rocksdb::FSDirectory {
public:
  faulty_folder(disk_ptr disk, std::string name, std::uint64_t cycle)
      : disk_(std::move(disk)), name_(std::move(name)), cycle_(cycle) {}
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return status_of(disk_->sync_folder(cycle_, name_));
  }

private:
  disk_ptr disk_;
  std::string name_;
  std::uint64_t cycle_;
};

class faulty_lock final : public rocksdb::FileLock {
public:
  faulty_lock(std::string file, std::uint64_t owner) : name(std::move(file)), cycle(owner) {}
  std::string name;
  std::uint64_t cycle;
};

class faulty_file_system final : public rocksdb::FileSystem {
public:
  using options = rocksdb::IOOptions;
  using debug = rocksdb::IODebugContext*;
  using answer = rocksdb::IOStatus;

  explicit faulty_file_system(disk_ptr disk)
      : disk_(std::move(disk)), cycle_(disk_->power_cycle()) {}
  const char* Name() const override { return "faulty"; }

  // -- files

  answer NewSequentialFile(const std::string& name, const rocksdb::FileOptions&,
                           std::unique_ptr<rocksdb::FSSequentialFile>* made, debug) override {
    return open_file<faulty_reader>(name, made);
  }
  answer NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions&,
                             std::unique_ptr<rocksdb::FSRandomAccessFile>* made, debug) override {
    return open_file<faulty_random_reader>(name, made);
  }
  answer NewWritableFile(const std::string& name, const rocksdb::FileOptions&,
                         std::unique_ptr<rocksdb::FSWritableFile>* made, debug) override {
    answer stepped = status_of(disk_->step(cycle_, true));
    if (!stepped.ok()) return stepped;
    auto file = std::make_shared<faulty_disk::file>();
    {
      std::lock_guard guard(disk_->mutex());
      disk_->entries()[plain(name)] = file;
    }
    *made = std::make_unique<faulty_writer>(disk_, file, cycle_);
    return answer::OK();
  }
  answer DeleteFile(const std::string& name, const options&, debug) override {
    answer stepped = status_of(disk_->step(cycle_, false));
    if (!stepped.ok()) return stepped;
    std::lock_guard guard(disk_->mutex());
    return disk_->entries().erase(plain(name)) != 0 ? answer::OK() : missing(name);
  }
  answer RenameFile(const std::string& from, const std::string& to, const options&,
                    debug) override {
    answer stepped = status_of(disk_->step(cycle_, false));
    if (!stepped.ok()) return stepped;
    std::lock_guard guard(disk_->mutex());
    auto moved = disk_->entries().extract(plain(from));
    if (moved.empty()) return missing(from);
    disk_->entries()[plain(to)] = moved.mapped();
    return answer::OK();
  }
  answer FileExists(const std::string& name, const options&, debug) override {
    std::lock_guard guard(disk_->mutex());
    bool there = disk_->entries().contains(plain(name)) || disk_->folders().contains(plain(name));
    return there ? answer::OK() : answer::NotFound();
  }
  answer GetFileSize(const std::string& name, const options&, uint64_t* size, debug) override {
    std::lock_guard guard(disk_->mutex());
    auto at = disk_->entries().find(plain(name));
    if (at == disk_->entries().end()) return missing(name);
    *size = at->second->octets.size();
    return answer::OK();
  }
  answer GetFileModificationTime(const std::string&, const options&, uint64_t* time,
                                 debug) override {
    *time = 0;
    return answer::OK();
  }

  // -- folders

  answer NewDirectory(const std::string& name, const options&,
                      std::unique_ptr<rocksdb::FSDirectory>* made, debug) override {
    *made = std::make_unique<faulty_folder>(disk_, plain(name), cycle_);
    return answer::OK();
  }
  answer GetChildren(const std::string& folder, const options&, std::vector<std::string>* names,
                     debug) override {
    std::lock_guard guard(disk_->mutex());
    names->clear();
    if (!disk_->folders().contains(plain(folder))) return missing(folder);
    const std::string start = plain(folder) + "/";
    for (const auto& [name, file] : disk_->entries())
      if (name.starts_with(start)) names->push_back(name.substr(start.size()));
    return answer::OK();
  }
  answer CreateDir(const std::string& name, const options&, debug) override {
    std::lock_guard guard(disk_->mutex());
    disk_->folders().insert(plain(name));
    return answer::OK();
  }
  answer CreateDirIfMissing(const std::string& name, const options& how, debug log) override {
    return CreateDir(name, how, log);
  }
  answer DeleteDir(const std::string&, const options&, debug) override {
    return answer::NotSupported();
  }
  answer IsDirectory(const std::string& name, const options&, bool* is, debug) override {
    std::lock_guard guard(disk_->mutex());
    *is = disk_->folders().contains(plain(name));
    return answer::OK();
  }
  answer GetTestDirectory(const options&, std::string* name, debug) override {
    *name = "/";
    return answer::OK();
  }
  answer GetAbsolutePath(const std::string& name, const options&, std::string* out,
                         debug) override {
    *out = name;
    return answer::OK();
  }
  answer GetFreeSpace(const std::string&, const options&, uint64_t* octets, debug) override {
    if (!disk_->free_octets()) return answer::NotSupported();
    *octets = *disk_->free_octets();
    return answer::OK();
  }

  // -- locks: of a power cycle, as a dead process holds none

  answer LockFile(const std::string& name, const options&, rocksdb::FileLock** lock,
                  debug) override {
    std::lock_guard guard(disk_->mutex());
    if (!disk_->locks().emplace(plain(name), cycle_).second)
      return answer::IOError("While lock file", name);
    *lock = new faulty_lock(plain(name), cycle_); // given back to UnlockFile
    return answer::OK();
  }
  answer UnlockFile(rocksdb::FileLock* lock, const options&, debug) override {
    std::unique_ptr<faulty_lock> held(static_cast<faulty_lock*>(lock));
    std::lock_guard guard(disk_->mutex());
    auto at = disk_->locks().find(held->name);
    if (at != disk_->locks().end() && at->second == held->cycle) disk_->locks().erase(at);
    return answer::OK();
  }

private:
  // RocksDB writes two slashes now and then.
  static std::string plain(std::string name) {
    for (auto at = name.find("//"); at != std::string::npos; at = name.find("//"))
      name.erase(at, 1);
    if (name.size() > 1 && name.ends_with('/')) name.pop_back();
    return name;
  }
  static answer missing(const std::string& name) { return answer::PathNotFound(name); }

  template <class Opened, class Interface>
  answer open_file(const std::string& name, std::unique_ptr<Interface>* made) {
    faulty_disk::file_ptr file;
    {
      std::lock_guard guard(disk_->mutex());
      if (cycle_ != disk_->power_cycle()) return status_of(disk_answer::dead);
      auto at = disk_->entries().find(plain(name));
      if (at == disk_->entries().end()) return missing(name);
      file = at->second;
    }
    *made = std::make_unique<Opened>(disk_, file, cycle_);
    return answer::OK();
  }

  disk_ptr disk_;
  std::uint64_t cycle_;
};

} // namespace contract
