// A signed commit: entries, tree and checkpoint become durable together, under the log's own key.
#pragma once

#include "storage/ledger/book.hpp"
#include "storage/log/checkpoint.hpp"

namespace ppn {

struct log_key {
  log::vkey key; // its name is the origin
  log::sign_function sign;
};

// What was committed: the leaves of the entries, for whoever follows what a ledger does.
using committed_leaves = std::vector<digest>;

// An empty book gets its first checkpoint by a commit of nothing.
result<committed_leaves> commit_signed(ledger_book& book, const log_key& key,
                                       std::vector<bytes> entries, bool keep);

} // namespace ppn
