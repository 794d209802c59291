// A node's own ledger in a folder, opened by the product's code.
#pragma once

#include "actors/ledger_core.hpp"
#include "runtime/adapters/ed25519_signer.hpp"
#include "runtime/adapters/file_cells.hpp"
#include "storage/ledger/writer.hpp"
#include "storage/rocksdb_store.hpp"
#include "tests/bench/ledger_bench_disk.hpp"

namespace ppn::bench {

inline constexpr const char* origin = "ppn/bench";

ed25519_signer make_signer();
log_key make_log_key();

struct ledger_place {
  explicit ledger_place(const std::string& folder);

  std::unique_ptr<rocksdb_store> entries;
  std::unique_ptr<file_cells> durable;
  std::shared_ptr<ledger_book> book;
};

ledger_setup own_ledger();
std::shared_ptr<ledger_core> make_core(const ledger_place& place, signer& keys);

// A signed commit of one entry at a time, without the actor and its queue.
durable_write commit_to_book(const std::string& folder);

} // namespace ppn::bench
