// The table of verbs as plain values, and what is made of it: a page of documentation, manual pages,
// completion for shells, JSON for tests. Filled from the command line itself, so that nothing here can
// differ from what the program takes.
#pragma once

#include <string>
#include <vector>

namespace ppn {

struct verb_option {
  std::string names;   // "-n,--lines"; of a positional "INDEX"
  std::string longest; // "--lines"; empty for a positional
  std::string help;
  std::string value;   // "TEXT", "UINT"; empty: a flag
  std::vector<std::string> choices = {}; // when the value is one of few
  bool required = false;
};

struct verb_page {
  std::string path; // "ledger show"
  std::string group;
  std::string help;
  std::string examples; // lines, with what the footer says beside them
  std::vector<verb_option> options;
  std::string schema; // of --json; empty: none
  std::string effect; // "reads", "files", "acts", "changes", "destroys"

  bool has(const std::string& option) const;
};

// docs/CLI.md; ends with a line feed.
std::string verbs_markdown(const std::vector<verb_page>& pages);
// {"schema":"ppn.verbs/1", ...}
std::string verbs_json(const std::vector<verb_page>& pages);
// One manual page in roff: of all verbs.
std::string verbs_manual(const std::vector<verb_page>& pages, const std::string& version);

// Scripts that a shell reads; names of nodes and guests come from `ppn complete names`, at the time.
std::string bash_completion(const std::vector<verb_page>& pages);
std::string zsh_completion(const std::vector<verb_page>& pages);
std::string fish_completion(const std::vector<verb_page>& pages);

} // namespace ppn
