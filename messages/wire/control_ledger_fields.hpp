// The ledgers' part of the control socket, field by field, for the codec of its requests and responses.
#pragma once

#include "messages/control.hpp"
#include "messages/wire/control.capnp.h"

namespace ppn::wire {

void write(LedgerBrief::Builder to, const ledger_brief& from);
void write(LedgerReport::Builder to, const ledger_report& from);
void write(LedgerRead::Builder to, const ledger_read_request& from);
void write(LedgerEntries::Builder to, const ledger_read_reply& from);
void write(LedgerProof::Builder to, const ledger_proof_request& from);
void write(LedgerNote::Builder to, const ledger_note_request& from);
void write(LedgerSubmit::Builder to, const ledger_submit_request& from);
void write(LedgerAppended::Builder to, const ledger_append_reply& from);

ledger_choice read_choice(std::uint8_t value);
ledger_brief read(LedgerBrief::Reader from);
ledger_report read(LedgerReport::Reader from);
ledger_read_request read(LedgerRead::Reader from);
ledger_read_reply read(LedgerEntries::Reader from);
ledger_proof_request read(LedgerProof::Reader from);
ledger_note_request read(LedgerNote::Reader from);
ledger_submit_request read(LedgerSubmit::Reader from);
ledger_append_reply read(LedgerAppended::Reader from);
// The octets of a proof file.
std::string read_proof_file(capnp::Data::Reader from);

} // namespace ppn::wire
