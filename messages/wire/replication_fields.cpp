#include "messages/wire/replication_fields.hpp"

#include "messages/wire/segment.hpp"

namespace ppn::wire {

namespace {

// Notes and requests are text with line feeds, and may hold any name: they travel as octets.
constexpr std::size_t note_octets = 64 * 1024;
constexpr std::size_t request_octets = 128 * 1024;
constexpr std::size_t proof_hashes = 63;
constexpr std::size_t reply_text_octets = 1024;

void write_hashes(capnp::Data::Builder to, const std::vector<digest>& from) {
  for (std::size_t i = 0; i < from.size(); ++i)
    std::copy(from[i].octets.begin(), from[i].octets.end(), to.begin() + i * digest::size);
}

std::vector<digest> read_hashes(capnp::Data::Reader from) {
  if (from.size() % digest::size != 0 || from.size() > proof_hashes * digest::size)
    throw decode_failure{"a proof is no list of at most 63 hashes"};
  std::vector<digest> to(from.size() / digest::size);
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] = *digest::from({from.begin() + i * digest::size, digest::size});
  return to;
}

template <class To>
To read_data(capnp::Data::Reader from, std::size_t octets_max, const char* field) {
  if (from.size() > octets_max) throw decode_failure{std::string{field} + " is too long"};
  return To(from.begin(), from.end());
}

} // namespace

void write(LedgerHave::Builder to, const ledger_have& from) {
  to.setSize(from.size);
  to.setRoot(data_of(from.root));
  to.setNote(data_of(view_of(from.note)));
}

ledger_have read(LedgerHave::Reader from) {
  return {from.getSize(), read_id<digest>(from.getRoot(), "root"),
          read_data<std::string>(from.getNote(), note_octets, "note")};
}

void write(LedgerPage::Builder to, const ledger_page& from) {
  to.setFrom(from.from);
  auto entries = to.initEntries(static_cast<capnp::uint>(from.entries.size()));
  for (capnp::uint i = 0; i < entries.size(); ++i) entries.set(i, data_of(bytes_view{from.entries[i]}));
  to.setTarget(data_of(view_of(from.target)));
  write_hashes(to.initExtends(static_cast<capnp::uint>(from.extends.size() * digest::size)),
               from.extends);
  write_hashes(to.initReaches(static_cast<capnp::uint>(from.reaches.size() * digest::size)),
               from.reaches);
}

ledger_page read(LedgerPage::Reader from) {
  ledger_page to;
  to.from = from.getFrom();
  auto entries = checked_list(from.getEntries(), limits::page_entries, "entries");
  to.entries.reserve(entries.size());
  for (auto entry : entries)
    to.entries.push_back(read_data<bytes>(entry, limits::entry_octets, "entry"));
  to.target = read_data<std::string>(from.getTarget(), note_octets, "target");
  to.extends = read_hashes(from.getExtends());
  to.reaches = read_hashes(from.getReaches());
  return to;
}

void write(CosignRequest::Builder to, const cosign_request& from) {
  to.setBody(data_of(bytes_view{from.body}));
}

cosign_request read(CosignRequest::Reader from) {
  return {read_data<bytes>(from.getBody(), request_octets, "request")};
}

void write(CosignAnswer::Builder to, const cosign_answer& from) {
  to.setStatus(from.status);
  to.setBody(data_of(view_of(from.body)));
}

cosign_answer read(CosignAnswer::Reader from) {
  return {from.getStatus(), read_data<std::string>(from.getBody(), note_octets, "answer")};
}

void write(OrderRequest::Builder to, const order_request& from) {
  to.setTicket(from.ticket);
  to.setOrder(data_of(bytes_view{from.order.octets}));
  to.setSigned(from.order.authority.has_value());
  if (!from.order.authority) return;
  to.setAdmin(data_of(from.order.authority->admin));
  to.setPreviousSize(from.order.authority->previous_size);
  to.setProof(data_of(from.order.authority->proof));
}

order_request read(OrderRequest::Reader from) {
  order_request to;
  to.ticket = from.getTicket();
  to.order.octets = read_data<bytes>(from.getOrder(), limits::entry_octets, "order");
  if (from.getSigned())
    to.order.authority = order_authority{read_id<node_id>(from.getAdmin(), "administrator"),
                                         from.getPreviousSize(),
                                         read_id<signature>(from.getProof(), "proof")};
  return to;
}

void write(OrderReply::Builder to, const order_reply& from) {
  to.setTicket(from.ticket);
  to.setRefused(from.refused.has_value());
  if (from.refused) {
    to.setCode(static_cast<std::uint8_t>(from.refused->code));
    to.setText(sendable_text(from.refused->text, reply_text_octets));
  }
  to.setIndex(from.index);
  to.setSize(from.size);
  to.setDegraded(from.degraded);
}

order_reply read(OrderReply::Reader from) {
  order_reply to{from.getTicket(), {}, from.getIndex(), from.getSize(), from.getDegraded()};
  if (from.getRefused())
    to.refused = error{read_enum(from.getCode(), ec::internal, "code"),
                       read_text(from.getText(), reply_text_octets, "text")};
  return to;
}

} // namespace ppn::wire
