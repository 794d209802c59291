#include "messages/wire/codec.hpp"

#include "messages/wire/fleet_fields.hpp"
#include "messages/wire/replication_fields.hpp"
#include "messages/wire/segment.hpp"

namespace ppn::wire {

namespace {

struct node_message_writer {
  NodeMessage::Builder root;
  void operator()(const heartbeat& m) { write(root.initHeartbeat(), m); }
  void operator()(const heartbeat_ack& m) { write(root.initHeartbeatAck(), m); }
  void operator()(const view_request& m) { write(root.initViewRequest(), m); }
  void operator()(const fleet_view& m) { write(root.initFleetView(), m); }
  void operator()(const ledger_have& m) { write(root.initLedgerHave(), m); }
  void operator()(const ledger_page& m) { write(root.initLedgerPage(), m); }
  void operator()(const cosign_request& m) { write(root.initCosignRequest(), m); }
  void operator()(const order_request& m) { write(root.initOrderRequest(), m); }
  void operator()(const order_reply& m) { write(root.initOrderReply(), m); }
  void operator()(const cosign_answer& m) { write(root.initCosignAnswer(), m); }
};

wire_message read_node_message(NodeMessage::Reader root) {
  switch (root.which()) {
  case NodeMessage::HEARTBEAT: return read(root.getHeartbeat());
  case NodeMessage::HEARTBEAT_ACK: return read(root.getHeartbeatAck());
  case NodeMessage::VIEW_REQUEST: return read(root.getViewRequest());
  case NodeMessage::FLEET_VIEW: return read(root.getFleetView(), limits::view_rows_per_message);
  case NodeMessage::LEDGER_HAVE: return read(root.getLedgerHave());
  case NodeMessage::LEDGER_PAGE: return read(root.getLedgerPage());
  case NodeMessage::COSIGN_REQUEST: return read(root.getCosignRequest());
  case NodeMessage::ORDER_REQUEST: return read(root.getOrderRequest());
  case NodeMessage::ORDER_REPLY: return read(root.getOrderReply());
  case NodeMessage::COSIGN_ANSWER: return read(root.getCosignAnswer());
  }
  throw decode_failure{"a message of a kind this version does not know"};
}

} // namespace

bytes encode(const wire_message& message) {
  return build_segment<NodeMessage>(
      [&](NodeMessage::Builder root) { std::visit(node_message_writer{root}, message); });
}

result<wire_message> decode_node_message(bytes_view body) {
  return read_segment<NodeMessage>(body, limits::frame_bulk_max, read_node_message);
}

} // namespace ppn::wire
