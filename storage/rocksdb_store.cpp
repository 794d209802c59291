#include "storage/rocksdb_store.hpp"

#include "messages/base/assert.hpp"
#include "storage/rocksdb_status.hpp"
#include "storage/store_rules.hpp"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>

namespace ppn {

namespace {

constexpr octet format = 1;
constexpr std::size_t header_octets = 5;

// A node's whole store fits into a few MiB of memory: what is written is read again soon or never.
constexpr std::size_t write_buffer_octets = 2 * 1024 * 1024;
constexpr std::size_t block_cache_octets = 2 * 1024 * 1024;
constexpr int files_open_max = 128;

using crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;
using index_key = std::array<octet, 8>;
using record_header = std::array<octet, header_octets>;

index_key key_of(std::uint64_t index) {
  index_key key;
  store_be64(key.data(), index);
  return key;
}

rocksdb::Slice slice_of(bytes_view data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

bytes_view view_of_slice(const rocksdb::Slice& slice) {
  return view_of({slice.data(), slice.size()});
}

record_header header_of(const index_key& key, bytes_view record) {
  crc32c sum;
  sum.process_bytes(key.data(), key.size());
  sum.process_bytes(record.data(), record.size());
  record_header header{format};
  store_le32(header.data() + 1, sum.checksum());
  return header;
}

result<bytes_view> record_of(std::uint64_t index, const rocksdb::Slice& value) {
  bytes_view stored = view_of_slice(value);
  auto damaged = [&](const char* why) {
    return fail(ec::integrity,
                "record " + std::to_string(index) + " is not what was written: " + why);
  };
  if (stored.size() < header_octets) return damaged("too short");
  bytes_view record = stored.subspan(header_octets);
  record_header header = header_of(key_of(index), record);
  if (stored[0] != format) return damaged("unknown format");
  if (!std::equal(header.begin(), header.end(), stored.begin())) return damaged("wrong checksum");
  return record;
}

// RocksDB's own log would be a second log with its own rotation; what matters comes back as a
// status.
class silent_logger final : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Options settings_of(rocksdb::Env* env, bool create) {
  rocksdb::Options settings;
  settings.env = env;
  settings.create_if_missing = create;
  // What a power cut may leave of the write-ahead log is a torn end, and only there.
  settings.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  settings.recycle_log_file_num = 0;
  settings.wal_bytes_per_sync = 0;
  settings.track_and_verify_wals_in_manifest = true;
  settings.paranoid_checks = true;
  settings.force_consistency_checks = true;
  // Fail-stop: nothing is retried behind our back.
  settings.max_bgerror_resume_count = 0;
  settings.write_buffer_size = write_buffer_octets;
  settings.max_write_buffer_number = 2;
  settings.max_open_files = files_open_max;
  settings.compression = rocksdb::kNoCompression;
  settings.info_log = std::make_shared<silent_logger>();
  settings.stats_dump_period_sec = 0;
  settings.stats_persist_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(block_cache_octets, 0);
  table.cache_index_and_filter_blocks = true;
  settings.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return settings;
}

bool is_store_file(const std::string& name) {
  return name.ends_with(".sst") || name.ends_with(".log") || name.starts_with("MANIFEST-");
}

// RocksDB takes a folder without its root file CURRENT for a new one and starts over. We do not.
status check_folder(rocksdb::Env& env, const rocksdb_store_options& options) {
  rocksdb::Status current = env.FileExists(options.folder + "/CURRENT");
  if (current.ok()) return {};
  if (!current.IsNotFound() && !current.IsPathNotFound())
    return fail(translate(current, "cannot look into " + options.folder));
  std::vector<std::string> names;
  rocksdb::Status listed = env.GetChildren(options.folder, &names);
  if (listed.ok() && std::any_of(names.begin(), names.end(), is_store_file))
    return fail(ec::integrity,
                options.folder + " holds parts of a store, but not its file CURRENT");
  if (!listed.ok() && !listed.IsNotFound() && !listed.IsPathNotFound())
    return fail(translate(listed, "cannot list " + options.folder));
  if (!options.create) return fail(ec::not_found, "there is no store in " + options.folder);
  if (rocksdb::Status made = env.CreateDirIfMissing(options.folder); !made.ok())
    return fail(translate(made, "cannot make " + options.folder));
  return {};
}

// How many entries RocksDB says that it holds: exact, because none is ever overwritten or deleted,
// and read from the tables' footers, so that opening takes no longer as the store grows.
result<std::uint64_t> count_entries(rocksdb::DB& db) {
  rocksdb::TablePropertiesCollection tables;
  if (rocksdb::Status got = db.GetPropertiesOfAllTables(&tables); !got.ok())
    return fail(translate(got, "cannot read the tables of " + db.GetName()));
  std::uint64_t entries = 0;
  for (const auto& [name, properties] : tables) {
    if (properties->num_deletions != 0) return fail(ec::integrity, name + " deletes records");
    entries += properties->num_entries;
  }
  for (const std::string& memory : {rocksdb::DB::Properties::kNumEntriesActiveMemTable,
                                    rocksdb::DB::Properties::kNumEntriesImmMemTables}) {
    std::uint64_t more = 0;
    PPN_ASSERT(db.GetIntProperty(memory, &more));
    entries += more;
  }
  return entries;
}

// As many different keys as there are numbers from 0 to the last key: then none is missing.
result<std::uint64_t> measured_length(rocksdb::DB& db) {
  std::unique_ptr<rocksdb::Iterator> at(db.NewIterator({}));
  at->SeekToLast();
  std::uint64_t length = 0;
  if (at->Valid()) {
    if (at->key().size() != sizeof(index_key)) return fail(ec::integrity, "a key that is no index");
    length = load_be64(view_of_slice(at->key()).data()) + 1;
  }
  if (!at->status().ok()) return fail(translate(at->status(), "cannot find the last record"));
  result<std::uint64_t> entries = count_entries(db);
  if (!entries) return entries;
  if (*entries != length)
    return fail(ec::integrity, "the last record is number " + std::to_string(length) +
                                   ", but there are " + std::to_string(*entries));
  return length;
}

} // namespace

result<std::unique_ptr<rocksdb_store>> rocksdb_store::open(const rocksdb_store_options& options) {
  rocksdb::Env* env = options.env != nullptr ? options.env : rocksdb::Env::Default();
  if (status checked = check_folder(*env, options); !checked) return fail(checked.error());
  rocksdb::DB* opened = nullptr;
  rocksdb::Status tried =
      rocksdb::DB::Open(settings_of(env, options.create), options.folder, &opened);
  if (!tried.ok()) {
    error why = translate(tried, "cannot open " + options.folder);
    // The folder is there: what RocksDB misses is a part of the store.
    if (why.code == ec::not_found) why.code = ec::integrity;
    return fail(why);
  }
  std::unique_ptr<rocksdb::DB> db(opened);
  result<std::uint64_t> length = measured_length(*db);
  if (!length) return fail(length.error());
  return std::unique_ptr<rocksdb_store>(new rocksdb_store(std::move(db), *length));
}

rocksdb_store::rocksdb_store(std::unique_ptr<rocksdb::DB> db, std::uint64_t length)
    : db_(std::move(db)), length_(length) {}

rocksdb_store::~rocksdb_store() = default;

status rocksdb_store::append(std::uint64_t expected_length, const std::vector<bytes>& batch) {
  if (failed_) return fail(*failed_);
  if (status checked = check_append(length_, expected_length, batch); !checked) return checked;
  rocksdb::WriteBatch writes;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    index_key key = key_of(length_ + i);
    record_header header = header_of(key, batch[i]);
    rocksdb::Slice name = slice_of(key);
    rocksdb::Slice value[] = {slice_of(header), slice_of(batch[i])};
    rocksdb::Status added =
        writes.Put(rocksdb::SliceParts(&name, 1), rocksdb::SliceParts(value, 2));
    PPN_ASSERT(added.ok());
  }
  rocksdb::WriteOptions how;
  how.sync = true;
  if (rocksdb::Status written = db_->Write(how, &writes); !written.ok()) {
    failed_ = translate(written, "cannot write record " + std::to_string(length_));
    return fail(*failed_);
  }
  length_ += batch.size();
  return {};
}

result<bytes> rocksdb_store::read(std::uint64_t index) const {
  if (index >= length_) return fail(ec::not_found, "record " + std::to_string(index));
  index_key key = key_of(index);
  rocksdb::PinnableSlice value;
  rocksdb::Status got = db_->Get({}, db_->DefaultColumnFamily(), slice_of(key), &value);
  if (got.IsNotFound())
    return fail(ec::integrity, "record " + std::to_string(index) + " is missing");
  if (!got.ok()) return fail(translate(got, "cannot read record " + std::to_string(index)));
  return record_of(index, value).map([](bytes_view data) {
    return bytes(data.begin(), data.end());
  });
}

status rocksdb_store::iterate(std::uint64_t from, std::uint64_t to,
                              const std::function<bool(std::uint64_t, bytes_view)>& visit) const {
  if (status checked = check_range(length_, from, to); !checked) return checked;
  std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
  index_key first = key_of(from);
  at->Seek(slice_of(first));
  for (std::uint64_t index = from; index < to; ++index, at->Next()) {
    if (!at->Valid() && !at->status().ok())
      return fail(translate(at->status(), "cannot read record " + std::to_string(index)));
    index_key key = key_of(index);
    if (!at->Valid() || at->key() != slice_of(key))
      return fail(ec::integrity, "record " + std::to_string(index) + " is missing");
    result<bytes_view> record = record_of(index, at->value());
    if (!record) return fail(record.error());
    if (!visit(index, *record)) break;
  }
  return {};
}

} // namespace ppn
