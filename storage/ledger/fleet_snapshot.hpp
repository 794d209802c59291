// A fold as octets: the same state gives the same octets on every machine, and nothing else reads
// back. A snapshot can always be made anew from the ledger, so there is one version only: whoever
// meets another one folds from the beginning.
#pragma once

#include "storage/ledger/fleet_fold.hpp"

namespace ppn {

struct fold_snapshot {
  fleet_state state;
  std::uint64_t size = 0;
  bool operator==(const fold_snapshot&) const = default;
};

bytes encode(const fold_snapshot& snapshot);
// ec::malformed for everything that `encode` does not write, and for a state that no fold comes to.
// Signatures are not checked again: a snapshot is as good as the place it was kept in.
result<fold_snapshot> decode_fold_snapshot(bytes_view data);

// Whether a fold of `size` entries can have come to this state; ec::malformed says why not. It
// holds of every fold at any time.
status check_state(const fleet_state& state, std::uint64_t size);

} // namespace ppn
