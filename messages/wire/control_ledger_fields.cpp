#include "messages/wire/control_ledger_fields.hpp"

#include "messages/wire/segment.hpp"

namespace ppn::wire {

namespace {

constexpr std::size_t text_octets = 1024;
constexpr std::size_t note_octets = 64 * 1024;
constexpr std::size_t proof_octets = 256 * 1024;
constexpr std::size_t evidence_lines = 128;

template <class To>
To read_data(capnp::Data::Reader from, std::size_t octets_max, const char* field) {
  if (from.size() > octets_max) throw decode_failure{std::string{field} + " is too long"};
  return To(from.begin(), from.end());
}

// Of free text, which the sender's own fields may be: what cannot travel is cut, never refused.
capnp::Text::Reader sendable(std::string& place, const std::string& text) {
  place = sendable_text(text, text_octets);
  return {place.c_str(), place.size()};
}

void write(LedgerEvidence::Builder to, const ledger_evidence& from) {
  std::string place;
  to.setKind(static_cast<std::uint8_t>(from.what));
  to.setOrigin(sendable(place, from.origin));
  to.setSize(from.size);
  to.setExpected(data_of(from.expected));
  to.setFound(data_of(from.found));
  to.setPeer(data_of(from.peer));
  to.setText(sendable(place, from.text));
}

ledger_evidence read(LedgerEvidence::Reader from) {
  ledger_evidence to;
  to.what = read_enum(from.getKind(), ledger_evidence::kind::authority, "kind of evidence");
  to.origin = read_text(from.getOrigin(), text_octets, "origin");
  to.size = from.getSize();
  to.expected = read_id<digest>(from.getExpected(), "expected root");
  to.found = read_id<digest>(from.getFound(), "found root");
  to.peer = read_id<node_id>(from.getPeer(), "peer");
  to.text = read_text(from.getText(), text_octets, "evidence");
  return to;
}

void write(CopyReport::Builder to, const copy_report& from) {
  to.setMember(data_of(from.member));
  to.setSize(from.size);
  to.setCosigned(from.cosigned);
  to.setReachable(from.reachable);
}

copy_report read(CopyReport::Reader from) {
  return {read_id<node_id>(from.getMember(), "member"), from.getSize(), from.getCosigned(),
          from.getReachable()};
}

template <class List, class Value>
void write_list(List to, const std::vector<Value>& from) {
  for (capnp::uint i = 0; i < to.size(); ++i) write(to[i], from[i]);
}

std::vector<digest> read_leaves(capnp::Data::Reader from, std::size_t count) {
  if (from.size() != count * digest::size)
    throw decode_failure{"there is not one leaf for each entry"};
  std::vector<digest> to(count);
  for (std::size_t i = 0; i < count; ++i)
    to[i] = *digest::from({from.begin() + i * digest::size, digest::size});
  return to;
}

} // namespace

ledger_choice read_choice(std::uint8_t value) {
  return read_enum(value, ledger_choice::own, "ledger");
}

// -- reports ---------------------------------------------------------------------------------------------

void write(LedgerBrief::Builder to, const ledger_brief& from) {
  std::string place;
  to.setWhich(static_cast<std::uint8_t>(from.which));
  to.setOrigin(sendable(place, from.origin));
  to.setPart(static_cast<std::uint8_t>(from.part));
  to.setSize(from.size);
  to.setRoot(data_of(from.root));
  to.setState(sendable(place, from.state));
  to.setWhy(sendable(place, from.why));
  to.setDegraded(from.degraded);
  to.setIsCosigned(from.cosigned.has_value());
  to.setCosigned(from.cosigned.value_or(0));
  auto lines = static_cast<capnp::uint>(std::min(from.evidence.size(), evidence_lines));
  auto evidence = to.initEvidence(lines);
  for (capnp::uint i = 0; i < lines; ++i) evidence.set(i, sendable(place, from.evidence[i]));
}

ledger_brief read(LedgerBrief::Reader from) {
  ledger_brief to;
  to.which = read_choice(from.getWhich());
  to.origin = read_text(from.getOrigin(), text_octets, "origin");
  to.part = read_enum(from.getPart(), ledger_part::copy, "part");
  to.size = from.getSize();
  to.root = read_id<digest>(from.getRoot(), "root");
  to.state = read_text(from.getState(), text_octets, "state");
  to.why = read_text(from.getWhy(), text_octets, "reason");
  to.degraded = from.getDegraded();
  if (from.getIsCosigned()) to.cosigned = from.getCosigned();
  for (auto line : checked_list(from.getEvidence(), evidence_lines, "evidence"))
    to.evidence.push_back(read_text(line, text_octets, "evidence"));
  return to;
}

void write(LedgerReport::Builder to, const ledger_report& from) {
  std::string place;
  to.setOrigin(sendable(place, from.origin));
  to.setPart(static_cast<std::uint8_t>(from.part));
  to.setSize(from.size);
  to.setRoot(data_of(from.root));
  to.setVkey(sendable(place, from.vkey));
  to.setNote(data_of(view_of(from.note)));
  to.setCosigned(data_of(view_of(from.cosigned)));
  to.setState(sendable(place, from.state));
  to.setWhy(sendable(place, from.why));
  to.setPolicy(sendable(place, from.policy));
  to.setDegraded(from.degraded);
  to.setWaiting(from.waiting);
  to.setRefusedEntries(from.refused_entries);
  write_list(to.initCopies(static_cast<capnp::uint>(from.copies.size())), from.copies);
  auto lines = static_cast<capnp::uint>(std::min(from.evidence.size(), evidence_lines));
  write_list(to.initEvidence(lines), from.evidence);
}

ledger_report read(LedgerReport::Reader from) {
  ledger_report to;
  to.origin = read_text(from.getOrigin(), text_octets, "origin");
  to.part = read_enum(from.getPart(), ledger_part::copy, "part");
  to.size = from.getSize();
  to.root = read_id<digest>(from.getRoot(), "root");
  to.vkey = read_text(from.getVkey(), text_octets, "key");
  to.note = read_data<std::string>(from.getNote(), note_octets, "note");
  to.cosigned = read_data<std::string>(from.getCosigned(), note_octets, "cosigned note");
  to.state = read_text(from.getState(), text_octets, "state");
  to.why = read_text(from.getWhy(), text_octets, "reason");
  to.policy = read_text(from.getPolicy(), text_octets, "policy");
  to.degraded = from.getDegraded();
  to.waiting = from.getWaiting();
  to.refused_entries = from.getRefusedEntries();
  for (auto copy : checked_list(from.getCopies(), limits::members, "copies"))
    to.copies.push_back(read(copy));
  for (auto evidence : checked_list(from.getEvidence(), evidence_lines, "evidence"))
    to.evidence.push_back(read(evidence));
  return to;
}

// -- entries and proofs ----------------------------------------------------------------------------------

void write(LedgerRead::Builder to, const ledger_read_request& from) {
  to.setWhich(static_cast<std::uint8_t>(from.which));
  to.setFrom(from.from);
  to.setMost(from.most);
}

ledger_read_request read(LedgerRead::Reader from) {
  return {read_choice(from.getWhich()), from.getFrom(), from.getMost()};
}

void write(LedgerEntries::Builder to, const ledger_read_reply& from) {
  to.setSize(from.size);
  auto entries = to.initEntries(static_cast<capnp::uint>(from.entries.size()));
  for (capnp::uint i = 0; i < entries.size(); ++i)
    entries.set(i, data_of(bytes_view{from.entries[i]}));
  auto leaves = to.initLeaves(static_cast<capnp::uint>(from.leaves.size() * digest::size));
  for (std::size_t i = 0; i < from.leaves.size(); ++i)
    std::copy(from.leaves[i].octets.begin(), from.leaves[i].octets.end(),
              leaves.begin() + i * digest::size);
}

ledger_read_reply read(LedgerEntries::Reader from) {
  ledger_read_reply to;
  to.size = from.getSize();
  auto entries = checked_list(from.getEntries(), limits::control_read_entries, "entries");
  to.entries.reserve(entries.size());
  for (auto entry : entries)
    to.entries.push_back(read_data<bytes>(entry, limits::entry_octets, "entry"));
  to.leaves = read_leaves(from.getLeaves(), to.entries.size());
  return to;
}

void write(LedgerProof::Builder to, const ledger_proof_request& from) {
  to.setWhich(static_cast<std::uint8_t>(from.which));
  to.setIndex(from.index);
}

ledger_proof_request read(LedgerProof::Reader from) {
  return {read_choice(from.getWhich()), from.getIndex()};
}

std::string read_proof_file(capnp::Data::Reader from) {
  return read_data<std::string>(from, proof_octets, "proof");
}

// -- orders ----------------------------------------------------------------------------------------------

// What is over its cap goes out as it is: whoever reads it refuses it, and nothing is cut in silence.
void write(LedgerNote::Builder to, const ledger_note_request& from) {
  to.setWhich(static_cast<std::uint8_t>(from.which));
  to.setId(data_of(from.id));
  to.setReason({from.reason.c_str(), from.reason.size()});
}

ledger_note_request read(LedgerNote::Reader from) {
  return {read_choice(from.getWhich()), read_id<order_id>(from.getId(), "order id"),
          read_text(from.getReason(), limits::reason_octets, "reason")};
}

void write(LedgerSubmit::Builder to, const ledger_submit_request& from) {
  to.setOrder(data_of(bytes_view{from.order.octets}));
  to.setSigned(from.order.authority.has_value());
  if (!from.order.authority) return;
  to.setAdmin(data_of(from.order.authority->admin));
  to.setPreviousSize(from.order.authority->previous_size);
  to.setProof(data_of(from.order.authority->proof));
}

ledger_submit_request read(LedgerSubmit::Reader from) {
  ledger_submit_request to;
  to.order.octets = read_data<bytes>(from.getOrder(), limits::entry_octets, "order");
  if (from.getSigned())
    to.order.authority = order_authority{read_id<node_id>(from.getAdmin(), "administrator"),
                                         from.getPreviousSize(),
                                         read_id<signature>(from.getProof(), "proof")};
  return to;
}

void write(LedgerAppended::Builder to, const ledger_append_reply& from) {
  to.setIndex(from.index);
  to.setSize(from.size);
  to.setDegraded(from.degraded);
}

ledger_append_reply read(LedgerAppended::Reader from) {
  return {from.getIndex(), from.getSize(), from.getDegraded()};
}

} // namespace ppn::wire
