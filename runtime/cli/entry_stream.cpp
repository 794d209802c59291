#include "runtime/cli/entry_stream.hpp"

#include "storage/log/merkle.hpp"

#include <algorithm>
#include <charconv>

namespace ppn {

namespace {

constexpr std::size_t questions_ahead = 2;

// The daemon names the entry that it cannot read at the front of its text.
std::optional<std::uint64_t> entry_named_in(std::string_view text) {
  constexpr std::string_view prefix = "entry ";
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  std::uint64_t index = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), index);
  return end.ec == std::errc{} ? std::optional{index} : std::nullopt;
}

} // namespace

status entry_stream::ask_ahead() {
  while (asked_.size() < questions_ahead && ask_from_ < to_) {
    std::uint64_t most = std::min(range_, to_ - ask_from_);
    auto id = daemon_->send(ledger_read_request{which_, ask_from_, most});
    if (!id) return fail(id.error());
    asked_.push_back({*id, ask_from_});
    ask_from_ += most;
  }
  return {};
}

result<entry_batch> entry_stream::next() {
  if (at_end()) return entry_batch{position_, {}, {}};
  if (status asked = ask_ahead(); !asked) return fail(asked.error());
  question asked = asked_.front();
  asked_.pop_front();
  std::uint64_t wanted = asked_.empty() ? ask_from_ : asked_.front().from;
  auto reply = control_channel::expect<ledger_read_reply>(daemon_->receive(asked.id));
  if (!reply) {
    if (reply.error().code == ec::integrity) wrong_entry_ = entry_named_in(reply.error().text);
    return fail(reply.error());
  }
  auto batch = check(asked.from, std::move(*reply));
  if (!batch) return batch;
  position_ += batch->entries.size();
  if (position_ > wanted) return fail(ec::malformed, "the daemon sent more entries than it was asked for");
  if (position_ == wanted) return batch;
  // Large entries: fewer of them fit an answer. What was asked ahead begins at the wrong place; the
  // channel skips its answers.
  range_ = std::max<std::uint64_t>(1, batch->entries.size());
  asked_.clear();
  ask_from_ = position_;
  return batch;
}

result<entry_batch> entry_stream::check(std::uint64_t first, ledger_read_reply reply) {
  if (reply.size < to_ || reply.entries.empty())
    return fail(ec::integrity, "the ledger has " + std::to_string(reply.size) + " entries, but it had " +
                                 std::to_string(to_));
  entry_batch batch{first, std::move(reply.entries), {}};
  batch.leaves.reserve(batch.entries.size());
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    digest found = log::leaf_hash(batch.entries[i]);
    batch.leaves.push_back(found);
    if (found == reply.leaves[i]) continue;
    wrong_entry_ = first + i;
    return fail(ec::integrity, "entry " + std::to_string(first + i) +
                                 " is not what the ledger's tree says: expected hash " +
                                 reply.leaves[i].hex() + ", found " + found.hex());
  }
  return batch;
}

status for_each_entry(control_channel& daemon, ledger_choice which, std::uint64_t from,
                      std::uint64_t to,
                      const std::function<status(std::uint64_t, bytes_view)>& visit) {
  entry_stream entries(daemon, which, from, to);
  while (!entries.at_end()) {
    auto batch = entries.next();
    if (!batch) return fail(batch.error());
    for (std::size_t i = 0; i < batch->entries.size(); ++i)
      if (status seen = visit(batch->first + i, batch->entries[i]); !seen) return seen;
  }
  return {};
}

} // namespace ppn
