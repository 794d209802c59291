#include "runtime/cli/verb_table.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

constexpr const char* contract = R"md(# The command line

Made of the table of verbs by `ppn help --markdown`; a test compares the two. `ppn VERB --help` says the same
for one verb, `ppn help --man` as a manual page.

## What holds for every verb
- **Results on stdout, everything else on stderr.** Colours and the width of a terminal are used only
  when stdout is one; `NO_COLOR` turns colours off; in a pipe the output is plain.
- **`--json`** prints one object, or one object for each line where a verb streams. It names its schema
  and version (`"schema": "ppn.status/1"`); `docs/schemas/` has each. Fields are only added.
- **An error** is one line on stderr: what is wrong, where, what to do. With `--json` that line is one object,
  `{"schema": "ppn.error/1", "code", "exit", "what", "where", "do"}` (docs/schemas/ppn.error-1.json), even
  when the command line itself is wrong. `ppn explain CODE` knows every code.
- **Exit codes:** 0 done, 1 failed, 2 usage, 3 refused by a rule, 4 node unreachable, 5 conflict or stale,
  6 needs confirmation, 7 integrity.
- **What a verb does to the world** stands with it: *reads* changes nothing; *files* makes files where it runs
  and never overwrites one; *acts* asks a daemon for something that leaves no entry and may be asked again;
  *changes* enters something for ever and has `--reason` and `--dry-run`; *destroys* asks for a typed
  confirmation as well.
- **Which node:** `--node NAME` (a folder in `$PPN_HOME`, else `/run/ppn`), `--data DIR` or `--socket PATH`.
- **Completion:** `eval "$(ppn completion bash)"`, likewise zsh and fish.
)md";

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::string option_line(const verb_option& option) {
  std::string line = option.names;
  if (!option.value.empty() && !option.longest.empty()) line += ' ' + option.value;
  return line;
}

std::string option_notes(const verb_option& option) {
  std::string to = option.help;
  if (!option.choices.empty()) to += " (" + joined(option.choices, ", ") + ")";
  if (option.required) to += "; needed";
  return to;
}

std::vector<std::string> words_of(const std::string& path) {
  std::vector<std::string> words(1);
  for (char c : path)
    if (c == ' ')
      words.emplace_back();
    else
      words.back() += c;
  return words;
}

// What may follow these words: the next words of verbs that begin with them.
std::vector<std::string> next_words(const std::vector<verb_page>& pages, const std::string& prefix) {
  std::vector<std::string> found;
  for (const verb_page& page : pages) {
    if (!prefix.empty() && page.path.rfind(prefix + ' ', 0) != 0) continue;
    std::string rest = prefix.empty() ? page.path : page.path.substr(prefix.size() + 1);
    std::string word = rest.substr(0, rest.find(' '));
    if (std::find(found.begin(), found.end(), word) == found.end()) found.push_back(word);
  }
  return found;
}

// The groups of verbs that have verbs below them, and the top.
std::vector<std::string> stems(const std::vector<verb_page>& pages) {
  std::vector<std::string> found{""};
  for (const verb_page& page : pages) {
    auto words = words_of(page.path);
    std::string stem;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      stem += (i == 0 ? "" : " ") + words[i];
      if (std::find(found.begin(), found.end(), stem) == found.end()) found.push_back(stem);
    }
  }
  return found;
}

// Options whose value is the name of a node or of a guest.
bool takes_name(const std::string& option) {
  return option == "--node" || option == "--from" || option == "--guest" || option == "--controller";
}

std::string roff(const std::string& text) {
  std::string to;
  bool fresh = true;
  for (char c : text) {
    if (fresh && (c == '.' || c == '\'')) to += "\\&";
    if (c == '\\' || c == '-') to += '\\';
    to += c;
    fresh = c == '\n';
  }
  return to;
}

std::string without_tail(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

} // namespace

bool verb_page::has(const std::string& option) const {
  return std::any_of(options.begin(), options.end(),
                     [&](const verb_option& each) { return each.longest == option; });
}

// -- documents -------------------------------------------------------------------------------------------

std::string verbs_markdown(const std::vector<verb_page>& pages) {
  std::string to = contract;
  to += "\n## Verbs\n| verb | does | effect | --json |\n|---|---|---|---|\n";
  for (const verb_page& page : pages)
    to += fmt::format("| `ppn {}` | {} | {} | {} |\n", page.path, page.help, page.effect,
                      page.schema.empty() ? "" : '`' + page.schema + '`');
  for (const verb_page& page : pages) {
    to += fmt::format("\n### ppn {}\n{}.\n\n", page.path, page.help);
    for (const verb_option& option : page.options)
      to += fmt::format("- `{}`: {}\n", option_line(option), option_notes(option));
    if (!page.examples.empty()) to += "\n```\n" + without_tail(page.examples) + "\n```\n";
  }
  return to;
}

std::string verbs_json(const std::vector<verb_page>& pages) {
  nlohmann::ordered_json verbs = nlohmann::ordered_json::array();
  for (const verb_page& page : pages) {
    nlohmann::ordered_json options = nlohmann::ordered_json::array();
    for (const verb_option& option : page.options)
      options.push_back({{"names", option.names},
                         {"help", option.help},
                         {"value", option.value},
                         {"choices", option.choices},
                         {"required", option.required}});
    verbs.push_back({{"path", page.path},
                     {"group", page.group},
                     {"help", page.help},
                     {"examples", page.examples},
                     {"effect", page.effect},
                     {"json", page.schema.empty() ? nlohmann::ordered_json(nullptr)
                                                  : nlohmann::ordered_json(page.schema)},
                     {"options", options}});
  }
  return nlohmann::ordered_json{{"schema", "ppn.verbs/1"}, {"verbs", verbs}}.dump(2) + '\n';
}

