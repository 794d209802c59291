#include "storage/rocksdb_database.hpp"

#include "messages/base/assert.hpp"
#include "storage/rocksdb_status.hpp"

#include <algorithm>
#include <rocksdb/cache.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

namespace ppn {

// The first one counts, but running out of space is the only one that passes: any other outranks
// it.
class background_errors final : public rocksdb::EventListener {
public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* why) override {
    std::lock_guard guard(mutex_);
    if (!first_ || first_->code == ec::no_space)
      first_ = translate(*why, "background work on the store failed");
  }
  std::optional<error> first() const {
    std::lock_guard guard(mutex_);
    return first_;
  }

private:
  mutable std::mutex mutex_;
  std::optional<error> first_;
};

namespace {

// A node's whole store fits into a few MiB of memory: what is written is read again soon or never.
constexpr std::size_t arena_block_octets = 32 * 1024;
constexpr std::size_t log_octets_max = 8 * 1024 * 1024;
constexpr std::size_t manifest_octets_max = 1024 * 1024;
constexpr std::size_t manifest_reserved_octets = 64 * 1024;
constexpr int files_open_max = 64;

// RocksDB's own log would be a second log with its own rotation; what matters comes back as a
// status.
class silent_logger final : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

void prefer_refusal_to_guess(rocksdb::Options& settings) {
  // What a power cut may leave of the write-ahead log is a torn end, and only there.
  settings.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  settings.recycle_log_file_num = 0;
  settings.wal_bytes_per_sync = 0;
  settings.track_and_verify_wals_in_manifest = true;
  settings.paranoid_checks = true;
  settings.force_consistency_checks = true;
  // The families move from the log into tables together, so that one log serves them all and no
  // crash can tear them apart.
  settings.atomic_flush = true;
  // Nothing is retried behind our back.
  settings.max_bgerror_resume_count = 0;
}

void stay_small(rocksdb::Options& settings, const rocksdb_store_options& options) {
  settings.write_buffer_size = options.write_buffer_octets;
  settings.db_write_buffer_size = options.write_buffer_octets;
  settings.max_write_buffer_number = 2;
  settings.arena_block_size = arena_block_octets;
  settings.max_total_wal_size = log_octets_max;
  settings.max_manifest_file_size = manifest_octets_max;
  settings.manifest_preallocation_size = manifest_reserved_octets;
  settings.max_open_files = files_open_max;
  settings.max_file_opening_threads = 1;
  settings.compression = rocksdb::kNoCompression;
  settings.stats_dump_period_sec = 0;
  settings.stats_persist_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = options.block_cache ? options.block_cache : make_block_cache();
  table.cache_index_and_filter_blocks = true;
  settings.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
}

// Of a store that was made to the end. The making ends with the file CURRENT, and what comes before
// it is a first manifest only.
bool is_store_file(const std::string& name) {
  if (name.starts_with("MANIFEST-")) return name != "MANIFEST-000001";
  return name.ends_with(".sst") || name.ends_with(".log");
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

// How many values RocksDB says that a family holds: exact, because none is ever overwritten or
// deleted, and read from the tables' footers.
result<std::uint64_t> count_entries(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
  rocksdb::TablePropertiesCollection tables;
  if (rocksdb::Status got = db.GetPropertiesOfAllTables(family, &tables); !got.ok())
    return fail(translate(got, "cannot read the tables of " + db.GetName()));
  std::uint64_t entries = 0;
  for (const auto& [name, properties] : tables) {
    if (properties->num_deletions != 0) return fail(ec::integrity, name + " deletes records");
    entries += properties->num_entries;
  }
  for (const std::string& memory : {rocksdb::DB::Properties::kNumEntriesActiveMemTable,
                                    rocksdb::DB::Properties::kNumEntriesImmMemTables}) {
    std::uint64_t more = 0;
    PPN_ASSERT(db.GetIntProperty(family, memory, &more));
    entries += more;
  }
  return entries;
}

std::string text_of_totals(const rocksdb_format::store_totals& totals) {
  return std::to_string(totals.records) + " records, " + std::to_string(totals.tiles) +
         " tiles and " + std::to_string(totals.kept_heads) + " kept heads";
}

} // namespace

std::shared_ptr<rocksdb::Cache> make_block_cache() {
  constexpr std::size_t octets = 1024 * 1024;
  return rocksdb::NewLRUCache(octets, 0);
}

result<std::unique_ptr<rocksdb_database>>
rocksdb_database::open(const rocksdb_store_options& options, access how) {
  rocksdb::Env* world = options.env != nullptr ? options.env : rocksdb::Env::Default();
  if (status checked = check_folder(*world, options); !checked) return fail(checked.error());
  std::unique_ptr<rocksdb_database> made(new rocksdb_database(options, world));
  if (status opened = made->open_database(how); !opened) return fail(opened.error());
  return made;
}

rocksdb_database::rocksdb_database(const rocksdb_store_options& options, rocksdb::Env* world)
    : options_(options), environment_(std::make_unique<strict_environment>(world)),
      errors_(std::make_shared<background_errors>()) {}

rocksdb_database::~rocksdb_database() {
  for (rocksdb::ColumnFamilyHandle* family : families_)
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  db_.reset();
  if (lock_ != nullptr) environment_->UnlockFile(lock_).PermitUncheckedError();
}

rocksdb::Options rocksdb_database::settings() const {
  rocksdb::Options settings;
  settings.env = environment_.get();
  settings.create_if_missing = options_.create;
  settings.create_missing_column_families = options_.create;
  settings.info_log = std::make_shared<silent_logger>();
  settings.listeners.push_back(errors_);
  settings.db_host_id = ""; // which machine wrote a table is nobody's business
  prefer_refusal_to_guess(settings);
  stay_small(settings, options_);
  return settings;
}

status rocksdb_database::open_database(access how) {
  using namespace rocksdb_format;
  const rocksdb::Options all = settings();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name :
       {rocksdb::kDefaultColumnFamilyName.c_str(), tiles_family, heads_family, newest_family})
    families.emplace_back(name, all);
  const std::string what = "cannot open " + options_.folder;
  if (how == access::read)
    if (auto locked = environment_->LockFile(options_.folder + "/LOCK", &lock_); !locked.ok())
      return fail(translate(locked, what));
  rocksdb::DB* opened = nullptr;
  rocksdb::Status tried =
      how == access::write
          ? rocksdb::DB::Open(all, options_.folder, families, &families_, &opened)
          : rocksdb::DB::OpenForReadOnly(all, options_.folder, families, &families_, &opened);
  if (tried.ok()) {
    db_.reset(opened);
    return {};
  }
  error why = translate(tried, what);
  // The folder is there: what RocksDB misses is a part of the store, and what it does not know a
  // part that is not ours.
  if (why.code == ec::not_found || tried.IsInvalidArgument()) why.code = ec::integrity;
  return fail(why);
}

