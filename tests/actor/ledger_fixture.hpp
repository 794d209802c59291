// The ledger's and the replica's actors on the test scheduler, among others that only write down what they
// are told.
#pragma once

#include "actors/ledger_opening.hpp"
#include "actors/replica.hpp"
#include "storage/memory_snapshots.hpp"
#include "tests/actor/node_fixture.hpp"
#include "tests/unit/ledger_core_support.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_handle.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace ppn::test {

// What the actors around the one under test were told.
struct told_things {
  std::vector<ledger_grown> grown;
  std::vector<membership_ptr> memberships;
  std::vector<page_answer> pages;
  std::vector<page_outcome> outcomes;
  std::vector<send_to_peer> sent;
  std::vector<append_order> orders;
};

struct ledger_fixture : node_fixture {
  ledger_fixture() {
    fleet_store = memory_store::open(fleet_disk).value();
    own_store = memory_store::open(own_disk).value();
    folds = memory_snapshots::open(fold_disk).value();
    places.emplace(ledger_places{*fleet_store, *own_store, *folds});
  }
  ~ledger_fixture() override {
    for (const auto& each : spawned)
      caf::anon_send_exit(each, caf::exit_reason::kill);
    run();
    around = {};
    ledger = nullptr;
    replica = nullptr;
    spawned.clear();
  }

  ports world_of(std::size_t member) {
    keys.emplace(test_fleet::secret, test_fleet::id_of(member));
    return {time, random, *keys, network, *durable, machine, guests, events, own_process, this, &*places};
  }
  template <class Handle>
  Handle keep(Handle handle) {
    spawned.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }
  void end(const caf::actor& which) {
    caf::anon_send_exit(which, caf::exit_reason::unhandled_exception);
    run();
  }

  // -- who stands around
  vm_fleet_actor fleet_actor() {
    return keep(system->spawn([this]() -> vm_fleet_actor::behavior_type {
      return {[](const peer_message&) {},
              [](const peer_up&) {},
              [](const peer_down&) {},
              [](const wiring&) {},
              [](const membership_update&) {},
              [](const view_query&) { return view_answer{}; },
              [this](const ledger_grown& m) { told.grown.push_back(m); },
              [](tick) {}};
    }));
  }
  node_actor root_actor() {
    return keep(system->spawn([this]() -> node_actor::behavior_type {
      return {[this](const membership_update& m) { told.memberships.push_back(m.members); },
              [](const offer_update&) {},
              [](const node_query&) { return node_answer{}; },
              [](const append_order&) { return append_answer{}; },
              [](const restore_order&) {},
              [](stop_node) {}};
    }));
  }
  replica_actor replica_listener() {
    return keep(system->spawn([this]() -> replica_actor::behavior_type {
      return {[](const peer_message&) {},
              [](const peer_up&) {},
              [](const peer_down&) {},
              [](const append_order&) { return append_answer{}; },
              [](const wiring&) {},
              [](const membership_update&) {},
              [](const roster_notice&) {},
              [this](const page_answer& m) { told.pages.push_back(m); },
              [this](const page_outcome& m) { told.outcomes.push_back(m); },
              [](const cosign_body&) {},
              [](const writer_has&) {},
              [](const restore_order&) {},
              [](tick) {}};
    }));
  }
  link_actor link_listener() {
    return keep(system->spawn([this]() -> link_actor::behavior_type {
      return {[](const stream_opened&) {},
              [](const stream_bytes&) {},
              [](const stream_closed&) {},
              [](const stream_writable&) {},
              [](const wiring&) {},
              [this](const send_to_peer& m) { told.sent.push_back(m); },
              [](const membership_update&) {},
              [](const link_report_query&) { return link_report_answer{}; },
              [](tick) {}};
    }));
  }

  // Asks as an actor does; its answer, or the error of a question that nobody answers any more.
  struct question {
    std::optional<append_answer> answer;
    bool broken = false;
    std::uint64_t synced = 0; // on the disk when the answer came
  };
  template <class Handle>
  std::shared_ptr<question> ask(const Handle& whom, submitted_order order) {
    auto made = std::make_shared<question>();
    keep(system->spawn([=, this](caf::event_based_actor* self) {
      self->request(whom, caf::infinite, append_order{order})
          .then(
              [=, this](const append_answer& answer) {
                made->answer = answer;
                made->synced = fleet_disk.synced();
              },
              [=](const caf::error&) { made->broken = true; });
    }));
    return made;
  }
  static std::string code(const std::shared_ptr<question>& of) {
    if (of->broken) return "broken";
    if (!of->answer) return "waits";
    return of->answer->refused ? std::string(to_string(of->answer->refused->code)) : "entered";
  }

  test_fleet fleet{3, acknowledgement::one};
  told_things told;
  memory_disk fleet_disk, own_disk;
  memory_snapshot_disk fold_disk;
  std::unique_ptr<memory_store> fleet_store, own_store;
  std::unique_ptr<memory_snapshots> folds;
  std::optional<ledger_places> places;
  std::vector<caf::actor> spawned;
  wiring around;
  ledger_actor ledger;
  replica_actor replica;
};

} // namespace ppn::test
