// Orders that need an administrator's word: signed here, with what was seen of the fleet, and given to a
// daemon over its control socket. Every verb that changes who may do what goes through this.
#pragma once

#include "runtime/cli/control_channel.hpp"
#include "runtime/crypto/keys.hpp"
#include "runtime/ports/entropy.hpp"
#include "storage/ledger/fleet_fold.hpp"

namespace ppn {

// The fleet as a node shows it at this moment; an order signed with it is void when its subject has
// changed since.
struct seen_fleet {
  fleet_id fleet;
  std::uint64_t size = 0; // entries of its ledger
  std::vector<member_record> members;
  std::string node; // the name of the one that was asked
};

// ec::unsupported in a fleet without a ledger.
result<seen_fleet> see_fleet(control_channel& daemon);

// Likewise, from every entry of the ledger, with each signature checked here: for verbs that show more
// than a status holds. The fold has `findings` when the ledger holds entries that do not count.
result<fleet_fold> fold_ledger(control_channel& daemon, const seen_fleet& seen);

// ec::not_found names the members that there are.
result<member_record> member_called(const seen_fleet& seen, std::string_view name);

// The order in its one form, with the administrator's signature for this fleet at this size.
result<submitted_order> sign_order(const seen_fleet& seen, entry_fact what, std::string why,
                                   const crypto::signing_key& admin, entropy& random);

struct given_order {
  entry_fact what;
  std::string why; // --reason
};

// Looks, signs, gives, and waits for the answer: the entry is durable then. Giving it again after
// ec::timed_out may enter it twice, so look before that.
result<ledger_append_reply> give_order(control_channel& daemon, const seen_fleet& seen,
                                       given_order order, const crypto::signing_key& admin,
                                       entropy& random);

// Several, one after the other; the first that is refused ends it.
result<ledger_append_reply> give_orders(control_channel& daemon, std::vector<given_order> orders,
                                        const crypto::signing_key& admin, entropy& random);

// "entry 17, size 18", or one JSON object (schema ppn.order/1).
std::string entered_text(const ledger_append_reply& done, std::string_view kind, bool json);
// Of an order that was looked at and not given (--dry-run).
std::string not_entered_text(const entry_fact& what, bool json);

} // namespace ppn
