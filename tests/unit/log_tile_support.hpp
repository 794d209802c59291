// Logs, signers and folders in memory for the tests of tiles. The folder can end the world before
// any of its operations, and then keeps what was synced and, by its seed, any part of what was not.
#pragma once

#include "storage/log/cosignature.hpp"
#include "storage/log/merkle.hpp"
#include "storage/log/tile_audit.hpp"
#include "storage/log/tile_writer.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>

namespace tiles {

using ppn::bytes;
using ppn::bytes_view;
using ppn::digest;
using ppn::ec;
using ppn::status;
namespace log = ppn::log;

constexpr const char* origin = "log.example/a";

struct signer {
  log::vkey key;
  log::sign_function sign;
};

inline signer make_signer(std::string_view name, log::key_type type, ppn::octet seed) {
  auto secret = std::make_shared<ppn::crypto::signing_key>(
      ppn::crypto::signing_key::from_seed(bytes(32, seed)));
  return {log::make_vkey(name, type, secret->public_part()).value(),
          [secret](bytes_view message) { return secret->sign(message); }};
}

inline const signer& log_signer() {
  static const signer made = make_signer(origin, log::key_type::ed25519, 1);
  return made;
}
inline const signer& witness_signer() {
  static const signer made = make_signer("w.example/1", log::key_type::cosignature, 11);
  return made;
}

inline log::trust_policy trust_of(std::size_t quorum = 0) {
  log::trust_policy trust{{log_signer().key}, {}, quorum};
  if (quorum != 0) trust.witnesses = {witness_signer().key};
  return trust;
}

// Entries of some lengths, the empty one among them; `salt` makes another history.
inline bytes entry_of(std::uint64_t index, std::string_view salt = {}) {
  if (index % 7 == 3) return {};
  const std::string text = std::string(salt) + std::to_string(index);
  return bytes(text.begin(), text.end());
}

inline std::vector<log::tile_address> tiles_of(std::uint64_t size) {
  return log::tiles_for(size).value();
}

// A log with every hash of every level at hand, made in the plainest way.
class test_log {
public:
  explicit test_log(std::uint64_t size, std::string_view salt = {}) {
    for (std::uint64_t index = 0; index < size; ++index)
      entries_.push_back(entry_of(index, salt));
    rows_.emplace_back();
    for (const bytes& entry : entries_)
      rows_[0].push_back(log::leaf_hash(entry));
    while (rows_.back().size() >= log::tile_width) {
      std::vector<digest> above;
      for (std::size_t i = 0; i + log::tile_width <= rows_.back().size(); i += log::tile_width)
        above.push_back(log::full_tile_root(std::span(rows_.back()).subspan(i, log::tile_width)));
      rows_.push_back(std::move(above));
    }
  }

  const std::vector<bytes>& entries() const { return entries_; }
  const std::vector<std::vector<digest>>& rows() const { return rows_; }

  digest root(std::uint64_t size) const {
    log::frontier tree;
    for (std::uint64_t i = 0; i < size; ++i)
      tree.append(rows_[0][i]);
    return tree.root();
  }
  std::string body(std::uint64_t size) const {
    return log::to_text(log::checkpoint{origin, size, root(size), {}}).value();
  }
  std::string note(std::uint64_t size) const {
    const std::string text = body(size);
    return text + '\n' +
           log::to_text(log::sign_text(text, log_signer().key, log_signer().sign).value());
  }
  std::string cosigned(std::uint64_t size) const {
    const std::string text = body(size);
    return note(size) +
           log::to_text(
               log::make_cosignature(text, witness_signer().key, 5, witness_signer().sign).value());
  }

  // What a tile has to hold, straight from the rows.
  bytes content(const log::tile_address& tile) const {
    const std::size_t first = tile.index * log::tile_width;
    if (tile.kind == log::tile_kind::hashes)
      return log::hash_tile(std::span(rows_[tile.level]).subspan(first, tile.width));
    std::vector<bytes_view> views(entries_.begin() + std::ptrdiff_t(first),
                                  entries_.begin() + std::ptrdiff_t(first + tile.width));
    return log::entry_bundle(views).value();
  }

  log::derived_tiles tiles() const {
    auto entries = [this](std::uint64_t from, std::uint64_t to,
                          const log::derived_tiles::entry_visitor& visit) -> status {
      for (std::uint64_t i = from; i < std::min<std::uint64_t>(to, entries_.size()); ++i)
        if (!visit(i, entries_[i])) break;
      return {};
    };
    auto full = [this](unsigned level, std::uint64_t index) -> ppn::result<bytes> {
      if (level >= rows_.size() || rows_[level].size() < (index + 1) * log::tile_width)
        return ppn::fail(ec::not_found, "no such tile");
      return content({log::tile_kind::hashes, level, index, log::tile_width});
    };
    return {entries, full};
  }

private:
  std::vector<bytes> entries_;
  std::vector<std::vector<digest>> rows_;
};

class memory_folder final : public log::tile_folder {
public:
  struct node {
    bool is_folder = false;
    bytes content;
    bytes durable;
  };
  using names = std::map<std::string, std::shared_ptr<node>>;

  memory_folder() = default;
  memory_folder(const memory_folder&) = delete;

