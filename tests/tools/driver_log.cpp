#include "tests/tools/driver_log.hpp"

#include "storage/log/proof_file.hpp"
#include "storage/tile_files.hpp"

#include <filesystem>

namespace ppn::driver {

namespace {

namespace files = std::filesystem;

constexpr std::uint64_t append_count_max = 10'000'000;
constexpr std::uint64_t append_octets_max = std::uint64_t{4} * 1024 * 1024 * 1024;
constexpr std::size_t number_octets_max = 20;
constexpr std::size_t entries_per_commit = 256;
constexpr std::size_t seed_octets = 32;
constexpr const char* cell_name = "last-signed";

// ec::exists for anything but an empty or a missing folder.
status make_empty_folder(const std::string& path) {
  std::error_code failed;
  if (files::exists(path, failed) && !files::is_empty(path, failed))
    return fail(ec::exists, path + " is there and not empty");
  if (!failed) files::create_directories(path, failed);
  if (failed) return fail(ec::io_failed, "cannot use " + path + ": " + failed.message());
  return {};
}

result<log_key> make_key(const std::string& origin, bytes_view seed) {
  if (seed.size() != seed_octets) return fail(ec::invalid, "seed_hex has not 32 octets");
  auto secret = std::make_shared<crypto::signing_key>(crypto::signing_key::from_seed(seed));
  auto key = log::make_vkey(origin, log::key_type::ed25519, secret->public_part());
  if (!key) return fail(key.error());
  return log_key{*std::move(key), [secret](bytes_view text) { return secret->sign(text); }};
}

json hex_of(const log::proof_hashes& hashes) {
  json list = json::array();
  for (const digest& hash : hashes)
    list.push_back(hash.hex());
  return list;
}

log::derived_tiles tiles_of(const store& entries) {
  auto visit = [&entries](std::uint64_t from, std::uint64_t to, const auto& visitor) {
    return entries.iterate(from, to, visitor);
  };
  auto full_tile = [&entries](unsigned level, std::uint64_t index) {
    return entries.tile(static_cast<std::uint8_t>(level), index);
  };
  return {visit, full_tile};
}

} // namespace

// -- opening --------------------------------------------------------------------------------------

result<kept_log::opened> kept_log::open(const std::string& folder, bool create) {
  rocksdb_store_options options;
  options.folder = folder + "/store";
  options.create = create;
  auto entries = rocksdb_store::open(options);
  if (!entries) return fail(entries.error());
  auto durable = file_cells::open(folder + "/cells");
  if (!durable) return fail(durable.error());
  std::vector<std::string> remarks;
  auto book = ledger_book::open({**entries, **durable, cell_name}, remarks);
  if (!book) return fail(book.error());
  return opened{*std::move(entries), *std::move(durable),
                std::make_unique<ledger_book>(*std::move(book))};
}

answer kept_log::make(const json& request) {
  reader in(request);
  const std::string folder = in.text("dir");
  const std::string origin = in.text("origin");
  const bytes seed = in.hex("seed_hex");
  if (in.failed()) return fail(*in.failed());
  auto key = make_key(origin, seed);
  if (!key) return fail(key.error());
  if (status made = make_empty_folder(folder); !made) return fail(made.error());
  auto fresh = open(folder, true);
  if (!fresh) return fail(fresh.error());
  if (auto founded = commit_signed(*fresh->book, *key, {}, true); !founded)
    return fail(founded.error());
  log_ = *std::move(fresh);
  place_ = place{folder, *std::move(key)};
  return json{{"vkey", to_text(place_->key.key)}};
}

answer kept_log::reopen(const json&) {
  if (!place_) return fail(ec::not_found, "there is no log yet: log_new makes one");
  log_.reset();
  auto again = open(place_->folder, false);
  if (!again) return fail(again.error());
  auto looked = again->book->rehash(0, ~std::uint64_t{0});
  if (!looked) return fail(looked.error());
  log_ = *std::move(again);
  return json{{"size", log_->book->size()}};
}

status kept_log::check_open() const {
  if (log_) return {};
  return fail(ec::not_found, place_ ? "the log could not be opened again"
                                    : "there is no log yet: log_new makes one");
}

// -- growing --------------------------------------------------------------------------------------

answer kept_log::append(const json& request) {
  if (status usable = check_open(); !usable) return fail(usable.error());
  reader in(request);
  if (in.has("count") == in.has("entries"))
    return fail(ec::invalid, "append takes either count and prefix, or entries");
  if (in.has("count")) return append_numbered(request);
  std::vector<bytes> entries = in.data_list("entries");
  if (in.failed()) return fail(*in.failed());
  if (entries.size() > append_count_max) return fail(ec::too_large, "too many entries");
  for (const bytes& entry : entries)
    if (entry.size() > log::entry_octets_max) return fail(ec::too_large, "an entry is too long");
  const std::uint64_t first = log_->book->size();
  for (std::size_t at = 0; at < entries.size(); at += entries_per_commit) {
    const std::size_t count = std::min(entries_per_commit, entries.size() - at);
    auto begin = std::make_move_iterator(entries.begin() + static_cast<std::ptrdiff_t>(at));
    std::vector<bytes> group(begin, begin + static_cast<std::ptrdiff_t>(count));
    auto done = commit_signed(*log_->book, place_->key, std::move(group), false);
    if (!done) return fail(done.error());
  }
  return json{{"first", first}, {"size", log_->book->size()}};
}

// Entries that say their own index.
answer kept_log::append_numbered(const json& request) {
  reader in(request);
  const std::uint64_t count = in.number("count");
  const std::string prefix = in.text("prefix");
  if (in.failed()) return fail(*in.failed());
  if (count > append_count_max) return fail(ec::too_large, "more than 10000000 entries at once");
  if (prefix.size() + number_octets_max > log::entry_octets_max ||
      count * (prefix.size() + number_octets_max) > append_octets_max)
    return fail(ec::too_large, "the prefix is too long for as many entries");
  const std::uint64_t first = log_->book->size();
  const std::uint64_t end = first + count;
  for (std::uint64_t at = first; at < end;) {
    std::vector<bytes> group;
    for (; at < end && group.size() < entries_per_commit; ++at) {
      const std::string entry = prefix + std::to_string(at);
      group.emplace_back(entry.begin(), entry.end());
    }
    auto done = commit_signed(*log_->book, place_->key, std::move(group), false);
    if (!done) return fail(done.error());
  }
  return json{{"first", first}, {"size", end}};
}

// -- answering ------------------------------------------------------------------------------------

answer kept_log::checkpoint(const json&) {
  if (status usable = check_open(); !usable) return fail(usable.error());
  return json{{"note", log::to_base64(view_of(log_->book->note()))}};
}

answer kept_log::prove(const json& request) const {
  if (status usable = check_open(); !usable) return fail(usable.error());
  reader in(request);
  const std::uint64_t index = in.number("index");
  if (in.failed()) return fail(*in.failed());
  const ledger_book& book = *log_->book;
  auto hashes = book.tree().inclusion(index, book.size());
  if (!hashes) return fail(hashes.error());
  return json{{"proof", hex_of(*hashes)}, {"size", book.size()}, {"root", book.root().hex()}};
}

answer kept_log::prove_consistency(const json& request) const {
  if (status usable = check_open(); !usable) return fail(usable.error());
  reader in(request);
  const std::uint64_t old_size = in.number("size1");
  const std::uint64_t new_size = in.number("size2");
  if (in.failed()) return fail(*in.failed());
  const tree_log& tree = log_->book->tree();
  auto hashes = tree.consistency(old_size, new_size);
  if (!hashes) return fail(hashes.error());
  auto root = tree.root_at(new_size);
  if (!root) return fail(root.error());
  return json{{"proof", hex_of(*hashes)}, {"size", new_size}, {"root", root->hex()}};
}

answer kept_log::proof_file(const json& request) const {
  if (status usable = check_open(); !usable) return fail(usable.error());
  reader in(request);
  const std::uint64_t index = in.number("index");
  if (in.failed()) return fail(*in.failed());
  const ledger_book& book = *log_->book;
  auto hashes = book.tree().inclusion(index, book.size());
  if (!hashes) return fail(hashes.error());
  auto text = log::to_text(log::proof_file{std::nullopt, index, *std::move(hashes), book.note()});
  if (!text) return fail(text.error());
  return json{{"proof", log::to_base64(view_of(*text))}};
}

answer kept_log::write_tiles(const json& request) const {
  if (status usable = check_open(); !usable) return fail(usable.error());
  reader in(request);
  const std::string folder = in.text("dir");
  const bytes cosigned = in.has("cosigned") ? in.data("cosigned") : bytes{};
  if (in.failed()) return fail(*in.failed());
  const ledger_book& book = *log_->book;
  log::tile_publication publication{book.note()};
  if (in.has("cosigned")) publication.cosigned = text_of(cosigned);
  auto written = ppn::write_tiles(folder, tiles_of(book.entries()), publication);
  if (!written) return fail(written.error());
  // Tiles, bundles and the checkpoint; of these, what was not there yet.
  return json{{"files", log::tile_count(book.size()) + 1}, {"written", written->written}};
}

} // namespace ppn::driver
