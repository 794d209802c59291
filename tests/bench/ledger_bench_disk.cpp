#include "tests/bench/ledger_bench_disk.hpp"

#include "runtime/adapters/posix_files.hpp"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <sqlite3.h>
#include <unistd.h>

namespace ppn::bench {

namespace {

constexpr std::size_t slot_octets = 8192;

bytes entry_number(std::uint64_t number) {
  bytes entry(entry_octets, static_cast<octet>(number));
  store_be64(entry.data(), number);
  return entry;
}

std::shared_ptr<unique_fd> open_file(const std::string& path, int flags) {
  unique_fd file(::open(path.c_str(), flags | O_CREAT | O_CLOEXEC, 0600));
  if (!file) give_up("cannot open " + path);
  return std::make_shared<unique_fd>(std::move(file));
}

void sync(const unique_fd& file) {
  if (::fdatasync(file.get()) != 0) give_up("fdatasync failed");
}

std::shared_ptr<rocksdb::DB> open_rocksdb(const std::string& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  rocksdb::Status done = rocksdb::DB::Open(options, path, &opened);
  if (!done.ok()) give_up(done.ToString());
  return std::shared_ptr<rocksdb::DB>(opened);
}

void put(rocksdb::DB& db, std::uint64_t number) {
  bytes key(8);
  store_be64(key.data(), number);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const bytes entry = entry_number(number);
  rocksdb::Status done =
      db.Put(synced, rocksdb::Slice(text_of(key)), rocksdb::Slice(text_of(entry)));
  if (!done.ok()) give_up(done.ToString());
}

class sqlite_log {
public:
  explicit sqlite_log(const std::string& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) give_up("cannot open " + path);
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("CREATE TABLE log (number INTEGER PRIMARY KEY, entry BLOB NOT NULL)");
    const char* insert = "INSERT INTO log (entry) VALUES (?)";
    if (sqlite3_prepare_v2(db_, insert, -1, &insert_, nullptr) != SQLITE_OK) fail();
  }
  sqlite_log(const sqlite_log&) = delete;
  sqlite_log& operator=(const sqlite_log&) = delete;
  ~sqlite_log() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }

  void insert(const bytes& entry) {
    sqlite3_bind_blob(insert_, 1, entry.data(), static_cast<int>(entry.size()), SQLITE_STATIC);
    if (sqlite3_step(insert_) != SQLITE_DONE) fail();
    sqlite3_reset(insert_);
  }

private:
  void run(const char* statement) {
    if (sqlite3_exec(db_, statement, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  [[noreturn]] void fail() { give_up(sqlite3_errmsg(db_)); }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

} // namespace

durable_write append_to_file(const std::string& path) {
  auto file = open_file(path, O_WRONLY | O_APPEND);
  return [file, number = std::uint64_t{0}]() mutable {
    const bytes entry = entry_number(number++);
    if (::write(file->get(), entry.data(), entry.size()) != ssize_t(entry.size()))
      give_up("a write failed");
    sync(*file);
  };
}

durable_write put_to_rocksdb(const std::string& path) {
  auto db = open_rocksdb(path);
  return [db, number = std::uint64_t{0}]() mutable { put(*db, number++); };
}

durable_write put_and_cell(const std::string& path) {
  auto db = open_rocksdb(path);
  auto cell = open_file(path + ".cell", O_WRONLY);
  need_done(write_at(cell->get(), 0, bytes(2 * slot_octets), "cell"));
  sync(*cell);
  return [db, cell, number = std::uint64_t{0}]() mutable {
    put(*db, number);
    const bytes slot(slot_octets, static_cast<octet>(number));
    need_done(write_at(cell->get(), number % 2 * slot_octets, slot, "cell"));
    sync(*cell);
    ++number;
  };
}

durable_write insert_into_sqlite(const std::string& path) {
  auto log = std::make_shared<sqlite_log>(path);
  return [log, number = std::uint64_t{0}]() mutable { log->insert(entry_number(number++)); };
}

void measure(series& into, const durable_write& write, double length) {
  write(); // the first one finds cold files
  const auto begun = steady::now();
  std::size_t count = 0;
  for (; count == 0 || seconds_since(begun) < length; ++count) {
    const auto asked = steady::now();
    write();
    into.seconds.push_back(seconds_since(asked));
  }
  into.rates.push_back(static_cast<double>(count) / seconds_since(begun));
}

} // namespace ppn::bench
