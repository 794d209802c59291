// The verbs about the verbs: help, manual pages, completion, explanations. The command line's own parser is
// asked what it takes, so that no second list can differ from it.
#include "runtime/cli/control_client.hpp"
#include "runtime/cli/explain.hpp"
#include "runtime/cli/text_table.hpp"
#include "runtime/cli/verb_table.hpp"
#include "runtime/ppn_verbs.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

// -- the table -------------------------------------------------------------------------------------------

std::string path_of(const CLI::App* app) {
  const CLI::App* parent = app->get_parent();
  if (parent == nullptr) return {};
  std::string before = path_of(parent);
  return before.empty() ? app->get_name() : before + ' ' + app->get_name();
}

// "TEXT:{fleet,own}" has its choices behind the type.
std::vector<std::string> choices_of(const std::string& type) {
  auto open = type.find('{');
  auto close = type.find('}');
  if (open == type.npos || close == type.npos) return {};
  std::vector<std::string> found(1);
  for (char c : type.substr(open + 1, close - open - 1))
    if (c == ',')
      found.emplace_back();
    else
      found.back() += c;
  return found;
}

verb_option option_of(const CLI::Option& option) {
  verb_option to;
  for (const std::string& name : option.get_lnames())
    if (to.longest.empty()) to.longest = "--" + name;
  to.names = option.get_name(false, true);
  to.help = option.get_description();
  to.required = option.get_required();
  std::string type = option.get_type_name();
  to.choices = choices_of(type);
  if (option.get_items_expected_max() > 0) to.value = type.substr(0, type.find_first_of(":{ "));
  return to;
}

std::string effect_name(verb_effect effect) {
  constexpr std::array<const char*, 5> names{"reads", "files", "acts", "changes", "destroys"};
  return names.at(static_cast<std::size_t>(effect));
}

verb_page page_of(const verb& from) {
  const CLI::App& app = *from.app;
  verb_page to;
  to.path = path_of(&app);
  to.group = app.get_group();
  to.help = app.get_description();
  to.examples = app.get_footer();
  to.schema = from.facts.schema;
  to.effect = effect_name(from.facts.effect);
  for (const CLI::Option* option : app.get_options())
    if (option->get_lnames().empty() || option->get_lnames().front() != "help")
      to.options.push_back(option_of(*option));
  return to;
}

std::vector<verb_page> pages_of(const verb_list& verbs) {
  std::vector<verb_page> pages;
  for (const verb& each : verbs) pages.push_back(page_of(each));
  std::stable_sort(pages.begin(), pages.end(),
                   [](const verb_page& a, const verb_page& b) { return a.path < b.path; });
  return pages;
}

// -- help ------------------------------------------------------------------------------------------------

struct help_line {
  bool markdown = false;
  bool manual = false;
  bool json = false;
  std::vector<std::string> of = {};
};

int run_help(const CLI::App& app, const verb_list& verbs, const help_line& given) {
  auto pages = pages_of(verbs);
  if (given.json) return report(print(verbs_json(pages)));
  if (given.markdown) return report(print(verbs_markdown(pages)));
  if (given.manual) return report(print(verbs_manual(pages, PPN_VERSION)));
  const CLI::App* at = &app;
  for (const std::string& word : given.of) {
    auto below = at->get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
    if (below.empty()) return report(error{ec::invalid, "there is no verb " + word});
    at = below.front();
  }
  return report(print(at->help(path_of(at).empty() ? "" : "ppn")));
}

void add_help(CLI::App& app, verb_list& to) {
  auto given = std::make_shared<help_line>();
  CLI::App* help = app.add_subcommand("help", "what there is, of one verb or of all");
  help->group("This program");
  help->add_option("VERB", given->of, "a verb, in one or two words");
  help->add_flag("--markdown", given->markdown, "all verbs as docs/CLI.md");
  help->add_flag("--man", given->manual, "all verbs as a manual page");
  help->add_flag("--json", given->json, "all verbs as one JSON object (schema ppn.verbs/1)");
  help->footer("Examples:\n  ppn help ledger show\n  ppn help --man | man -l -\n");
  to.push_back({help, [&app, &to, given] { return run_help(app, to, *given); }, {"ppn.verbs/1"}});
}

