#include "runtime/daemon/join.hpp"

#include "runtime/adapters/file_cells.hpp"
#include "runtime/adapters/key_files.hpp"
#include "runtime/adapters/operator_files.hpp"
#include "runtime/adapters/qr_text.hpp"
#include "runtime/daemon/data_folder.hpp"
#include "runtime/daemon/exit_codes.hpp"
#include "runtime/daemon/founding_file.hpp"
#include "runtime/daemon/machine.hpp"
#include "runtime/daemon/pairing_session.hpp"
#include "storage/ledger/enrolment.hpp"
#include "storage/ledger/founding.hpp"

#include <cstdio>
#include <unistd.h>

namespace ppn {

namespace {

constexpr const char* configuration_name = "node.toml";
constexpr const char* enrolment_name = "founding";

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

result<std::string> configuration_text(const data_folder& folder, const enrolment& told) {
  auto fleet = fleet_of(told.founding.front());
  if (!fleet) return fail(fleet.error());
  return "# Made by os-infrastructure --join; see --help-config for what else may stand here.\n"
         "[node]\nname = \"" + told.self.name + "\"\ndata = \"" + folder.path() +
         "\"\n\n[fleet]\nfounding = \"" + folder.sub(enrolment_name) + "\"\nid = \"" + fleet->hex() +
         "\"\n";
}

// The fleet's word about this node, kept before it is answered.
status keep_enrolment(const data_folder& folder, const node_keys& keys, const bytes& record) {
  auto told = parse_enrolment(text_of(record));
  if (!told) return fail(told.error());
  if (told->self.id != keys.identity().public_part())
    return fail(ec::unauthentic, "the fleet enrolled another key than this node's");
  auto text = configuration_text(folder, *told);
  if (!text) return fail(text.error());
  const std::string file = folder.sub(enrolment_name);
  if (status made = create_public_file(file, record); !made) return made;
  if (auto read = read_founding(file); !read) return fail(read.error());
  return create_public_file(folder.sub(configuration_name), view_of(*text));
}

bytes answer_of(const node_keys& keys) {
  member_keys others{keys.log().public_part(), keys.witness().public_part(), {}};
  auto identity = keys.identity();
  others.certificate = identity.sign(certified_keys_text(identity.public_part(), others));
  const std::string text = member_keys_text(others);
  return bytes(text.begin(), text.end());
}

void show_code(const pairing_event& what) {
  std::fprintf(stderr,
               "\n    %s\n\n%sType this code where the fleet is administered, within 10 minutes:\n"
               "  ppn pair approve %s@ADDRESS-OF-THIS-MACHINE --name NAME\n",
               what.text.c_str(), qr_text(what.text).c_str(), what.text.c_str());
}

result<void> hold_ceremony(const join_options& given, const data_folder& folder, const node_keys& keys) {
  sodium_entropy random;
  crypto::secret tunnel(32);
  random.fill(tunnel.span());
  pairing_options options;
  options.self = {crypto::ceremony_role::node, keys.identity().public_part(),
                  crypto::exchange_key::from_seed(tunnel.view()).public_part()};
  options.at = {given.listen.empty() ? "0.0.0.0" : given.listen, pairing_port};
  options.from_address = given.from;
  if (!given.code.empty()) {
    auto typed = parse_code_at(given.code);
    if (!typed) return fail(typed.error());
    options.typed = typed->code;
    options.at = typed->at;
  }
  auto durable = file_cells::open(folder.sub("cells"));
  if (!durable) return fail(durable.error());
  auto session = pairing_session::start(options, **durable);
  if (!session) return fail(session.error());
  for (;;) {
    auto what = (*session)->wait(milliseconds{1'000});
    if (!what) continue;
    switch (what->what) {
    case pairing_event::kind::open: show_code(*what); break;
    case pairing_event::kind::attempt:
      std::fprintf(stderr, "os-infrastructure: an attempt from %s failed: %s\n", what->from.c_str(),
                   what->text.c_str());
      break;
    case pairing_event::kind::compare:
      if (confirm_letters(what->text, what->from))
        (*session)->confirm({});
      else
        (*session)->refuse();
      break;
    case pairing_event::kind::record:
      if (status kept = keep_enrolment(folder, keys, what->record); !kept) return kept;
      (*session)->confirm(answer_of(keys));
      break;
    case pairing_event::kind::ended:
      if (what->good) return {};
      return fail(ec::refused, "this node was not let in: " + what->text);
    }
  }
}

} // namespace

tl::expected<std::string, daemon_failure> make_join(const join_options& given) {
  auto folder = data_folder::open(given.data);
  if (!folder) return storage_failure(folder.error());
  const std::string file = folder->sub(configuration_name);
  if (is_there(file)) return file;
  if (is_there(folder->sub(enrolment_name)))
    return fail_with(daemon_exit::data_folder,
                     folder->sub(enrolment_name) + " is of a genesis or of a join that did not end: give"
                                                   " another data folder, or remove it");
  sodium_entropy random;
  auto keys = load_or_create(folder->sub("keys"), random);
  if (!keys) return storage_failure(keys.error());
  if (status held = hold_ceremony(given, *folder, *keys); !held) {
    if (held.error().code == ec::invalid) return fail_with(daemon_exit::usage, held.error().text);
    return fail_with(daemon_exit::identity, held.error().text);
  }
  std::fprintf(stderr, "os-infrastructure: this node is let in\n");
  return file;
}

} // namespace ppn
