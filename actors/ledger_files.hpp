// What those who publish a ledger ask of it, as plain code: its files in the layout of tlog-tiles, and
// whether its registers have changed.
#pragma once

#include "messages/actors.hpp"
#include "storage/ledger/book.hpp"
#include "storage/ledger/fleet_fold.hpp"

namespace ppn {

// Of any width up to what the log has now: partial tiles are cut out of what is there. ec::not_found
// beyond.
result<bytes> read_tile(const ledger_book& book, const ledger_tile_query& what);

// Grows with every entry that the registers could show; never 0.
std::uint64_t changes_of_registers(const fleet_state& state);

} // namespace ppn
