#include "messages/wire/codec.hpp"

#include "messages/wire/control.capnp.h"
#include "messages/wire/control_ledger_fields.hpp"
#include "messages/wire/fleet_fields.hpp"
#include "messages/wire/segment.hpp"

namespace ppn::wire {

namespace {

constexpr std::size_t text_octets = 1024;
constexpr std::size_t refusal_kinds = 64;
constexpr std::size_t configuration_keys = 256;
constexpr std::size_t ledgers_per_node = 8;

void write(LinkReport::Builder to, const link_report& from) {
  to.setPeer(data_of(from.peer));
  to.setState(sendable_text(from.state, text_octets));
  to.setEstablished(from.established);
  to.setFramesIn(from.frames_in);
  to.setFramesOut(from.frames_out);
  to.setDropped(from.dropped);
  to.setLastError(sendable_text(from.last_error, text_octets));
}

link_report read(LinkReport::Reader from) {
  return {read_id<node_id>(from.getPeer(), "peer id"),
          read_text(from.getState(), text_octets, "link state"),
          from.getEstablished(),
          from.getFramesIn(),
          from.getFramesOut(),
          from.getDropped(),
          read_text(from.getLastError(), text_octets, "link error")};
}

void write(NodeReport::Builder to, const node_report& from) {
  to.setId(data_of(from.id));
  to.setName(from.name);
  to.setVersion(from.version);
  to.setFleet(data_of(from.fleet));
  to.setUptimeMilliseconds(from.uptime_milliseconds);
  to.setViewAgeMilliseconds(from.view_age_milliseconds);
  to.setChildRestarts(from.child_restarts);
  auto links = to.initLinks(static_cast<capnp::uint>(from.links.size()));
  for (capnp::uint i = 0; i < links.size(); ++i) write(links[i], from.links[i]);
  auto refusals = to.initRefusals(static_cast<capnp::uint>(from.refusals.size()));
  for (capnp::uint i = 0; i < refusals.size(); ++i) {
    refusals[i].setReason(from.refusals[i].reason);
    refusals[i].setCount(from.refusals[i].count);
  }
}

node_report read(NodeReport::Reader from) {
  node_report to;
  to.id = read_id<node_id>(from.getId(), "node id");
  to.name = read_text(from.getName(), limits::name_octets, "node name");
  to.version = read_text(from.getVersion(), limits::name_octets, "version");
  to.fleet = read_id<fleet_id>(from.getFleet(), "fleet id");
  to.uptime_milliseconds = from.getUptimeMilliseconds();
  to.view_age_milliseconds = from.getViewAgeMilliseconds();
  to.child_restarts = from.getChildRestarts();
  for (auto link : checked_list(from.getLinks(), limits::members, "links"))
    to.links.push_back(read(link));
  for (auto refusal : checked_list(from.getRefusals(), refusal_kinds, "refusals"))
    to.refusals.push_back(
        {read_text(refusal.getReason(), text_octets, "refusal"), refusal.getCount()});
  return to;
}

error read(Failure::Reader from) {
  auto code = from.getCode();
  if (code == 0 || code >= ec_count)
    throw decode_failure{"an error code this version does not know"};
  return {static_cast<ec>(code), read_text(from.getText(), text_octets, "error text")};
}

void write(ReloadReply::Builder to, const reload_reply& from) {
  auto changed = to.initChanged(static_cast<capnp::uint>(from.changed.size()));
  for (capnp::uint i = 0; i < changed.size(); ++i) changed.set(i, from.changed[i]);
  auto deferred = to.initDeferred(static_cast<capnp::uint>(from.deferred.size()));
  for (capnp::uint i = 0; i < deferred.size(); ++i) deferred.set(i, from.deferred[i]);
}

reload_reply read(ReloadReply::Reader from) {
  reload_reply to;
  for (auto key : checked_list(from.getChanged(), configuration_keys, "changed keys"))
    to.changed.push_back(read_text(key, text_octets, "key"));
  for (auto key : checked_list(from.getDeferred(), configuration_keys, "deferred keys"))
    to.deferred.push_back(read_text(key, text_octets, "key"));
  return to;
}

void write(StatusReply::Builder to, const status_reply& from) {
  write(to.initNode(), from.node);
  write(to.initView(), from.view);
  // A node without ledgers writes what it wrote before there were any.
  if (from.ledgers.empty()) return;
  auto ledgers = to.initLedgers(static_cast<capnp::uint>(from.ledgers.size()));
  for (capnp::uint i = 0; i < ledgers.size(); ++i) write(ledgers[i], from.ledgers[i]);
}

status_reply read(StatusReply::Reader from) {
  status_reply to{read(from.getNode()), read(from.getView(), limits::members)};
  for (auto ledger : checked_list(from.getLedgers(), ledgers_per_node, "ledgers"))
    to.ledgers.push_back(read(ledger));
  return to;
}

struct request_writer {
  ControlRequest::Builder root;
  void operator()(const status_request&) { root.setStatus(); }
  void operator()(const reload_request&) { root.setReload(); }
  void operator()(const ledger_report_request& request) {
    root.setLedgerReport(static_cast<std::uint8_t>(request.which));
  }
  void operator()(const ledger_read_request& request) { write(root.initLedgerRead(), request); }
  void operator()(const ledger_proof_request& request) { write(root.initLedgerProof(), request); }
  void operator()(const ledger_note_request& request) { write(root.initLedgerNote(), request); }
  void operator()(const ledger_submit_request& request) { write(root.initLedgerSubmit(), request); }
  void operator()(const ledger_restore_request& request) {
    root.setLedgerRestore({request.from.c_str(), request.from.size()});
  }
};

struct response_writer {
  ControlResponse::Builder root;
  void operator()(const error& what) {
    auto failure = root.initFailure();
    failure.setCode(static_cast<std::uint8_t>(what.code));
    failure.setText(sendable_text(what.text, text_octets));
  }
  void operator()(const status_reply& reply) { write(root.initStatus(), reply); }
  void operator()(const reload_reply& reply) { write(root.initReload(), reply); }
  void operator()(const ledger_report_reply& reply) {
    write(root.initLedgerReport(), reply.report);
  }
  void operator()(const ledger_read_reply& reply) { write(root.initLedgerEntries(), reply); }
  void operator()(const ledger_proof_reply& reply) {
    root.setLedgerProof(data_of(view_of(reply.proof)));
  }
  void operator()(const ledger_append_reply& reply) { write(root.initLedgerAppended(), reply); }
  void operator()(const ledger_restore_reply&) { root.setLedgerRestore(); }
};

} // namespace

bytes encode(const control_request& request) {
  return build_segment<ControlRequest>([&](ControlRequest::Builder root) {
    root.setId(request.id);
    std::visit(request_writer{root}, request.body);
  });
}

bytes encode(const control_response& response) {
  return build_segment<ControlResponse>([&](ControlResponse::Builder root) {
    root.setId(response.id);
    std::visit(response_writer{root}, response.body);
  });
}

result<control_request> decode_control_request(bytes_view body) {
  return read_segment<ControlRequest>(
      body, limits::control_request_max, [](ControlRequest::Reader root) -> control_request {
        const std::uint64_t id = root.getId();
        switch (root.which()) {
        case ControlRequest::STATUS: return {id, status_request{}};
        case ControlRequest::RELOAD: return {id, reload_request{}};
        case ControlRequest::LEDGER_REPORT:
          return {id, ledger_report_request{read_choice(root.getLedgerReport())}};
        case ControlRequest::LEDGER_READ: return {id, read(root.getLedgerRead())};
        case ControlRequest::LEDGER_PROOF: return {id, read(root.getLedgerProof())};
        case ControlRequest::LEDGER_NOTE: return {id, read(root.getLedgerNote())};
        case ControlRequest::LEDGER_SUBMIT: return {id, read(root.getLedgerSubmit())};
        case ControlRequest::LEDGER_RESTORE:
          return {id, ledger_restore_request{
                        read_text(root.getLedgerRestore(), limits::name_octets, "member")}};
        }
        throw decode_failure{"a request of a kind this version does not know"};
      });
}

result<control_response> decode_control_response(bytes_view body) {
  return read_segment<ControlResponse>(
      body, limits::control_response_max, [](ControlResponse::Reader root) -> control_response {
        const std::uint64_t id = root.getId();
        switch (root.which()) {
        case ControlResponse::FAILURE: return {id, read(root.getFailure())};
        case ControlResponse::STATUS: return {id, read(root.getStatus())};
        case ControlResponse::RELOAD: return {id, read(root.getReload())};
        case ControlResponse::LEDGER_REPORT:
          return {id, ledger_report_reply{read(root.getLedgerReport())}};
        case ControlResponse::LEDGER_ENTRIES: return {id, read(root.getLedgerEntries())};
        case ControlResponse::LEDGER_PROOF:
          return {id, ledger_proof_reply{read_proof_file(root.getLedgerProof())}};
        case ControlResponse::LEDGER_APPENDED: return {id, read(root.getLedgerAppended())};
        case ControlResponse::LEDGER_RESTORE: return {id, ledger_restore_reply{}};
        }
        throw decode_failure{"a response of a kind this version does not know"};
      });
}

} // namespace ppn::wire
