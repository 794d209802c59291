// The one error type. A code says what the *caller* can do about it, never which line failed; the text
// says what and where, for people. Nothing throws across a module: results are result<T>.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace ppn {

enum class ec : std::uint8_t {
  none = 0,
  busy,               // try again soon: a bounded queue is full
  unreachable,        // try again when the peer is back: nothing was sent
  timed_out,          // outcome unknown: ask for the state by id before trying again
  stale,              // refresh what you know, then decide again (old term, old version, old token)
  needs_confirmation, // ask the operator
  refused,            // policy says no: the text says which rule
  invalid,            // the request is wrong: correct it
  malformed,          // bytes from outside do not parse: distrust their source
  unauthentic,        // signature, MAC or key is wrong: distrust their source
  too_large,          // over a stated limit
  not_found,
  exists,             // already there, with other content
  unsupported,        // this build, peer or back end cannot do it
  no_space,           // operator: free space; reads go on
  io_failed,          // operator: the disk or the network card failed; fail-stop for writers
  integrity,          // operator: stored data is not what was written; restore it
  in_use,             // operator: another process holds the address or the data folder
  permission,         // operator: rights are missing
  stopping,           // this process is going away
  internal,           // our bug, caught
};
inline constexpr int ec_count = static_cast<int>(ec::internal) + 1;

// Stable, lower-case name of a code: part of logs, JSON output and `ppn explain`.
std::string_view to_string(ec code);

// Exit code of the command line (design D12): 0 done, 1 failed, 2 usage, 3 refused by policy,
// 4 unreachable, 5 conflict or stale, 6 needs confirmation, 7 integrity.
int exit_code(ec code);

struct error {
  ec code = ec::internal;
  std::string text;
  bool operator==(const error&) const = default;
};

// "refused: node laptop-a is drained"
std::string render(const error& what);

template <class T>
using result = tl::expected<T, error>;
using status = result<void>;

inline tl::unexpected<error> fail(ec code, std::string text) {
  return tl::unexpected<error>(error{code, std::move(text)});
}
inline tl::unexpected<error> fail(error what) { return tl::unexpected<error>(std::move(what)); }

} // namespace ppn
