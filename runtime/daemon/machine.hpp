// What a daemon is made of before it runs: the operator's word about this node and its fleet, and the
// parts of the world that the process holds. Each failure has its exit code.
#pragma once

#include "runtime/adapters/file_cells.hpp"
#include "runtime/adapters/key_files.hpp"
#include "runtime/adapters/procfs_host.hpp"
#include "runtime/daemon/daemon.hpp"
#include "runtime/daemon/data_folder.hpp"
#include "runtime/daemon/founding_file.hpp"
#include "runtime/daemon/ledger_folder.hpp"
#include "runtime/daemon/settings_file.hpp"

namespace ppn {

tl::unexpected<daemon_failure> fail_with(int code, std::string text);
tl::unexpected<daemon_failure> storage_failure(const error& what);
// What is refused of a ledger is its content, unless the disk or its owner is to blame.
tl::unexpected<daemon_failure> ledger_failure(const error& what);

struct operator_word {
  configuration settings;
  std::optional<fleet_founding> founding; // of a fleet with a ledger
};

// Reads the configuration and what it names.
tl::expected<operator_word, daemon_failure> hear_operator(const std::string& file);

// In the order in which its parts came; they go away the other way round.
struct machine {
  data_folder folder;
  node_keys keys;
  std::unique_ptr<file_cells> durable;
  std::unique_ptr<procfs_host> host;
  std::unique_ptr<ledger_folder> ledgers; // null in a fleet without a ledger
};

tl::expected<machine, daemon_failure> open_machine(const operator_word& word, entropy& random);

} // namespace ppn
