// All nodes with the guests on them, ready to answer where the next guest goes. A decision looks at
// few nodes whatever their number: see index.hpp. The pool decides and counts; whether something
// happened is its owner's to know.
//
// INV-2: decide() and check() name a node only if it keeps its margin with every claim counted,
// those of creations in flight included.
#pragma once

#include "actors/placement/index.hpp"
#include "actors/placement/room.hpp"
#include "actors/placement/tags.hpp"

#include <array>
#include <map>
#include <unordered_map>

namespace ppn::placement {

class pool {
public:
  explicit pool(const rules& by = {}) : rules_(by) {}

  void set_rules(const rules& by);
  const rules& by() const { return rules_; }

  // Adds the node or replaces what is known of it, with each heartbeat. Claims on it stay; what the
  // heartbeat counts beyond them belongs to guests that we do not know: claim those that we do
  // before.
  void put_node(const node_facts& facts);
  // Its claims go with it.
  void remove_node(const node_id& id);
  const node_facts* find(const node_id& id) const;
  // By name: what an operator types. Names are unique in a fleet; of equal ones the least id.
  std::optional<node_id> named(std::string_view name) const;
  std::size_t nodes() const { return by_id_.size(); }

  // Counts a guest on a node, without asking whether it fits: a reservation after decide() or
  // check(), or a guest that the node says it has. The same guest again replaces its claim, also on
  // another node. False: no such node, nothing changed.
  bool claim(const node_id& node, const guest_id& guest, const footprint& takes);
  // It is gone, or was never made. False: no such claim.
  bool release(const guest_id& guest);
  std::optional<node_id> node_of(const guest_id& guest) const;
  const footprint* footprint_of(const guest_id& guest) const;
  std::size_t guests() const { return guests_.size(); }
  // In order of their ids.
  std::vector<guest_id> guests_on(const node_id& node) const;

  // Where the guest goes, or that it goes nowhere. Nothing is reserved.
  answer decide(const request& asked) const;
  // Whether this node takes it now, whatever others could do (at confirmation). A guest that
  // changes is not counted against itself.
  refusal check(const node_id& node, const request& asked,
                const std::optional<guest_id>& itself = std::nullopt) const;
  // Every node with its reason: made on demand, looks at all of them.
  explanation explain(const request& asked) const;
  // How many more guests of this kind fit, one after the other.
  capacity count(const request& asked) const;
  std::uint64_t count_on(const node_id& node, const request& asked) const;

  std::uint64_t available(const node_id& node) const; // RAM
  std::uint64_t margin(const node_id& node) const;

  // Aborts if the index disagrees with what it was made from. Slow; for tests and checkers.
  void check_invariants() const;

private:
  struct entry {
    node_facts facts;
    claims taken;
    std::vector<pool_claim> disks;
    tag_set tags; // labels of the node and its guests, what its guests repel, host ports
    std::vector<guest_id> guests;
    std::uint64_t available = 0;
    std::uint64_t margin = 0;
    int shelf = -1; // index that holds it; -1: it takes nothing now
    std::uint32_t leaf = 0;
  };
  struct held {
    std::uint32_t slot = 0;
    footprint takes;
    std::vector<tag> tags; // one hold of the table each
  };
  // A request in the form that nodes are compared with.
  struct asked_tags {
    std::vector<tag> wanted;
    std::vector<tag> unwanted;
    bool impossible = false; // a wanted label is nowhere
    need least;
  };

  entry* entry_of(const node_id& id);
  const entry* entry_of(const node_id& id) const;
  asked_tags resolve(const request& asked) const;
  bool fits(const entry& node, const request& asked, const asked_tags& tags) const;
  refusal refusal_of(const entry& node, const request& asked) const;
  refusal room_refusal(const entry& node, const request& asked) const;
  refusal tag_refusal(const entry& node, const request& asked) const;
  std::uint64_t room_on(const entry& node, const request& asked) const;
  std::optional<node_id> search(const request& asked) const;
  answer of_named(const request& asked) const;
  candidate candidate_of(const entry& node, const request& asked) const;
  static void add_to(entry& node, const held& guest);
  static void take_from(entry& node, const held& guest);
  std::vector<tag> tags_of(const footprint& takes);
  static void learn_unknown(entry& node);
  void measure(entry& node) const;
  // Brings the index up to what the entry says.
  void refresh(std::uint32_t slot);
  summary summary_of(std::uint32_t slot) const;
  static int shelf_of(const entry& node);
  std::uint32_t slot_for(const node_facts& facts);
  void label(entry& node, const node_facts& facts);
  void unlabel(entry& node);

  rules rules_;
  tag_table table_;
  std::vector<entry> entries_; // slots; those of removed nodes are used again
  std::vector<std::uint32_t> unused_;
  std::vector<node_id> ids_; // by slot
  std::map<node_id, std::uint32_t> by_id_;
  std::map<std::string, std::map<node_id, std::uint32_t>, std::less<>> by_name_;
  std::unordered_map<guest_id, held> guests_;
  // Not reserved without and with KVM, reserved without and with KVM.
  std::array<index, 4> shelves_;
};

} // namespace ppn::placement
