// What an operator's tool and a daemon say to each other over the control socket (design D12).
#pragma once

#include "messages/base/error.hpp"
#include "messages/fleet.hpp"
#include "messages/ledger.hpp"
#include "messages/ledger_report.hpp"

#include <optional>

namespace ppn {

// Where one link of this node stands, with what it refused: the operator's first look at a bad wire.
struct link_report {
  node_id peer;
  std::string state; // "up", "dialing", "waiting", "idle"
  std::uint64_t established = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t dropped = 0;
  std::string last_error;
  bool operator==(const link_report&) const = default;
};

// Refusals by reason; a closed set, so that it can become a metric.
struct refusal_count {
  std::string reason;
  std::uint64_t count = 0;
  bool operator==(const refusal_count&) const = default;
};

struct node_report {
  node_id id;
  std::string name;
  std::string version;
  fleet_id fleet;
  std::int64_t uptime_milliseconds = 0;
  std::int64_t view_age_milliseconds = -1; // -1: no view yet
  std::uint64_t child_restarts = 0;
  std::vector<link_report> links;
  std::vector<refusal_count> refusals;
  bool operator==(const node_report&) const = default;
};

// The two ledgers of a node: its copy of the fleet's, and its own.
enum class ledger_choice : std::uint8_t { fleet, own };
std::string_view to_string(ledger_choice value);
std::optional<ledger_choice> ledger_choice_from(std::string_view text);

// A ledger in a few words, for the status.
struct ledger_brief {
  ledger_choice which = ledger_choice::fleet;
  std::string origin;
  ledger_part part = ledger_part::copy;
  std::uint64_t size = 0;
  digest root;
  std::string state;
  std::string why;
  bool degraded = false;
  std::optional<std::uint64_t> cosigned; // the largest size that witnesses signed
  std::vector<std::string> evidence;     // one line each
  bool operator==(const ledger_brief&) const = default;
};

struct status_request {
  bool operator==(const status_request&) const = default;
};

struct status_reply {
  node_report node;
  fleet_view view;
  std::vector<ledger_brief> ledgers = {}; // none in a fleet without a ledger
  bool operator==(const status_reply&) const = default;
};

// What SIGHUP does, with an answer.
struct reload_request {
  bool operator==(const reload_request&) const = default;
};

struct reload_reply {
  std::vector<std::string> changed;  // keys that took effect
  std::vector<std::string> deferred; // keys that need a restart
  bool operator==(const reload_reply&) const = default;
};

// -- ledgers: reading is for everybody who may connect, writing for root and the daemon's user ------------

struct ledger_report_request {
  ledger_choice which = ledger_choice::fleet;
  bool operator==(const ledger_report_request&) const = default;
};

struct ledger_report_reply {
  ledger_report report;
  bool operator==(const ledger_report_reply&) const = default;
};

struct ledger_read_request {
  ledger_choice which = ledger_choice::fleet;
  std::uint64_t from = 0;
  std::uint64_t most = 0; // entries; the answer may hold fewer, but at least one while there is one
  bool operator==(const ledger_read_request&) const = default;
};

struct ledger_read_reply {
  std::uint64_t size = 0; // of the ledger
  std::vector<bytes> entries;
  std::vector<digest> leaves; // of the same entries, as the node's tree has them
  bool operator==(const ledger_read_reply&) const = default;
};

struct ledger_proof_request {
  ledger_choice which = ledger_choice::fleet;
  std::uint64_t index = 0;
  bool operator==(const ledger_proof_request&) const = default;
};

struct ledger_proof_reply {
  std::string proof; // a tlog-proof
  bool operator==(const ledger_proof_reply&) const = default;
};

// An operator's remark. Who it is says the kernel; sending it again with the same id is safe.
struct ledger_note_request {
  ledger_choice which = ledger_choice::fleet;
  order_id id;
  std::string reason;
  bool operator==(const ledger_note_request&) const = default;
};

// An administrator's order for the fleet's ledger.
struct ledger_submit_request {
  submitted_order order;
  bool operator==(const ledger_submit_request&) const = default;
};

// Of a remark and of an order: it is durable, and copied as the fleet's policy asks unless `degraded`.
struct ledger_append_reply {
  std::uint64_t index = 0;
  std::uint64_t size = 0; // of the checkpoint that covers it
  bool degraded = false;
  bool operator==(const ledger_append_reply&) const = default;
};

// Catch up from this member, whoever writes the ledger.
struct ledger_restore_request {
  std::string from; // name
  bool operator==(const ledger_restore_request&) const = default;
};

// It is asked; the status shows what comes of it.
struct ledger_restore_reply {
  bool operator==(const ledger_restore_reply&) const = default;
};

struct control_request {
  std::uint64_t id = 0;
  std::variant<status_request, reload_request, ledger_report_request, ledger_read_request,
               ledger_proof_request, ledger_note_request, ledger_submit_request,
               ledger_restore_request>
    body;
  bool operator==(const control_request&) const = default;
};

struct control_response {
  std::uint64_t id = 0;
  std::variant<error, status_reply, reload_reply, ledger_report_reply, ledger_read_reply,
               ledger_proof_reply, ledger_append_reply, ledger_restore_reply>
    body;
  bool operator==(const control_response&) const = default;
};

} // namespace ppn
