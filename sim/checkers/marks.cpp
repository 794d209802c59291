#include "sim/checkers/marks.hpp"

namespace ppn::sim {

namespace {

// Those that every campaign of some size has to reach; others are counted when they are seen.
constexpr const char* expected[] = {
  "marks.link-dialed",       "marks.link-accepted",      "marks.link-down",
  "marks.member-alive",      "marks.member-suspect",     "marks.member-evicted",
  "marks.doubt-begins",      "marks.doubt-ends",         "marks.controller-slept",
  "marks.guests-lost",       "marks.picture-adopted",    "marks.entry-written",
  "marks.entry-copied",      "marks.answered-copied",    "marks.answered-degraded",
  "marks.cosigned",          "marks.ledger-ready",       "marks.ledger-read only",
  "marks.ledger-failed",     "marks.refused-unauthentic"};

struct name_of {
  std::string operator()(const event::link_up& e) const {
    return e.dialed ? "link-dialed" : "link-accepted";
  }
  std::string operator()(const event::link_down&) const { return "link-down"; }
  std::string operator()(const event::refused& e) const { return "refused-" + std::string(e.reason); }
  std::string operator()(const event::member_moved& e) const {
    return "member-" + std::string(to_string(e.to));
  }
  std::string operator()(const event::doubt_changed& e) const {
    return e.doubt.active ? "doubt-begins" : "doubt-ends";
  }
  std::string operator()(const event::controller_slept&) const { return "controller-slept"; }
  std::string operator()(const event::guests_marked_lost&) const { return "guests-lost"; }
  std::string operator()(const event::view_adopted&) const { return "picture-adopted"; }
  std::string operator()(const event::ledger_committed& e) const {
    return e.part == ledger_part::writer ? "entry-written" : "entry-copied";
  }
  std::string operator()(const event::ledger_acknowledged& e) const {
    return e.degraded ? "answered-degraded" : "answered-copied";
  }
  std::string operator()(const event::ledger_cosigned&) const { return "cosigned"; }
  std::string operator()(const event::ledger_state_changed& e) const {
    return "ledger-" + std::string(e.state);
  }
  std::string operator()(const event::child_restarted& e) const {
    return "restarted-" + std::string(e.child);
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

} // namespace

marks_checker::marks_checker() {
  for (const char* name : expected) seen_[name];
}

void marks_checker::on_event(std::uint32_t, const moment&, const node_event& what) {
  if (what.index() == 0) return; // a message was accepted: far too frequent to be rare
  auto name = std::visit(name_of{}, what);
  if (!name.empty()) ++seen_["marks." + name];
}

void marks_checker::count(counters& into) const {
  for (const auto& [name, value] : seen_) into.add(name, value);
}

} // namespace ppn::sim
