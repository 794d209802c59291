// Pages between copies of one ledger: made by whoever has more, checked by whoever has less before a
// single entry is kept. Nothing here trusts the sender; what counts is the writer's signature over a
// checkpoint and the proofs that lead to it.
#pragma once

#include "messages/ledger_report.hpp"
#include "messages/replication.hpp"
#include "storage/ledger/book.hpp"
#include "storage/ledger/fleet_fold.hpp"
#include "storage/log/checkpoint.hpp"

namespace ppn {

// The keys that sign the log `origin`, by the size from which they do.
std::vector<log::log_term> log_terms(std::string_view origin, const fleet_state& state);

ledger_have make_have(const ledger_book& book);

// The next entries for a copy of `have.size`; for one that differs, the newest checkpoint without a proof.
result<ledger_page> make_page(const ledger_book& book, std::string_view origin,
                              const fleet_state& state, const ledger_have& have);

// What a page comes to for the copy that received it.
struct checked_page {
  std::optional<tree_log::extension> growth; // entries to commit
  std::string note;                          // to remember with them, or instead of the older one
  std::uint64_t note_size = 0;               // ... which vouches for so many entries
  std::optional<ledger_evidence> evidence;   // the writer contradicts itself: take nothing more
  std::optional<error> refused;              // the page is no use; its sender may be at fault
};
checked_page check_page(const ledger_book& book, std::string_view origin, const fleet_fold& fold,
                        const log::verify_function& verify, const node_id& sender,
                        const ledger_page& page);

// What another member's newest signed checkpoint says about this copy; one that nobody signed says
// nothing.
struct compared {
  std::optional<ledger_evidence> evidence; // the two cannot belong to one history
  std::uint64_t ahead = 0;                 // ... or so many entries were signed, more than are here
};
compared compare_with(const ledger_book& book, std::string_view origin, const fleet_state& state,
                      const log::verify_function& verify, const node_id& sender,
                      const ledger_have& other);

} // namespace ppn
