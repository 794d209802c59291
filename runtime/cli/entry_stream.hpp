// The entries of a ledger in order over a control channel. Ranges are bounded, and the next one is on
// its way while the caller works on this one, so that memory does not grow with the ledger. Each entry
// is hashed and compared with the leaf that the node's tree has for it.
#pragma once

#include "runtime/cli/control_channel.hpp"

#include <deque>

namespace ppn {

struct entry_batch {
  std::uint64_t first = 0;
  std::vector<bytes> entries;
  std::vector<digest> leaves; // computed here
};

class entry_stream {
public:
  // Entries [from, to) of a ledger that has them.
  entry_stream(control_channel& daemon, ledger_choice which, std::uint64_t from, std::uint64_t to)
      : daemon_(&daemon), which_(which), position_(from), ask_from_(from), to_(to) {}

  bool at_end() const { return position_ >= to_; }
  std::uint64_t position() const { return position_; }
  // At least one entry, unless the end is reached. ec::integrity when an entry is not what it was;
  // after an error the stream is of no more use.
  result<entry_batch> next();
  // The entry that an error is about, if it is about one.
  std::optional<std::uint64_t> wrong_entry() const { return wrong_entry_; }

private:
  struct question {
    std::uint64_t id = 0;
    std::uint64_t from = 0;
  };
  status ask_ahead();
  result<entry_batch> check(std::uint64_t first, ledger_read_reply reply);

  control_channel* daemon_;
  ledger_choice which_;
  std::uint64_t position_; // of the next entry to hand out
  std::uint64_t ask_from_; // of the next one to ask for
  std::uint64_t to_;
  std::uint64_t range_ = 4'096; // entries of one question
  std::deque<question> asked_;
  std::optional<std::uint64_t> wrong_entry_;
};

// Entries [from, to) one by one; an error of `visit` ends it.
status for_each_entry(
  control_channel& daemon, ledger_choice which, std::uint64_t from, std::uint64_t to,
  const std::function<status(std::uint64_t index, bytes_view entry)>& visit);

} // namespace ppn
