#include "storage/ledger/enrolment.hpp"

#include "storage/ledger/founding.hpp"

#include <algorithm>
#include <charconv>

namespace ppn {

namespace {

constexpr std::string_view enrolment_line = "ppn enrolment v1";
constexpr std::string_view keys_line = "ppn member keys v1";

// Takes "KEY VALUE\n" off the front.
bool take_field(std::string_view& text, std::string_view key, std::string_view& value) {
  const std::size_t end = text.find('\n');
  if (end == text.npos || end <= key.size() || !text.starts_with(key) || text[key.size()] != ' ')
    return false;
  value = text.substr(key.size() + 1, end - key.size() - 1);
  text.remove_prefix(end + 1);
  return true;
}

bool take_line(std::string_view& text, std::string_view line) {
  if (!text.starts_with(line) || text.size() == line.size() || text[line.size()] != '\n') return false;
  text.remove_prefix(line.size() + 1);
  return true;
}

template <class Id>
bool take_id(std::string_view& text, std::string_view key, Id& to) {
  std::string_view value;
  if (!take_field(text, key, value)) return false;
  auto id = Id::from_hex_text(value);
  if (!id || id->hex() != value) return false;
  to = *id;
  return true;
}

bool is_plain(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool take_record(std::string_view& text, member_record& to) {
  std::string_view name, address, port, trust, kind;
  if (!take_id(text, "id", to.id) || !take_field(text, "name", name) ||
      !take_field(text, "address", address) || !take_field(text, "port", port) ||
      !take_field(text, "posture", trust) || !take_field(text, "kind", kind))
    return false;
  auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), to.port);
  auto known = posture_from(trust);
  if (problem != std::errc{} || end != port.data() + port.size() || to.port == 0 || !known) return false;
  if (!is_plain(name, 63) || !is_plain(address, 64)) return false;
  to.name = name;
  to.address = address;
  to.trust = *known;
  to.kind = kind == to_string(member_kind::node) ? member_kind::node : member_kind::operator_station;
  return kind == to_string(to.kind);
}

} // namespace

std::string enrolment_text(const enrolment& what) {
  std::string text(enrolment_line);
  text += "\nid " + what.self.id.hex() + "\nname " + what.self.name + "\naddress " + what.self.address +
          "\nport " + std::to_string(what.self.port) + "\nposture " +
          std::string(to_string(what.self.trust)) + "\nkind " + std::string(to_string(what.self.kind)) + '\n';
  return text + founding_text(what.founding);
}

result<enrolment> parse_enrolment(std::string_view text) {
  enrolment to;
  if (!take_line(text, enrolment_line) || !take_record(text, to.self))
    return fail(ec::malformed, "this is no enrolment");
  auto founded = parse_founding(text);
  if (!founded) return fail(founded.error());
  to.founding = std::move(founded->entries);
  return to;
}

std::string member_keys_text(const member_keys& keys) {
  return std::string(keys_line) + "\nlog " + keys.log.hex() + "\nwitness " + keys.witness.hex() +
         "\ncertificate " + keys.certificate.hex() + '\n';
}

result<member_keys> parse_member_keys(std::string_view text) {
  member_keys to;
  if (!take_line(text, keys_line) || !take_id(text, "log", to.log) ||
      !take_id(text, "witness", to.witness) || !take_id(text, "certificate", to.certificate) ||
      !text.empty())
    return fail(ec::malformed, "these are no keys of a member");
  return to;
}

} // namespace ppn