  // All files, by path.
  std::map<std::string, bytes> files() const {
    std::map<std::string, bytes> all;
    for (const auto& [path, at] : names_)
      if (!at->is_folder) all[path] = at->content;
    return all;
  }
  void put(const std::string& path, bytes content) {
    for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
      names_.try_emplace(path.substr(0, slash), std::make_shared<node>(node{true, {}, {}}));
    names_[path] = std::make_shared<node>(node{false, content, content});
    durable_ = names_;
  }
  void erase(const std::string& path) { names_.erase(path); }
  void make(const std::string& path) { names_[path] = std::make_shared<node>(node{true, {}, {}}); }
  bytes& at(const std::string& path) { return names_.at(path)->content; }

  // -- the end of the world
  std::uint64_t operations = 0;
  std::uint64_t ends_before = UINT64_MAX;
  bool has_ended() const { return operations > ends_before; }

  // What a restart finds. `seed` 0: nothing that was not synced; 1: everything; others: any part.
  std::unique_ptr<memory_folder> after_crash(std::uint64_t seed) const {
    std::mt19937_64 draw(seed);
    auto survives = [&] { return seed == 1 || (seed != 0 && draw() % 2 == 0); };
    names kept = durable_;
    for (const auto& [path, at] : names_)
      if (survives()) kept[path] = at;
    for (const auto& [path, at] : durable_)
      if (!names_.contains(path) && survives()) kept.erase(path);
    auto found = std::make_unique<memory_folder>();
    for (const auto& [path, at] : kept) {
      if (!is_reachable(kept, path)) continue;
      auto copy = std::make_shared<node>(*at);
      if (at->content != at->durable && !survives()) {
        copy->content = at->durable;
        if (seed > 1 && draw() % 2 == 0) // the beginning only
          copy->content.assign(at->content.begin(),
                               at->content.begin() + std::ptrdiff_t(at->content.size() / 2));
      }
      copy->durable = copy->content;
      found->names_[path] = copy;
    }
    found->durable_ = found->names_;
    return found;
  }

  // -- tile_folder
  status read(const std::string& path, std::size_t most, bytes& to) const override {
    auto found = names_.find(path);
    if (found == names_.end()) return ppn::fail(ec::not_found, "cannot open " + path);
    if (found->second->is_folder) return ppn::fail(ec::malformed, path + " is no plain file");
    if (found->second->content.size() > most)
      return ppn::fail(ec::too_large, path + " is too long");
    to = found->second->content;
    return {};
  }
  ppn::result<std::vector<log::folder_entry>> list(const std::string& path) const override {
    std::vector<log::folder_entry> entries;
    for (const auto& [name, at] : names_)
      if (parent_of(name) == path)
        entries.push_back({name.substr(path.empty() ? 0 : path.size() + 1),
                           at->is_folder ? log::file_kind::folder : log::file_kind::file});
    return entries;
  }
  status make_folder(const std::string& path) override {
    if (names_.contains(path)) return {};
    if (auto alive = step(parent_of(path)); !alive) return alive;
    make(path);
    return {};
  }
  status write(const std::string& path, bytes_view data) override {
    if (auto alive = step(parent_of(path)); !alive) return alive;
    names_[path] = std::make_shared<node>(node{false, bytes(data.begin(), data.end()), {}});
    return {};
  }
  status sync_file(const std::string& path) override {
    if (auto alive = step(parent_of(path)); !alive) return alive;
    names_.at(path)->durable = names_.at(path)->content;
    return {};
  }
  status rename(const std::string& from, const std::string& to) override {
    if (auto alive = step(parent_of(to)); !alive) return alive;
    names_[to] = names_.at(from);
    names_.erase(from);
    return {};
  }
  status remove(const std::string& path) override {
    if (!names_.contains(path)) return {};
    if (auto alive = step(parent_of(path)); !alive) return alive;
    names_.erase(path);
    return {};
  }
  status sync_folder(const std::string& path) override {
    if (auto alive = step(path); !alive) return alive;
    std::erase_if(durable_, [&](const auto& entry) { return parent_of(entry.first) == path; });
    for (const auto& [name, at] : names_)
      if (parent_of(name) == path) durable_[name] = at;
    return {};
  }

private:
  static std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? std::string() : path.substr(0, slash);
  }
  static bool is_reachable(const names& all, const std::string& path) {
    const std::string folder = parent_of(path);
    if (folder.empty()) return true;
    auto found = all.find(folder);
    return found != all.end() && found->second->is_folder && is_reachable(all, folder);
  }
  status step(const std::string& folder) {
    if (++operations > ends_before) return ppn::fail(ec::io_failed, "the world has ended");
    if (!folder.empty() && !names_.contains(folder))
      return ppn::fail(ec::not_found, "there is no folder " + folder);
    return {};
  }

  names names_;   // what a reader sees
  names durable_; // what a restart finds at least
};

inline ppn::result<log::write_report> publish(memory_folder& to, const test_log& from,
                                              std::uint64_t size,
                                              std::optional<std::uint64_t> cosigned = {}) {
  const std::string note = from.note(size);
  const std::string cosigned_note = cosigned ? from.cosigned(*cosigned) : std::string();
  log::tile_publication publication{note};
  if (cosigned) publication.cosigned = cosigned_note;
  return log::write_tiles(to, from.tiles(), publication);
}

} // namespace tiles
