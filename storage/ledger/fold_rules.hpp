// Which entries count: the rules of a fleet's ledger as one verdict over a state and an order.
// Nothing here changes anything, so that whoever takes an order and whoever folds it judge alike.
#pragma once

#include "storage/ledger/fleet_fold.hpp"

namespace ppn {

// Everything that a verdict depends on beside the order.
struct fold_moment {
  const fleet_state& state;
  const fold_index& index;
  const fleet_id& expected;
  const verify_signature& verify;
  std::uint64_t at = 0; // index of the entry
  term_number term;     // that the entry carries
  std::int64_t when_milliseconds = 0;
};

struct fold_verdict {
  std::optional<grant_id> stands_on; // the grant on whose strength a subject grants or revokes
};

// An error when the entry has no effect: the rule it breaks.
result<fold_verdict> judge_order(const fold_moment& now, const ledger_order& order,
                                 const submitted_order& raw);

term_number term_for(const fleet_state& state, const ledger_order& order);

// -- rules that a state keeps too ----------------------------------------------------------------

// A name is part of file names, host names and tables: [a-z0-9-]{1,63}.
bool is_member_name(std::string_view name);
std::string place_of(const member_record& record);
// A key that vouches for one thing only: no two of a member's keys are one.
bool are_distinct(const node_id& identity, const member_keys& keys);
// The index of the last change of a subject that neither is there nor was, is none.
std::optional<std::uint64_t> change_of(const fleet_state& state, const std::string& subject);

inline constexpr std::string_view subject_controller = "role:controller";
inline constexpr std::string_view subject_hub = "role:hub";
inline constexpr std::string_view subject_witnesses = "witnesses";
inline constexpr std::string_view subject_policy = "policy";

} // namespace ppn
