// `ppn ledger verify` without a folder of tiles: the whole ledger of a running node, entry by entry.
// Every entry is hashed, the tree is computed anew, its root is compared with the signed checkpoint,
// and the tree must extend what was verified here before. In memory are a few ranges of entries and
// the tree's right edge.
#pragma once

#include "messages/base/time.hpp"
#include "runtime/cli/control_channel.hpp"

#include <optional>

namespace ppn {

struct live_verify_options {
  ledger_choice which = ledger_choice::fleet;
  std::string vkey;                   // empty: the one that the node names
  std::vector<std::string> witnesses; // vkeys of type 04
  std::optional<std::size_t> quorum;  // without it, more than half of the witnesses given
  bool json = false;
  bool progress = false;
};

// What the program that calls brings along.
struct live_verify_world {
  control_channel& daemon;
  std::function<nanoseconds()> now; // monotonic
  // Until it is worth asking again; false: nobody waits any more.
  std::function<bool()> wait;
  // The checkpoint that was verified here last, by its name; ec::not_found when there is none.
  std::function<result<std::string>(const std::string& name)> recall;
  // Durable when it answers.
  std::function<status(const std::string& name, const std::string& note)> remember;
};

struct live_verify_answer {
  int exit = 0;
  std::string output;  // for stdout, with its line feed
  std::string problem; // for stderr, likewise
};

live_verify_answer verify_live(const live_verify_options& given, const live_verify_world& world);

// The name of the file that remembers what was verified of this log.
std::string remembered_name(std::string_view origin);

} // namespace ppn
