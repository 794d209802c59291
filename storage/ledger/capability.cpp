#include "storage/ledger/capability.hpp"

namespace ppn {

namespace {

status refused(const grant_id& serial, std::string why) {
  return fail(ec::refused, "grant " + serial.brief() + " " + std::move(why));
}

status check_alone(const held_grant& held, std::int64_t now_milliseconds) {
  const capability& grant = held.grant;
  if (held.revoked)
    return refused(grant.serial, "was revoked by entry " + std::to_string(*held.revoked));
  if (grant.expires_milliseconds != 0 && grant.expires_milliseconds <= now_milliseconds)
    return refused(grant.serial, "has expired");
  return {};
}

const held_grant* below(const fleet_state& state, const held_grant& held) {
  if (!held.stands_on) return nullptr;
  auto found = state.grants.find(*held.stands_on);
  return found == state.grants.end() ? nullptr : &found->second;
}

std::string name_of(capability::right right) {
  switch (right) {
  case capability::read:
    return "read";
  case capability::write:
    return "write";
  case capability::invoke:
    return "invoke";
  case capability::grant:
    return "grant";
  case capability::revoke:
    return "revoke";
  }
  return "unknown";
}

} // namespace

bool covers(const capability& grant, std::string_view type, std::string_view resource) {
  return grant.type == type && (grant.resource == "*" || grant.resource == resource);
}

status check_standing(const fleet_state& state, const held_grant& held,
                      std::int64_t now_milliseconds) {
  const held_grant* at = &held;
  for (std::size_t depth = 0; depth <= fold_limits::delegation_depth; ++depth) {
    if (status alone = check_alone(*at, now_milliseconds); !alone) return alone;
    if (!at->stands_on) return {};
    const held_grant* next = below(state, *at);
    if (next == nullptr)
      return refused(at->grant.serial, "stands on a grant that is not in the ledger");
    at = next;
  }
  return refused(held.grant.serial, "stands on too long a chain of grants");
}

std::optional<std::size_t> depth_of(const fleet_state& state, const held_grant& held) {
  const held_grant* at = &held;
  for (std::size_t depth = 0; depth <= fold_limits::delegation_depth; ++depth) {
    if (!at->stands_on) return depth;
    at = below(state, *at);
    if (at == nullptr) return std::nullopt;
  }
  return std::nullopt;
}

status check_within(const capability& own, const capability& other, capability::right right) {
  if ((own.rights & right) == 0) return refused(own.serial, "lacks the right " + name_of(right));
  if (!covers(own, other.type, other.resource))
    return refused(own.serial, "is not for " + other.type + " '" + other.resource + "'");
  if ((other.rights & ~own.rights) != 0)
    return refused(own.serial, "has fewer rights than the other one");
  // What a grant is taken away with may run out before it.
  if (right == capability::revoke || own.expires_milliseconds == 0) return {};
  if (other.expires_milliseconds == 0 || other.expires_milliseconds > own.expires_milliseconds)
    return refused(own.serial, "expires before the other one");
  return {};
}

status check_grant(const fleet_state& state, const grant_id& serial, const signing_public& subject,
                   capability::right right, std::string_view type, std::string_view resource,
                   std::int64_t now_milliseconds) {
  auto found = state.grants.find(serial);
  if (found == state.grants.end()) return refused(serial, "is not in the ledger");
  const capability& grant = found->second.grant;
  if (grant.subject != subject) return refused(serial, "is somebody else's");
  if (status standing = check_standing(state, found->second, now_milliseconds); !standing)
    return standing;
  if ((grant.rights & right) == 0) return refused(serial, "lacks the right " + name_of(right));
  if (!covers(grant, type, resource))
    return refused(serial, "is not for " + std::string(type) + " '" + std::string(resource) + "'");
  return {};
}

} // namespace ppn
