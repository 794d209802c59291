// Orders and entries to octets and back. There is one octet string for each value: what decodes is
// exactly what encoding it again would give, so that nobody can write one order in two ways.
#pragma once

#include "messages/base/error.hpp"
#include "messages/ledger.hpp"

namespace ppn::wire {

// ec::too_large when something is over its cap, ec::invalid when the order could not be read back
// (ledger_rules.hpp). Nothing is ever cut.
result<bytes> encode_order(const ledger_order& order);
// ec::unsupported when the order is of a kind that only a later version knows, otherwise ec::malformed.
result<ledger_order> decode_order(bytes_view octets);

// At most limits::entry_octets. The order's octets go in as they are.
result<bytes> encode_entry(const ledger_entry& entry);
// Checks the order as well; the same errors.
result<opened_entry> decode_entry(bytes_view octets);

} // namespace ppn::wire
