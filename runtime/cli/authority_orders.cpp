#include "runtime/cli/authority_orders.hpp"

#include "messages/wire/ledger_codec.hpp"
#include "runtime/cli/entry_stream.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ppn {

result<seen_fleet> see_fleet(control_channel& daemon) {
  auto shown = daemon.ask<status_reply>(status_request{});
  if (!shown) return fail(shown.error());
  if (shown->ledgers.empty())
    return fail(ec::unsupported, "this fleet has no ledger, so nobody administers it by signatures");
  // After the members: a size that is too small only makes an order void, never wrong.
  auto report = daemon.ask<ledger_report_reply>(ledger_report_request{ledger_choice::fleet});
  if (!report) return fail(report.error());
  seen_fleet seen;
  seen.fleet = shown->node.fleet;
  seen.size = report->report.size;
  seen.node = shown->node.name;
  for (member_view& row : shown->view.rows) seen.members.push_back(std::move(row.record));
  return seen;
}

result<fleet_fold> fold_ledger(control_channel& daemon, const seen_fleet& seen) {
  fleet_fold fold(seen.fleet, crypto::verify);
  status read = for_each_entry(daemon, ledger_choice::fleet, 0, seen.size,
                               [&](std::uint64_t, bytes_view entry) -> status {
                                 fold.apply(entry);
                                 return {};
                               });
  if (!read) return fail(read.error());
  if (fold.state().fleet != seen.fleet)
    return fail(ec::integrity, "the node shows fleet " + seen.fleet.hex() +
                                 ", but its ledger does not begin with that fleet's founding");
  return fold;
}

result<member_record> member_called(const seen_fleet& seen, std::string_view name) {
  std::string others;
  for (const member_record& each : seen.members) {
    if (each.name == name || each.id.hex() == name) return each;
    if (others.size() < 200) others += (others.empty() ? "" : ", ") + each.name;
  }
  return fail(ec::not_found, "no member is called '" + std::string(name) + "'; there are " + others);
}

result<submitted_order> sign_order(const seen_fleet& seen, entry_fact what, std::string why,
                                   const crypto::signing_key& admin, entropy& random) {
  ledger_order order;
  random.fill(order.id.octets);
  order.who = {order_author::kind::admin, admin.public_part(), 0};
  order.why = std::move(why);
  order.what = std::move(what);
  auto octets = wire::encode_order(order);
  if (!octets) return fail(octets.error());
  signature proof = admin.sign(authority_text(seen.fleet, seen.size, *octets));
  return submitted_order{std::move(*octets), order_authority{admin.public_part(), seen.size, proof}};
}

result<ledger_append_reply> give_order(control_channel& daemon, const seen_fleet& seen,
                                       given_order order, const crypto::signing_key& admin,
                                       entropy& random) {
  auto signed_order = sign_order(seen, std::move(order.what), std::move(order.why), admin, random);
  if (!signed_order) return fail(signed_order.error());
  return daemon.ask<ledger_append_reply>(ledger_submit_request{std::move(*signed_order)});
}

result<ledger_append_reply> give_orders(control_channel& daemon, std::vector<given_order> orders,
                                        const crypto::signing_key& admin, entropy& random) {
  auto seen = see_fleet(daemon);
  if (!seen) return fail(seen.error());
  ledger_append_reply last;
  for (given_order& each : orders) {
    auto done = give_order(daemon, *seen, std::move(each), admin, random);
    if (!done) return done;
    last = *done;
    seen->size = std::max(seen->size, done->size);
  }
  return last;
}

std::string entered_text(const ledger_append_reply& done, std::string_view kind, bool json) {
  if (json)
    return nlohmann::ordered_json{{"schema", "ppn.order/1"}, {"kind", kind},
                                  {"dry_run", false},        {"entry", done.index},
                                  {"size", done.size},       {"degraded", done.degraded}}
             .dump(2) +
           '\n';
  std::string text = fmt::format("entry {}, size {}", done.index, done.size);
  if (done.degraded) text += "; fewer members hold it yet than the policy asks for";
  return text + '\n';
}

std::string not_entered_text(const entry_fact& what, bool json) {
  if (json)
    return nlohmann::ordered_json{{"schema", "ppn.order/1"}, {"kind", kind_of(what)}, {"dry_run", true}}
             .dump(2) +
           '\n';
  return fmt::format("would enter {}; nothing was given\n", kind_of(what));
}

} // namespace ppn
