// `ppn ledger verify`: the audit of a folder of tiles for an operator or an outside auditor. It
// needs the folder and the log's verifier key, no daemon and no network. The answer is what was
// verified, or one line with the place of the first wrong thing. Exit codes: 0 verified, 7
// something is wrong, 2 usage, 1 not readable.
#pragma once

#include "messages/base/time.hpp"
#include "storage/log/tile_audit.hpp"

#include <memory>

namespace ppn {

struct ledger_verify_options {
  std::string tiles; // the folder
  std::vector<std::string>
      vkeys; // `name+id+key`, each with an optional `@SIZE` where its term begins
  std::vector<std::string> witnesses; // vkeys of type 04
  // Distinct witnesses that must have signed checkpoint.cosigned; without it, more than half of
  // those given.
  std::optional<std::size_t> quorum;
  std::string checkpoint; // file with a signed checkpoint of an earlier audit; empty: none
  bool growing = false;   // a writer may be at work on the folder
  bool json = false;
  bool progress = true;
};

// What the program that calls brings along.
struct ledger_verify_world {
  std::function<result<std::unique_ptr<log::tile_folder>>(const std::string& path)> open_folder;
  std::function<result<bytes>(const std::string& path)> read_file;
  std::function<nanoseconds()> now; // monotonic
  log::task_runner runner;
  bool is_terminal = false; // stderr
};

struct ledger_verify_answer {
  int exit = 0;
  std::string output;  // for stdout, with its line feed
  std::string problem; // for stderr
};

ledger_verify_answer verify_ledger(const ledger_verify_options& given,
                                   const ledger_verify_world& world);

} // namespace ppn
