// The real ledger actor on its own thread, as a daemon runs it: RocksDB, cell files, Ed25519, group
// commit. Writers are actors in a closed loop: each gives its next order when its answer came.
#pragma once

#include "messages/replication.hpp"
#include "tests/bench/ledger_bench_support.hpp"

namespace ppn::bench {

// Orders whose entries have about `entry_octets`; no two of a series, and of two series, are the
// same.
class order_maker {
public:
  explicit order_maker(std::uint64_t series);
  submitted_order next();
  std::size_t entry_size() const { return entry_size_; }

private:
  bytes octets_;
  std::size_t id_at_ = 0;
  std::size_t entry_size_ = 0;
  std::uint64_t number_ = 0;
};

class ledger_under_load {
public:
  explicit ledger_under_load(const std::string& folder);
  ~ledger_under_load();

  // One round of this length with so many writers.
  void measure(series& into, std::size_t writers, double length);
  // Ends it, opens it anew with every check, and gives up unless each answer kept its word.
  void check();

private:
  struct running;

  std::string folder_;
  std::unique_ptr<running> running_;
  std::uint64_t answered_ = 0;
};

} // namespace ppn::bench
