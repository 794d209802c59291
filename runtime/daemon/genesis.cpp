#include "runtime/daemon/genesis.hpp"

#include "messages/ledger.hpp"
#include "runtime/adapters/admin_key_file.hpp"
#include "runtime/adapters/key_files.hpp"
#include "runtime/adapters/operator_files.hpp"
#include "runtime/adapters/passphrase.hpp"
#include "runtime/adapters/qr_text.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/system_clock.hpp"
#include "runtime/config/config.hpp"
#include "runtime/crypto/key_words.hpp"
#include "runtime/daemon/data_folder.hpp"
#include "runtime/daemon/exit_codes.hpp"
#include "runtime/daemon/founding_file.hpp"
#include "runtime/daemon/machine.hpp"
#include "storage/ledger/founding.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace ppn {

namespace {

using failure = tl::unexpected<daemon_failure>;

constexpr const char* configuration_name = "node.toml";
constexpr const char* founding_name = "founding";
constexpr std::uint16_t transport_port = 9203;
constexpr const char* usual_address = "10.8.0.1"; // the first one of the usual prefix

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "node";
  std::string text(name.data());
  text = text.substr(0, text.find('.'));
  return text.empty() ? "node" : text;
}

// -- the administrator's key -----------------------------------------------------------------------------

result<crypto::secret> passphrase_for(const genesis_options& given, bool is_new) {
  std::string file = given.passphrase_file;
  if (const char* named = std::getenv("PPN_ADMIN_PASSPHRASE_FILE"); file.empty() && named != nullptr)
    file = named;
  if (!file.empty()) return passphrase_of_file(file);
  return is_new ? new_passphrase() : known_passphrase();
}

// To standard error: standard output is the log, which somebody may keep.
void print_recovery_sheet(const std::string& file, const crypto::secret& seed,
                          const crypto::public_key& key) {
  crypto::secret words = crypto::words_of_seed(seed.view());
  std::fprintf(stderr,
               "\nRecovery sheet of the administrator's key, shown this once. Whoever has these %zu words"
               " has the key:\nwrite them down on paper, and keep them away from this machine.\n\n",
               crypto::recovery_words);
  std::fwrite(words.data(), 1, words.size(), stderr);
  std::fprintf(stderr, "\n\n%s\nfile         %s\npublic key   %s\nfingerprint  %s\n\n",
               qr_text(text_of(words.view())).c_str(), file.c_str(), key.hex().c_str(),
               crypto::fingerprint(key).c_str());
}

result<crypto::signing_key> make_first_admin(const genesis_options& given, const std::string& file,
                                             entropy& random) {
  crypto::secret seed(32);
  random.fill(seed.span());
  crypto::secret passphrase;
  if (!given.no_passphrase) {
    auto chosen = passphrase_for(given, true);
    if (!chosen) return fail(chosen.error());
    passphrase = std::move(*chosen);
  }
  auto key = store_admin_key(file, seed, given.no_passphrase ? nullptr : &passphrase, random);
  if (!key) return fail(key.error());
  print_recovery_sheet(file, seed, *key);
  return crypto::signing_key::from_seed(seed.view());
}

result<crypto::signing_key> first_admin(const genesis_options& given, const std::string& data,
                                        entropy& random) {
  const std::string file = given.admin_key.empty() ? data + "/admin.key" : given.admin_key;
  if (!is_there(file)) return make_first_admin(given, file, random);
  return load_admin_key(file, [&] { return passphrase_for(given, false); });
}

// -- the founding ----------------------------------------------------------------------------------------

founding_plan plan_of(const genesis_options& given, const node_keys& keys) {
  founding_member self;
  auto identity = keys.identity();
  self.record.id = identity.public_part();
  self.record.name = given.name;
  self.record.address = given.address;
  self.record.port = transport_port;
  self.keys = {keys.log().public_part(), keys.witness().public_part(), {}};
  self.keys.certificate = identity.sign(certified_keys_text(self.record.id, self.keys));
  founding_plan plan;
  plan.fleet_name = given.fleet;
  if (!given.mesh_prefix.empty()) plan.mesh_prefix = given.mesh_prefix;
  plan.members = {std::move(self)};
  plan.controller = plan.members.front().record.id;
  plan.when_milliseconds = to_milliseconds(system_clock{}.wall().time_since_epoch());
  return plan;
}

result<fleet_founding> found(const genesis_options& given, const data_folder& folder) {
  const std::string file = folder.sub(founding_name);
  if (is_there(file)) return read_founding(file); // an earlier start came this far
  sodium_entropy random;
  auto keys = load_or_create(folder.sub("keys"), random);
  if (!keys) return fail(keys.error());
  auto admin = first_admin(given, folder.path(), random);
  if (!admin) return fail(admin.error());
  auto founded = found_fleet(plan_of(given, *keys), admin->public_part(), random,
                             [&](bytes_view text) { return admin->sign(text); });
  if (!founded) return fail(founded.error());
  const std::string text = founding_text(founded->entries);
  if (status made = create_public_file(file, view_of(text)); !made) return fail(made.error());
  return read_founding(file);
}

// -- the configuration -----------------------------------------------------------------------------------

std::string quoted(const std::string& text) {
  std::string to = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  return to + '"';
}

std::string configuration_text(const genesis_options& given, const data_folder& folder,
                               const std::string& fleet) {
  return "# Made by os-infrastructure --genesis; see --help-config for what else may stand here.\n"
         "[node]\nname = " + quoted(given.name) + "\ndata = " + quoted(folder.path()) +
         "\n\n[fleet]\nfounding = " + quoted(folder.sub(founding_name)) + "\nid = " + quoted(fleet) + '\n';
}

failure failed(const error& what) {
  return what.code == ec::invalid ? fail_with(daemon_exit::usage, what.text) : storage_failure(what);
}

} // namespace

tl::expected<std::string, daemon_failure> make_genesis(const genesis_options& wanted) {
  genesis_options given = wanted;
  if (given.name.empty()) given.name = machine_name();
  if (given.address.empty() && given.mesh_prefix.empty()) given.address = usual_address;
  if (given.address.empty())
    return fail_with(daemon_exit::usage, "with --mesh-prefix, --address has to say which is this node's");
  auto folder = data_folder::open(given.data);
  if (!folder) return storage_failure(folder.error());
  const std::string file = folder->sub(configuration_name);
  if (is_there(file)) return file;
  // Before anything is made: a name that a later start refuses would be in the ledger for ever.
  auto checked = parse_configuration(configuration_text(given, *folder, std::string(32, 'a')), file);
  if (!checked) return failed(checked.error());
  auto founded = found(given, *folder);
  if (!founded) return failed(founded.error());
  const std::string text = configuration_text(given, *folder, founded->fleet.hex());
  if (status made = create_public_file(file, view_of(text)); !made) return failed(made.error());
  std::fprintf(stderr, "os-infrastructure: fleet %s is founded; this node is its controller\n",
               founded->fleet.hex().c_str());
  return file;
}

} // namespace ppn
