#include "sim/checkers/ledger_audit.hpp"

#include "actors/ledger_opening.hpp"
#include "messages/wire/ledger_codec.hpp"

#include <set>

namespace ppn::sim {

namespace {

class auditor {
public:
  auditor(world& fleet, node_index node, violation_list& found)
      : fleet_(fleet), node_(node), found_(found) {}

  // `disk`: a copy, as somebody makes it who takes the disk out of the machine.
  void read(memory_disk disk, const ledger_checker::truth& told, bool fleets, bool writes) {
    disk.crash();
    auto store = memory_store::open(disk);
    if (!store) return report("INV-4", "its disk cannot be read: " + render(store.error()));
    if (writes && (*store)->length() < told.acknowledged)
      report("INV-4", "its disk holds " + std::to_string((*store)->length()) + " of " +
                        std::to_string(told.acknowledged) + " acknowledged entries");
    auto all = (*store)->iterate(0, (*store)->length(), [&](std::uint64_t index, bytes_view entry) {
      look_at(index, entry, told, fleets);
      return true;
    });
    if (!all) report("INV-4", "its disk cannot be read: " + render(all.error()));
  }

private:
  void look_at(std::uint64_t index, bytes_view octets, const ledger_checker::truth& told,
               bool fleets) {
    if (index >= told.leaves.size() || log::leaf_hash(octets) != told.leaves[index])
      return report("INV-10", "its disk holds another entry " + std::to_string(index));
    auto opened = wire::decode_entry(octets);
    if (!opened) return report("INV-10", "entry " + std::to_string(index) + " cannot be read");
    if (!ids_.insert(opened->order.id).second)
      report("INV-8", "entry " + std::to_string(index) + " is an order that was entered before");
    if (fleets && needs_authority(opened->order.what) &&
        !is_signed(opened->entry.order, index, opened->order))
      report("INV-12", "entry " + std::to_string(index) + ", " +
                         std::string(kind_of(opened->order.what)) + ", has no administrator's signature");
  }

  // There is one administrator, from the first entry to the last.
  bool is_signed(const submitted_order& order, std::uint64_t index, const ledger_order& read) const {
    const node_id& admin = fleet_.admin().identity();
    if (!order.authority || order.authority->admin != admin || read.who.key != admin ||
        order.authority->previous_size > index)
      return false;
    // A genesis is signed before there is a fleet.
    fleet_id of = index == 0 ? fleet_id{} : fleet_.founding().fleet;
    return fleet_.admin().verify(
      admin, authority_text(of, order.authority->previous_size, order.octets), order.authority->proof);
  }

  void report(const char* rule, std::string text) {
    found_.add({rule, fleet_.now(), std::to_string(node_), std::move(text)});
  }

  world& fleet_;
  node_index node_;
  violation_list& found_;
  std::set<order_id> ids_;
};

class audited_ledgers final : public ledger_checker {
public:
  explicit audited_ledgers(stage& on)
      : ledger_checker(on.fleet().controller(), on.fleet().size(), on.found()), stage_(on) {}
  void audit() override { audit_ledgers(stage_.fleet(), *this, stage_.found()); }

private:
  stage& stage_;
};

} // namespace

std::unique_ptr<checker> make_ledger_checker(stage& on) {
  auto made = std::make_unique<audited_ledgers>(on);
  ledger_checker* ledgers = made.get();
  world& fleet = on.fleet();
  ledgers->look_at_disk = [&fleet](std::uint32_t node, bool fleets) {
    return fleet.node(node).on_disk(fleets);
  };
  on.fully_copied = [ledgers] { return ledgers->fully_copied(); };
  on.screen = [ledgers] { return ledgers->counts().entries; };
  on.folder_lost = [ledgers, &fleet](node_index node) {
    ledgers->forget(node_origin(fleet.founding().fleet, fleet.node(node).who().id));
    ledgers->forget_copy(node);
  };
  return made;
}

void audit_ledgers(world& fleet, const ledger_checker& told, violation_list& found) {
  const fleet_id& id = fleet.founding().fleet;
  for (node_index node = 0; node < fleet.size(); ++node) {
    node_disk& disk = fleet.node(node).disk();
    auditor(fleet, node, found)
      .read(disk.fleet_ledger, told.truth_of(fleet_origin(id)), true, node == fleet.controller());
    auditor(fleet, node, found)
      .read(disk.own_ledger, told.truth_of(node_origin(id, fleet.node(node).who().id)), false, true);
  }
}

} // namespace ppn::sim