std::string verbs_manual(const std::vector<verb_page>& pages, const std::string& version) {
  std::string to = fmt::format(".TH PPN 1 \"\" \"ppn {}\" \"Private fleet\"\n.SH NAME\n"
                               "ppn \\- the fleet as its nodes see it\n.SH SYNOPSIS\n"
                               ".B ppn\n.I VERB\n[options]\n.SH VERBS\n",
                               version);
  for (const verb_page& page : pages) {
    to += fmt::format(".SS ppn {}\n{}.\n", roff(page.path), roff(page.help));
    for (const verb_option& option : page.options)
      to += fmt::format(".TP\n.B {}\n{}\n", roff(option_line(option)), roff(option_notes(option)));
    if (!page.examples.empty())
      to += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(without_tail(page.examples)));
  }
  return to + ".SH EXIT STATUS\n0 done, 1 failed, 2 usage, 3 refused, 4 unreachable, 5 conflict or stale,\n"
              "6 needs confirmation, 7 integrity.\n.SH ENVIRONMENT\n.TP\n.B PPN_HOME\n"
              "Folder of the nodes' folders; /run/ppn without it.\n.TP\n.B NO_COLOR\nNo colours.\n";
}

// -- completion ------------------------------------------------------------------------------------------

std::string bash_completion(const std::vector<verb_page>& pages) {
  std::string to = R"sh(# bash completion for ppn; made by: ppn completion bash
_ppn() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path="" i place=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --data | --socket) place+=("${COMP_WORDS[i]}" "${COMP_WORDS[i+1]}"); ((i++)) ;;
      -*) ;;
      *) _ppn_is_word "${path:+$path }${COMP_WORDS[i]}" && path+=${path:+ }${COMP_WORDS[i]} ;;
    esac
  done
  case $before in
    --node | --from | --guest | --controller)
      COMPREPLY=($(compgen -W "$(ppn complete names "${place[@]}" 2>/dev/null)" -- "$word")); return ;;
    --data | --socket | --output | --out | --tiles) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
)sh";
  to += "  case \"$path $before\" in\n";
  for (const verb_page& page : pages)
    for (const verb_option& option : page.options)
      if (!option.choices.empty() && !option.longest.empty())
        to += fmt::format("    \"{} {}\") COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n",
                          page.path, option.longest, joined(option.choices, " "));
  to += "  esac\n  local words=\"\"\n  case $path in\n";
  for (const std::string& stem : stems(pages))
    to += fmt::format("    \"{}\") words=\"{}\" ;;\n", stem, joined(next_words(pages, stem), " "));
  for (const verb_page& page : pages) {
    std::vector<std::string> names;
    for (const verb_option& option : page.options)
      if (!option.longest.empty()) names.push_back(option.longest);
    to += fmt::format("    \"{}\") words=\"{}\" ;;\n", page.path, joined(names, " "));
  }
  to += "  esac\n  COMPREPLY=($(compgen -W \"$words --help\" -- \"$word\"))\n}\n"
        "_ppn_is_word() {\n  case $1 in\n";
  for (const std::string& stem : stems(pages))
    if (!stem.empty()) to += fmt::format("    \"{}\") return 0 ;;\n", stem);
  for (const verb_page& page : pages) to += fmt::format("    \"{}\") return 0 ;;\n", page.path);
  return to + "  esac\n  return 1\n}\ncomplete -F _ppn ppn\n";
}

// zsh runs the same function: its bash emulation is part of every installation.
std::string zsh_completion(const std::vector<verb_page>& pages) {
  return "#compdef ppn\n# made by: ppn completion zsh\nautoload -U +X compinit && compinit -u\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_completion(pages);
}

std::string fish_completion(const std::vector<verb_page>& pages) {
  std::string to = "# fish completion for ppn; made by: ppn completion fish\n"
                   "function __ppn_path\n  set -l words (commandline -opc)[2..-1]\n"
                   "  string match -v -- '-*' $words | string join ' '\nend\n"
                   "complete -c ppn -f\n";
  for (const std::string& stem : stems(pages))
    to += fmt::format("complete -c ppn -n 'test \"$(__ppn_path)\" = \"{}\"' -a '{}'\n", stem,
                      joined(next_words(pages, stem), " "));
  for (const verb_page& page : pages)
    for (const verb_option& option : page.options) {
      if (option.longest.empty()) continue;
      std::string line = fmt::format("complete -c ppn -n 'string match -q -- \"{}*\" (__ppn_path)' -l {}",
                                     page.path, option.longest.substr(2));
      if (takes_name(option.longest)) line += " -x -a '(ppn complete names 2>/dev/null)'";
      else if (!option.choices.empty()) line += fmt::format(" -x -a '{}'", joined(option.choices, " "));
      else if (!option.value.empty()) line += " -r -F";
      to += line + '\n';
    }
  return to;
}

} // namespace ppn
