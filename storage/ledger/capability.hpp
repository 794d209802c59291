// What a grant in the ledger is worth: what it covers, and whether it still stands.
#pragma once

#include "storage/ledger/fleet_fold.hpp"

namespace ppn {

bool covers(const capability& grant, std::string_view type, std::string_view resource);

// Neither revoked nor expired, nor any of the grants it stands on. ec::refused says which is.
status check_standing(const fleet_state& state, const held_grant& held,
                      std::int64_t now_milliseconds);

// How many grants it stands on, one below the other; nothing when there are too many.
std::optional<std::size_t> depth_of(const fleet_state& state, const held_grant& held);

// Nobody can grant what they do not hold: not on more resources, not more rights, not for longer.
// `right`: what the holder needs beside, `grant` or `revoke`.
status check_within(const capability& own, const capability& other, capability::right right);

} // namespace ppn
