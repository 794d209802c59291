#include "storage/log/tile_writer.hpp"

#include "storage/log/merkle.hpp"

#include <set>

namespace ppn::log {

namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? std::string() : path.substr(0, slash);
}

result<checkpoint> body_of(std::string_view signed_note) {
  auto parsed = parse_note(view_of(signed_note));
  if (!parsed) return fail(parsed.error());
  return parse_checkpoint(parsed->text);
}

// A partial tile for each level that ends in one, and its bundle.
std::vector<tile_address> edge_tiles(std::uint64_t size) {
  std::vector<tile_address> tiles;
  for (const tile_level& row : tile_levels(size)) {
    if (row.partial == 0) continue;
    tiles.push_back({tile_kind::hashes, row.level, row.full, row.partial});
    if (row.level == 0) tiles.push_back({tile_kind::entries, 0, row.full, row.partial});
  }
  return tiles;
}

class tile_writer {
public:
  tile_writer(tile_folder& folder, const tile_reader& tiles, const tile_publication& publication)
      : folder_(folder), tiles_(tiles), publication_(publication) {}

  result<write_report> run();

private:
  status read_notes();
  result<std::optional<checkpoint>> checkpoint_there(const char* name);
  status check_growth(const char* name, const checkpoint& next, std::optional<checkpoint>& there);
  status check_root(const char* what, const checkpoint& body) const;
  status check_roots() const;

  status put_tiles();
  status put_level(tile_kind kind, const tile_level& wanted, std::uint64_t full_there);
  status put_tile(const tile_address& tile);
  status put_file(const std::string& path, bytes_view data);
  status make_folders(const std::string& path);
  status write_file(const std::string& path, bytes_view data);
  status sync_folders();
  status publish(const char* name, std::string_view note);

  tile_folder& folder_;
  const tile_reader& tiles_;
  const tile_publication& publication_;

  checkpoint next_;
  std::optional<checkpoint> cosigned_;
  std::optional<checkpoint> there_;
  std::optional<checkpoint> cosigned_there_;

  // Folders whose entries have to be durable before a checkpoint is.
  std::set<std::string> touched_;
  bytes content_;
  bytes existing_;
  write_report report_;
};

result<write_report> tile_writer::run() {
  if (status read = read_notes(); !read) return fail(read.error());
  if (status checked = check_roots(); !checked) return fail(checked.error());
  if (status removed = folder_.remove(unfinished_file); !removed) return fail(removed.error());
  if (status put = put_tiles(); !put) return fail(put.error());
  if (status synced = sync_folders(); !synced) return fail(synced.error());
  if (status done = publish(checkpoint_file, publication_.checkpoint); !done)
    return fail(done.error());
  if (publication_.cosigned)
    if (status done = publish(cosigned_file, *publication_.cosigned); !done)
      return fail(done.error());
  report_.size = next_.size;
  return report_;
}

result<std::optional<checkpoint>> tile_writer::checkpoint_there(const char* name) {
  status got = folder_.read(name, note_octets_max, existing_);
  const ec code = got ? ec::none : got.error().code;
  if (code == ec::not_found) return std::nullopt;
  const bool is_damaged = code == ec::too_large || code == ec::malformed;
  if (!got && !is_damaged) return fail(got.error());
  auto body = got ? body_of(text_of(existing_)) : result<checkpoint>(fail(got.error()));
  if (!body) return fail(ec::integrity, std::string(name) + ": " + body.error().text);
  return std::move(*body);
}

// What is there, if anything, is of the same log and not newer.
status tile_writer::check_growth(const char* name, const checkpoint& next,
                                 std::optional<checkpoint>& there) {
  auto found = checkpoint_there(name);
  if (!found) return fail(found.error());
  there = std::move(*found);
  if (!there) return {};
  if (there->origin != next.origin)
    return fail(ec::integrity, std::string(name) + " is the one of another log");
  if (there->size > next.size)
    return fail(ec::stale, std::string(name) + " has " + std::to_string(there->size) +
                               " entries already, not " + std::to_string(next.size));
  return {};
}

status tile_writer::read_notes() {
  auto next = body_of(publication_.checkpoint);
  if (!next) return fail(next.error());
  next_ = std::move(*next);
  if (status checked = check_growth(checkpoint_file, next_, there_); !checked) return checked;
  if (!publication_.cosigned) return {};
  auto cosigned = body_of(*publication_.cosigned);
  if (!cosigned) return fail(cosigned.error());
  if (cosigned->origin != next_.origin || cosigned->size > next_.size)
    return fail(ec::invalid, "the cosigned checkpoint is of another log, or newer");
  cosigned_ = std::move(*cosigned);
  return check_growth(cosigned_file, *cosigned_, cosigned_there_);
}

