#include "sim/event_text.hpp"

namespace ppn::sim {

namespace {

std::uint64_t of(const node_id& id) { return load_le64(id.octets.data()); }

std::uint64_t of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

struct detail {
  std::uint64_t operator()(const event::message_accepted& e) const { return of(e.from) + e.kind; }
  std::uint64_t operator()(const event::link_up& e) const { return of(e.peer); }
  std::uint64_t operator()(const event::link_down& e) const { return of(e.peer) ^ of(e.reason.text); }
  std::uint64_t operator()(const event::refused& e) const { return of(e.reason) ^ of(e.text); }
  std::uint64_t operator()(const event::listening& e) const { return e.at.port; }
  std::uint64_t operator()(const event::listen_failed& e) const { return of(e.reason.text); }
  std::uint64_t operator()(const event::member_moved& e) const {
    return of(e.member) + static_cast<std::uint64_t>(e.to) +
           16 * static_cast<std::uint64_t>(e.silence.count());
  }
  std::uint64_t operator()(const event::doubt_changed& e) const {
    return e.doubt.active + 2 * e.doubt.silent;
  }
  std::uint64_t operator()(const event::controller_slept& e) const {
    return static_cast<std::uint64_t>(e.shift.count());
  }
  std::uint64_t operator()(const event::guests_marked_lost& e) const { return of(e.member); }
  std::uint64_t operator()(const event::view_adopted& e) const {
    return e.stamp.epoch + e.stamp.version;
  }
  std::uint64_t operator()(const event::host_sample_failed& e) const { return of(e.reason.text); }
  std::uint64_t operator()(const event::node_started& e) const { return e.run.value; }
  std::uint64_t operator()(const event::child_restarted& e) const { return of(e.child); }
  std::uint64_t operator()(const event::node_gave_up& e) const { return of(e.child); }
  std::uint64_t operator()(const event::node_stopped&) const { return 0; }
  std::uint64_t operator()(const event::control_connected& e) const { return e.by.uid; }
  std::uint64_t operator()(const event::ledger_committed& e) const {
    return of(e.origin) + e.size + load_le64(e.root.octets.data());
  }
  std::uint64_t operator()(const event::ledger_acknowledged& e) const {
    return of(e.origin) + 2 * e.index + e.degraded;
  }
  std::uint64_t operator()(const event::ledger_accused& e) const { return of(render(e.what)); }
  std::uint64_t operator()(const event::ledger_state_changed& e) const {
    return of(e.origin) + of(e.state) + of(e.why);
  }
  std::uint64_t operator()(const event::ledger_cosigned& e) const {
    return of(e.origin) + e.size + load_le64(e.root.octets.data());
  }
  std::uint64_t operator()(const event::witness_refused& e) const {
    return of(e.why) + static_cast<std::uint64_t>(e.status);
  }
};

struct describe {
  std::string operator()(const event::message_accepted& e) const {
    static constexpr const char* names[] = {"heartbeat",   "heartbeat-ack", "view-request",
                                            "view",        "ledger-have",   "ledger-page",
                                            "cosign",      "cosigned",      "order",
                                            "order-reply"};
    return std::string{"accepted "} + names[e.kind] + " of " + e.from.brief();
  }
  std::string operator()(const event::link_up& e) const {
    return "link up with " + e.peer.brief() + (e.dialed ? " (dialed)" : " (accepted)");
  }
  std::string operator()(const event::link_down& e) const {
    return "link down with " + e.peer.brief() + ": " + render(e.reason);
  }
  std::string operator()(const event::refused& e) const {
    return "refused " + e.from + ": " + std::string{e.reason} + ", " + e.text;
  }
  std::string operator()(const event::listening& e) const {
    return "listening on " + e.at.address + " port " + std::to_string(e.at.port);
  }
  std::string operator()(const event::listen_failed& e) const {
    return "cannot listen: " + render(e.reason);
  }
  std::string operator()(const event::member_moved& e) const {
    return "member " + e.member.brief() + " " + std::string{to_string(e.from)} + " -> " +
           std::string{to_string(e.to)} + " after " + std::to_string(to_milliseconds(e.silence)) +
           " ms";
  }
  std::string operator()(const event::doubt_changed& e) const {
    return std::string{e.doubt.active ? "doubts itself: " : "doubts itself no more: "} +
           std::to_string(e.doubt.silent) + " of " + std::to_string(e.doubt.members) + " silent";
  }
  std::string operator()(const event::controller_slept& e) const {
    return "slept: deadlines shift by " + std::to_string(to_milliseconds(e.shift)) + " ms";
  }
  std::string operator()(const event::guests_marked_lost& e) const {
    return "guests of " + e.member.brief() + " are marked lost";
  }
  std::string operator()(const event::view_adopted& e) const {
    return "holds view " + std::to_string(e.stamp.version) + ", " + std::to_string(e.in_pool) +
           " of " + std::to_string(e.rows) + " in the pool";
  }
  std::string operator()(const event::host_sample_failed& e) const {
    return "cannot measure the machine: " + render(e.reason);
  }
  std::string operator()(const event::node_started& e) const {
    return "started, run " + std::to_string(e.run.value);
  }
  std::string operator()(const event::child_restarted& e) const {
    return "restarted " + std::string{e.child} + ": " + e.reason;
  }
  std::string operator()(const event::node_gave_up& e) const {
    return "gave up on " + std::string{e.child};
  }
  std::string operator()(const event::node_stopped&) const { return "stopped"; }
  std::string operator()(const event::ledger_committed& e) const {
    return std::string(e.part == ledger_part::writer ? "wrote " : "copied ") +
           std::string(e.origin.substr(0, 12)) + " to " + std::to_string(e.size) + ", root " +
           e.root.brief();
  }
  std::string operator()(const event::ledger_acknowledged& e) const {
    return "acknowledged entry " + std::to_string(e.index) + " of " +
           std::string(e.origin.substr(0, 12)) + (e.degraded ? " (degraded)" : "");
  }
  std::string operator()(const event::ledger_accused& e) const { return "EVIDENCE " + render(e.what); }
  std::string operator()(const event::ledger_state_changed& e) const {
    return "ledger " + std::string(e.origin.substr(0, 12)) + " is " + e.state +
           (e.why.empty() ? "" : ": " + e.why);
  }
  std::string operator()(const event::ledger_cosigned& e) const {
    return "cosigned " + std::to_string(e.size) + ", root " + e.root.brief();
  }
  std::string operator()(const event::witness_refused& e) const {
    return "refused to cosign: " + std::to_string(e.status) + " " + e.why;
  }
  std::string operator()(const event::control_connected& e) const {
    return "control connection of uid " + std::to_string(e.by.uid);
  }
};

} // namespace

std::uint64_t fingerprint(const node_event& what) {
  return what.index() + 31 * std::visit(detail{}, what);
}

std::string text_of(const node_event& what) { return std::visit(describe{}, what); }

} // namespace ppn::sim
