// The verbs of `ppn`: each group is added to the command line by the file that knows what of the world
// it needs, and shares the few things below.
#pragma once

#include "messages/base/error.hpp"
#include "runtime/cli/control_channel.hpp"
#include "runtime/cli/socket_path.hpp"
#include "runtime/cli/status_table.hpp"
#include "runtime/cli/text_sink.hpp"
#include "runtime/crypto/keys.hpp"

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

namespace ppn {

// What a verb does to the world: the contract of its options follows from it (docs/CLI.md), and a test
// holds every verb to it.
enum class verb_effect : std::uint8_t {
  reads,   // nothing
  files,   // makes files where it runs, and never overwrites any
  acts,    // asks a daemon for something that leaves no entry and may be asked again
  changes, // enters something for ever: has --reason and --dry-run
  destroys // the same, and asks for a typed confirmation
};

// Beside help and options, which stand in the CLI::App: what a machine has to know of a verb.
struct verb_facts {
  std::string schema = {}; // of --json, as in docs/schemas; empty: it has no --json
  verb_effect effect = verb_effect::reads;
};

// Its examples are the footer of its CLI::App.
struct verb {
  const CLI::App* app = nullptr;
  std::function<int()> run; // the exit code
  verb_facts facts = {};
};
using verb_list = std::vector<verb>;

void add_status_verbs(CLI::App& app, verb_list& to);
void add_ledger_verbs(CLI::App& app, verb_list& to);
void add_fleet_verbs(CLI::App& app, verb_list& to);
void add_place_verbs(CLI::App& app, verb_list& to);
void add_admin_verbs(CLI::App& app, verb_list& to);
void add_node_verbs(CLI::App& app, verb_list& to);
void add_pair_verbs(CLI::App& app, verb_list& to);
// Help, manual pages, completion and explanations, made of the list of all verbs.
void add_table_verbs(CLI::App& app, verb_list& to);

// -- for all of them -------------------------------------------------------------------------------------

// One line on stderr, for people or with --json for programs (schema ppn.error/1); the exit code.
int report(const error& what);
// The same of a line that is rendered already ("ppn: refused: text\n"), after what was printed before it.
int report(std::string_view output, std::string_view problem, int exit);
inline int report(const status& done) { return done ? 0 : report(done.error()); }

class standard_output final : public text_sink {
public:
  status write(std::string_view text) override;
  status finish() override;
};
status print(std::string_view output);

bool on_terminal();       // the standard output
bool errors_on_terminal(); // the standard error
table_style style_of_output();

// Options that say which node to ask; PPN_HOME is read here.
void add_place(CLI::App& verb, socket_choice& where);

// One connection for as long as `verb` runs; the exit code. An order may have to reach the controller, the
// disk and another member, so an answer may take a minute; Ctrl-C ends the wait.
int run_with_daemon(const socket_choice& where, const std::function<status(control_channel&)>& verb);

// Which key signs: --admin-key, else $PPN_ADMIN_KEY, else $PPN_HOME/admin.key. Its passphrase comes from
// --passphrase-file or $PPN_ADMIN_PASSPHRASE_FILE, else from $PPN_PASSPHRASE, else from the terminal.
struct admin_key_choice {
  std::string file;
  std::string passphrase_file;
};
void add_admin_key(CLI::App& verb, admin_key_choice& key);
result<std::string> admin_key_path(const admin_key_choice& key);
result<crypto::signing_key> load_chosen_key(const admin_key_choice& key);
result<crypto::secret> chosen_passphrase(const admin_key_choice& key, bool is_new);

// True after "yes"; ec::needs_confirmation when nobody is there to ask.
result<bool> ask_person(int interrupt, const std::string& question);

// Readable once Ctrl-C or SIGTERM came, which then end nothing by themselves; -1 when it fails.
int stop_signals();
// True when that happens within these milliseconds.
bool is_stopped_within(int signals, int wait_milliseconds);

} // namespace ppn
