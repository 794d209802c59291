#include "actors/ledger_opening.hpp"

#include "messages/base/limits.hpp"

namespace ppn {

namespace {

constexpr std::string_view snapshot_name = "fleet-fold";
constexpr std::size_t snapshot_header = 8 + digest::size;

verify_signature verify_by(signer& keys) {
  return [&keys](const signing_public& by, bytes_view message, const signature& sig) {
    return keys.verify(by, message, sig);
  };
}

result<std::shared_ptr<ledger_book>> open_book(store& entries, cells& durable,
                                               std::string cell_name, std::vector<std::string>& remarks,
                                               std::uint64_t& looked_at) {
  auto book = ledger_book::open({entries, durable, std::move(cell_name)}, remarks);
  if (!book) return fail(book.error());
  auto looked = book->rehash(0, limits::rehash_at_open_octets);
  if (!looked) return fail(looked.error());
  looked_at = *looked;
  return std::make_shared<ledger_book>(std::move(*book));
}

// A snapshot of exactly this ledger's past, or nothing.
std::optional<fleet_fold> fold_of(bytes_view snapshot, const ledger_book& book,
                                  const fleet_id& fleet, const verify_signature& verify) {
  if (snapshot.size() < snapshot_header) return std::nullopt;
  std::uint64_t size = load_be64(snapshot.data());
  if (size > book.size()) return std::nullopt;
  auto root = book.tree().root_at(size);
  if (!root || root->view().size() != digest::size ||
      *root != *digest::from(snapshot.subspan(8, digest::size)))
    return std::nullopt;
  auto fold = fleet_fold::restore(snapshot.subspan(snapshot_header), fleet, verify);
  if (!fold || fold->size() != size) return std::nullopt;
  return std::move(*fold);
}

result<fleet_fold> fold_book(const ledger_book& book, const fleet_id& fleet,
                             const verify_signature& verify, const snapshots& folds) {
  std::optional<fleet_fold> fold;
  auto loaded = folds.load(snapshot_name, [&](bytes_view data) {
    fold = fold_of(data, book, fleet, verify);
    return fold.has_value();
  });
  if (!loaded || !fold) fold.emplace(fleet, verify);
  auto read = book.entries().iterate(fold->size(), book.size(), [&](std::uint64_t, bytes_view e) {
    fold->apply(e);
    return true;
  });
  if (!read) return fail(read.error());
  return std::move(*fold);
}

result<membership_ptr> founded_members(const fleet_id& fleet, const std::vector<bytes>& founding,
                                       const verify_signature& verify) {
  fleet_fold fold(fleet, verify);
  for (const bytes& entry : founding) fold.apply(entry);
  if (!fold.findings.empty())
    return fail(ec::invalid, "the fleet's founding does not hold: entry " +
                               std::to_string(fold.findings.front().index) + ": " +
                               fold.findings.front().reason.text);
  auto members = fold.members();
  if (!members) return fail(ec::invalid, "the fleet's founding names no controller");
  return members;
}

// One data folder never changes its fleet, whatever the configuration says.
status check_belongs(const ledger_book& book, const std::vector<bytes>& founding) {
  if (book.size() == 0) return {};
  auto first = book.entries().read(0);
  if (!first) return fail(first.error());
  if (*first == founding.front()) return {};
  return fail(ec::integrity, "The ledger in this data folder does not begin with this founding: it is of"
                             " another fleet. Nothing was changed. Give the founding of that fleet, or"
                             " another data folder.");
}

} // namespace

std::string fleet_origin(const fleet_id& fleet) { return "ppn/" + fleet.hex(); }

std::string node_origin(const fleet_id& fleet, const node_id& node) {
  return fleet_origin(fleet) + "/node/" + node.hex();
}

result<opened_ledgers> open_ledgers(const node_id& self, const fleet_id& fleet,
                                    const std::vector<bytes>& founding, const ports& world) {
  opened_ledgers out;
  auto verify = verify_by(world.keys);
  auto founded = founded_members(fleet, founding, verify);
  if (!founded) return fail(founded.error());
  std::uint64_t fleet_looked = 0;
  auto book =
    open_book(world.ledgers->fleet, world.durable, fleet_ledger_cell, out.remarks, fleet_looked);
  if (!book) return fail(book.error());
  if (status belongs = check_belongs(**book, founding); !belongs) return fail(belongs.error());
  auto fold = fold_book(**book, fleet, verify, world.ledgers->folds);
  if (!fold) return fail(fold.error());
  std::uint64_t own_looked = 0;
  auto own = open_book(world.ledgers->own, world.durable, own_ledger_cell, out.remarks, own_looked);
  if (!own) return fail(own.error());
  auto folded = fold->members();
  out.members = folded ? folded : *founded;
  bool threads = world.ledgers->own_threads;
  ledger_setup of_fleet{self, fleet_origin(fleet), true, founding,
                        (*founded)->controller == self, fleet_looked};
  ledger_setup of_node{self, node_origin(fleet, self), false, {}, false, own_looked};
  out.fleet = {of_fleet,
               std::make_shared<ledger_core>(of_fleet, *book, std::move(*fold), world.keys,
                                             world.durable),
               threads};
  out.own = {of_node,
             std::make_shared<ledger_core>(of_node, *own, fleet_fold(fleet, verify), world.keys,
                                           world.durable),
             threads};
  return out;
}

status save_fold(snapshots& to, const ledger_core& core) {
  bytes data(8);
  store_be64(data.data(), core.fold().size());
  auto root = core.book().tree().root_at(core.fold().size());
  if (!root) return fail(root.error());
  append(data, root->view());
  append(data, core.fold().snapshot());
  return to.save(snapshot_name, data);
}

} // namespace ppn
