#include "storage/ledger/fleet_snapshot.hpp"

#include "messages/base/assert.hpp"
#include "messages/wire/ledger_rules.hpp"
#include "storage/snapshots.hpp"

#include <limits>

namespace ppn {

namespace {

// Another layout gets another number.
constexpr std::string_view magic = "ppn-fleet-fold/1\n";

// -- writing -------------------------------------------------------------------------------------

// Numbers are eight octets, big end first; a text is its length in two octets and itself; a list or
// a map is the number of its items and the items, in order.
class snapshot_writer {
public:
  bytes data;

  void number(std::uint64_t value) {
    octet octets[8];
    store_be64(octets, value);
    append(data, octets);
  }
  void time(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void small(std::size_t value) { data.push_back(static_cast<octet>(value)); }
  template <class Id>
  void id(const Id& value) {
    append(data, value.view());
  }
  void text(std::string_view value) {
    PPN_ASSERT(value.size() <= std::numeric_limits<std::uint16_t>::max());
    small(value.size() >> 8);
    small(value.size() & 0xff);
    append(data, view_of(value));
  }
  template <class Value, class Write>
  void option(const std::optional<Value>& value, Write write) {
    small(value.has_value());
    if (value) write(*value);
  }
};

void write(snapshot_writer& to, const member_record& from) {
  to.text(from.name);
  to.text(from.address);
  to.small(from.port >> 8);
  to.small(from.port & 0xff);
  to.small(static_cast<std::size_t>(from.trust));
  to.small(static_cast<std::size_t>(from.kind));
  to.small(from.reserved);
  to.number(from.labels.size());
  for (const std::string& label : from.labels)
    to.text(label);
}

void write(snapshot_writer& to, const fleet_member& from) {
  to.id(from.record.id);
  write(to, from.record);
  to.id(from.keys.log);
  to.id(from.keys.witness);
  to.id(from.keys.certificate);
  to.number(from.changed);
  to.number(from.evictions);
  to.small(from.evicted);
}

void write(snapshot_writer& to, const writer_term& from) {
  to.number(from.term.value);
  to.id(from.writer);
  to.id(from.key);
  to.number(from.first_size);
  to.option(from.old_root, [&](const digest& root) { to.id(root); });
}

void write(snapshot_writer& to, const held_grant& from) {
  to.id(from.grant.serial);
  to.text(from.grant.type);
  to.small(from.grant.rights);
  to.id(from.grant.subject);
  to.text(from.grant.resource);
  to.time(from.grant.issued_milliseconds);
  to.time(from.grant.expires_milliseconds);
  to.number(from.grant.anchor_size);
  to.id(from.grant.anchor_root);
  to.id(from.issuer);
  to.number(from.index);
  to.option(from.revoked, [&](std::uint64_t at) { to.number(at); });
  to.option(from.stands_on, [&](const grant_id& serial) { to.id(serial); });
}

void write(snapshot_writer& to, const std::map<std::string, std::uint64_t>& from) {
  to.number(from.size());
  for (const auto& [name, value] : from) {
    to.text(name);
    to.number(value);
  }
}

// -- reading -------------------------------------------------------------------------------------

// After the first thing that is wrong every read answers zero, and loops end.
class snapshot_reader {
public:
  explicit snapshot_reader(bytes_view data) : rest_(data) {}

  const std::string& wrong() const { return wrong_; }
  bool good() const { return wrong_.empty(); }
  bool at_end() const { return rest_.empty(); }
  void refuse(const char* what) {
    if (good()) wrong_ = what;
  }

