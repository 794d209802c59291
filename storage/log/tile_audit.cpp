#include "storage/log/tile_audit.hpp"

#include "storage/log/tile_writer.hpp"

#include <algorithm>

namespace ppn::log {

namespace {

using failure = std::optional<audit_failure>;

constexpr const char* remembered_place = "the remembered checkpoint";

audit_failure at(std::string place, error what) {
  return {std::move(what), std::move(place), {}, {}, {}, {}};
}

audit_failure wrong(std::string place, std::string what) {
  return at(std::move(place), {ec::integrity, std::move(what)});
}

// What is there and cannot be right is a matter of integrity; what cannot be read is none.
audit_failure unreadable(std::string place, error why) {
  if (why.code == ec::not_found) return wrong(std::move(place), "the file is missing");
  if (why.code == ec::too_large || why.code == ec::malformed || why.code == ec::unauthentic)
    why.code = ec::integrity;
  return at(std::move(place), std::move(why));
}

class folder_tiles final : public tile_reader {
public:
  explicit folder_tiles(const tile_folder& folder) : folder_(folder) {}
  status read(const tile_address& tile, bytes& to) const override {
    return folder_.read(tile_path(tile), bundle_octets_max, to);
  }

private:
  const tile_folder& folder_;
};

bool is_digits(std::string_view text) {
  return text.size() == 3 && text.find_first_not_of("0123456789") == text.npos;
}

// `x012` and `012.p`; whether they are in the right place their files will tell.
bool is_tile_folder(std::string_view name) {
  if (name.size() == 4 && name[0] == 'x') return is_digits(name.substr(1));
  return name.size() == 5 && name.substr(3) == ".p" && is_digits(name.substr(0, 3));
}

bool is_level_folder(std::string_view name) {
  if (name == "entries") return true;
  auto level = parse_decimal(name);
  return level && *level <= tile_level_max;
}

// The entry that this octet of a level-0 tile belongs to.
std::uint64_t entry_at(const tile_address& tile, bytes_view data, std::size_t offset) {
  std::uint64_t item = 0;
  if (tile.kind == tile_kind::hashes) item = offset / digest::size;
  for (std::size_t end = 0; tile.kind == tile_kind::entries && item < tile.width; ++item) {
    end += 2 + (std::size_t{data[end]} << 8 | data[end + 1]);
    if (offset < end) break;
  }
  return tile.index * tile_width + std::min<std::uint64_t>(item, tile.width - 1);
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + '/' + name;
}

class folder_auditor {
public:
  folder_auditor(const tile_folder& folder, const trust_policy& trust, const audit_options& options)
      : folder_(folder), tiles_(folder), trust_(trust), options_(options) {}

  audited<audit_report> run();

private:
  failure open(const char* name, bool with_quorum, std::optional<opened_checkpoint>& to);
  failure open_note(std::string_view note, std::string place, const trust_policy& trust,
                    std::optional<opened_checkpoint>& to) const;
  failure open_notes();
  failure audit_entries();
  failure check_cosigned_tiles() const;

  failure walk(const std::string& folder);
  failure check_folder(const std::string& path, const std::string& name) const;
  failure check_file(const std::string& path);
  failure check_tile(const std::string& path, const tile_address& tile);
  failure check_leftover(const std::string& path, const tile_address& tile);
  failure compare_leftover(const std::string& path, const tile_address& tile,
                           bytes_view expected) const;
  failure refuse(const std::string& path);

  std::uint64_t size() const { return checkpoint_->body.size; }
  unsigned width_needed(const tile_address& tile) const;

  const tile_folder& folder_;
  const folder_tiles tiles_;
  const trust_policy& trust_;
  const audit_options& options_;

  std::optional<opened_checkpoint> checkpoint_;
  std::optional<opened_checkpoint> cosigned_;
  std::optional<opened_checkpoint> remembered_;
  audit_report report_;

