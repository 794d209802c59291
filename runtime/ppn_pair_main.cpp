// `ppn pair`: the administering side of a join ceremony. It lives as long as this command: the code, the
// open port and every secret are gone when it ends.
#include "runtime/adapters/file_cells.hpp"
#include "runtime/adapters/qr_text.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/text_file.hpp"
#include "runtime/cli/admin_orders.hpp"
#include "runtime/daemon/pairing_session.hpp"
#include "runtime/ppn_verbs.hpp"
#include "storage/ledger/enrolment.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace ppn {

namespace {

constexpr std::uint16_t transport_port = 9203;
constexpr int order_tries = 3;

struct pair_line {
  socket_choice where;
  admin_key_choice key;
  std::string typed; // CODE@ADDRESS; empty: a code is shown
  std::string name;
  std::string address; // on the mesh; empty: the next free one
  std::string trust = "onprem";
  std::string kind = "node";
  std::string listen;
  std::string from;
  std::string reason;
  bool json = false;
  bool dry_run = false;
};

// -- what the node will be -------------------------------------------------------------------------------

// The first address of the prefix that no member has; of IPv4 prefixes.
result<std::string> next_address(const fleet_state& state) {
  const std::string& prefix = state.mesh_prefix;
  const std::size_t dot = prefix.rfind('.');
  const std::size_t slash = prefix.find('/');
  if (dot == prefix.npos || slash == prefix.npos || slash < dot)
    return fail(ec::unsupported, "give --address: the mesh " + prefix + " is none of IPv4");
  for (int last = 1; last < 255; ++last) {
    std::string address = prefix.substr(0, dot + 1) + std::to_string(last);
    bool taken = std::any_of(state.members.begin(), state.members.end(), [&](const auto& each) {
      return each.second.record.address == address;
    });
    if (!taken) return address;
  }
  return fail(ec::no_space, "no address of " + prefix + " is free: give --address");
}

// The first entries of the ledger, as few as name a controller.
result<std::vector<bytes>> founding_of(control_channel& daemon, const seen_fleet& seen) {
  auto read = daemon.ask<ledger_read_reply>(ledger_read_request{ledger_choice::fleet, 0, 64});
  if (!read) return fail(read.error());
  fleet_fold fold(seen.fleet, crypto::verify);
  std::vector<bytes> founding;
  for (bytes& entry : read->entries) {
    fold.apply(entry);
    founding.push_back(std::move(entry));
    if (fold.members()) return founding;
  }
  return fail(ec::integrity, "the first entries of this ledger name no controller");
}

result<enrolment> plan(control_channel& daemon, const seen_fleet& seen, const pair_line& line) {
  auto fold = fold_ledger(daemon, seen);
  if (!fold) return fail(fold.error());
  auto founding = founding_of(daemon, seen);
  if (!founding) return fail(founding.error());
  enrolment out;
  out.founding = std::move(*founding);
  out.self.name = line.name;
  out.self.port = transport_port;
  out.self.trust = *posture_from(line.trust);
  out.self.kind = line.kind == "node" ? member_kind::node : member_kind::operator_station;
  out.self.address = line.address;
  if (out.self.address.empty()) {
    auto free = next_address(fold->state());
    if (!free) return fail(free.error());
    out.self.address = *free;
  }
  for (const auto& [id, member] : fold->state().members)
    if (member.record.name == line.name || member.record.address == out.self.address)
      return fail(ec::exists, "a member is called '" + line.name + "' already, or has the address " +
                                out.self.address);
  return out;
}

// -- the ceremony ----------------------------------------------------------------------------------------

result<std::string> guesses_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  std::string folder;
  if (state != nullptr && *state == '/') folder = std::string(state) + "/ppn";
  else if (home != nullptr && *home == '/') folder = std::string(home) + "/.local/state/ppn";
  else return fail(ec::invalid, "neither XDG_STATE_HOME nor HOME names a folder to count guesses in");
  if (status made = make_private_folders(folder); !made) return fail(made.error());
  return folder + "/guesses";
}

result<pairing_options> options_of(const pair_line& line, const signing_public& admin) {
  sodium_entropy random;
  crypto::secret tunnel(32);
  random.fill(tunnel.span());
  pairing_options options;
  options.self = {crypto::ceremony_role::fleet, admin,
                  crypto::exchange_key::from_seed(tunnel.view()).public_part()};
  options.at = {line.listen.empty() ? "0.0.0.0" : line.listen, pairing_port};
  options.from_address = line.from;
  if (line.typed.empty()) return options;
  auto typed = parse_code_at(line.typed);
  if (!typed) return fail(typed.error());
  options.typed = typed->code;
  options.at = typed->at;
  return options;
}

void show_code(const pairing_event& what) {
  std::fprintf(stderr,
               "\n    %s\n\n%sOn the node that joins, within 10 minutes:\n"
               "  os-infrastructure --join %s@ADDRESS-OF-THIS-MACHINE\n",
               what.text.c_str(), qr_text(what.text).c_str(), what.text.c_str());
}

struct let_in {
  node_id id;
  bytes answer;
};

