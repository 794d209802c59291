// Asks a node's actors for everything that a status consists of; the last answer to arrive ends it.
// A ledger that waits for its disk is named slow: it does not keep the rest from whoever asks.
#pragma once

#include "messages/actors.hpp"
#include "messages/base/limits.hpp"
#include "messages/control.hpp"

#include <functional>
#include <memory>

namespace ppn {

// Of a report, what a status says.
ledger_brief brief_of(ledger_choice which, const ledger_report& report);

struct status_collection {
  status_reply reply;
  int missing = 0;
  bool failed = false;
  std::function<void(result<status_reply>)> done;

  void arrived() {
    if (--missing > 0) return;
    if (failed) return done(fail(ec::timed_out, "a part of the node is slow"));
    done(std::move(reply));
  }
};

template <class Self>
void collect_ledger(Self* self, const ledger_actor& ledger, ledger_choice which,
                    const std::shared_ptr<status_collection>& parts) {
  if (!ledger) return;
  ++parts->missing;
  const std::size_t place = parts->reply.ledgers.size();
  ledger_brief& brief = parts->reply.ledgers.emplace_back();
  brief.which = which;
  brief.state = "slow";
  brief.why = "it does not answer";
  self->request(ledger, limits::internal_request_timeout, ledger_report_query{})
    .then(
      [parts, which, place](const ledger_report_answer& a) {
        parts->reply.ledgers[place] = brief_of(which, a.report);
        parts->arrived();
      },
      [parts](const caf::error&) { parts->arrived(); });
}

// `begun` says who the node is.
template <class Self>
void collect_status(Self* self, const wiring& others, node_report begun,
                    std::function<void(result<status_reply>)> done) {
  auto parts = std::make_shared<status_collection>();
  parts->reply.node = std::move(begun);
  parts->done = std::move(done);
  parts->missing = 3;
  auto failed = [parts](const caf::error&) {
    parts->failed = true;
    parts->arrived();
  };
  auto take_view = [parts](const view_answer& a) {
    if (a.view) parts->reply.view = *a.view;
    parts->reply.node.view_age_milliseconds = a.age_milliseconds;
    parts->arrived();
  };
  // The controller itself knows the silences of this moment.
  if (others.fleet)
    self->request(others.fleet, limits::internal_request_timeout, view_query{}).then(take_view, failed);
  else
    self->request(others.host, limits::internal_request_timeout, view_query{}).then(take_view, failed);
  self->request(others.link, limits::internal_request_timeout, link_report_query{})
    .then(
      [parts](const link_report_answer& a) {
        parts->reply.node.links = a.links;
        parts->reply.node.refusals = a.refusals;
        parts->arrived();
      },
      failed);
  self->request(others.node, limits::internal_request_timeout, node_query{})
    .then(
      [parts](const node_answer& a) {
        parts->reply.node.child_restarts = a.child_restarts;
        parts->reply.node.uptime_milliseconds = a.uptime_milliseconds;
        parts->arrived();
      },
      failed);
  collect_ledger(self, others.ledger, ledger_choice::fleet, parts);
  collect_ledger(self, others.own_ledger, ledger_choice::own, parts);
}

} // namespace ppn
