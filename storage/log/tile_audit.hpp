// The audit of a whole folder of tiles: every octet of every file in it is either explained or
// refused. Signatures and quorum, the tree from its entries, the trees that were known before,
// partial tiles that older checkpoints left behind, and no file that a log would not have.
#pragma once

#include "storage/log/checkpoint.hpp"
#include "storage/log/tile_folder.hpp"
#include "storage/log/tree_audit.hpp"

namespace ppn::log {

struct audit_options {
  // A signed checkpoint that the auditor kept from an earlier audit: without one, a history that
  // was written anew under the right key passes.
  std::string remembered = {};
  // The log's writer may be at work: files ahead of the checkpoint are counted and not refused.
  bool is_growing = false;
  task_runner runner = {};
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

struct audit_report {
  opened_checkpoint checkpoint;
  std::optional<opened_checkpoint> cosigned;
  std::optional<std::uint64_t> remembered; // its size
  std::uint64_t files = 0;                 // all of them
  std::uint64_t leftovers = 0;             // partial tiles of older checkpoints, compared
  std::uint64_t ahead = 0; // of a size that is not published yet: nobody vouches for them
};

// The quorum of the policy is asked of `checkpoint.cosigned`; `checkpoint` needs the log only.
// ec::invalid when the policy makes no sense; ec::integrity for whatever is wrong in the folder.
audited<audit_report> audit_tiles(const tile_folder& folder, const trust_policy& trust,
                                  const audit_options& options = {});

} // namespace ppn::log