// Until the node has answered, or nobody can come any more.
result<let_in> hold_ceremony(pairing_session& session, enrolment told, int signals) {
  let_in out;
  for (;;) {
    if (is_stopped_within(signals, 0)) return fail(ec::stopping, "interrupted: nobody was let in");
    auto what = session.wait(milliseconds{200});
    if (!what) continue;
    switch (what->what) {
    case pairing_event::kind::open: show_code(*what); break;
    case pairing_event::kind::attempt:
      std::fprintf(stderr, "ppn: an attempt from %s failed: %s%s\n", what->from.c_str(),
                   what->text.c_str(), what->good ? "; the code is burned" : "");
      break;
    case pairing_event::kind::compare: {
      if (what->peer.role != crypto::ceremony_role::node || !confirm_letters(what->text, what->from)) {
        session.refuse();
        break;
      }
      out.id = told.self.id = what->peer.identity;
      const std::string text = enrolment_text(told);
      session.confirm(bytes(text.begin(), text.end()));
      break;
    }
    case pairing_event::kind::record: out.answer = std::move(what->record); break;
    case pairing_event::kind::ended:
      if (what->good) return out;
      return fail(ec::refused, "nobody was let in: " + what->text);
    }
  }
}

// -- the entry -------------------------------------------------------------------------------------------

result<entry_fact> fact_of(const enrolment& told, const let_in& node) {
  auto keys = parse_member_keys(text_of(node.answer));
  if (!keys) return fail(keys.error());
  if (!crypto::verify(node.id, certified_keys_text(node.id, *keys), keys->certificate))
    return fail(ec::unauthentic, "the node did not sign its own keys");
  fact::member_added added{told.self, *keys};
  added.record.id = node.id;
  return added;
}

result<let_in> run_ceremony(const pair_line& line, const enrolment& told, const signing_public& admin) {
  auto options = options_of(line, admin);
  if (!options) return fail(options.error());
  auto folder = guesses_folder();
  if (!folder) return fail(folder.error());
  auto durable = file_cells::open(*folder);
  if (!durable) return fail(durable.error());
  int signals = stop_signals();
  if (signals < 0) return fail(ec::internal, "cannot wait for signals");
  auto session = pairing_session::start(*options, **durable);
  if (!session) return fail(session.error());
  return hold_ceremony(**session, told, signals);
}

status enter(control_channel& daemon, const pair_line& line, const entry_fact& added,
             const crypto::signing_key& admin) {
  sodium_entropy random;
  for (int tries = 1;; ++tries) {
    auto done = give_orders(daemon, {{added, line.reason}}, admin, random);
    if (done) return print(entered_text(*done, "member-added", line.json));
    if (tries == order_tries || (done.error().code != ec::stale && done.error().code != ec::busy))
      return fail(done.error());
  }
}

// The daemon is asked before and after: a ceremony may last longer than it keeps an idle connection.
int run_pair(const pair_line& line) {
  auto admin = load_chosen_key(line.key);
  if (!admin) return report(admin.error());
  std::optional<enrolment> told;
  int code = run_with_daemon(line.where, [&](control_channel& daemon) -> status {
    auto seen = see_fleet(daemon);
    if (!seen) return fail(seen.error());
    auto planned = plan(daemon, *seen, line);
    if (!planned) return fail(planned.error());
    told = std::move(*planned);
    return {};
  });
  if (code != 0) return code;
  if (line.dry_run)
    return report(print(not_entered_text(fact::member_added{told->self, {}}, line.json)));
  auto node = run_ceremony(line, *told, admin->public_part());
  if (!node) return report(node.error());
  auto added = fact_of(*told, *node);
  if (!added) return report(added.error());
  return run_with_daemon(line.where, [&](control_channel& daemon) {
    return enter(daemon, line, *added, *admin);
  });
}

void add_options(CLI::App& verb, pair_line& line) {
  verb.add_option("--name", line.name, "name of the node that joins")->required();
  verb.add_option("--address", line.address, "its address on the mesh; else the next free one");
  verb.add_option("--posture", line.trust, "how far its machine is trusted")
    ->check(CLI::IsMember({"onprem", "leased", "cloud"}));
  verb.add_option("--kind", line.kind, "operator: a workstation that hosts nothing")
    ->check(CLI::IsMember({"node", "operator"}));
  verb.add_option("--reason", line.reason, "why; it stays in the ledger");
  verb.add_flag("--json", line.json, "one JSON object (schema ppn.order/1)");
  verb.add_flag("--dry-run", line.dry_run, "look, say what would be entered, open and enter nothing");
  add_admin_key(verb, line.key);
  add_place(verb, line.where);
}

} // namespace

void add_pair_verbs(CLI::App& app, verb_list& to) {
  CLI::App* pair = app.add_subcommand("pair", "let a node into the fleet by a code and a look");
  pair->group("Administration");
  pair->require_subcommand(1);

  auto shown = std::make_shared<pair_line>();
  CLI::App* open = pair->add_subcommand("open", "show a code for a node that is started with --join CODE");
  add_options(*open, *shown);
  open->add_option("--listen", shown->listen, "address to be reached at (every one)");
  open->add_option("--from", shown->from, "who may try: ADDRESS or PREFIX/BITS");
  open->footer("Example:\n  ppn pair open --name laptop-b --from 192.168.1.0/24\n");
  to.push_back({open, [shown] { return run_pair(*shown); }, {"ppn.order/1", verb_effect::changes}});

  auto typed = std::make_shared<pair_line>();
  CLI::App* approve = pair->add_subcommand("approve", "use the code that a node with --join shows");
  approve->add_option("CODE", typed->typed, "CODE@ADDRESS as the node's screen says")->required();
  add_options(*approve, *typed);
  approve->footer("Example:\n  ppn pair approve TC6D-CT5N@192.168.1.7 --name laptop-c\n");
  to.push_back({approve, [typed] { return run_pair(*typed); }, {"ppn.order/1", verb_effect::changes}});
}

} // namespace ppn