  bytes_view take(std::size_t octets) {
    if (rest_.size() < octets) refuse("it ends too early");
    if (!good()) return {};
    bytes_view taken = rest_.first(octets);
    rest_ = rest_.subspan(octets);
    return taken;
  }
  std::uint64_t number() {
    bytes_view octets = take(8);
    return good() ? load_be64(octets.data()) : 0;
  }
  std::int64_t time() { return static_cast<std::int64_t>(number()); }
  std::size_t small(std::size_t most) {
    bytes_view octets = take(1);
    if (good() && octets[0] > most) refuse("an octet is out of range");
    return good() ? octets[0] : 0;
  }
  bool flag() { return small(1) == 1; }
  std::size_t count(std::size_t most) {
    std::uint64_t value = number();
    if (value > most) refuse("a list has too many items");
    return good() ? static_cast<std::size_t>(value) : 0;
  }
  template <class Id>
  Id id() {
    bytes_view octets = take(Id::size);
    return good() ? *Id::from(octets) : Id{};
  }
  std::string text(std::size_t most) {
    std::size_t length = small(0xff) << 8;
    length += small(0xff);
    if (length > most) refuse("a text is too long");
    std::string value{text_of(take(length))};
    if (!wire::is_ledger_text(value)) refuse("a text holds what no ledger takes");
    return value;
  }
  template <class Read>
  auto option(Read read) -> std::optional<decltype(read())> {
    if (!flag()) return std::nullopt;
    return read();
  }
  template <class Enum>
  Enum choice(Enum last) {
    return static_cast<Enum>(small(static_cast<std::size_t>(last)));
  }

private:
  bytes_view rest_;
  std::string wrong_;
};

member_record read_record(snapshot_reader& from) {
  member_record to;
  to.id = from.id<node_id>();
  to.name = from.text(limits::name_octets);
  to.address = from.text(wire::address_octets_max);
  to.port = static_cast<std::uint16_t>(from.small(0xff) << 8);
  to.port = static_cast<std::uint16_t>(to.port | from.small(0xff));
  to.trust = from.choice(posture::cloud);
  to.kind = from.choice(member_kind::operator_station);
  to.reserved = from.flag();
  for (std::size_t left = from.count(limits::labels_per_node); left > 0 && from.good(); --left)
    to.labels.push_back(from.text(limits::label_octets));
  return to;
}

fleet_member read_member(snapshot_reader& from) {
  fleet_member to;
  to.record = read_record(from);
  to.keys.log = from.id<signing_public>();
  to.keys.witness = from.id<signing_public>();
  to.keys.certificate = from.id<signature>();
  to.changed = from.number();
  to.evictions = from.number();
  to.evicted = from.flag();
  return to;
}

fleet_admin read_admin(snapshot_reader& from) {
  fleet_admin to;
  to.label = from.text(limits::label_octets);
  to.changed = from.number();
  return to;
}

writer_term read_term(snapshot_reader& from) {
  writer_term to;
  to.term = term_number{from.number()};
  to.writer = from.id<node_id>();
  to.key = from.id<signing_public>();
  to.first_size = from.number();
  to.old_root = from.option([&] { return from.id<digest>(); });
  return to;
}

held_grant read_grant(snapshot_reader& from) {
  held_grant to;
  to.grant.serial = from.id<grant_id>();
  to.grant.type = from.text(wire::resource_type_octets_max);
  to.grant.rights = static_cast<std::uint8_t>(from.small(capability::rights_all));
  to.grant.subject = from.id<signing_public>();
  to.grant.resource = from.text(wire::resource_octets_max);
  to.grant.issued_milliseconds = from.time();
  to.grant.expires_milliseconds = from.time();
  to.grant.anchor_size = from.number();
  to.grant.anchor_root = from.id<digest>();
  to.issuer = from.id<signing_public>();
  to.index = from.number();
  to.revoked = from.option([&] { return from.number(); });
  to.stands_on = from.option([&] { return from.id<grant_id>(); });
  return to;
}

// Keys ascend: one order, and none twice.
template <class Key, class Value>
void add(snapshot_reader& from, std::map<Key, Value>& to, const Key& key, Value value) {
  if (!to.empty() && !(to.rbegin()->first < key)) from.refuse("a list is out of order");
  to.emplace_hint(to.end(), key, std::move(value));
}

void read_counts(snapshot_reader& from, std::map<std::string, std::uint64_t>& to,
                 std::size_t most) {
  for (std::size_t left = from.count(most); left > 0 && from.good(); --left) {
    std::string name = from.text(limits::label_octets);
    add(from, to, name, from.number());
  }
}

void read_people(snapshot_reader& from, fleet_state& to) {
  for (std::size_t left = from.count(limits::members); left > 0 && from.good(); --left) {
    fleet_member member = read_member(from);
    const node_id id = member.record.id;
    add(from, to.members, id, std::move(member));
  }
  for (std::size_t left = from.count(limits::administrators); left > 0 && from.good(); --left) {
    const auto key = from.id<signing_public>();
    add(from, to.admins, key, read_admin(from));
  }
}

void read_roles(snapshot_reader& from, fleet_state& to) {
  for (std::size_t left = from.count(fold_limits::terms); left > 0 && from.good(); --left)
    to.terms.push_back(read_term(from));
  to.hub = from.option([&] { return from.id<node_id>(); });
  for (std::size_t left = from.count(limits::witnesses); left > 0 && from.good(); --left)
    to.witnesses.push_back(from.id<node_id>());
  to.policy = from.choice(acknowledgement::majority);
}

void read_state(snapshot_reader& from, fleet_state& to) {
  to.fleet = from.id<fleet_id>();
  to.name = from.text(limits::name_octets);
  to.mesh_prefix = from.text(wire::address_octets_max);
  read_people(from, to);
  read_roles(from, to);
  for (std::size_t left = from.count(limits::grants); left > 0 && from.good(); --left) {
    held_grant held = read_grant(from);
    const grant_id serial = held.grant.serial;
    add(from, to.grants, serial, std::move(held));
  }
  constexpr std::size_t settings = 4;
  read_counts(from, to.changed, fold_limits::removed + settings);
  read_counts(from, to.kinds, std::variant_size_v<entry_fact>);
  to.refused = from.number();
  to.last_milliseconds = from.time();
  to.forgotten = from.number();
}

} // namespace

bytes encode(const fold_snapshot& snapshot) {
  const fleet_state& state = snapshot.state;
  snapshot_writer to;
  append(to.data, view_of(magic));
  to.number(snapshot.size);
  to.id(state.fleet);
  to.text(state.name);
  to.text(state.mesh_prefix);
  to.number(state.members.size());
  for (const auto& [id, member] : state.members)
    write(to, member);
  to.number(state.admins.size());
  for (const auto& [key, admin] : state.admins) {
    to.id(key);
    to.text(admin.label);
    to.number(admin.changed);
  }
  to.number(state.terms.size());
  for (const writer_term& term : state.terms)
    write(to, term);
  to.option(state.hub, [&](const node_id& hub) { to.id(hub); });
  to.number(state.witnesses.size());
  for (const node_id& witness : state.witnesses)
    to.id(witness);
  to.small(static_cast<std::size_t>(state.policy));
  to.number(state.grants.size());
  for (const auto& [serial, held] : state.grants)
    write(to, held);
  write(to, state.changed);
  write(to, state.kinds);
  to.number(state.refused);
  to.time(state.last_milliseconds);
  to.number(state.forgotten);
  return std::move(to.data);
}

result<fold_snapshot> decode_fold_snapshot(bytes_view data) {
  const auto malformed = [](const std::string& why) {
    return fail(ec::malformed, "no snapshot of a fleet: " + why);
  };
  if (data.size() > snapshots::octets_max) return malformed("it is too large");
  snapshot_reader from(data);
  if (text_of(from.take(magic.size())) != magic) return malformed("it does not begin like one");
  fold_snapshot to;
  to.size = from.number();
  read_state(from, to.state);
  if (!from.good()) return malformed(from.wrong());
  if (!from.at_end()) return malformed("something follows it");
  if (status possible = check_state(to.state, to.size); !possible)
    return malformed(possible.error().text);
  return to;
}

} // namespace ppn