result<rocksdb_format::store_totals> rocksdb_database::measured() const {
  result<std::uint64_t> length = measured_length();
  if (!length) return fail(length.error());
  result<std::uint64_t> tile_count = count_entries(*db_, tiles());
  if (!tile_count) return fail(tile_count.error());
  result<std::uint64_t> head_count = count_entries(*db_, heads());
  if (!head_count) return fail(head_count.error());
  const rocksdb_format::store_totals counted{*length, *tile_count, *head_count};
  auto written = written_totals();
  if (!written) return fail(written.error());
  if (*written == counted) return counted;
  return fail(ec::integrity, db_->GetName() + " holds " + text_of_totals(counted) +
                                 ", but its last batch left " + text_of_totals(*written));
}

// None before the first batch.
result<rocksdb_format::store_totals> rocksdb_database::written_totals() const {
  using namespace rocksdb_format;
  std::string stored;
  const rocksdb::Slice key(reinterpret_cast<const char*>(newest_key.data()), newest_key.size());
  rocksdb::Status got = db_->Get({}, newest(), key, &stored);
  if (got.IsNotFound()) return store_totals{};
  if (!got.ok()) return fail(translate(got, "cannot read the totals"));
  return value_of("the head", newest_key, view_of(stored))
      .and_then(decode_newest)
      .map([](const newest_value& value) { return value.totals; });
}

// As many different keys as there are numbers from 0 to the last key: then none is missing.
result<std::uint64_t> rocksdb_database::measured_length() const {
  std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}, records()));
  at->SeekToLast();
  std::uint64_t length = 0;
  if (at->Valid()) {
    if (at->key().size() != sizeof(rocksdb_format::number_key))
      return fail(ec::integrity, "a key that is no index");
    length = load_be64(view_of(at->key().ToStringView()).data()) + 1;
  }
  if (!at->status().ok()) return fail(translate(at->status(), "cannot find the last record"));
  result<std::uint64_t> entries = count_entries(*db_, records());
  if (!entries) return entries;
  if (*entries != length)
    return fail(ec::integrity, "the last record is number " + std::to_string(length) +
                                   ", but there are " + std::to_string(*entries));
  return length;
}

std::optional<error> rocksdb_database::background_error() const {
  return errors_->first();
}

std::optional<std::uint64_t> rocksdb_database::free_octets() const {
  std::uint64_t octets = 0;
  rocksdb::IOStatus got =
      environment_->GetFileSystem()->GetFreeSpace(options_.folder, {}, &octets, nullptr);
  if (!got.ok()) return std::nullopt;
  return octets;
}

} // namespace ppn
