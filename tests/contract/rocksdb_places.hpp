// Where the tests keep stores on RocksDB: in memory, in a folder, on a disk that fails.
#pragma once

#include "storage/rocksdb_store.hpp"
#include "tests/contract/faulty_file_system.hpp"
#include "tests/contract/scratch_folder.hpp"
#include "tests/contract/store_place.hpp"

#include <rocksdb/env.h>

namespace contract {

inline ppn::result<opened_store> open_at(const ppn::rocksdb_store_options& options) {
  return ppn::rocksdb_store::open(options).map(
      [](auto opened) { return opened_store(std::move(opened)); });
}

inline ppn::result<opened_store> open_at(const std::string& folder, bool create = true,
                                         rocksdb::Env* env = nullptr) {
  ppn::rocksdb_store_options options;
  options.folder = folder;
  options.create = create;
  options.env = env;
  return open_at(options);
}

class in_memory final : public store_place {
public:
  ppn::result<opened_store> open() override { return open_at("/store", true, env_.get()); }

private:
  std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
};

class on_disk : public store_place {
public:
  ppn::result<opened_store> open() override { return open_at(folder()); }

protected:
  std::string folder() const { return scratch.at("store"); }
  void fill(std::uint64_t batches) {
    opened_store subject = open_store(*this);
    for (std::uint64_t i = 0; i < batches; ++i)
      REQUIRE_OK(subject->append(subject->length(), records(subject->length(), 4)));
  }

  scratch_folder scratch;
};

// Each opening is a process of its own on a machine that was just switched on.
class on_faulty_disk : public failing_store_place {
public:
  on_faulty_disk() { options.folder = "/store"; }
  explicit on_faulty_disk(const faulty_disk& image) : on_faulty_disk() { *disk = image; }

  ppn::result<opened_store> open() override {
    if (crashed_) disk->restart(left_by_crash);
    crashed_ = false;
    worlds_.push_back(rocksdb::NewCompositeEnv(std::make_shared<faulty_file_system>(disk)));
    options.env = worlds_.back().get();
    return open_at(options);
  }
  void fail_next_write(ppn::ec code) override {
    disk->fail_next_write(code == ppn::ec::no_space ? disk_answer::full : disk_answer::failed);
  }
  void fail_next_sync() override { disk->fail_next_sync(); }
  void crash() override {
    disk->cut_power();
    crashed_ = true;
  }

  disk_ptr disk = std::make_shared<faulty_disk>();
  faulty_disk::remains left_by_crash;
  ppn::rocksdb_store_options options;

private:
  std::vector<std::unique_ptr<rocksdb::Env>> worlds_; // dead stores still hold theirs
  bool crashed_ = false;
};

} // namespace contract
