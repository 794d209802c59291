// Field-by-field conversion of what replicas and witnesses say to each other.
#pragma once

#include "messages/replication.hpp"
#include "messages/wire/fleet.capnp.h"

namespace ppn::wire {

void write(LedgerHave::Builder to, const ledger_have& from);
void write(LedgerPage::Builder to, const ledger_page& from);
void write(CosignRequest::Builder to, const cosign_request& from);
void write(CosignAnswer::Builder to, const cosign_answer& from);
void write(OrderRequest::Builder to, const order_request& from);
void write(OrderReply::Builder to, const order_reply& from);

ledger_have read(LedgerHave::Reader from);
ledger_page read(LedgerPage::Reader from);
cosign_request read(CosignRequest::Reader from);
cosign_answer read(CosignAnswer::Reader from);
order_request read(OrderRequest::Reader from);
order_reply read(OrderReply::Reader from);

} // namespace ppn::wire
