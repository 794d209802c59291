// What it costs to look at a whole ledger again, and to start with a long one. Each look is a
// process of its own, because its peak of memory is one of the figures.
#pragma once

#include "tests/bench/ledger_bench_support.hpp"

#include <optional>

namespace ppn::bench {

struct verify_figures {
  std::uint64_t entries = 0;
  double hashes = 0;     // leaves a second: one core, libsodium, nothing else
  double hashes_cpu = 0; // and a second of processor time
  double rehash = 0;     // entries a second: ledger_book::rehash
  double rehash_cpu = 0;
  double rehash_peak = 0; // MiB
  double audit = 0;       // the same of the audit of a tile folder
  double audit_cpu = 0;
  double audit_peak = 0;
  double open = 0;        // seconds, all checks included
  double idle_growth = 0; // MiB for 1,000,000 entries
};

verify_figures measure_verifying(const std::string& folder, std::uint64_t entries, int rounds);

// What a child of this program was asked to look at; it prints one line of JSON.
int run_child(const std::string& what, const std::string& folder);

} // namespace ppn::bench
