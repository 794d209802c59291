// A fleet's ledger without actors: members with disks in memory, orders for them, and the two steps by
// which a copy follows. Time is what the test says it is.
#pragma once

#include "actors/ledger_core.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "sim/random.hpp"
#include "sim/world_signer.hpp"
#include "storage/ledger/founding.hpp"
#include "storage/ledger/writer.hpp"
#include "storage/memory_cells.hpp"
#include "storage/memory_store.hpp"

#include <boost/test/unit_test.hpp>

namespace ppn::test {

inline mono_time at(nanoseconds since_start) {
  return mono_time{} + since_start;
}
inline wall_time wall_at(nanoseconds since_start) {
  return wall_time{} + hours{24 * 365 * 50} + since_start;
}

// The people and machines of one fleet; node 0 founds and writes, the others witness.
struct test_fleet {
  static constexpr std::uint64_t secret = 7;
  static node_id id_of(std::size_t node) {
    node_id id;
    id.octets[0] = static_cast<octet>(8 * (node + 1));
    id.octets[1] = 0x5a;
    return id;
  }
  static sim::world_signer keys_of(std::size_t node) { return {secret, id_of(node)}; }

  explicit test_fleet(std::size_t members, acknowledgement policy = acknowledgement::local,
                      std::string name = "test")
      : size(members) {
    founding_plan plan;
    plan.fleet_name = std::move(name);
    plan.controller = id_of(0);
    plan.policy = policy;
    for (std::size_t node = 0; node < members; ++node) {
      auto keys = keys_of(node);
      founding_member member;
      member.record.id = id_of(node);
      member.record.name = "n" + std::to_string(node);
      member.record.address = "10.8.0." + std::to_string(node + 1);
      member.record.port = 9203;
      member.keys = {keys.key(key_role::log), keys.key(key_role::witness), {}};
      member.keys.certificate = keys.sign(certified_keys_text(member.record.id, member.keys));
      plan.members.push_back(std::move(member));
      if (node > 0) plan.witnesses.push_back(id_of(node));
    }
    auto made =
        found_fleet(plan, admin.identity(), random, [this](bytes_view text) { return admin.sign(text); });
    BOOST_REQUIRE(made.has_value());
    founding = std::move(*made);
    origin = "ppn/" + founding.fleet.hex();
  }

  submitted_order order(order_author who, entry_fact what, std::string why = {}) {
    ledger_order made;
    random.fill(made.id.octets);
    made.who = who;
    made.why = std::move(why);
    made.what = std::move(what);
    return {wire::encode_order(made).value(), std::nullopt};
  }
  submitted_order remark(std::size_t node, std::string text = "a remark") {
    return order({order_author::kind::node, id_of(node), 0}, fact::noted{}, std::move(text));
  }
  // As an administrator signs it who saw `seen` entries.
  submitted_order decided(entry_fact what, std::uint64_t seen) {
    auto made = order({order_author::kind::admin, admin.identity(), 0}, std::move(what));
    return signed_by(admin, std::move(made), seen);
  }
  submitted_order signed_by(signer& who, submitted_order made, std::uint64_t seen) {
    made.authority = order_authority{who.identity(), seen, {}};
    made.authority->proof = who.sign(authority_text(founding.fleet, seen, made.octets));
    return made;
  }

  std::size_t size;
  sim::seeded_entropy random{sim::random_source{1}};
  sim::world_signer admin{secret, id_of(30)};
  founded_fleet founding;
  std::string origin;
};

// One member's process around the fleet's ledger, and the disk that outlives it.
struct test_member {
  test_member(const test_fleet& fleet, std::size_t node)
      : of(&fleet), id(test_fleet::id_of(node)), keys(test_fleet::keys_of(node)), founds(node == 0) {}

  void open() {
    close();
    entries = memory_store::open(disk).value();
    durable = memory_cells::open(cell_disk).value();
    std::vector<std::string> remarks;
    auto opened = ledger_book::open({*entries, *durable, "last-signed"}, remarks);
    BOOST_REQUIRE_MESSAGE(opened, (opened ? "" : render(opened.error())));
    auto book = std::make_shared<ledger_book>(*std::move(opened));
    fleet_fold fold(of->founding.fleet, [this](const signing_public& by, bytes_view text,
                                               const signature& sig) { return keys.verify(by, text, sig); });
    BOOST_REQUIRE(book->entries().iterate(0, book->size(), [&](std::uint64_t, bytes_view entry) {
      fold.apply(entry);
      return true;
    }));
    ledger_setup setup{id, of->origin, true, of->founding.entries, founds, 0};
    core = std::make_unique<ledger_core>(setup, book, std::move(fold), keys, *durable);
  }
  void close() {
    core.reset();
    entries.reset();
    durable.reset();
  }
  void lose_power() {
    close();
    disk.crash();
    cell_disk.crash();
  }
  // Somebody else's folder, or an older one.
  void take_folder_of(const test_member& other) {
    close();
    disk = other.disk;
    cell_disk = other.cell_disk;
    disk.crash();
    cell_disk.crash();
  }

  // As a writer that asked everybody and may begin.
  void begin() {
    open();
    core->on_surveyed();
    work();
  }
  std::uint64_t give(submitted_order order, nanoseconds now = {}) {
    auto ticket = core->new_ticket();
    core->submit(ticket, std::move(order), at(now));
    return ticket;
  }
  void work(nanoseconds now = {}) {
    while (core->commit_due())
      core->commit(wall_at(now), at(now));
  }
  const ledger_core::outcome* answer(std::uint64_t ticket) const {
    for (const auto& each : core->outcomes)
      if (each.ticket == ticket) return &each;
    return nullptr;
  }
  const ledger_core::outcome& expect(std::uint64_t ticket) const {
    const auto* found = answer(ticket);
    BOOST_REQUIRE_MESSAGE(found != nullptr, "no answer to ticket " << ticket);
    return *found;
  }
  std::string code(std::uint64_t ticket) const {
    const auto& found = expect(ticket);
    return found.refused ? std::string(to_string(found.refused->code)) : "entered";
  }
  std::size_t times(const std::string& state) const {
    std::size_t count = 0;
    for (const auto& what : core->events)
      if (auto* changed = std::get_if<event::ledger_state_changed>(&what)) count += changed->state == state;
    return count;
  }

  const test_fleet* of;
  node_id id;
  sim::world_signer keys;
  bool founds;
  memory_disk disk;
  memory_cell_disk cell_disk;
  std::unique_ptr<memory_store> entries;
  std::unique_ptr<memory_cells> durable;
  std::unique_ptr<ledger_core> core;
};

// One page from one to the other; "" when it was taken, otherwise the refusal's code.
inline std::string pass_page(const test_member& from, test_member& to) {
  auto page = from.core->page_for(to.core->have());
  if (!page) return std::string(to_string(page.error().code));
  status taken = to.core->take_page(from.id, *page, at({}));
  return taken ? "" : std::string(to_string(taken.error().code));
}

inline void follow(const test_member& from, test_member& to) {
  while (to.core->size() < from.core->size())
    BOOST_REQUIRE_EQUAL(pass_page(from, to), "");
}

} // namespace ppn::test
