#include "runtime/cli/placement_report.hpp"

#include "runtime/cli/text_table.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;
using placement::candidate;
using placement::explanation;

std::string_view to_string(placement::choice by) {
  constexpr std::string_view names[] = {"none", "pinned", "preferred", "most-available"};
  return names[static_cast<std::size_t>(by)];
}

const candidate* chosen(const explanation& told) {
  return told.decided.node ? &told.candidates.front() : nullptr;
}

json refusal_json(const placement::refusal& why) {
  return {{"reason", placement::to_string(why.why)},
          {"text", placement::text_of(why)},
          {"have", why.have},
          {"need", why.need},
          {"margin", why.margin},
          {"what", why.what}};
}

json candidate_json(const candidate& one) {
  json to{{"rank", one.rank},     {"id", one.id.hex()},
          {"name", one.name},     {"ram_available", one.available},
          {"margin", one.margin}, {"reserved", one.reserved},
          {"kvm", one.kvm}};
  to["why"] = refusal_json(one.why);
  return to;
}

std::string dump(const json& object) {
  return object.dump(2, ' ', true, json::error_handler_t::replace) + '\n';
}

result<std::optional<node_id>> node_named(const placement::pool& pool, const std::string& name) {
  if (name.empty()) return std::optional<node_id>{};
  if (auto id = pool.named(name)) return id;
  return fail(ec::not_found, fmt::format("no node '{}' is in the fleet", text::plain(name)));
}

} // namespace

result<placement_asked> placement_request_of(const placement_question& question,
                                             const placement::pool& pool) {
  guest_options options = question.options;
  bool from_file = !question.spec_file.empty();
  // Placement asks for no name and no entity.
  if (!from_file || options.count("type") > 0) {
    options.try_emplace("type", "mediakit");
    if (options["type"] == "totebox") options.try_emplace("entity", "any");
  }
  if (!from_file) options.try_emplace("name", "any");
  auto guest =
      from_file ? load_guest(question.spec_text, question.spec_file, shipped_catalogue(), options)
                : guest_from_options(options, shipped_catalogue());
  if (!guest) return fail(guest.error());
  placement_asked to;
  to.request = placement::request_of(guest->spec);
  to.request.vault = guest->tier == guest_tier::vault;
  auto pin = node_named(pool, question.pin.empty() ? guest->node : question.pin);
  if (!pin) return fail(pin.error());
  auto preferred = node_named(pool, question.preferred);
  if (!preferred) return fail(preferred.error());
  to.request.pin = *pin;
  to.request.preferred = *preferred;
  to.warnings = std::move(guest->warnings);
  return to;
}

placement::pool pool_of(const fleet_view& view) {
  placement::pool pool;
  for (const member_view& row : view.rows) {
    placement::node_facts facts = placement::facts_of(row, row.capacity.ram_offered > 0);
    facts.guests_limit -= std::min(facts.guests_limit, row.guests);
    pool.put_node(facts);
  }
  return pool;
}

std::string place_json(const explanation& told, bool candidates) {
  const candidate* node = chosen(told);
  json to{{"schema", "ppn.place/1"}};
  to["node"] = node == nullptr ? json(nullptr) : json(node->name);
  to["id"] = node == nullptr ? json(nullptr) : json(node->id.hex());
  to["by"] = to_string(told.decided.by);
  to["why"] = refusal_json(told.decided.why);
  to["warnings"] = told.warnings;
  if (candidates) {
    to["candidates"] = json::array();
    for (const candidate& each : told.candidates)
      to["candidates"].push_back(candidate_json(each));
  }
  return dump(to);
}

std::string place_text(const explanation& told, bool candidates) {
  std::string to;
  if (const candidate* node = chosen(told))
    to = fmt::format("{} ({}, {} of RAM free)\n", text::plain(node->name),
                     to_string(told.decided.by), placement::text_of_octets(node->available));
  for (const std::string& each : told.warnings)
    to += "warning: " + text::plain(each) + '\n';
  if (!candidates) return to;
  std::vector<text::line> rows{{{"RANK"}, {"NODE"}, {"RAM FREE"}, {"MARGIN"}, {"KVM"}, {"WHY"}}};
  for (const candidate& each : told.candidates)
    rows.push_back(
        {{each.rank == 0 ? "-" : std::to_string(each.rank)},
         {text::plain(each.name)},
         {placement::text_of_octets(each.available)},
         {placement::text_of_octets(each.margin)},
         {each.kvm ? "yes" : "no"},
         {text::plain(placement::text_of(each.why)) + (each.reserved ? " (reserved)" : "")}});
  using text::alignment;
  for (const text::line& each :
       text::align_columns(rows, {alignment::right, alignment::left, alignment::right,
                                  alignment::right, alignment::left, alignment::left}))
    to += text::render_line(each, 0, false);
  return to;
}

std::string capacity_json(const placement::pool& pool, const placement::request& asked) {
  placement::capacity much = pool.count(asked);
  json to{{"schema", "ppn.capacity/1"},
          {"fits", much.fits},
          {"fits_without_one", much.fits_without_one}};
  to["matters_most"] =
      much.matters_most ? json(pool.find(*much.matters_most)->name) : json(nullptr);
  to["nodes"] = json::array();
  for (const candidate& each : pool.explain(asked).candidates)
    to["nodes"].push_back({{"name", each.name}, {"fits", pool.count_on(each.id, asked)}});
  return dump(to);
}

std::string capacity_text(const placement::pool& pool, const placement::request& asked) {
  placement::capacity much = pool.count(asked);
  std::string to = fmt::format("{} more fit", much.fits);
  if (much.matters_most)
    to += fmt::format(", {} if any one node dies ({} takes {})", much.fits_without_one,
                      text::plain(pool.find(*much.matters_most)->name),
                      much.fits - much.fits_without_one);
  return to + '\n';
}

} // namespace ppn
