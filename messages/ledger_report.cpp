#include "messages/ledger_report.hpp"

#include "messages/base/assert.hpp"

namespace ppn {

std::string_view to_string(ledger_part value) {
  return value == ledger_part::writer ? "writer" : "copy";
}

std::string_view to_string(ledger_evidence::kind value) {
  switch (value) {
  case ledger_evidence::kind::fork: return "fork";
  case ledger_evidence::kind::rollback: return "rollback";
  case ledger_evidence::kind::changed_body: return "changed-body";
  case ledger_evidence::kind::authority: return "authority";
  }
  PPN_ASSERT(false);
}

std::string render(const ledger_evidence& what) {
  std::string to = std::string(to_string(what.what)) + " of " + what.origin + " at " +
                   std::to_string(what.size);
  if (what.what == ledger_evidence::kind::authority)
    return to + ": " + what.text + ", taken by " + what.peer.brief();
  to += ": expected " + what.expected.hex() + ", found " + what.found.hex() + ", shown by " +
        what.peer.brief();
  return what.text.empty() ? to : to + ", " + what.text;
}

} // namespace ppn
