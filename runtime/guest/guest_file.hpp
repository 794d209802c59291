// A guest's specification as an operator writes it (docs/GUESTS.md): from TOML, from options of the
// command line, or both, to the guest_spec that is signed. Everything that can be said without the
// fleet is checked here; every mistake says where it stands and what to do.
#pragma once

#include "messages/guest.hpp"
#include "runtime/guest/catalogue.hpp"

#include <map>

namespace ppn {

// How much a Totebox computes: a vault has ledger and router only.
enum class guest_tier : std::uint8_t { none, vault, relay, iron };
std::string_view to_string(guest_tier value);
std::optional<guest_tier> guest_tier_from(std::string_view text);

struct loaded_guest {
  guest_spec spec;
  guest_tier tier = guest_tier::none;
  std::string node; // named by the operator; empty: placement chooses
  // Of the seed. The caller reads the file and sets spec.seed; it never enters a ledger.
  std::string user_data; // path, as written
  std::vector<std::string> ssh_keys;
  std::vector<std::string> warnings;
};

// Options as given, by the names that the keys have: {"ram", "512MiB"}, {"forward", "all"}. Lists
// are separated by commas. They go before what a file says.
using guest_options = std::map<std::string, std::string, std::less<>>;

result<loaded_guest> load_guest(std::string_view text, std::string_view file,
                                const catalogue& types, const guest_options& options = {});
result<loaded_guest> guest_from_options(const guest_options& options, const catalogue& types);

// 10000 + port for ports up to 9999; nothing for larger ones, which need an explicit host port.
std::optional<std::uint16_t> host_port_by_rule(std::uint16_t port);

} // namespace ppn
