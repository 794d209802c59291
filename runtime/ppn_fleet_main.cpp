// `ppn fleet found`: an administrator's verb, which asks no daemon.
#include "runtime/adapters/admin_key_file.hpp"
#include "runtime/adapters/operator_files.hpp"
#include "runtime/adapters/passphrase.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/system_clock.hpp"
#include "runtime/cli/fleet_found.hpp"
#include "runtime/ppn_verbs.hpp"

namespace ppn {

namespace {

// The public keys that a node prints of itself.
constexpr std::size_t keys_file_octets_max = 64 * 1024;

int run_found(const fleet_found_options& given) {
  sodium_entropy random;
  const fleet_found_answer answer = make_founding(
    given, {random, system_clock{}.wall(),
            [](const std::string& file) { return load_admin_key(file, known_passphrase); },
            [](const std::string& path) { return read_whole_file(path, keys_file_octets_max); },
            create_public_file});
  return report(answer.output, answer.problem, answer.exit);
}

void add_found(CLI::App& fleet, verb_list& to) {
  auto given = std::make_shared<fleet_found_options>();
  CLI::App* found = fleet.add_subcommand("found", "make the founding of a fleet: its first entries");
  found->add_option("--name", given->name, "name of the fleet")->required();
  found->add_option("--admin-key", given->admin_key, "file of ppn admin keygen")->required();
  found->add_option("--controller", given->controller, "name of the member that writes")->required();
  found->add_option("--member", given->members,
                    "NAME=KEYS_JSON_FILE@ADDRESS[:PORT][,posture=onprem|leased|cloud]"
                    "[,kind=node|operator][,reserved][,label=TEXT]; may be given again")
    ->required();
  found->add_option("--policy", given->policy, "when an entry counts: local, one or majority (one)");
  found->add_option("--witness", given->witnesses,
                    "name of a member that cosigns; may be given again; else the first nodes");
  found->add_option("--mesh-prefix", given->mesh_prefix, "addresses of the mesh (10.8.0.0/24)");
  found->add_option("--out", given->out, "the file to make, the same for every member")->required();
  found->add_flag("--json", given->json, "one JSON object (schema ppn.fleet-found/1)");
  found->footer("Example:\n  ppn fleet found --name home --admin-key admin.key --controller laptop-a"
                " --member laptop-a=a.keys@10.8.0.1 --out founding\n");
  to.push_back({found, [given] { return run_found(*given); }, {"ppn.fleet-found/1", verb_effect::files}});
}

} // namespace

void add_fleet_verbs(CLI::App& app, verb_list& to) {
  CLI::App* fleet = app.add_subcommand("fleet", "found a fleet");
  fleet->group("Administration");
  fleet->require_subcommand(1);
  add_found(*fleet, to);
}

} // namespace ppn
