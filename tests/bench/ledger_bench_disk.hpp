// What a durable entry costs at least, and what it costs elsewhere: one writer, one entry at a
// time, each synced before the next.
#pragma once

#include "tests/bench/ledger_bench_support.hpp"

namespace ppn::bench {

// Writes one entry of `entry_octets` and has it on the disk when it returns.
using durable_write = std::function<void()>;

// Append to a file, fdatasync.
durable_write append_to_file(const std::string& path);
// RocksDB as it comes, sync = true.
durable_write put_to_rocksdb(const std::string& path);
// The same, and a file of two preallocated slots of 8 KiB that is overwritten and synced: what a
// log that shall notice its own loss has to do for each commit.
durable_write put_and_cell(const std::string& path);
// SQLite, journal_mode=WAL, synchronous=FULL, one transaction for each row.
durable_write insert_into_sqlite(const std::string& path);

// One round of this length.
void measure(series& into, const durable_write& write, double length);

} // namespace ppn::bench
