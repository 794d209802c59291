#include "actors/registry_entries.hpp"

#include "messages/base/assert.hpp"

namespace ppn {

namespace {

constexpr seconds try_again_after{5};
// Nothing tells that a member has stopped to flap: whoever was seen flapping is looked at again.
constexpr seconds look_again_after{5};

} // namespace

std::optional<entry_fact> registry_entries::difference(const member_view& row,
                                                       const self_doubt& doubt) const {
  bool recorded = recorded_->contains(row.record.id);
  if (row.state == member_state::evicted && !recorded)
    return fact::member_evicted{row.record.id, row.transition_silence_milliseconds, doubt.active};
  if (row.state == member_state::alive && recorded && !row.flapping)
    return fact::member_returned{row.record.id, 1};
  return std::nullopt;
}

std::optional<entry_fact> registry_entries::next(const vm_fleet_core& fleet, mono_time now) {
  look_ = look_ || (look_again_ && now >= *look_again_);
  if (!recorded_ || writing_ || !look_ || (not_before_ && now < *not_before_)) return std::nullopt;
  not_before_.reset();
  look_again_.reset();
  fleet_view whole = fleet.whole(now);
  for (const member_view& row : whole.rows) {
    if (row.flapping && recorded_->contains(row.record.id)) look_again_ = now + look_again_after;
    auto missing = difference(row, whole.doubt);
    if (!missing) continue;
    writing_ = {row.record.id, row.state == member_state::evicted};
    return missing;
  }
  look_ = false;
  return std::nullopt;
}

void registry_entries::written() {
  PPN_ASSERT(writing_.has_value());
  if (writing_->second)
    recorded_->insert(writing_->first);
  else
    recorded_->erase(writing_->first);
  writing_.reset();
}

void registry_entries::refused(mono_time now) {
  writing_.reset();
  not_before_ = now + try_again_after;
}

} // namespace ppn
