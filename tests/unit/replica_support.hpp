// A fleet whose members speak about its ledger, without actors: both cores of every member, and links that
// the test may cut, empty and shuffle.
#pragma once

#include "actors/replica_core.hpp"
#include "storage/log/witness.hpp"
#include "tests/unit/ledger_core_support.hpp"

namespace ppn::test {

inline membership_ptr founded_members(const test_fleet& fleet) {
  auto keys = test_fleet::keys_of(0);
  fleet_fold fold(fleet.founding.fleet, [&](const signing_public& by, bytes_view text, const signature& sig) {
    return keys.verify(by, text, sig);
  });
  for (const bytes& entry : fleet.founding.entries)
    fold.apply(entry);
  return fold.members();
}

inline std::shared_ptr<const ledger_roster> roster_of(const ledger_core& core, const std::string& origin) {
  auto made = std::make_shared<ledger_roster>();
  made->origin = origin;
  const fleet_state& state = core.fold().state();
  for (const writer_term& term : state.terms)
    made->terms.push_back({term.first_size, term.writer, term.key});
  for (const node_id& witness : state.witnesses)
    made->witnesses.push_back({witness, state.members.at(witness).keys.witness});
  made->trusted = core.trusted();
  return made;
}

// What the actors around the two cores do, in one process and without a thread.
struct cluster {
  struct process {
    process(const test_fleet& fleet, std::size_t node) : member(fleet, node) {}
    test_member member;
    std::optional<replica_core> replica;
    std::uint64_t told_size = 0;
    bool told = false;
    std::size_t accused = 0;
  };
  struct letter {
    std::size_t from, to;
    wire_message_ptr message;
  };

  explicit cluster(std::size_t nodes, acknowledgement policy = acknowledgement::one)
      : fleet(nodes, policy), members(founded_members(fleet)), up(nodes, std::vector<bool>(nodes)) {
    for (std::size_t i = 0; i < nodes; ++i)
      all.push_back(std::make_unique<process>(fleet, i));
    for (std::size_t i = 0; i < nodes; ++i)
      start(i);
  }