// -- completion ------------------------------------------------------------------------------------------

int run_completion(const verb_list& verbs, const std::string& shell) {
  auto pages = pages_of(verbs);
  return report(print(shell == "bash"  ? bash_completion(pages)
                      : shell == "zsh" ? zsh_completion(pages)
                                       : fish_completion(pages)));
}

// Silent about every failure but by its exit code: somebody is typing.
int run_names(const socket_choice& where, bool json) {
  auto path = find_socket(where);
  if (!path) return report(path.error());
  control_endpoint endpoint;
  endpoint.path = *path;
  auto reply = ask_status(endpoint);
  if (!reply) return report(reply.error());
  std::string lines;
  nlohmann::ordered_json names = nlohmann::ordered_json::array();
  for (const member_view& row : reply->view.rows) {
    lines += text::plain(row.record.name) + '\n';
    names.push_back(row.record.name);
  }
  if (!json) return report(print(lines));
  return report(print(nlohmann::ordered_json{{"schema", "ppn.names/1"}, {"names", names}}.dump() + '\n'));
}

void add_completion(CLI::App& app, verb_list& to) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "a script that makes a shell complete verbs");
  completion->group("This program");
  completion->add_option("SHELL", *shell, "the shell")->required()->check(
    CLI::IsMember({"bash", "zsh", "fish"}));
  completion->footer("Examples:\n  eval \"$(ppn completion bash)\"\n  ppn completion fish | source\n");
  to.push_back({completion, [&to, shell] { return run_completion(to, *shell); }});

  CLI::App* complete = app.add_subcommand("complete", "what a shell may complete with");
  complete->group("This program");
  complete->require_subcommand(1);
  auto where = std::make_shared<socket_choice>();
  auto json = std::make_shared<bool>(false);
  CLI::App* names = complete->add_subcommand("names", "names of the members that a running node knows");
  add_place(*names, *where);
  names->add_flag("--json", *json, "one JSON object (schema ppn.names/1)");
  names->footer("Example:\n  ppn complete names --node laptop-a\n");
  to.push_back({names, [=] { return run_names(*where, *json); }, {"ppn.names/1"}});
}

// -- explanations ----------------------------------------------------------------------------------------

std::string explanation_text(const std::vector<explanation>& found) {
  std::string to;
  for (const explanation& each : found)
    to += std::string(each.code) + " (" + std::string(to_string(each.kind)) + ")\n  " +
          std::string(each.means) + "\n  do: " + std::string(each.advice) + '\n';
  return to;
}

std::string explanation_json(const std::vector<explanation>& found) {
  nlohmann::ordered_json topics = nlohmann::ordered_json::array();
  for (const explanation& each : found)
    topics.push_back({{"code", each.code},
                      {"kind", to_string(each.kind)},
                      {"means", each.means},
                      {"do", each.advice}});
  return nlohmann::ordered_json{{"schema", "ppn.explain/1"}, {"topics", topics}}.dump(2) + '\n';
}

int run_explain(const std::string& code, bool json) {
  auto found = code.empty() ? all_explanations() : explain(code);
  if (found.empty())
    return report(error{ec::not_found, text::plain(code) + " is no code, alert, metric or state;"
                                                           " ppn explain lists all"});
  return report(print(json ? explanation_json(found) : explanation_text(found)));
}

void add_explain(CLI::App& app, verb_list& to) {
  auto code = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* verb = app.add_subcommand("explain", "what a code, an alert, a metric or a state means");
  verb->group("This program");
  verb->add_option("CODE", *code, "of an error, an exit, an alert or a metric; without it all of them");
  verb->add_flag("--json", *json, "one JSON object (schema ppn.explain/1)");
  verb->footer("Examples:\n  ppn explain NodeSuspect\n  ppn explain 7\n");
  to.push_back({verb, [=] { return run_explain(*code, *json); }, {"ppn.explain/1"}});
}

} // namespace

void add_table_verbs(CLI::App& app, verb_list& to) {
  add_help(app, to);
  add_explain(app, to);
  add_completion(app, to);
}

} // namespace ppn
