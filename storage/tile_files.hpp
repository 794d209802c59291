// A folder of tiles on a disk. Files are 0644 and folders 0755, as whoever serves them needs it.
// Every path is walked from the folder's descriptor and no symbolic link is followed, so nothing
// outside is ever read or written.
#pragma once

#include "storage/log/tile_audit.hpp"
#include "storage/log/tile_writer.hpp"

#include <memory>

namespace ppn {

enum class folder_use : std::uint8_t { read, write };

// To write, it is made if it is missing (its parent is not) and locked: ec::in_use while another
// writer has it. ec::not_found when there is none to read.
result<std::unique_ptr<log::tile_folder>> open_tile_folder(const std::string& path, folder_use use);

// Both in one step, for callers that have no other use of the folder.
result<log::write_report> write_tiles(const std::string& path, const log::tile_reader& tiles,
                                      const log::tile_publication& publication);
log::audited<log::audit_report> audit_tiles(const std::string& path, const log::trust_policy& trust,
                                            const log::audit_options& options = {});

} // namespace ppn