  void start(std::size_t i) {
    process& node = *all[i];
    node.member.open();
    node.told = false;
    node.replica.emplace(node.member.id, members, node.member.keys, now);
    node.replica->on_page_taken({node.member.id, std::nullopt, node.member.core->have()}, now);
    settle(i);
  }
  // The process ends and starts again; its links are gone.
  void restart(std::size_t i, bool power) {
    for (std::size_t j = 0; j < all.size(); ++j)
      unlink(i, j);
    if (power) all[i]->member.lose_power();
    start(i);
  }
  void link(std::size_t i, std::size_t j) {
    if (i == j || up[i][j]) return;
    up[i][j] = up[j][i] = true;
    all[i]->replica->on_peer_up(all[j]->member.id, now);
    all[j]->replica->on_peer_up(all[i]->member.id, now);
    settle(i);
    settle(j);
  }
  void unlink(std::size_t i, std::size_t j) {
    if (i == j || !up[i][j]) return;
    up[i][j] = up[j][i] = false;
    std::erase_if(net, [&](const letter& each) {
      return (each.from == i && each.to == j) || (each.from == j && each.to == i);
    });
    all[i]->replica->on_peer_down(all[j]->member.id, now);
    all[j]->replica->on_peer_down(all[i]->member.id, now);
    settle(i);
    settle(j);
  }
  void link_all() {
    for (std::size_t i = 1; i < all.size(); ++i)
      link(0, i);
  }
  std::size_t index_of(const node_id& id) const {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i]->member.id == id) return i;
    BOOST_FAIL("no such member");
    return 0;
  }

  void ask(process& node, replica_core::ask_ledger&& what) {
    ledger_core& core = *node.member.core;
    if (auto* m = std::get_if<page_query>(&what)) {
      auto page = core.page_for(m->have);
      if (page)
        node.replica->on_page_made({m->to, std::nullopt, *page});
      else
        node.replica->on_page_made({m->to, page.error(), {}});
    } else if (auto* m = std::get_if<page_offer>(&what)) {
      auto taken = core.take_page(m->from, std::get<ledger_page>(*m->page), now);
      page_outcome outcome{m->from, std::nullopt, core.have()};
      if (!taken) outcome.refused = taken.error();
      node.replica->on_page_taken(outcome, now);
    } else if (auto* m = std::get_if<have_notice>(&what)) {
      core.compare(m->from, m->have);
    } else if (auto* m = std::get_if<copies_notice>(&what)) {
      for (const auto& [member, held] : m->held)
        core.on_copy(member, held);
      core.on_reachable({m->reachable.begin(), m->reachable.end()});
      core.advance(now);
    } else if (std::holds_alternative<survey_notice>(what)) {
      core.on_surveyed();
    } else if (auto* m = std::get_if<cosign_query>(&what)) {
      node.replica->on_cosign_body(
          {m->witness, core.size(), core.book().note(), core.cosign_body(m->old_size)});
    } else if (auto* m = std::get_if<cosigned_notice>(&what)) {
      core.publish_cosigned(m->note);
    }
  }
  void settle(std::size_t i) {
    process& node = *all[i];
    ledger_core& core = *node.member.core;
    for (bool more = true; more;) {
      more = false;
      if (core.commit_due()) core.commit(wall_time{} + now.time_since_epoch(), now), more = true;
      if (!node.told || core.size() != node.told_size) {
        node.told = more = true;
        node.told_size = core.size();
        node.replica->set_roster(roster_of(core, fleet.origin), core.size(), now);
      }
      for (auto& what : std::exchange(node.replica->asks, {}))
        ask(node, std::move(what)), more = true;
      for (auto& out : std::exchange(node.replica->sends, {})) {
        std::size_t to = index_of(out.to);
        if (up[i][to]) net.push_back({i, to, std::make_shared<wire_message>(std::move(out.message))});
      }
    }
    for (const auto& what : core.events)
      node.accused += std::holds_alternative<event::ledger_accused>(what);
    core.events.clear();
    node.replica->events.clear();
  }
  void deliver(const letter& what) {
    if (auto* asked = std::get_if<cosign_request>(what.message.get())) return answer_as_witness(what, *asked);
    all[what.to]->replica->on_message(all[what.from]->member.id, what.message, now);
    settle(what.to);
  }
  void answer_as_witness(const letter& what, const cosign_request& asked) {
    test_member& witness = all[what.to]->member;
    auto verify = [&](const crypto::public_key& by, bytes_view text, const signature& sig) {
      return witness.keys.verify(by, text, sig);
    };
    log::witness_identity self{
        *log::make_vkey(witness_name(fleet.origin, witness.id), log::key_type::cosignature,
                        witness.keys.key(key_role::witness)),
        [&](bytes_view text) { return witness.keys.sign_as(key_role::witness, text); }, verify};
    auto writers =
        log::make_vkey(fleet.origin, log::key_type::ed25519, test_fleet::keys_of(0).key(key_role::log));
    auto& remembered = witnessed[what.to];
    auto decided = log::answer_add_checkpoint(
        asked.body, [&](std::string_view) { return remembered; }, std::vector<log::vkey>{*writers}, self,
        1'000);
    if (decided.store) remembered = *decided.store;
    net.push_back({what.to, what.from,
                   std::make_shared<wire_message>(
                       cosign_answer{static_cast<std::uint16_t>(decided.status), decided.body})});
  }
  // Until nothing is under way, in order.
  void run() {
    for (int steps = 0; !net.empty(); ++steps) {
      BOOST_REQUIRE(steps < 20'000); // two who disagree must not talk without an end
      letter next = std::move(net.front());
      net.pop_front();
      if (up[next.from][next.to]) deliver(next);
    }
  }
  void pass(nanoseconds length) {
    now += length;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i]->member.core->advance(now);
      all[i]->replica->advance(now);
      if (i > 0 && up[0][i]) all[i]->replica->on_writer_has(all[0]->member.core->size(), now);
      settle(i);
    }
    run();
  }
  std::uint64_t enter(std::string text = "a remark") {
    auto ticket = all[0]->member.core->new_ticket();
    all[0]->member.core->submit(ticket, fleet.remark(0, std::move(text)), now);
    settle(0);
    return ticket;
  }
  std::uint64_t size(std::size_t i) const { return all[i]->member.core->size(); }
  bool all_equal() const {
    return std::all_of(all.begin(), all.end(), [&](const auto& each) {
      return each->member.core->have().root == all[0]->member.core->have().root;
    });
  }
  bool is_beginning(std::size_t i) const {
    auto root = all[0]->member.core->book().tree().root_at(size(i));
    return root && *root == all[i]->member.core->book().root();
  }

  test_fleet fleet;
  membership_ptr members;
  mono_time now = at(hours{1});
  std::vector<std::unique_ptr<process>> all;
  std::vector<std::vector<bool>> up;
  std::deque<letter> net;
  std::map<std::size_t, std::optional<log::witnessed_tree>> witnessed;
};

} // namespace ppn::test