status tile_writer::check_root(const char* what, const checkpoint& body) const {
  auto root = read_edge_root(tiles_, body.size);
  if (!root) return fail(root.error());
  if (*root == body.root) return {};
  return fail(ec::integrity, std::string(what) + " of " + std::to_string(body.size) +
                                 " entries has the root " + body.root.hex() + ", the ledger has " +
                                 root->hex());
}

status tile_writer::check_roots() const {
  if (status same = check_root("the new checkpoint", next_); !same) return same;
  if (cosigned_)
    if (status same = check_root("the new cosigned checkpoint", *cosigned_); !same) return same;
  if (there_)
    if (status same = check_root("the folder's checkpoint", *there_); !same) return same;
  if (cosigned_there_) return check_root("the folder's cosigned checkpoint", *cosigned_there_);
  return {};
}

status tile_writer::put_tiles() {
  // Full tiles of what is published were compared or written by the run that published it.
  const std::uint64_t published = there_ && !publication_.is_rechecked ? there_->size : 0;
  const std::vector<tile_level> before = tile_levels(published);
  for (const tile_level& row : tile_levels(next_.size)) {
    const std::uint64_t full = row.level < before.size() ? before[row.level].full : 0;
    if (status put = put_level(tile_kind::hashes, row, full); !put) return put;
    if (row.level != 0) continue;
    if (status put = put_level(tile_kind::entries, row, full); !put) return put;
  }
  for (const tile_address& tile : edge_tiles(cosigned_ ? cosigned_->size : 0))
    if (status put = put_tile(tile); !put) return put;
  return {};
}

status tile_writer::put_level(tile_kind kind, const tile_level& wanted, std::uint64_t full_there) {
  for (std::uint64_t index = full_there; index < wanted.full; ++index)
    if (status put = put_tile({kind, wanted.level, index, tile_width}); !put) return put;
  if (wanted.partial == 0) return {};
  return put_tile({kind, wanted.level, wanted.full, wanted.partial});
}

status tile_writer::put_tile(const tile_address& tile) {
  if (status got = tiles_.read(tile, content_); !got) return got;
  return put_file(tile_path(tile), content_);
}

status tile_writer::put_file(const std::string& path, bytes_view data) {
  // Also for a file that is there: the run that wrote it may have ended before its folder was
  // synced.
  for (std::string folder = parent_of(path); touched_.insert(folder).second && !folder.empty();)
    folder = parent_of(folder);
  status got = folder_.read(path, bundle_octets_max, existing_);
  if (got && std::equal(existing_.begin(), existing_.end(), data.begin(), data.end())) {
    ++report_.kept;
    return {};
  }
  if (got) return fail(ec::integrity, path + " is there with other content");
  const ec code = got.error().code;
  if (code == ec::too_large || code == ec::malformed)
    return fail(ec::integrity, path + ": " + got.error().text);
  if (code != ec::not_found) return got;
  if (status made = make_folders(parent_of(path)); !made) return made;
  return write_file(path, data);
}

status tile_writer::make_folders(const std::string& path) {
  if (path.empty()) return {};
  if (status made = make_folders(parent_of(path)); !made) return made;
  return folder_.make_folder(path);
}

status tile_writer::write_file(const std::string& path, bytes_view data) {
  if (status done = folder_.write(unfinished_file, data); !done) return done;
  if (status done = folder_.sync_file(unfinished_file); !done) return done;
  if (status done = folder_.rename(unfinished_file, path); !done) return done;
  ++report_.written;
  report_.octets += data.size();
  return {};
}

status tile_writer::sync_folders() {
  for (const std::string& folder : touched_)
    if (status done = folder_.sync_folder(folder); !done) return done;
  return {};
}

status tile_writer::publish(const char* name, std::string_view note) {
  status got = folder_.read(name, note_octets_max, existing_);
  if (got && text_of(existing_) == note) {
    ++report_.kept;
  } else if (status done = write_file(name, view_of(note)); !done) {
    return done;
  }
  return folder_.sync_folder("");
}

} // namespace

result<write_report> write_tiles(tile_folder& folder, const tile_reader& tiles,
                                 const tile_publication& publication) {
  return tile_writer(folder, tiles, publication).run();
}

} // namespace ppn::log
