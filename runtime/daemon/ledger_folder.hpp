// Where a daemon keeps its ledgers: a folder with the copy of the fleet's ledger, the node's own one,
// snapshots of what they say, and files that people read.
#pragma once

#include "runtime/adapters/file_snapshots.hpp"
#include "runtime/adapters/view_files.hpp"
#include "runtime/ports/ports.hpp"
#include "storage/rocksdb_store.hpp"

namespace ppn {

class ledger_folder {
public:
  // Makes what is missing, except a store of which a cell remembers that it held something: that is
  // ec::integrity, and nothing was made.
  static result<std::unique_ptr<ledger_folder>> open(const std::string& path, const cells& remembered);

  ledger_places& places() { return places_; }

private:
  ledger_folder(std::unique_ptr<store> fleet, std::unique_ptr<store> own,
                std::unique_ptr<snapshots> folds, std::unique_ptr<published_views> views)
      : fleet_(std::move(fleet)), own_(std::move(own)), folds_(std::move(folds)),
        views_(std::move(views)), places_{*fleet_, *own_, *folds_, true, views_.get()} {}

  std::unique_ptr<store> fleet_;
  std::unique_ptr<store> own_;
  std::unique_ptr<snapshots> folds_;
  std::unique_ptr<published_views> views_;
  ledger_places places_;
};

} // namespace ppn
