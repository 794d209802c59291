// What the values of a ledger's orders and entries must be before they are written and after they
// were read: one set of rules for both ways, so that whatever is written can be read.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/limits.hpp"
#include "messages/ledger.hpp"

namespace ppn::wire {

// Caps of texts that have no other home. They bound what a reader allocates for one field.
inline constexpr std::size_t address_octets_max = 64;
inline constexpr std::size_t resource_type_octets_max = limits::name_octets;
inline constexpr std::size_t resource_octets_max = 255;
inline constexpr std::size_t version_octets_max = 64;
inline constexpr std::size_t document_name_octets_max = 255;

// Shortest-form UTF-8 without control characters (C0, DEL, C1), line or paragraph separators and
// characters that turn the direction of what follows: nothing that makes a line of a ledger look
// like another one on any screen.
bool is_ledger_text(std::string_view text);

// ec::too_large for what is over its cap, ec::invalid for everything else that may not be.
status check_order(const ledger_order& order);
// Of everything but the order's octets.
status check_entry(const ledger_entry& entry);

} // namespace ppn::wire