  // The tile that the leftovers of one folder are compared with.
  std::optional<tile_address> larger_;
  bytes larger_data_;
  bytes leftover_data_;
};

audited<audit_report> folder_auditor::run() {
  if (auto failed = open_notes()) return tl::unexpected(std::move(*failed));
  if (auto failed = audit_entries()) return tl::unexpected(std::move(*failed));
  if (auto failed = check_cosigned_tiles()) return tl::unexpected(std::move(*failed));
  if (auto failed = walk("")) return tl::unexpected(std::move(*failed));
  report_.checkpoint = std::move(*checkpoint_);
  report_.cosigned = std::move(cosigned_);
  if (remembered_) report_.remembered = remembered_->body.size;
  return std::move(report_);
}

// -- checkpoints ----------------------------------------------------------------------------------

failure folder_auditor::open_note(std::string_view note, std::string place,
                                  const trust_policy& trust,
                                  std::optional<opened_checkpoint>& to) const {
  auto opened = open_checkpoint(view_of(note), trust);
  if (!opened) return unreadable(std::move(place), opened.error());
  to = std::move(*opened);
  return {};
}

failure folder_auditor::open(const char* name, bool with_quorum,
                             std::optional<opened_checkpoint>& to) {
  bytes data;
  if (status got = folder_.read(name, note_octets_max, data); !got)
    return unreadable(name, got.error());
  trust_policy trust = trust_;
  if (!with_quorum) trust.quorum = 0;
  return open_note(text_of(data), name, trust, to);
}

failure folder_auditor::open_notes() {
  if (auto failed = open(checkpoint_file, false, checkpoint_)) return failed;
  auto there = folder_.list("");
  if (!there) return unreadable("", there.error());
  const bool is_cosigned = std::any_of(
      there->begin(), there->end(), [](const auto& entry) { return entry.name == cosigned_file; });
  if (is_cosigned || trust_.quorum != 0)
    if (auto failed = open(cosigned_file, true, cosigned_)) return failed;
  if (cosigned_ && cosigned_->body.origin != checkpoint_->body.origin)
    return wrong(cosigned_file, "the cosigned checkpoint is the one of another log");
  if (options_.remembered.empty()) return {};
  trust_policy trust = trust_;
  trust.quorum = 0;
  if (auto failed = open_note(options_.remembered, remembered_place, trust, remembered_))
    return failed;
  if (remembered_->body.origin != checkpoint_->body.origin)
    return wrong(remembered_place, "it is the one of another log");
  return {};
}

// -- what the checkpoint needs --------------------------------------------------------------------

failure folder_auditor::audit_entries() {
  tree_audit_options options;
  options.runner = options_.runner;
  options.progress = options_.progress;
  if (cosigned_)
    options.earlier.push_back({cosigned_->body.size, cosigned_->body.root, cosigned_file});
  if (remembered_)
    options.earlier.push_back({remembered_->body.size, remembered_->body.root, remembered_place});
  const tree_claim claim{size(), checkpoint_->body.root, checkpoint_file};
  auto audited = audit_tree(tiles_, claim, options);
  if (audited) return {};
  return std::move(audited.error());
}

// Its partial tiles are published as well; the walk compares what is in them.
failure folder_auditor::check_cosigned_tiles() const {
  if (!cosigned_) return {};
  bytes data;
  for (const tile_level& row : tile_levels(cosigned_->body.size)) {
    if (row.partial == 0) continue;
    for (tile_kind kind : {tile_kind::hashes, tile_kind::entries}) {
      if (kind == tile_kind::entries && row.level != 0) continue;
      const tile_address tile{kind, row.level, row.full, row.partial};
      if (status got = tiles_.read(tile, data); !got)
        return unreadable(tile_path(tile), got.error());
    }
  }
  return {};
}

// -- everything else that is there ----------------------------------------------------------------

failure folder_auditor::walk(const std::string& folder) {
  auto there = folder_.list(folder);
  if (!there) return unreadable(folder, there.error());
  for (const folder_entry& entry : *there) {
    const std::string path = joined(folder, entry.name);
    failure failed;
    if (entry.kind == file_kind::other)
      failed = wrong(path, "this is neither a file nor a folder");
    else if (entry.kind == file_kind::folder)
      failed = check_folder(folder, entry.name);
    else
      failed = check_file(path);
    if (!failed && entry.kind == file_kind::folder) failed = walk(path);
    if (failed) return failed;
  }
  return {};
}

// Also bounds how deep the walk goes: an index below 2^63 has seven groups.
failure folder_auditor::check_folder(const std::string& folder, const std::string& name) const {
  constexpr std::ptrdiff_t depth_max = 9;
  const std::string path = joined(folder, name);
  const bool is_ours = folder.empty()     ? name == "tile"
                       : folder == "tile" ? is_level_folder(name)
                                          : is_tile_folder(name) && !folder.ends_with(".p");
  if (is_ours && std::count(path.begin(), path.end(), '/') <= depth_max) return {};
  return wrong(path, "a log has no such folder");
}

failure folder_auditor::check_file(const std::string& path) {
  ++report_.files;
  if (path == checkpoint_file || path == cosigned_file) return {};
  if (path == unfinished_file) return refuse(path);
  auto tile = parse_tile_path(path);
  if (!tile) return wrong(path, "a log has no such file");
  return check_tile(path, *tile);
}

// How much of the tile's place the checkpoint's tree fills.
unsigned folder_auditor::width_needed(const tile_address& tile) const {
  for (const tile_level& row : tile_levels(size()))
    if (row.level == tile.level)
      return tile.index < row.full ? tile_width : tile.index == row.full ? row.partial : 0;
  return 0;
}

failure folder_auditor::check_tile(const std::string& path, const tile_address& tile) {
  const unsigned needed = width_needed(tile);
  // Those that the checkpoint needs were compared with the entries.
  if (tile.width == needed) return {};
  return tile.width < needed ? check_leftover(path, tile) : refuse(path);
}

failure folder_auditor::refuse(const std::string& path) {
  if (options_.is_growing) {
    ++report_.ahead;
    return {};
  }
  return wrong(path, "nobody vouches for this file: it is no part of the " +
                         std::to_string(size()) + " entries of the checkpoint");
}

failure folder_auditor::check_leftover(const std::string& path, const tile_address& tile) {
  ++report_.leftovers;
  tile_address larger = tile;
  larger.width = width_needed(tile);
  if (larger_ != larger) {
    larger_.reset();
    if (status got = tiles_.read(larger, larger_data_); !got)
      return unreadable(tile_path(larger), got.error());
    larger_ = larger;
  }
  auto prefix = tile_prefix(tile.kind, larger_data_, tile.width);
  // It was sound a moment ago.
  if (!prefix) return unreadable(tile_path(larger), prefix.error());
  if (status got = folder_.read(path, bundle_octets_max, leftover_data_); !got)
    return unreadable(path, got.error());
  return compare_leftover(path, tile, *prefix);
}

failure folder_auditor::compare_leftover(const std::string& path, const tile_address& tile,
                                         bytes_view expected) const {
  const bytes_view found = leftover_data_;
  auto [right, there] = std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
  if (right == expected.end() && there == found.end()) return {};
  auto failed = wrong(path, "the partial tile is not the beginning of the tile that followed it");
  const auto offset = static_cast<std::size_t>(right - expected.begin());
  failed.offset = offset;
  if (tile.level == 0) failed.entry = entry_at(tile, expected, offset);
  failed.expected = right == expected.end() ? "the end" : to_hex({&*right, 1});
  failed.found = there == found.end() ? "the end" : to_hex({&*there, 1});
  return failed;
}

} // namespace

audited<audit_report> audit_tiles(const tile_folder& folder, const trust_policy& trust,
                                  const audit_options& options) {
  return folder_auditor(folder, trust, options).run();
}

} // namespace ppn::log
