// `ppn place` and `ppn capacity`: where a guest would go and how many more fit, by the code of the
// controller, from a state file or from what a node knows of its fleet. They change nothing.
#include "runtime/adapters/operator_files.hpp"
#include "runtime/cli/control_client.hpp"
#include "runtime/cli/placement_report.hpp"
#include "runtime/guest/placement_state.hpp"
#include "runtime/ppn_verbs.hpp"

namespace ppn {

namespace {

struct place_line {
  socket_choice where;
  std::string state;
  std::string spec;
  placement_question question;
  std::map<std::string, std::string> texts; // options by key, empty: not given
  bool prefer_kvm = false;
  bool override_posture = false;
  bool explain = false;
  bool json = false;
};

result<std::string> read_text(const std::string& path, std::size_t most) {
  auto content = read_whole_file(path, most);
  if (!content) return fail(content.error());
  return std::string(content->begin(), content->end());
}

result<placement::pool> load_pool(const place_line& given) {
  if (!given.state.empty()) {
    auto text = read_text(given.state, document_limits::json_octets);
    if (!text) return fail(text.error());
    return load_placement_state(*text, given.state);
  }
  auto path = find_socket(given.where);
  if (!path) return fail(path.error());
  control_endpoint endpoint;
  endpoint.path = *path;
  auto reply = ask_status(endpoint);
  if (!reply) return fail(reply.error());
  return pool_of(reply->view);
}

result<placement_asked> load_request(const place_line& given, const placement::pool& pool) {
  placement_question question = given.question;
  if (!given.spec.empty()) {
    auto text = read_text(given.spec, document_limits::toml_octets);
    if (!text) return fail(text.error());
    question.spec_text = std::move(*text);
    question.spec_file = given.spec;
  }
  for (const auto& [key, text] : given.texts)
    if (!text.empty()) question.options[key] = text;
  if (given.prefer_kvm) question.options["prefer_kvm"] = "true";
  if (given.override_posture) question.options["override_posture"] = "true";
  return placement_request_of(question, pool);
}

int run_place(const place_line& given) {
  auto pool = load_pool(given);
  if (!pool) return report(pool.error());
  auto asked = load_request(given, *pool);
  if (!asked) return report(asked.error());
  placement::explanation told = pool->explain(asked->request);
  std::string output =
      given.json ? place_json(told, given.explain) : place_text(told, given.explain);
  if (told.decided.node) return report(print(output));
  error refused{ec::refused, placement::text_of(told.decided.why)};
  return report(output, "ppn: " + render(refused) + '\n', exit_code(refused.code));
}

int run_capacity(const place_line& given) {
  auto pool = load_pool(given);
  if (!pool) return report(pool.error());
  auto asked = load_request(given, *pool);
  if (!asked) return report(asked.error());
  return report(print(given.json ? capacity_json(*pool, asked->request)
                                 : capacity_text(*pool, asked->request)));
}

void add_request(CLI::App& verb, place_line& to) {
  add_place(verb, to.where);
  verb.add_option("--state", to.state,
                  "a fleet as a file (docs/PLACEMENT.md) instead of a live one");
  verb.add_option("--spec", to.spec, "the guest's specification (docs/GUESTS.md)");
  auto text = [&](const char* option, const char* key, const char* help) {
    verb.add_option(option, to.texts[key], help);
  };
  text("--type", "type", "totebox, mediakit (default), orchestration, privategit");
  text("--ram", "ram", "nominal RAM, like 512MiB");
  text("--vcpus", "vcpus", "virtual CPUs");
  text("--disk", "disk", "like 20GB");
  text("--pool", "pool", "the disk pool (default)");
  text("--tier", "tier", "of a Totebox: vault, relay, iron");
  text("--forward", "forward", "none (default), all or services, separated by commas");
  text("--labels", "labels", "key=value, separated by commas");
  text("--affinity", "affinity", "labels to be beside");
  text("--anti-affinity", "anti_affinity", "labels never to be beside");
  verb.add_flag("--prefer-kvm", to.prefer_kvm, "nodes with KVM first");
  verb.add_flag("--override-posture", to.override_posture, "a Totebox may go to a cloud node");
  verb.add_option("--pin", to.question.pin, "this node or none");
}

} // namespace

void add_place_verbs(CLI::App& app, verb_list& to) {
  auto given = std::make_shared<place_line>();
  CLI::App* place = app.add_subcommand("place", "say where a guest would go, and why");
  place->group("Guests");
  add_request(*place, *given);
  place->add_option("--prefer", given->question.preferred, "this node if it takes the guest");
  place->add_flag("--explain", given->explain, "every node with its rank or its reason");
  place->add_flag("--json", given->json, "one JSON object (schema ppn.place/1)");
  place->footer("Examples:\n  ppn place --ram 512MiB --explain\n"
                "  ppn place --state fleet.json --type totebox --pin laptop-a --json\n");
  to.push_back({place, [given] { return run_place(*given); }, {"ppn.place/1"}});

  auto counted = std::make_shared<place_line>();
  CLI::App* capacity = app.add_subcommand("capacity", "say how many more guests of a size fit");
  capacity->group("Guests");
  add_request(*capacity, *counted);
  capacity->add_flag("--json", counted->json, "one JSON object (schema ppn.capacity/1)");
  capacity->footer("Examples:\n  ppn capacity --ram 512MiB --vcpus 1\n"
                   "  ppn capacity --state fleet.json --ram 4GiB --json\n");
  to.push_back({capacity, [counted] { return run_capacity(*counted); }, {"ppn.capacity/1"}});
}

} // namespace ppn
