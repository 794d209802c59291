// The verbs of `ppn ledger` that show a ledger: show, tail, export, checkpoint, vkey, prove.
#pragma once

#include "runtime/cli/control_channel.hpp"
#include "runtime/cli/text_sink.hpp"
#include "storage/ledger/views.hpp"

namespace ppn {

// What the verbs share.
struct ledger_reader {
  control_channel& daemon;
  ledger_choice which = ledger_choice::fleet;
  text_sink& output;
  bool json = false;
};

// One entry with everything there is to know about it.
status show_entry(const ledger_reader& by, std::uint64_t index);

struct ledger_tail_options {
  std::uint64_t lines = 10;
  bool follow = false;
  // Between two looks; false: nobody looks any more.
  std::function<bool()> wait;
};
status show_tail(const ledger_reader& by, const ledger_tail_options& options);

// The ledger as it is now, in one format; `progress` hears of entries.
status export_ledger(const ledger_reader& by, views::export_format format,
                     const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);

// The signed text as it is.
status show_checkpoint(const ledger_reader& by, bool cosigned);
status show_vkey(const ledger_reader& by);

// A proof that the entry is in the ledger, checked before it is handed out.
status prove_entry(const ledger_reader& by, std::uint64_t index);

} // namespace ppn
