// `ppn node`: what an administrator orders about members.
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/cli/admin_orders.hpp"
#include "runtime/ppn_verbs.hpp"

namespace ppn {

namespace {

struct node_line {
  socket_choice where;
  admin_key_choice key;
  bool json = false;
  bool dry_run = false;
  node_revoke_options revoke;
  node_posture_options trust;
  std::string trust_text;
};

using ordering_verb = std::function<status(const admin_order_world& world)>;

int run_order(const node_line& line, const ordering_verb& verb) {
  auto admin = load_chosen_key(line.key);
  if (!admin) return report(admin.error());
  return run_with_daemon(line.where, [&](control_channel& daemon) -> status {
    sodium_entropy random;
    standard_output output;
    status done = verb({daemon, *admin, random, output, line.json, line.dry_run});
    return done ? output.finish() : done;
  });
}

void add_options(CLI::App& verb, node_line& line, std::string& name, std::string& reason) {
  verb.add_option("NAME", name, "name of the member, or its key in hex")->required();
  verb.add_option("--reason", reason, "why; it stays in the ledger");
  verb.add_flag("--json", line.json, "one JSON object (schema ppn.order/1)");
  verb.add_flag("--dry-run", line.dry_run, "look, say what would be entered, enter nothing");
  add_admin_key(verb, line.key);
  add_place(verb, line.where);
}

} // namespace

void add_node_verbs(CLI::App& app, verb_list& to) {
  CLI::App* node = app.add_subcommand("node", "revoke a member, set its posture");
  node->group("Administration");
  node->require_subcommand(1);

  auto line = std::make_shared<node_line>();
  CLI::App* revoke = node->add_subcommand(
    "revoke", "take a member out: every node drops it, and it returns by a new ceremony only");
  add_options(*revoke, *line, line->revoke.name, line->revoke.reason);
  revoke->footer("Example:\n  ppn node revoke laptop-c --reason \"stolen\" --admin-key admin.key\n");
  to.push_back({revoke, [line] {
                  return run_order(*line, [&](const admin_order_world& world) {
                    return revoke_node(line->revoke, world);
                  });
                },
                {"ppn.order/1", verb_effect::changes}});

  auto trusted = std::make_shared<node_line>();
  CLI::App* trust = node->add_subcommand("posture", "say how far a member's machine is trusted");
  add_options(*trust, *trusted, trusted->trust.name, trusted->trust.reason);
  trust->add_option("POSTURE", trusted->trust_text, "onprem, leased or cloud")
    ->required()
    ->check(CLI::IsMember({"onprem", "leased", "cloud"}));
  trust->footer("Example:\n  ppn node posture vps-1 leased --reason \"it is hired\"\n");
  to.push_back({trust, [trusted] {
                  trusted->trust.trust = *posture_from(trusted->trust_text);
                  return run_order(*trusted, [&](const admin_order_world& world) {
                    return set_posture(trusted->trust, world);
                  });
                },
                {"ppn.order/1", verb_effect::changes}});
}

} // namespace ppn
