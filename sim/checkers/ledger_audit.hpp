// The end of a run, as an outside auditor sees it: reads the disks, decodes every entry by itself and
// asks no node. What was relied on must be there, no order may be entered twice (INV-8), and an act that
// needs an administrator must carry a signature that this auditor verifies (INV-12).
#pragma once

#include "sim/checkers/ledger.hpp"
#include "sim/stage.hpp"
#include "sim/world.hpp"

namespace ppn::sim {

// The checker of all ledgers of a run, with the audit at its end; plugins may ask it through the stage.
std::unique_ptr<checker> make_ledger_checker(stage& on);

void audit_ledgers(world& fleet, const ledger_checker& told, violation_list& found);

} // namespace ppn::sim
