// Where the tests keep stores on RocksDB: in memory, in a folder, on a disk that fails.
#pragma once

#include "storage/rocksdb_store.hpp"
#include "tests/contract/faulty_file_system.hpp"
#include "tests/contract/scratch_folder.hpp"
#include "tests/contract/store_contract.hpp"

#include <rocksdb/env.h>

namespace contract {

inline ppn::result<opened_store> open_at(const ppn::rocksdb_store_options& options) {
  return ppn::rocksdb_store::open(options).map(
      [](auto opened) { return opened_store(std::move(opened)); });
}

class in_memory final : public store_place {
public:
  ppn::result<opened_store> open() override { return open_at({"/store", true, env_.get()}); }

private:
  std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
};

class on_disk : public store_place {
public:
  ppn::result<opened_store> open() override { return open_at({folder()}); }

protected:
  std::string folder() const { return scratch.at("store"); }
  void fill(std::uint64_t batches) {
    opened_store subject = open_store(*this);
    for (std::uint64_t i = 0; i < batches; ++i)
      REQUIRE_OK(subject->append(subject->length(), records(subject->length(), 4)));
  }

  scratch_folder scratch;
};

class on_failing_disk : public failing_store_place {
public:
  ppn::result<opened_store> open() override {
    // After a crash, the machine comes back with a file system that works.
    if (faults->dead) start();
    return open_at({scratch_.at("store"), true, env_.get()});
  }
  void fail_next_write(ppn::ec code) override {
    using fault = file_faults::write_fault;
    faults->next_write = code == ppn::ec::no_space ? fault::full : fault::io;
  }
  void fail_next_sync() override { faults->next_sync_fails = true; }
  void crash() override { faults->dead = true; }

  std::shared_ptr<file_faults> faults = std::make_shared<file_faults>();

private:
  void start() {
    faults = std::make_shared<file_faults>();
    env_ = make_env();
  }
  std::unique_ptr<rocksdb::Env> make_env() const {
    return rocksdb::NewCompositeEnv(std::make_shared<faulty_file_system>(faults));
  }

  scratch_folder scratch_;
  std::unique_ptr<rocksdb::Env> env_ = make_env();
};

} // namespace contract
