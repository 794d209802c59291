#include "runtime/daemon/machine.hpp"

#include "runtime/daemon/exit_codes.hpp"

namespace ppn {

namespace {

// A node is its key: whatever is called by its name, it is a member only with that.
tl::expected<void, daemon_failure> check_identity(const operator_word& word, const node_id& identity) {
  std::string key = "this node's key is " + identity.hex();
  if (word.founding) {
    if (word.founding->members->find(identity) != nullptr) return {};
    if (word.founding->enrolled && word.founding->enrolled->id == identity) return {};
    return fail_with(daemon_exit::identity,
                     key + ", and no member in " + word.settings.founding + " has it");
  }
  const member_record& self = word.settings.self();
  if (identity == self.id) return {};
  return fail_with(daemon_exit::identity,
                   key + ", but [[member]] '" + self.name + "' names " + self.id.hex());
}

} // namespace

tl::unexpected<daemon_failure> fail_with(int code, std::string text) {
  return tl::unexpected<daemon_failure>({code, std::move(text)});
}

tl::unexpected<daemon_failure> storage_failure(const error& what) {
  return fail_with(daemon_exit::of_storage(what.code), what.text);
}

tl::unexpected<daemon_failure> ledger_failure(const error& what) {
  int code = daemon_exit::of_storage(what.code);
  if (code == daemon_exit::data_folder && what.code != ec::io_failed) code = daemon_exit::identity;
  return fail_with(code, what.text);
}

tl::expected<operator_word, daemon_failure> hear_operator(const std::string& file) {
  auto settings = read_configuration(file);
  if (!settings) return fail_with(daemon_exit::configuration, settings.error().text);
  operator_word word{std::move(*settings), std::nullopt};
  if (!word.settings.has_ledger()) return word;
  auto founding = read_founding(word.settings.founding);
  if (!founding) return fail_with(daemon_exit::configuration, founding.error().text);
  const fleet_id& named = word.settings.members.fleet;
  if (named != fleet_id{} && named != founding->fleet)
    return fail_with(daemon_exit::configuration, word.settings.founding + ": this founds fleet " +
                                                   founding->fleet.hex() + ", but fleet.id is " +
                                                   named.hex());
  word.founding = std::move(*founding);
  return word;
}

tl::expected<machine, daemon_failure> open_machine(const operator_word& word, entropy& random) {
  const configuration& settings = word.settings;
  auto folder = data_folder::open(settings.node.data);
  if (!folder) return storage_failure(folder.error());
  auto keys = load_or_create(folder->sub("keys"), random);
  if (!keys) return storage_failure(keys.error());
  if (auto known = check_identity(word, keys->identity().public_part()); !known)
    return tl::unexpected<daemon_failure>(known.error());
  auto durable = file_cells::open(folder->sub("cells"));
  if (!durable) return storage_failure(durable.error());
  machine owned{std::move(*folder), std::move(*keys), std::move(*durable), nullptr, nullptr};
  if (word.founding) {
    auto ledgers = ledger_folder::open(owned.folder.sub("ledger"), *owned.durable);
    if (!ledgers) return ledger_failure(ledgers.error());
    owned.ledgers = std::move(*ledgers);
  }
  procfs_options host_options;
  for (const disk_folder& disk : settings.pool.disks)
    host_options.pools.push_back({disk.name, disk.path});
  // Guests lie beside the node's own data where the operator names no other place.
  if (host_options.pools.empty())
    host_options.pools.push_back({"default", word.settings.node.data});
  auto host = procfs_host::open(std::move(host_options));
  if (!host) return storage_failure(host.error());
  owned.host = std::move(*host);
  return owned;
}

} // namespace ppn
