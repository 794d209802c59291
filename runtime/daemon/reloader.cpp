#include "runtime/daemon/reloader.hpp"

#include "runtime/daemon/settings_file.hpp"

#include <caf/send.hpp>

namespace ppn {

void reloader::attach(const node_actor& node) {
  std::lock_guard lock(mutex_);
  node_ = node;
}

// Keys that need a restart keep their old value until then.
status reloader::keep_until_restart(configuration& next) const {
  bool other_source = now_.has_ledger() != next.has_ledger();
  next.node = now_.node;
  next.founding = now_.founding;
  next.pool.disks = now_.pool.disks;
  if (now_.has_ledger() || other_source) {
    next.members = now_.members;
    return {};
  }
  if (next.members.term < now_.members.term)
    return fail(ec::stale, "fleet.term is lower than it was");
  next.members.fleet = now_.members.fleet;
  const member_record* self = next.members.find_by_name(now_.node.name);
  if (self == nullptr || self->id != now_.self().id)
    return fail(ec::refused, "this node would not be a member any more");
  for (member_record& member : next.members.members)
    if (member.name == now_.node.name) {
      member.address = now_.node.address;
      member.port = now_.node.port;
    }
  return {};
}

void reloader::tell_members() {
  auto members = std::make_shared<membership>(now_.members);
  log_.use_names(members);
  if (node_) caf::anon_send(node_, membership_update{members});
}

void reloader::detach() {
  std::lock_guard lock(mutex_);
  node_ = nullptr;
}

result<reload_reply> reloader::reload() {
  std::lock_guard lock(mutex_);
  auto next = read_configuration(file_);
  if (!next) {
    log_.say(log_level::error, "reload-refused", "reason", next.error().text);
    return fail(next.error());
  }
  auto difference = compare(now_, *next);
  if (status kept = keep_until_restart(*next); !kept) {
    log_.say(log_level::error, "reload-refused", "reason", kept.error().text);
    return fail(kept.error());
  }
  now_ = std::move(*next);
  log_.configure(now_.log);
  // A ledger tells its node about members by itself.
  if (!now_.has_ledger()) tell_members();
  if (node_) caf::anon_send(node_, offer_update{now_.pool.offer});
  log_.say(log_level::info, "reloaded", "changed", std::to_string(difference.at_once.size()));
  return reload_reply{difference.at_once, difference.restart};
}

} // namespace ppn
