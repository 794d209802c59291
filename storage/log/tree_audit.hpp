// The audit of a tree from its entries: every entry is hashed anew, compared with the stored leaf
// hash, and every hash above is computed from below and compared, up to the root that a checkpoint
// claims. It streams: in memory are a few tiles and the tree's right edge.
#pragma once

#include "storage/log/tile_reader.hpp"

namespace ppn::log {

// The first wrong thing, and where it is.
struct audit_failure {
  // ec::integrity when something is wrong, another code when something could not be read.
  error what;
  std::string place;                   // a file, or where else the octets are
  std::optional<std::uint64_t> offset; // octet in it
  std::optional<std::uint64_t> entry;  // index
  std::string expected;
  std::string found;

  bool operator==(const audit_failure&) const = default;
};
// One line: `tile/entries/003: octet 12: entry 770: what; expected x, found y`.
std::string to_text(const audit_failure& failure);

template <class T>
using audited = tl::expected<T, audit_failure>;

// Runs tasks side by side and returns when all have ended. Empty: one after the other.
struct task_runner {
  std::size_t width = 1; // tasks that run at once
  std::function<void(std::vector<std::function<void()>> tasks)> run = {};
};

// What a checkpoint says.
struct tree_claim {
  std::uint64_t size = 0;
  digest root;
  std::string place; // of the checkpoint

  bool operator==(const tree_claim&) const = default;
};

struct tree_audit_options {
  // Trees that the claimed one must extend. None may be larger.
  std::vector<tree_claim> earlier = {};
  task_runner runner = {};
  // Entries; called by the caller's thread.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

audited<void> audit_tree(const tile_reader& tiles, const tree_claim& claim,
                         const tree_audit_options& options = {});

} // namespace ppn::log
