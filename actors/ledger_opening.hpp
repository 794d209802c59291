// Opens the ledgers of a node before anything else of it exists: a ledger that is not what this node
// acknowledged keeps the node from starting, with one paragraph that says what is wrong.
#pragma once

#include "actors/ledger.hpp"

namespace ppn {

struct opened_ledgers {
  ledger_options fleet;
  ledger_options own;
  membership_ptr members; // as the fleet's ledger has it, or its founding while there is nothing else
  std::vector<std::string> remarks;
};

// `founding`: the first entries of the fleet's ledger, the same at every member; they must make `fleet`.
result<opened_ledgers> open_ledgers(const node_id& self, const fleet_id& fleet,
                                    const std::vector<bytes>& founding, const ports& world);

// The cells that remember what each of them has acknowledged.
inline constexpr const char* fleet_ledger_cell = "last-signed";
inline constexpr const char* own_ledger_cell = "last-signed-own";

std::string fleet_origin(const fleet_id& fleet);
std::string node_origin(const fleet_id& fleet, const node_id& node);

// A snapshot of the fold, tied to the ledger that it was made of.
status save_fold(snapshots& to, const ledger_core& core);

} // namespace ppn
