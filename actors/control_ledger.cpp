#include "actors/control_state.hpp"
#include "messages/base/limits.hpp"
#include "messages/wire/ledger_codec.hpp"

#include <caf/response_handle.hpp>

namespace ppn {

namespace {

error no_ledger() { return {ec::unsupported, "this fleet has no ledger"}; }

error slow_ledger() { return {ec::timed_out, "the ledger does not answer"}; }

} // namespace

// -- reading ---------------------------------------------------------------------------------------------

void control_state::take(const asker& to, const ledger_report_request& request) {
  ledger_actor ledger = ledger_of(request.which);
  if (!ledger) return reply(to, no_ledger());
  self->request(ledger, limits::control_request_deadline, ledger_report_query{})
    .then([this, to](const ledger_report_answer& a) { reply(to, ledger_report_reply{a.report}); },
          [this, to](const caf::error&) { reply(to, slow_ledger()); });
}

void control_state::take(const asker& to, const ledger_read_request& request) {
  ledger_actor ledger = ledger_of(request.which);
  if (!ledger) return reply(to, no_ledger());
  auto most = std::min(request.most, limits::control_read_entries);
  self->request(ledger, limits::control_request_deadline, ledger_read_query{request.from, most})
    .then(
      [this, to](ledger_read_answer& a) {
        if (a.refused) return reply(to, std::move(*a.refused));
        reply(to, ledger_read_reply{a.size, std::move(a.entries), std::move(a.leaves)});
      },
      [this, to](const caf::error&) { reply(to, slow_ledger()); });
}

void control_state::take(const asker& to, const ledger_proof_request& request) {
  ledger_actor ledger = ledger_of(request.which);
  if (!ledger) return reply(to, no_ledger());
  self->request(ledger, limits::control_request_deadline, ledger_proof_query{request.index})
    .then(
      [this, to](const ledger_proof_answer& a) {
        if (a.refused) return reply(to, *a.refused);
        reply(to, ledger_proof_reply{a.proof});
      },
      [this, to](const caf::error&) { reply(to, slow_ledger()); });
}

// -- writing ---------------------------------------------------------------------------------------------

// An answer may take as long as copies on other members take: its writer bounds that, nobody else.
void control_state::append(const asker& to, ledger_choice which, submitted_order order) {
  auto take_answer = [this, to](const append_answer& done) {
    if (done.refused) return reply(to, *done.refused);
    reply(to, ledger_append_reply{done.index, done.size, done.degraded});
  };
  auto failed = [this, to](const caf::error&) {
    reply(to, error{ec::timed_out, "the ledger was restarted: the order may be in it or not"});
  };
  append_order message{std::move(order)};
  if (which == ledger_choice::own && others.own_ledger)
    self->request(others.own_ledger, caf::infinite, std::move(message)).then(take_answer, failed);
  else if (which == ledger_choice::fleet && others.replica)
    self->request(others.replica, caf::infinite, std::move(message)).then(take_answer, failed);
  else
    reply(to, no_ledger());
}

void control_state::take(const asker& to, const ledger_note_request& request) {
  auto who = writer(to);
  if (!who) return;
  ledger_order order;
  order.id = request.id;
  order.who = {order_author::kind::local_user, options.self, who->uid};
  order.why = request.reason;
  order.what = fact::noted{};
  auto octets = wire::encode_order(order);
  if (!octets) return reply(to, octets.error());
  append(to, request.which, {std::move(*octets), std::nullopt});
}

// Nobody speaks for a node or a user of it by this way: only a signature says who ordered it.
void control_state::take(const asker& to, const ledger_submit_request& request) {
  if (!writer(to)) return;
  auto order = wire::decode_order(request.order.octets);
  if (!order) return reply(to, order.error());
  if (order->who.by != order_author::kind::admin || !request.order.authority)
    return reply(to, error{ec::refused, "the order is not signed by an administrator"});
  append(to, ledger_choice::fleet, request.order);
}

void control_state::take(const asker& to, const ledger_restore_request& request) {
  if (!writer(to)) return;
  if (!others.replica) return reply(to, no_ledger());
  for (const member_record& member : options.members->members) {
    if (member.name != request.from) continue;
    if (member.id == options.self)
      return reply(to, error{ec::invalid, "a node cannot be restored from itself"});
    self->send(others.replica, restore_order{member.id});
    return reply(to, ledger_restore_reply{});
  }
  reply(to, error{ec::not_found, "no member is called " + request.from});
}

} // namespace ppn
