#include "runtime/cli/status_table.hpp"

#include "messages/base/limits.hpp"
#include "runtime/cli/text_table.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ppn {

namespace {

using text::alignment;
using text::colour;
using text::line;
using text::piece;
using text::plain;

// "3.2 s", "4 min 05 s", "2 h 07 min", "12 d 3 h": two units at most.
std::string render_duration(std::int64_t milliseconds) {
  std::int64_t total = milliseconds / 1000;
  if (total < 60)
    return fmt::format("{}.{} s", total, std::max<std::int64_t>(milliseconds % 1000, 0) / 100);
  if (total < 3600) return fmt::format("{} min {:02} s", total / 60, total % 60);
  if (total < 86400) return fmt::format("{} h {:02} min", total / 3600, total / 60 % 60);
  return fmt::format("{} d {} h", total / 86400, total / 3600 % 24);
}

std::string render_seconds(std::int64_t milliseconds) {
  if (milliseconds < 0) return "-"; // not known here
  return fmt::format("{}.{}", milliseconds / 1000,
                     std::max<std::int64_t>(milliseconds % 1000, 0) / 100);
}

std::string render_gibibytes(std::uint64_t octets) {
  std::uint64_t tenths = octets / (1024 * 1024 * 1024 / 10);
  return fmt::format("{}.{}", tenths / 10, tenths % 10);
}

colour colour_of(member_state state) {
  switch (state) {
  case member_state::expected:
    return colour::dim;
  case member_state::alive:
    return colour::green;
  case member_state::suspect:
    return colour::yellow;
  case member_state::evicted:
    return colour::red;
  }
  return colour::none;
}

std::string name_of(const status_reply& reply, const node_id& id) {
  for (const member_view& row : reply.view.rows)
    if (row.record.id == id) return plain(row.record.name);
  return id.is_zero() ? "none" : id.brief();
}

// -- the lines above the table --------------------------------------------------------------------

line header(const status_reply& reply) {
  const node_report& node = reply.node;
  return {
      {"fleet " + node.fleet.brief()},
      {fmt::format("   node {}", plain(node.name)), colour::bold},
      {fmt::format(" ({}, up {})", plain(node.version), render_duration(node.uptime_milliseconds))},
      {fmt::format("   controller {}, term {}", name_of(reply, reply.view.controller),
                   reply.view.term.value)}};
}

// A picture older than this no longer shows what the fleet is.
bool is_old(std::int64_t age_milliseconds) {
  return age_milliseconds > milliseconds{limits::suspect_after}.count();
}

line view_line(const status_reply& reply) {
  std::int64_t age = reply.node.view_age_milliseconds;
  if (age < 0) return {{"no view of the fleet yet", colour::yellow}};
  std::string text = fmt::format("view {} old", render_duration(age));
  line to{{text, is_old(age) ? colour::bold_yellow : colour::none}};
  if (is_old(age)) to.push_back({": the controller is not heard", colour::bold_yellow});
  to.push_back({fmt::format("   {} members", reply.view.rows.size())});
  for (member_state state : {member_state::alive, member_state::expected, member_state::suspect,
                             member_state::evicted}) {
    auto count = std::count_if(reply.view.rows.begin(), reply.view.rows.end(),
                               [&](const member_view& row) { return row.state == state; });
    if (count == 0) continue;
    to.push_back({to.size() == 2 || (is_old(age) && to.size() == 3) ? ": " : ", "});
    to.push_back({fmt::format("{} {}", count, to_string(state)), colour_of(state)});
  }
  return to;
}

line doubt_line(const self_doubt& doubt) {
  return {
      {fmt::format("controller doubts itself: {} of {} members silent, probably the controller or "
                   "its network",
                   doubt.silent, doubt.members),
       colour::bold_red}};
}

// -- ledgers: what is wrong with one stands above everything else ----------------------------------

void append_evidence(const status_reply& reply, std::vector<line>& to) {
  for (const ledger_brief& ledger : reply.ledgers)
    for (const std::string& each : ledger.evidence)
      to.push_back({{"evidence: " + plain(each), colour::bold_red}});
}

line ledger_line(const ledger_brief& ledger) {
  bool ready = ledger.state == "ready";
  line to{{fmt::format("ledger {:5}  {}, {} entries, root {}", to_string(ledger.which),
                       to_string(ledger.part), ledger.size, ledger.root.brief())},
          {", "},
          {plain(ledger.state), ready ? colour::green : colour::bold_yellow}};
  if (!ledger.why.empty()) to.push_back({" (" + plain(ledger.why) + ')', colour::yellow});
  if (ledger.degraded) to.push_back({", degraded: too few copies", colour::bold_yellow});
  if (ledger.cosigned) to.push_back({fmt::format(", cosigned {}", *ledger.cosigned)});
  if (!ledger.evidence.empty()) to.push_back({", EVIDENCE", colour::bold_red});
  return to;
}

// -- the table ------------------------------------------------------------------------------------

struct column {
  std::string_view title;
  alignment side;
};

// What an operator needs first comes first: a narrow terminal cuts the end. No cell holds a space,
// so that a pipe may cut by field.
constexpr column columns[] = {
    {"NAME", alignment::left},      {"STATE", alignment::left},   {"SILENCE", alignment::right},
    {"NOTES", alignment::left},     {"ADDRESS", alignment::left}, {"POSTURE", alignment::left},
    {"FREE/GiB", alignment::right}, {"VCPUS", alignment::right},  {"GUESTS", alignment::right},
    {"OUT/BACK", alignment::right}, {"BEATS", alignment::right},
};

std::string notes_of(const status_reply& reply, const member_view& row) {
  std::string notes;
  auto note = [&](bool holds, std::string_view text) {
    if (!holds) return;
    if (!notes.empty()) notes += ',';
    notes += text;
  };
  note(row.controller, "controller");
  note(row.record.id == reply.node.id, "this-node");
  note(row.flapping, "flapping");
  note(row.node_lost, "node-lost");
  note(row.record.reserved, "reserved");
  note(row.record.kind == member_kind::operator_station, "operator");
  return notes.empty() ? "-" : notes;
}

line member_line(const status_reply& reply, const member_view& row) {
  const node_capacity& capacity = row.capacity;
  bool known = row.heartbeats > 0 || capacity.ram_total > 0;
  auto figure = [&](std::string text) { return piece{known ? std::move(text) : "-"}; };
  bool warn = row.flapping || row.node_lost;
  std::string free = render_gibibytes(capacity.ram_available);
  return {{plain(row.record.name)},
          {std::string{to_string(row.state)}, colour_of(row.state)},
          {render_seconds(row.silence_milliseconds) + 's', colour_of(row.state)},
          {notes_of(reply, row), warn ? colour::yellow : colour::none},
          {fmt::format("{}:{}", plain(row.record.address), row.record.port)},
          {std::string{to_string(row.record.trust)}},
          figure(free + '/' + render_gibibytes(capacity.ram_offered)),
          figure(std::to_string(capacity.cpus_offered)),
          figure(fmt::format("{}/{}", row.guests, capacity.guests_limit)),
          {fmt::format("{}/{}", row.evictions, row.returns)},
          {std::to_string(row.heartbeats)}};
}

std::vector<line> member_table(const status_reply& reply) {
  std::vector<alignment> sides;
  line titles;
  for (const column& each : columns) {
    sides.push_back(each.side);
    titles.push_back({std::string{each.title}, colour::bold});
  }
  std::vector<line> rows{std::move(titles)};
  for (const member_view& row : reply.view.rows)
    rows.push_back(member_line(reply, row));
  return text::align_columns(std::move(rows), sides);
}

// -- the lines below it: only what is wrong -------------------------------------------------------

bool is_wrong(const link_report& link) {
  return link.dropped > 0 || (link.state != "up" && link.state != "idle");
}

line link_line(const status_reply& reply, const link_report& link) {
  std::string text = fmt::format("link {}: {}, established {}, frames in {} out {}, dropped {}",
                                 name_of(reply, link.peer), plain(link.state), link.established,
                                 link.frames_in, link.frames_out, link.dropped);
  if (!link.last_error.empty()) text += ", last error: " + plain(link.last_error);
  return {{std::move(text), link.state == "up" ? colour::none : colour::yellow}};
}

void append_troubles(const status_reply& reply, std::vector<line>& to) {
  const node_report& node = reply.node;
  for (const link_report& link : node.links)
    if (is_wrong(link)) to.push_back(link_line(reply, link));
  std::string refusals;
  for (const refusal_count& refusal : node.refusals)
    if (refusal.count > 0)
      refusals += fmt::format("{}{} {}", refusals.empty() ? "" : ", ", plain(refusal.reason),
                              refusal.count);
  if (!refusals.empty()) to.push_back({{"refused: " + refusals, colour::yellow}});
  if (node.child_restarts > 0)
    to.push_back(
        {{fmt::format("restarted parts of this node: {}", node.child_restarts), colour::yellow}});
}

std::string render_lines(const std::vector<line>& lines, const table_style& style) {
  std::size_t count = style.height == 0 ? lines.size() : std::min(lines.size(), style.height);
  std::string to;
  for (std::size_t i = 0; i < count; ++i)
    to += text::render_line(lines[i], style.width, style.colour);
  return to;
}

} // namespace

std::string status_table(const status_reply& reply, const table_style& style) {
  std::vector<line> lines;
  append_evidence(reply, lines);
  lines.push_back(header(reply));
  lines.push_back(view_line(reply));
  for (const ledger_brief& ledger : reply.ledgers)
    lines.push_back(ledger_line(ledger));
  if (reply.view.doubt.active) lines.push_back(doubt_line(reply.view.doubt));
  if (!reply.view.rows.empty()) {
    lines.emplace_back();
    for (line& row : member_table(reply))
      lines.push_back(std::move(row));
  }
  append_troubles(reply, lines);
  return render_lines(lines, style);
}

std::string status_error_text(const error& what, const table_style& style) {
  return render_lines({{{"ppn: " + plain(render(what)), colour::bold_red}}}, style);
}

} // namespace ppn
