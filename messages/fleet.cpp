#include "messages/fleet.hpp"

#include <algorithm>

namespace ppn {

std::string_view to_string(posture value) {
  switch (value) {
  case posture::onprem: return "onprem";
  case posture::leased: return "leased";
  case posture::cloud: return "cloud";
  }
  return "unknown";
}

std::optional<posture> posture_from(std::string_view text) {
  for (posture value : {posture::onprem, posture::leased, posture::cloud})
    if (text == to_string(value)) return value;
  return std::nullopt;
}

std::string_view to_string(member_kind value) {
  return value == member_kind::node ? "node" : "operator";
}

std::string_view to_string(member_state value) {
  switch (value) {
  case member_state::expected: return "expected";
  case member_state::alive: return "alive";
  case member_state::suspect: return "suspect";
  case member_state::evicted: return "evicted";
  }
  return "unknown";
}

const member_record* membership::find(const node_id& id) const {
  auto at = std::lower_bound(members.begin(), members.end(), id,
                             [](const member_record& m, const node_id& key) { return m.id < key; });
  return at != members.end() && at->id == id ? &*at : nullptr;
}

const member_record* membership::find_by_name(std::string_view name) const {
  auto at = std::find_if(members.begin(), members.end(),
                         [&](const member_record& m) { return m.name == name; });
  return at == members.end() ? nullptr : &*at;
}

} // namespace ppn
