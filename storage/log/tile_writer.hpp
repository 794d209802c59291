// Writes a log as tlog-tiles into a folder and brings it up to date again. The idea: whatever a
// published checkpoint needs is durable before the checkpoint is there, and no file but the two
// checkpoints is ever written twice. So a crash at any point leaves a folder that verifies, and the
// next run goes on where this one ended.
#pragma once

#include "storage/log/checkpoint.hpp"
#include "storage/log/tile_folder.hpp"
#include "storage/log/tile_reader.hpp"

namespace ppn::log {

inline constexpr const char* checkpoint_file = "checkpoint";
inline constexpr const char* cosigned_file = "checkpoint.cosigned";
// Every new file is written under this name first. A crash may leave one.
inline constexpr const char* unfinished_file = ".writing";

struct tile_publication {
  std::string_view checkpoint; // a signed note; who signed it is the caller's business
  // One that witnesses signed, of the same size or smaller. None: the one that is there stays.
  std::optional<std::string_view> cosigned = {};
  // Compares every file that is there, not only those beyond the checkpoint that is there.
  bool is_rechecked = false;
};

struct write_report {
  std::uint64_t size = 0;
  std::uint64_t written = 0; // files
  std::uint64_t kept = 0;    // files that were there with the content they should have
  std::uint64_t octets = 0;  // written
};

// ec::integrity, and nothing is published, when a file is there with other content (it stays as it
// is), when the folder's checkpoint is not of this history, or when `tiles` do not have the roots
// of the notes. ec::stale when a checkpoint in the folder is larger than the one to publish.
result<write_report> write_tiles(tile_folder& folder, const tile_reader& tiles,
                                 const tile_publication& publication);

} // namespace ppn::log
