#include "runtime/cli/admin_orders.hpp"

#include "runtime/crypto/key_words.hpp"
#include "runtime/cli/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

// What else a person may type for a key; eight digits are what tables show.
constexpr std::size_t hex_digits_least = 8;

bool is_called(const signing_public& key, const fleet_admin& admin, const std::string& who) {
  if (admin.label == who || crypto::fingerprint(key) == who) return true;
  return who.size() >= hex_digits_least && key.hex().starts_with(who);
}

result<signing_public> admin_called(const fleet_state& state, const std::string& who) {
  std::optional<signing_public> found;
  for (const auto& [key, admin] : state.admins) {
    if (!is_called(key, admin, who)) continue;
    if (found) return fail(ec::invalid, "more than one administrator is called '" + who + "'");
    found = key;
  }
  if (found) return *found;
  return fail(ec::not_found, "no administrator is called '" + who + "'; see ppn admin list");
}

status give(const admin_order_world& world, const seen_fleet& seen, given_order order) {
  if (world.dry_run) return world.output.write(not_entered_text(order.what, world.json));
  const std::string_view kind = kind_of(order.what);
  auto done = give_order(world.daemon, seen, std::move(order), world.admin, world.random);
  if (!done) return fail(done.error());
  return world.output.write(entered_text(*done, kind, world.json));
}

status require_reason(const std::string& reason) {
  return reason.empty() ? fail(ec::invalid, "this needs a --reason: it stays in the ledger") : status{};
}

} // namespace

status add_admin(const admin_add_options& given, const admin_order_world& world) {
  auto seen = see_fleet(world.daemon);
  if (!seen) return fail(seen.error());
  return give(world, *seen, {fact::admin_added{given.key, given.label}, given.reason});
}

status remove_admin(const admin_remove_options& given, const admin_order_world& world) {
  auto seen = see_fleet(world.daemon);
  if (!seen) return fail(seen.error());
  auto fold = fold_ledger(world.daemon, *seen);
  if (!fold) return fail(fold.error());
  auto key = admin_called(fold->state(), given.who);
  if (!key) return fail(key.error());
  return give(world, *seen, {fact::admin_removed{*key}, given.reason});
}

status rotate_admin(const signing_public& next, const std::string& reason,
                    const admin_order_world& world) {
  auto seen = see_fleet(world.daemon);
  if (!seen) return fail(seen.error());
  auto fold = fold_ledger(world.daemon, *seen);
  if (!fold) return fail(fold.error());
  auto old = fold->state().admins.find(world.admin.public_part());
  if (old == fold->state().admins.end())
    return fail(ec::refused, "the signing key is no administrator of this fleet");
  std::vector<given_order> orders;
  orders.push_back({fact::admin_added{next, old->second.label}, reason});
  orders.push_back({fact::admin_removed{old->first}, reason});
  if (world.dry_run) return world.output.write(not_entered_text(orders.front().what, world.json));
  auto done = give_orders(world.daemon, std::move(orders), world.admin, world.random);
  if (!done) return fail(done.error());
  return world.output.write(entered_text(*done, "admin-added", world.json));
}

status list_admins(control_channel& daemon, text_sink& output, bool as_json) {
  auto seen = see_fleet(daemon);
  if (!seen) return fail(seen.error());
  auto fold = fold_ledger(daemon, *seen);
  if (!fold) return fail(fold.error());
  json document{{"schema", "ppn.admin-list/1"}, {"fleet", seen->fleet.hex()}};
  document["admins"] = json::array();
  std::string lines;
  for (const auto& [key, admin] : fold->state().admins) {
    document["admins"].push_back({{"public", key.hex()},
                                  {"fingerprint", crypto::fingerprint(key)},
                                  {"label", admin.label},
                                  {"entry", admin.changed}});
    lines += fmt::format("{}  {}  {}\n", key.brief(), crypto::fingerprint(key),
                         text::plain(admin.label));
  }
  if (!as_json) return output.write(lines);
  return output.write(document.dump(2, ' ', true, json::error_handler_t::replace) + '\n');
}

status revoke_node(const node_revoke_options& given, const admin_order_world& world) {
  if (status told = require_reason(given.reason); !told) return told;
  auto seen = see_fleet(world.daemon);
  if (!seen) return fail(seen.error());
  auto member = member_called(*seen, given.name);
  if (!member) return fail(member.error());
  return give(world, *seen, {fact::member_removed{member->id}, given.reason});
}

status set_posture(const node_posture_options& given, const admin_order_world& world) {
  auto seen = see_fleet(world.daemon);
  if (!seen) return fail(seen.error());
  auto member = member_called(*seen, given.name);
  if (!member) return fail(member.error());
  return give(world, *seen, {fact::posture_set{member->id, given.trust}, given.reason});
}

} // namespace ppn
