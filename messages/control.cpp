#include "messages/control.hpp"

namespace ppn {

std::string_view to_string(ledger_choice value) {
  return value == ledger_choice::fleet ? "fleet" : "own";
}

std::optional<ledger_choice> ledger_choice_from(std::string_view text) {
  for (ledger_choice value : {ledger_choice::fleet, ledger_choice::own})
    if (text == to_string(value)) return value;
  return std::nullopt;
}

} // namespace ppn
