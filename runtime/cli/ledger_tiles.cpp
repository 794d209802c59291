#include "runtime/cli/ledger_tiles.hpp"

#include "runtime/cli/progress_line.hpp"
#include "storage/log/checkpoint.hpp"
#include "storage/log/merkle.hpp"

#include <algorithm>

namespace ppn {

// -- tiles -----------------------------------------------------------------------------------------------

result<channel_tiles> channel_tiles::load(control_channel& daemon, ledger_choice which,
                                          std::uint64_t size, const progress_function& progress) {
  channel_tiles made(daemon, which, size);
  log::frontier tree;
  entry_stream entries(daemon, which, 0, size);
  while (!entries.at_end()) {
    auto batch = entries.next();
    if (!batch) return fail(batch.error());
    for (const digest& leaf : batch->leaves) {
      tree.append(leaf);
      made.add(0, leaf);
    }
    progress(tree.size(), size);
  }
  made.root_ = tree.root();
  return made;
}

// Of level 0 only the tile that is open is kept; a full one goes up as one hash.
void channel_tiles::add(std::size_t level, const digest& hash) {
  if (level > rows_.size()) rows_.emplace_back();
  std::vector<digest>& row = level == 0 ? last_ : rows_[level - 1];
  row.push_back(hash);
  if (row.size() % log::tile_width != 0) return;
  digest root = log::full_tile_root(std::span(row).last(log::tile_width));
  if (level == 0) row.clear();
  add(level + 1, root);
}

status channel_tiles::read(const log::tile_address& tile, bytes& to) const {
  const std::uint64_t first = tile.index * log::tile_width;
  if (tile.level > 0) {
    if (tile.level > rows_.size() || first + tile.width > rows_[tile.level - 1].size())
      return fail(ec::not_found, log::tile_path(tile));
    to = log::hash_tile(std::span(rows_[tile.level - 1]).subspan(first, tile.width));
    return {};
  }
  if (first + tile.width > size_) return fail(ec::not_found, log::tile_path(tile));
  if (status fetched = fetch(tile.index); !fetched) return fetched;
  if (tile.kind == log::tile_kind::hashes) {
    to = log::hash_tile(std::span(tile_->leaves).first(tile.width));
    return {};
  }
  std::vector<bytes_view> entries(tile_->entries.begin(), tile_->entries.begin() + tile.width);
  auto bundle = log::entry_bundle(entries);
  if (!bundle) return fail(bundle.error());
  to = std::move(*bundle);
  return {};
}

status channel_tiles::fetch(std::uint64_t index) const {
  if (tile_ && tile_->index == index) return {};
  const std::uint64_t first = index * log::tile_width;
  const std::uint64_t end = std::min<std::uint64_t>(first + log::tile_width, size_);
  if (!stream_ || ahead_.first + ahead_used_ != first) {
    stream_.emplace(*daemon_, which_, first, size_);
    ahead_ = {first, {}, {}};
    ahead_used_ = 0;
  }
  fetched_tile made{index, {}, {}};
  while (first + made.entries.size() < end) {
    if (ahead_used_ == ahead_.entries.size()) {
      auto batch = stream_->next();
      if (!batch) return fail(batch.error());
      ahead_ = std::move(*batch);
      ahead_used_ = 0;
    }
    made.entries.push_back(std::move(ahead_.entries[ahead_used_]));
    made.leaves.push_back(ahead_.leaves[ahead_used_++]);
  }
  tile_ = std::move(made);
  return check_fetched(index);
}

// What is read again has to be what the root was computed of.
status channel_tiles::check_fetched(std::uint64_t index) const {
  const std::vector<digest>& leaves = tile_->leaves;
  const bool same = leaves.size() == log::tile_width
                      ? log::full_tile_root(leaves) == rows_[0][index]
                      : std::equal(leaves.begin(), leaves.end(), last_.begin(), last_.end());
  if (same) return {};
  tile_.reset();
  return fail(ec::integrity, "the entries from " + std::to_string(index * log::tile_width) +
                               " on changed while they were read");
}

// -- the folder ------------------------------------------------------------------------------------------

namespace {

struct publication {
  log::checkpoint body;
  std::string note;
  std::optional<std::string> cosigned;
};

result<log::opened_checkpoint> open_note(std::string_view what, const std::string& note,
                                         const log::vkey& key) {
  log::trust_policy trust;
  trust.logs = {key};
  auto opened = log::open_checkpoint(view_of(note), trust);
  if (opened) return opened;
  return fail(ec::integrity, std::string(what) + " does not hold: " + opened.error().text);
}

result<publication> publication_of(const ledger_report& report, const std::string& vkey) {
  if (report.note.empty()) return fail(ec::not_found, "the ledger has no checkpoint yet");
  auto key = log::parse_vkey(vkey.empty() ? report.vkey : vkey);
  if (!key) return fail(ec::invalid, "the log's key: " + key.error().text);
  auto opened = open_note("the checkpoint", report.note, *key);
  if (!opened) return fail(opened.error());
  if (opened->body.size > report.size)
    return fail(ec::busy, "this copy does not hold all entries of its checkpoint yet: try again");
  // Witnesses' lines have a file of their own.
  std::erase_if(opened->source.signatures, [&](const log::note_signature& line) {
    return line.name != key->name || line.id != key->id;
  });
  publication made{opened->body, log::to_text(opened->source), std::nullopt};
  if (report.cosigned.empty()) return made;
  auto cosigned = open_note("the cosigned checkpoint", report.cosigned, *key);
  if (!cosigned) return fail(cosigned.error());
  if (cosigned->body.size == made.body.size) made.cosigned = report.cosigned;
  return made;
}

} // namespace

result<log::write_report> write_ledger_tiles(control_channel& daemon,
                                             const ledger_tiles_options& given,
                                             log::tile_folder& folder) {
  auto reply = daemon.ask<ledger_report_reply>(ledger_report_request{given.which});
  if (!reply) return fail(reply.error());
  auto what = publication_of(reply->report, given.vkey);
  if (!what) return fail(what.error());
  progress_line line(given.progress);
  auto tiles = channel_tiles::load(
    daemon, given.which, what->body.size,
    [&line](std::uint64_t done, std::uint64_t total) { line.show(done, total); });
  if (!tiles) return fail(tiles.error());
  if (tiles->root() != what->body.root)
    return fail(ec::integrity, "the checkpoint of " + std::to_string(what->body.size) +
                                 " entries has the root " + what->body.root.hex() +
                                 ", the entries have " + tiles->root().hex());
  log::tile_publication to_publish{what->note, std::nullopt, false};
  if (what->cosigned) to_publish.cosigned = *what->cosigned;
  return log::write_tiles(folder, *tiles, to_publish);
}

} // namespace ppn
