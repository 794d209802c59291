#include "storage/ledger/writer.hpp"

namespace ppn {

result<committed_leaves> commit_signed(ledger_book& book, const log_key& key,
                                       std::vector<bytes> entries, bool keep) {
  auto made = book.extend(std::move(entries));
  log::checkpoint next{key.key.name, made.right.size(), made.right.root(), {}};
  auto note = log::sign_checkpoint(next, key.key, key.sign);
  if (!note) return fail(note.error());
  committed_leaves leaves = made.leaves;
  status done = leaves.empty() ? book.remember(std::move(*note))
                               : book.commit(std::move(made), std::move(*note), keep);
  if (!done) return fail(done.error());
  return leaves;
}

} // namespace ppn
