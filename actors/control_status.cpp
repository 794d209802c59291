#include "actors/control_state.hpp"
#include "messages/base/limits.hpp"
#include "storage/log/checkpoint.hpp"

#include <caf/response_handle.hpp>

namespace ppn {

namespace {

std::optional<std::uint64_t> size_of(std::string_view signed_note) {
  auto note = log::parse_note(view_of(signed_note));
  if (!note) return std::nullopt;
  auto body = log::parse_checkpoint(note->text);
  return body ? std::optional{body->size} : std::nullopt;
}

ledger_brief brief_of(ledger_choice which, const ledger_report& report) {
  ledger_brief to{which,       report.origin, report.part,     report.size,
                  report.root, report.state,  report.why,      report.degraded,
                  size_of(report.cosigned), {}};
  for (const ledger_evidence& each : report.evidence) to.evidence.push_back(render(each));
  return to;
}

} // namespace

void control_state::take(const asker& to, const status_request&) {
  auto parts = std::make_shared<status_parts>();
  node_report& node = parts->reply.node;
  node.id = options.self;
  node.name = options.name;
  node.version = options.version;
  node.fleet = options.members->fleet;
  auto arrived = [this, to, parts] { complete(to, parts); };
  auto failed = [arrived, parts](const caf::error&) {
    parts->failed = true;
    arrived();
  };
  auto take_view = [arrived, parts](const view_answer& a) {
    if (a.view) parts->reply.view = *a.view;
    parts->reply.node.view_age_milliseconds = a.age_milliseconds;
    arrived();
  };
  parts->missing = 3;
  // The controller itself knows the silences of this moment.
  if (others.fleet)
    self->request(others.fleet, limits::internal_request_timeout, view_query{})
      .then(take_view, failed);
  else
    self->request(others.host, limits::internal_request_timeout, view_query{})
      .then(take_view, failed);
  self->request(others.link, limits::internal_request_timeout, link_report_query{})
    .then([arrived, parts](const link_report_answer& a) {
      parts->reply.node.links = a.links;
      parts->reply.node.refusals = a.refusals;
      arrived();
    }, failed);
  self->request(others.node, limits::internal_request_timeout, node_query{})
    .then([arrived, parts](const node_answer& a) {
      parts->reply.node.child_restarts = a.child_restarts;
      parts->reply.node.uptime_milliseconds = a.uptime_milliseconds;
      arrived();
    }, failed);
  collect_ledgers(parts, arrived);
}

// A ledger that waits for its disk is named slow; it does not keep the rest from the operator.
void control_state::collect_ledgers(const std::shared_ptr<status_parts>& parts,
                                    const std::function<void()>& arrived) {
  for (ledger_choice which : {ledger_choice::fleet, ledger_choice::own}) {
    ledger_actor ledger = ledger_of(which);
    if (!ledger) continue;
    ++parts->missing;
    std::size_t place = parts->reply.ledgers.size();
    ledger_brief& brief = parts->reply.ledgers.emplace_back();
    brief.which = which;
    brief.state = "slow";
    brief.why = "it does not answer";
    self->request(ledger, limits::internal_request_timeout, ledger_report_query{})
      .then(
        [arrived, parts, which, place](const ledger_report_answer& a) {
          parts->reply.ledgers[place] = brief_of(which, a.report);
          arrived();
        },
        [arrived](const caf::error&) { arrived(); });
  }
}

void control_state::complete(const asker& to, const std::shared_ptr<status_parts>& parts) {
  if (--parts->missing > 0) return;
  if (parts->failed) return reply(to, error{ec::timed_out, "a part of the node is slow"});
  reply(to, std::move(parts->reply));
}

} // namespace ppn
