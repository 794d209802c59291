#include "runtime/daemon/ledger_folder.hpp"

#include "actors/ledger_opening.hpp"

namespace ppn {

namespace {

// What the cell holds of the size stands in its first octets; the book reads all of it later.
std::string remembered_size(bytes_view cell) {
  auto head = decode_book_head(cell);
  return head ? std::to_string(head->size) + " entries" : "entries";
}

result<std::unique_ptr<store>> open_store(const std::string& folder, const char* cell_name,
                                          const cells& remembered,
                                          const std::shared_ptr<rocksdb::Cache>& cache) {
  auto cell = remembered.get(cell_name);
  if (!cell) return fail(cell.error());
  rocksdb_store_options options;
  options.folder = folder;
  options.create = cell->version == 0;
  options.block_cache = cache;
  auto opened = rocksdb_store::open(options);
  if (opened) return std::unique_ptr<store>(std::move(*opened));
  if (opened.error().code != ec::not_found || options.create) return fail(opened.error());
  return fail(ec::integrity,
              "The ledger in " + folder + " is gone, but this node has acknowledged " +
                remembered_size(cell->value) + " of it. Nothing was changed. Restore this ledger" +
                " from another member's verified copy: ppn ledger restore --from NODE.");
}

} // namespace

result<std::unique_ptr<ledger_folder>> ledger_folder::open(const std::string& path,
                                                           const cells& remembered) {
  auto folder = open_private_folder(path, folder_lock::none);
  if (!folder) return fail(folder.error());
  auto cache = make_block_cache();
  auto fleet = open_store(path + "/fleet", fleet_ledger_cell, remembered, cache);
  if (!fleet) return fail(fleet.error());
  auto own = open_store(path + "/own", own_ledger_cell, remembered, cache);
  if (!own) return fail(own.error());
  auto folds = file_snapshots::open(path + "/folds");
  if (!folds) return fail(folds.error());
  auto views = view_files::open(path + "/views");
  if (!views) return fail(views.error());
  return std::unique_ptr<ledger_folder>(new ledger_folder(std::move(*fleet), std::move(*own),
                                                          std::move(*folds), std::move(*views)));
}

} // namespace ppn
