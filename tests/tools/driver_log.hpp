// The log that a driver keeps in a folder: a store on RocksDB, cells beside it, a book over both,
// and commits under the log's own key. All of it is the product's own; here are only requests and
// answers.
#pragma once

#include "tests/tools/driver_request.hpp"

#include "runtime/adapters/file_cells.hpp"
#include "storage/ledger/writer.hpp"
#include "storage/rocksdb_store.hpp"

#include <memory>

namespace ppn::driver {

class kept_log {
public:
  // Each answers one op; see ledger_driver.cpp.
  answer make(const json& request);
  answer append(const json& request);
  answer checkpoint(const json& request);
  answer prove(const json& request) const;
  answer prove_consistency(const json& request) const;
  answer proof_file(const json& request) const;
  answer write_tiles(const json& request) const;
  answer reopen(const json& request);

private:
  struct opened {
    std::unique_ptr<store> entries;
    std::unique_ptr<cells> durable;
    std::unique_ptr<ledger_book> book;
  };
  struct place {
    std::string folder;
    log_key key;
  };

  static result<opened> open(const std::string& folder, bool create);
  status check_open() const;
  result<json> commit(std::vector<bytes> entries);
  answer append_numbered(const json& request);

  std::optional<place> place_;
  std::optional<opened> log_; // none before the first `make`, and after a reopen that failed
};

} // namespace ppn::driver
