#include "runtime/cli/fleet_found.hpp"

#include "runtime/cli/text_table.hpp"
#include "runtime/config/config_values.hpp"
#include "storage/ledger/fleet_fold.hpp"
#include "storage/ledger/founding.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* schema = "ppn.fleet-found/1";

fleet_found_answer failed(const error& what) {
  return {exit_code(what.code), {}, "ppn: " + text::plain(render(what)) + '\n'};
}

// -- members ---------------------------------------------------------------------------------------

// The rules of a configuration file's [[member]] hold here too.
result<config_value> checked(std::string_view key, config_value given) {
  const key_rule* rule = find_rule(key);
  auto value = check_value(*rule, std::move(given));
  if (!value) return fail(ec::invalid, std::string(key) + ": " + value.error());
  return std::move(*value);
}

result<std::string> checked_text(std::string_view key, std::string_view given) {
  auto value = checked(key, std::string(given));
  if (!value) return fail(value.error());
  return std::get<std::string>(std::move(*value));
}

// Cuts a text at the first `mark`; what follows it goes to `rest`.
std::string_view cut(std::string_view text, char mark, std::string_view& rest) {
  std::size_t at = std::min(text.find(mark), text.size());
  rest = text.substr(std::min(at + 1, text.size()));
  return text.substr(0, at);
}

status read_port(std::string_view text, std::uint16_t& to) {
  std::int64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size())
    return fail(ec::invalid, "'" + std::string(text) + "' is no port");
  auto value = checked("member.port", number);
  if (!value) return fail(value.error());
  to = static_cast<std::uint16_t>(number);
  return {};
}

// ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT; an IPv6 address without brackets has no port.
status read_place(std::string_view text, member_record& to) {
  std::string_view address = text, port;
  if (text.starts_with('[')) {
    address = cut(text.substr(1), ']', port);
    if (!port.empty() && !port.starts_with(':'))
      return fail(ec::invalid, "'" + std::string(text) + "' is no address and port");
    port.remove_prefix(port.empty() ? 0 : 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    address = cut(text, ':', port);
    if (port.empty()) return fail(ec::invalid, "'" + std::string(text) + "' lacks its port");
  }
  auto plain = checked_text("member.address", address);
  if (!plain) return fail(plain.error());
  to.address = std::move(*plain);
  return port.empty() ? status{} : read_port(port, to.port);
}

status read_option(std::string_view text, member_record& to) {
  std::string_view value;
  std::string_view key = cut(text, '=', value);
  if (text == "reserved") {
    to.reserved = true;
  } else if (key == "posture") {
    auto trust = posture_from(value);
    if (!trust) return fail(ec::invalid, "a posture is onprem, leased or cloud");
    to.trust = *trust;
  } else if (key == "kind") {
    auto kind = checked_text("member.kind", value);
    if (!kind) return fail(kind.error());
    to.kind = value == to_string(member_kind::node) ? member_kind::node
                                                    : member_kind::operator_station;
  } else if (key == "label") {
    to.labels.emplace_back(value);
  } else {
    return fail(ec::invalid, "'" + std::string(text) + "' is unknown: posture=, kind=, reserved, label=");
  }
  return {};
}

template <class Id>
bool read_id(const json& document, const char* key, Id& to) {
  auto at = document.find(key);
  if (at == document.end() || !at->is_string()) return false;
  auto id = Id::from_hex_text(at->get_ref<const std::string&>());
  if (!id) return false;
  to = *id;
  return true;
}

// What `os-infrastructure --keys` printed, with the identity's word for the other keys.
status read_keys(bytes_view text, founding_member& to) {
  json document = json::parse(text.begin(), text.end(), nullptr, false);
  if (!document.is_object() || !read_id(document, "identity", to.record.id) ||
      !read_id(document, "log", to.keys.log) || !read_id(document, "witness", to.keys.witness) ||
      !read_id(document, "certificate", to.keys.certificate))
    return fail(ec::malformed, "these are no keys as os-infrastructure --keys prints them");
  if (!crypto::verify(to.record.id, certified_keys_text(to.record.id, to.keys), to.keys.certificate))
    return fail(ec::unauthentic, "the identity did not sign these keys");
  return {};
}

result<founding_member> read_member(std::string_view text, const fleet_found_world& world) {
  std::string_view rest;
  std::string name(cut(text, '=', rest));
  std::string file(cut(rest, '@', rest));
  std::string_view place = cut(rest, ',', rest);
  if (name.empty() || file.empty() || place.empty())
    return fail(ec::invalid, "a member is NAME=KEYS_FILE@ADDRESS, with what else it is after commas");
  auto wrong = [&](const error& why) { return fail(why.code, "member '" + name + "': " + why.text); };
  founding_member to;
  to.record.port = static_cast<std::uint16_t>(
      std::get<std::int64_t>(default_value(*find_rule("member.port"))));
  auto plain_name = checked_text("member.name", name);
  if (!plain_name) return wrong(plain_name.error());
  to.record.name = std::move(*plain_name);
  if (status read = read_place(place, to.record); !read) return wrong(read.error());
  while (!rest.empty())
    if (status read = read_option(cut(rest, ',', rest), to.record); !read) return wrong(read.error());
  if (auto labels = checked("member.labels", to.record.labels); !labels) return wrong(labels.error());
  auto keys = world.read_file(file);
  if (!keys) return wrong(keys.error());
  if (status read = read_keys(*keys, to); !read)
    return wrong({read.error().code, file + ": " + read.error().text});
  return to;
}

// -- plan ------------------------------------------------------------------------------------------

result<node_id> node_called(const founding_plan& plan, const std::string& name) {
  for (const founding_member& each : plan.members)
    if (each.record.name == name) {
      if (each.record.kind == member_kind::node) return each.record.id;
      return fail(ec::invalid, "member '" + name + "' is of kind operator, a node is wanted");
    }
  return fail(ec::invalid, "no member is called '" + name + "'");
}

status name_witnesses(const fleet_found_options& given, founding_plan& plan) {
  for (const std::string& name : given.witnesses) {
    auto id = node_called(plan, name);
    if (!id) return fail(id.error());
    plan.witnesses.push_back(*id);
  }
  if (!given.witnesses.empty()) return {};
  for (const founding_member& each : plan.members)
    if (each.record.kind == member_kind::node && each.record.id != plan.controller &&
        plan.witnesses.size() < limits::witnesses)
      plan.witnesses.push_back(each.record.id);
  return {};
}

result<founding_plan> plan_of(const fleet_found_options& given, const fleet_found_world& world) {
  founding_plan plan;
  plan.fleet_name = given.name;
  if (!given.mesh_prefix.empty()) plan.mesh_prefix = given.mesh_prefix;
  plan.when_milliseconds = to_milliseconds(world.now.time_since_epoch());
  auto policy = acknowledgement_from(given.policy);
  if (!policy) return fail(ec::invalid, "a policy is local, one or majority");
  plan.policy = *policy;
  for (const std::string& text : given.members) {
    auto member = read_member(text, world);
    if (!member) return fail(member.error());
    for (const founding_member& other : plan.members)
      if (other.record.id == member->record.id) // in a ledger that would be a change of the first
        return fail(ec::invalid, "members '" + other.record.name + "' and '" + member->record.name +
                                   "' have the same key");
    plan.members.push_back(std::move(*member));
  }
  auto controller = node_called(plan, given.controller);
  if (!controller) return fail(controller.error());
  plan.controller = *controller;
  if (status named = name_witnesses(given, plan); !named) return fail(named.error());
  return plan;
}

// Every member folds the founding at its start; what would not count there must not be written.
status check_founded(const founded_fleet& founded) {
  fleet_fold fold(founded.fleet, crypto::verify);
  for (const bytes& entry : founded.entries) {
    fold.apply(entry);
    if (!fold.findings.empty())
      return fail(ec::invalid, fold.findings.front().kind + ": " + fold.findings.front().reason.text);
  }
  return {};
}

std::string founded_json(const fleet_found_options& given, const founding_plan& plan,
                         const founded_fleet& founded) {
  json witnesses = json::array();
  for (const founding_member& each : plan.members)
    if (std::find(plan.witnesses.begin(), plan.witnesses.end(), each.record.id) != plan.witnesses.end())
      witnesses.push_back(each.record.name);
  json document{{"schema", schema},
                {"fleet", founded.fleet.hex()},
                {"file", given.out},
                {"entries", founded.entries.size()},
                {"members", plan.members.size()},
                {"controller", given.controller},
                {"policy", given.policy},
                {"witnesses", std::move(witnesses)}};
  return document.dump(2, ' ', true, json::error_handler_t::replace) + '\n';
}

} // namespace

fleet_found_answer make_founding(const fleet_found_options& given, const fleet_found_world& world) {
  auto plan = plan_of(given, world);
  if (!plan) return failed(plan.error());
  auto admin = world.load_admin_key(given.admin_key);
  if (!admin) return failed(admin.error());
  auto founded = found_fleet(*plan, admin->public_part(), world.random,
                             [&](bytes_view text) { return admin->sign(text); });
  if (!founded) return failed(founded.error());
  if (status holds = check_founded(*founded); !holds) return failed(holds.error());
  const std::string content = founding_text(founded->entries);
  if (status made = world.create_file(given.out, view_of(content)); !made) return failed(made.error());
  return {0, given.json ? founded_json(given, *plan, *founded) : founded->fleet.hex() + '\n', {}};
}

} // namespace ppn
