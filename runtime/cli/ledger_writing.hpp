// The verbs of `ppn ledger` that change something: note and restore.
#pragma once

#include "runtime/cli/control_channel.hpp"
#include "runtime/cli/text_sink.hpp"
#include "runtime/ports/entropy.hpp"

namespace ppn {

struct ledger_note_options {
  ledger_choice which = ledger_choice::fleet;
  std::string reason;
  std::uint64_t count = 1; // more than one: the reason with a number behind it, so often
  bool yes = false;        // it was asked elsewhere whether this may be written down for ever
  bool dry_run = false;    // say what would be entered, enter nothing
  bool json = false;
  bool progress = false;
};

struct ledger_note_world {
  control_channel& daemon;
  entropy& random;
  text_sink& output;
  // Asks a person; ec::needs_confirmation when there is none.
  std::function<result<bool>(const std::string& question)> confirm;
};

status write_notes(const ledger_note_options& given, const ledger_note_world& world);

// Asks the node to catch up from another member's copy.
status restore_ledger(control_channel& daemon, const std::string& from, text_sink& output,
                      bool as_json = false);

} // namespace ppn
