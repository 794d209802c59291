// What an operator hears about a ledger of a node: where it stands and what is wrong with it, by name.
#pragma once

#include "messages/base/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ppn {

enum class ledger_part : std::uint8_t { writer, copy };
std::string_view to_string(ledger_part value);

// Somebody showed a signed checkpoint that cannot be, or a copy that differs.
struct ledger_evidence {
  enum class kind : std::uint8_t {
    fork,         // two signed histories: at `size` both roots are claimed
    rollback,     // a signed history that is shorter than one that was signed before
    changed_body, // a stored entry is not what its hash says
    authority,    // the writer took an entry that nobody allowed
  };
  kind what = kind::fork;
  std::string origin;
  std::uint64_t size = 0; // or the index of the entry
  digest expected;
  digest found;
  node_id peer; // who showed it; this node itself for what it found at home
  std::string text;
  bool operator==(const ledger_evidence&) const = default;
};
std::string_view to_string(ledger_evidence::kind value);
// One line: log, index, expected, found, which peer.
std::string render(const ledger_evidence& what);

struct copy_report {
  node_id member;
  std::uint64_t size = 0;
  std::uint64_t cosigned = 0; // the largest size it cosigned, as this node knows; 0: none
  bool reachable = false;
  bool operator==(const copy_report&) const = default;
};

struct ledger_report {
  std::string origin;
  ledger_part part = ledger_part::copy;
  std::uint64_t size = 0;
  digest root;
  std::string vkey;       // of the key that signs it now
  std::string note;       // the newest checkpoint
  std::string cosigned;   // the newest one with witnesses' lines; empty: none
  std::string state;      // "ready", "asking members", "read only", "failed"
  std::string why;        // of a state that is not "ready"
  std::string policy;     // acknowledgement
  bool degraded = false;  // answers do not wait for a second copy: none is reachable
  std::uint64_t waiting = 0;
  std::uint64_t refused_entries = 0; // entries without effect
  std::vector<copy_report> copies;   // the writer's view of the others, ordered by member
  std::vector<ledger_evidence> evidence;
  bool operator==(const ledger_report&) const = default;
};

// Who signs, who witnesses: what those that speak about a ledger need to know of its fold.
struct ledger_roster {
  struct term {
    std::uint64_t first_size = 0;
    node_id writer;
    node_id key;
    bool operator==(const term&) const = default;
  };
  struct witness {
    node_id member;
    node_id key;
    bool operator==(const witness&) const = default;
  };
  std::string origin;
  std::vector<term> terms; // oldest first
  std::vector<witness> witnesses;
  bool trusted = true; // false: there is evidence against its writer
  bool operator==(const ledger_roster&) const = default;
};

} // namespace ppn
