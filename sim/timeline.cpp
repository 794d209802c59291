#include "sim/timeline.hpp"

#include <nlohmann/json.hpp>

namespace ppn::sim {

namespace {

double in_seconds(world_time at) { return static_cast<double>(at.count()) / 1e9; }

} // namespace

void timeline::add(world_time at, char kind, std::uint32_t node, std::string text, std::uint64_t number) {
  if (records_.size() < records_max) records_.push_back({at, kind, node, std::move(text), number});
}

std::uint32_t timeline::index_of(const node_id& id) const {
  auto& fleet = const_cast<stage&>(stage_).fleet();
  for (node_index node = 0; node < fleet.size(); ++node)
    if (fleet.node(node).who().id == id) return node;
  return 0;
}

void timeline::on_frozen(std::uint32_t node, const moment& now, nanoseconds length) {
  own(node, now.at, "frozen");
  own(node, now.at + length, "up");
}

void timeline::on_event(std::uint32_t node, const moment& now, const node_event& what) {
  if (auto* e = std::get_if<event::member_moved>(&what))
    add(now.at, 'm', index_of(e->member), std::string(to_string(e->to)));
  if (auto* e = std::get_if<event::doubt_changed>(&what))
    add(now.at, 'd', node,
        std::to_string(e->doubt.silent) + " of " + std::to_string(e->doubt.members) + " silent",
        e->doubt.active);
  if (auto* e = std::get_if<event::link_up>(&what)) add(now.at, 'k', node, "up", index_of(e->peer));
  if (auto* e = std::get_if<event::link_down>(&what)) add(now.at, 'k', node, "down", index_of(e->peer));
  if (auto* e = std::get_if<event::ledger_committed>(&what); e && e->origin.find("/node/") == e->origin.npos)
    add(now.at, 'l', node, {}, e->size);
  if (auto* e = std::get_if<event::ledger_state_changed>(&what))
    add(now.at, 'n', node, "ledger " + std::string(e->state) + (e->why.empty() ? "" : ": " + e->why));
  if (auto* e = std::get_if<event::refused>(&what))
    add(now.at, 'n', node, "refused: " + std::string(e->reason) + ", " + e->text);
}

std::string timeline::text(const run_report& report) const {
  nlohmann::ordered_json out;
  out["seed"] = report.options.seed;
  out["length"] = in_seconds(report.options.length);
  out["calm"] = in_seconds(report.calm);
  out["nodes"] = stage_.names();
  auto& records = out["records"] = nlohmann::ordered_json::array();
  for (const record& one : records_)
    records.push_back({in_seconds(one.at), std::string(1, one.kind), one.node, one.text, one.number});
  auto& acts = out["acts"] = nlohmann::ordered_json::array();
  for (const act& one : report.acts) acts.push_back({in_seconds(one.at), text_of(one)});
  auto& violations = out["violations"] = nlohmann::ordered_json::array();
  for (const violation& one : report.violations)
    violations.push_back({in_seconds(one.at), one.checker, one.node, one.text});
  out["pending"] = report.pending;
  // Nothing in the data may end the script that it stands in.
  std::string text = out.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find('<', at)) != text.npos;) text.replace(at, 1, "\\u003c");
  return text;
}

} // namespace ppn::sim
