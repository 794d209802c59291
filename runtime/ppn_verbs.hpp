// The verbs of `ppn`: each group is added to the command line by the file that knows what of the world
// it needs, and shares the few things below.
#pragma once

#include "messages/base/error.hpp"
#include "runtime/cli/socket_path.hpp"
#include "runtime/cli/status_table.hpp"
#include "runtime/cli/text_sink.hpp"

#include <CLI/App.hpp>
#include <functional>
#include <vector>

namespace ppn {

struct verb {
  const CLI::App* app = nullptr;
  std::function<int()> run; // the exit code
};
using verb_list = std::vector<verb>;

void add_status_verbs(CLI::App& app, verb_list& to);
void add_ledger_verbs(CLI::App& app, verb_list& to);
void add_fleet_verbs(CLI::App& app, verb_list& to);

// -- for all of them -------------------------------------------------------------------------------------

// One line on stderr; the exit code.
int report(const error& what);
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

// Readable once Ctrl-C or SIGTERM came, which then end nothing by themselves; -1 when it fails.
int stop_signals();
// True when that happens within these milliseconds.
bool is_stopped_within(int signals, int wait_milliseconds);

} // namespace ppn
