#include "storage/rocksdb_store.hpp"

#include "messages/base/assert.hpp"
#include "storage/rocksdb_database.hpp"
#include "storage/rocksdb_format.hpp"
#include "storage/rocksdb_status.hpp"
#include "storage/store_rules.hpp"

namespace ppn {

using namespace rocksdb_format;

namespace {

rocksdb::Slice slice_of(bytes_view data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

bytes_view view_of_slice(const rocksdb::Slice& slice) {
  return view_of({slice.data(), slice.size()});
}

std::string name_of_record(std::uint64_t index) {
  return "record " + std::to_string(index);
}

void put(rocksdb::WriteBatch& writes, rocksdb::ColumnFamilyHandle* family, bytes_view key,
         bytes_view value) {
  value_header header = header_of(key, value);
  rocksdb::Slice name = slice_of(key);
  rocksdb::Slice parts[] = {slice_of(header), slice_of(value)};
  rocksdb::Status added =
      writes.Put(family, rocksdb::SliceParts(&name, 1), rocksdb::SliceParts(parts, 2));
  PPN_ASSERT(added.ok());
}

// `newest`: what the batch leaves, with the head that it brings or the one before it.
rocksdb::WriteBatch writes_of(const rocksdb_database& into, std::uint64_t length,
                              const store_batch& batch, const newest_value& newest) {
  rocksdb::WriteBatch writes;
  for (const bytes& record : batch.records)
    put(writes, into.records(), key_of_number(length++), record);
  for (const store_tile& tile : batch.tiles)
    put(writes, into.tiles(), key_of_tile(tile.level, tile.index), tile.data);
  if (batch.keep_head) put(writes, into.heads(), key_of_number(length), batch.head);
  put(writes, into.newest(), newest_key, encode(newest));
  return writes;
}

// ec::not_found when there is no such key.
result<bytes> value_at(const rocksdb_database& database, rocksdb::ColumnFamilyHandle* family,
                       bytes_view key, const std::string& what) {
  rocksdb::PinnableSlice stored;
  rocksdb::Status got = database.db().Get({}, family, slice_of(key), &stored);
  if (got.IsNotFound()) return fail(ec::not_found, what);
  if (!got.ok()) return fail(translate(got, "cannot read " + what));
  return value_of(what, key, view_of_slice(stored)).map([](bytes_view value) {
    return bytes(value.begin(), value.end());
  });
}

} // namespace

// -- opening --------------------------------------------------------------------------------------

result<std::unique_ptr<rocksdb_store>> rocksdb_store::open(const rocksdb_store_options& options) {
  std::unique_ptr<rocksdb_store> made(new rocksdb_store(options));
  if (status looked = made->look_before_opening(); !looked) return fail(looked.error());
  if (status opened = made->open_database(); !opened) return fail(opened.error());
  result<totals> measured = made->database_->measured();
  if (!measured) return fail(measured.error());
  made->totals_ = *measured;
  return made;
}

rocksdb_store::rocksdb_store(const rocksdb_store_options& options) : options_(options) {}

rocksdb_store::~rocksdb_store() = default;

status rocksdb_store::look_before_opening() const {
  if (options_.length_min == 0) return {};
  rocksdb_store_options what_is_there = options_;
  what_is_there.create = false;
  auto readable = rocksdb_database::open(what_is_there, rocksdb_database::access::read);
  if (!readable) return fail(readable.error());
  result<totals> measured = (*readable)->measured();
  if (!measured) return fail(measured.error());
  if (measured->records < options_.length_min)
    return fail(ec::integrity, options_.folder + " holds " + std::to_string(measured->records) +
                                   " records, but there were " +
                                   std::to_string(options_.length_min) + " at least");
  return {};
}

// For writing, or, where there is no space for that, for reading.
status rocksdb_store::open_database() {
  using access = rocksdb_database::access;
  auto opened = rocksdb_database::open(options_, access::write);
  is_full_ = !opened && opened.error().code == ec::no_space;
  if (is_full_) {
    auto readable = rocksdb_database::open(options_, access::read);
    if (readable) opened = std::move(readable);
  }
  if (!opened) return fail(opened.error());
  database_ = *std::move(opened);
  return {};
}

// -- writing --------------------------------------------------------------------------------------

status rocksdb_store::append(std::uint64_t expected_length, const store_batch& batch) {
  if (failed_) return fail(*failed_);
  if (status checked = check_append(length(), expected_length, batch); !checked) return checked;
  if (status checked = check_tiles(batch); !checked) return checked;
  if (status checked = check_space(batch); !checked) return checked;
  if (!batch.head.empty()) return write(batch, {after(batch), batch.head});
  result<bytes> old_head = head();
  if (!old_head) return fail(old_head.error());
  return write(batch, {after(batch), *old_head});
}

status rocksdb_store::check_tiles(const store_batch& batch) const {
  for (const store_tile& tile : batch.tiles) {
    result<bytes> there = this->tile(tile.level, tile.index);
    if (there) return fail(ec::invalid, name_of_tile(tile.level, tile.index) + " is there already");
    if (there.error().code != ec::not_found) return fail(there.error());
  }
  return {};
}

// Whether RocksDB may be asked to write: it is well, and there is space. A batch that is refused
// here costs nothing, one that RocksDB refuses costs opening it anew.
status rocksdb_store::check_space(const store_batch& batch) {
  if (auto behind = database_->background_error()) {
    if (behind->code != ec::no_space) return give_up(*behind);
    is_full_ = true;
  }
  // Once in the log and once in the tables.
  std::uint64_t needed = 2 * octets_of(batch) + options_.free_octets_min;
  if (auto free = database_->free_octets(); free && *free < needed)
    return fail(ec::no_space,
                "only " + std::to_string(*free) + " octets are free around " + options_.folder);
  if (!is_full_) return {};
  if (status opened = open_anew(totals_); !opened) return opened;
  if (is_full_) return fail(ec::no_space, "no space to go on writing in " + options_.folder);
  return {};
}

rocksdb_store::totals rocksdb_store::after(const store_batch& batch) const {
  return {totals_.records + batch.records.size(), totals_.tiles + batch.tiles.size(),
          totals_.kept_heads + (batch.keep_head ? 1 : 0)};
}

status rocksdb_store::write(const store_batch& batch, const newest_value& newest) {
  const log_writes& log = database_->into_log();
  const std::uint64_t done_before = log.done;
  const std::uint64_t failed_before = log.failed;
  rocksdb::WriteBatch writes = writes_of(*database_, length(), batch, newest);
  rocksdb::WriteOptions how;
  how.sync = true;
  rocksdb::Status written = database_->db().Write(how, &writes);
  if (!written.ok()) {
    error why = translate(written, "cannot write " + name_of_record(length()));
    // RocksDB says "incomplete" to a writer that waited for a flush which found no space.
    auto behind = database_->background_error();
    if (written.IsIncomplete() && behind) why = *behind;
    bool is_in_log = log.done != done_before && log.failed == failed_before;
    return after_failed_write(std::move(why), is_in_log, newest.totals);
  }
  totals_ = newest.totals;
  return {};
}

status rocksdb_store::after_failed_write(error why, bool is_in_log, const totals& with_batch) {
  if (why.code != ec::no_space) return give_up(std::move(why));
  is_full_ = true;
  if (!is_in_log) return fail(std::move(why));
  // Space ended behind the batch. A sync without space would be another error, so the batch is
  // synced; opening anew shows whether it counts, and then it is written.
  if (status opened = open_anew(with_batch); !opened) return opened;
  totals_ = with_batch;
  return {};
}

// Leaves `is_full_` as it is then.
status rocksdb_store::open_anew(const totals& expected) {
  database_.reset(); // one process, one RocksDB per folder
  if (status opened = open_database(); !opened)
    return give_up({ec::io_failed, "after the disk was full: " + opened.error().text});
  result<totals> measured = database_->measured();
  if (!measured) return give_up(measured.error());
  if (*measured != expected)
    return give_up({ec::io_failed, "after the disk was full there are " +
                                       std::to_string(measured->records) + " records instead of " +
                                       std::to_string(expected.records)});
  return {};
}

status rocksdb_store::give_up(error why) {
  failed_ = std::move(why);
  return fail(*failed_);
}

// -- reading --------------------------------------------------------------------------------------

result<bytes> rocksdb_store::read(std::uint64_t index) const {
  if (!database_) return fail(*failed_);
  if (index >= length()) return fail(ec::not_found, name_of_record(index));
  auto got =
      value_at(*database_, database_->records(), key_of_number(index), name_of_record(index));
  if (!got && got.error().code == ec::not_found)
    return fail(ec::integrity, name_of_record(index) + " is missing");
  return got;
}

status rocksdb_store::iterate(std::uint64_t from, std::uint64_t to,
                              const std::function<bool(std::uint64_t, bytes_view)>& visit) const {
  if (!database_) return fail(*failed_);
  if (status checked = check_range(length(), from, to); !checked) return checked;
  std::unique_ptr<rocksdb::Iterator> at(database_->db().NewIterator({}, database_->records()));
  number_key first = key_of_number(from);
  at->Seek(slice_of(first));
  for (std::uint64_t index = from; index < to; ++index, at->Next()) {
    if (!at->Valid() && !at->status().ok())
      return fail(translate(at->status(), "cannot read " + name_of_record(index)));
    number_key key = key_of_number(index);
    if (!at->Valid() || at->key() != slice_of(key))
      return fail(ec::integrity, name_of_record(index) + " is missing");
    result<bytes_view> record = value_of(name_of_record(index), key, view_of_slice(at->value()));
    if (!record) return fail(record.error());
    if (!visit(index, *record)) break;
  }
  return {};
}

result<bytes> rocksdb_store::tile(std::uint8_t level, std::uint64_t index) const {
  if (!database_) return fail(*failed_);
  return value_at(*database_, database_->tiles(), key_of_tile(level, index),
                  name_of_tile(level, index));
}

result<bytes> rocksdb_store::head() const {
  if (!database_) return fail(*failed_);
  auto got = value_at(*database_, database_->newest(), newest_key, "the head");
  if (!got && got.error().code == ec::not_found) return bytes{}; // no batch yet
  if (!got) return got;
  return decode_newest(*got).map(
      [](const newest_value& newest) { return bytes(newest.head.begin(), newest.head.end()); });
}

result<std::vector<kept_head>> rocksdb_store::kept_heads(std::uint64_t from_length,
                                                         std::size_t most) const {
  if (!database_) return fail(*failed_);
  std::vector<kept_head> found;
  std::unique_ptr<rocksdb::Iterator> at(database_->db().NewIterator({}, database_->heads()));
  number_key first = key_of_number(from_length);
  for (at->Seek(slice_of(first)); at->Valid() && found.size() < most; at->Next()) {
    bytes_view key = view_of_slice(at->key());
    if (key.size() != sizeof(number_key)) return fail(ec::integrity, "a key that is no length");
    std::uint64_t kept_at = load_be64(key.data());
    std::string what = "the head kept at " + std::to_string(kept_at);
    if (kept_at > length()) return fail(ec::integrity, what + " is beyond the end");
    result<bytes_view> head = value_of(what, key, view_of_slice(at->value()));
    if (!head) return fail(head.error());
    found.push_back({kept_at, bytes(head->begin(), head->end())});
  }
  if (!at->status().ok()) return fail(translate(at->status(), "cannot read the kept heads"));
  return found;
}

} // namespace ppn
