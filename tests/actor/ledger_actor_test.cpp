// The ledger's actor. Goal: an answer leaves when it may and reaches whoever asked, whatever ends in between,
// and those who follow the ledger learn what concerns them.
#include "actors/vm_fleet.hpp"
#include "messages/base/limits.hpp"
#include "tests/actor/ledger_fixture.hpp"

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

namespace {

struct writer_fixture : ledger_fixture {
  writer_fixture() {
    auto opened =
        open_ledgers(test_fleet::id_of(0), fleet.founding.fleet, fleet.founding.entries, world_of(0));
    BOOST_REQUIRE_MESSAGE(opened, (opened ? "" : render(opened.error())));
    options = opened->fleet;
    around.node = root_actor();
    around.fleet = fleet_actor();
    around.replica = replica_listener();
    spawn();
    caf::anon_send(ledger, survey_notice{});
    run();
    founded = fleet.founding.entries.size();
  }
  void spawn() {
    ledger = keep(spawn_ledger(*system, options, world_of(0)));
    around.ledger = ledger;
    caf::anon_send(ledger, around);
    run();
  }
  void reachable(std::vector<node_id> who) {
    caf::anon_send(ledger, copies_notice{{}, std::move(who)});
    run();
  }
  void held(std::uint64_t size) {
    caf::anon_send(ledger, copies_notice{{{one, size}}, {one}});
    run();
  }

  // In steps that are short enough not to be taken for sleep.
  void wait(nanoseconds length) {
    for (nanoseconds gone{0}; gone < length; gone += 250ms)
      pass(250ms);
  }
  // Any message makes the controller look again at what it has to enter.
  void hear_from_self(const vm_fleet_actor& detector) {
    caf::anon_send(detector, ledger_grown{options.core->size(), nullptr});
    run();
  }

  ledger_options options;
  node_id one = test_fleet::id_of(1);
  std::uint64_t founded = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ledger_actor_rules, writer_fixture)

BOOST_AUTO_TEST_CASE(an_answer_comes_when_the_entry_is_durable) {
  auto asked = ask(ledger, fleet.remark(0));
  BOOST_TEST(code(asked) == "waits");
  run();
  BOOST_REQUIRE(code(asked) == "entered");
  BOOST_TEST(asked->answer->index == founded);
  BOOST_TEST(asked->synced == founded + 1);
  BOOST_TEST(asked->answer->degraded); // nobody else can be reached
}

BOOST_AUTO_TEST_CASE(what_is_asked_together_is_one_commit) {
  std::vector<std::shared_ptr<question>> asked;
  for (int i = 0; i < 5; ++i)
    asked.push_back(ask(ledger, fleet.remark(0)));
  auto before = events.of<event::ledger_committed>().size();
  run();
  for (const auto& each : asked)
    BOOST_TEST(code(each) == "entered");
  BOOST_TEST(events.of<event::ledger_committed>().size() <= before + 2);
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_in_between_fails_everybody_who_waits) {
  fleet_disk.fail_next_append(append_fault::write_fails);
  auto first = ask(ledger, fleet.remark(0));
  auto second = ask(ledger, fleet.remark(0));
  run();
  BOOST_TEST(code(first) == "io-failed");
  BOOST_TEST(code(second) == "io-failed");
  BOOST_TEST(fleet_disk.synced() == founded);
  auto states = events.of<event::ledger_state_changed>();
  BOOST_TEST(states.back().state == "failed");
  auto later = ask(ledger, fleet.remark(0));
  run();
  BOOST_TEST(code(later) == "io-failed");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_asked_again_after_a_pause_not_in_a_loop) {
  fleet_disk.limit_octets(0);
  auto refused = ask(ledger, fleet.remark(0));
  run();
  BOOST_TEST(code(refused) == "no-space");
  fleet_disk.limit_octets(~std::uint64_t{0});
  auto later = ask(ledger, fleet.remark(0));
  pass(2s);
  BOOST_TEST(code(later) == "entered");
}

BOOST_AUTO_TEST_CASE(an_answer_waits_for_a_copy_while_somebody_can_be_reached) {
  reachable({one});
  auto asked = ask(ledger, fleet.remark(0));
  run();
  BOOST_TEST(code(asked) == "waits");
  BOOST_TEST(fleet_disk.synced() == founded + 1);
  held(founded);
  BOOST_TEST(code(asked) == "waits");
  held(founded + 1);
  BOOST_REQUIRE(code(asked) == "entered");
  BOOST_TEST(!asked->answer->degraded);
}

BOOST_AUTO_TEST_CASE(an_answer_that_waits_for_nothing_comes_degraded_at_its_deadline) {
  reachable({one});
  auto asked = ask(ledger, fleet.remark(0));
  run();
  pass(limits::acknowledgement_deadline - 1ms);
  BOOST_TEST(code(asked) == "waits");
  pass(1ms);
  BOOST_REQUIRE(code(asked) == "entered");
  BOOST_TEST(asked->answer->degraded);
}

BOOST_AUTO_TEST_CASE(after_a_restart_nobody_gets_the_answer_of_another) {
  reachable({one});
  auto old = ask(ledger, fleet.remark(0));
  run();
  end(caf::actor_cast<caf::actor>(ledger));
  BOOST_TEST(code(old) == "broken"); // its fate is unknown to whoever asked; the entry is durable
  spawn();
  reachable({one});
  auto fresh = ask(ledger, fleet.remark(0));
  run();
  BOOST_TEST(code(fresh) == "waits");
  held(founded + 1); // enough for the old order only
  BOOST_TEST(code(fresh) == "waits");
  held(founded + 2);
  BOOST_REQUIRE(code(fresh) == "entered");
  BOOST_TEST(fresh->answer->index == founded + 1);
}

BOOST_AUTO_TEST_CASE(the_fleets_actor_learns_who_is_evicted_and_nothing_else_is_repeated) {
  BOOST_REQUIRE(!told.grown.empty());
  BOOST_REQUIRE(told.grown.front().evicted != nullptr);
  BOOST_TEST(told.grown.front().evicted->empty());
  told.grown.clear();
  auto by_controller = [&](entry_fact what) {
    ask(ledger, fleet.order({order_author::kind::node, test_fleet::id_of(0), 0}, std::move(what)));
    run();
  };
  by_controller(fact::noted{});
  BOOST_REQUIRE(told.grown.size() == 1u);
  BOOST_TEST(told.grown.back().size == founded + 1);
  BOOST_TEST(told.grown.back().evicted == nullptr);
  by_controller(fact::member_evicted{one, 31'000, false});
  BOOST_REQUIRE(told.grown.back().evicted != nullptr);
  BOOST_TEST((*told.grown.back().evicted == std::vector<node_id>{one}));
  by_controller(fact::member_returned{one, 1});
  BOOST_REQUIRE(told.grown.back().evicted != nullptr);
  BOOST_TEST(told.grown.back().evicted->empty());
  told.grown.clear();
  spawn(); // whoever is wired anew is told anew
  BOOST_REQUIRE(told.grown.size() == 1u);
  BOOST_TEST(told.grown.back().evicted != nullptr);
}

BOOST_AUTO_TEST_CASE(the_root_learns_of_members_when_something_about_them_changed) {
  BOOST_REQUIRE(told.memberships.size() == 1u);
  BOOST_TEST(told.memberships.back()->members.size() == 3u);
  ask(ledger, fleet.remark(0));
  run();
  BOOST_TEST(told.memberships.size() == 1u);
  ask(ledger, fleet.decided(fact::posture_set{one, posture::cloud}, founded + 1));
  run();
  BOOST_REQUIRE(told.memberships.size() == 2u);
  BOOST_TEST((told.memberships.back()->find(one)->trust == posture::cloud));
}

BOOST_AUTO_TEST_CASE(a_page_is_made_for_who_asks_and_a_writer_takes_none) {
  caf::anon_send(ledger, page_query{one, ledger_have{0, log::empty_root(), {}}});
  run();
  BOOST_REQUIRE(told.pages.size() == 1u);
  BOOST_TEST((told.pages[0].to == one));
  BOOST_TEST(told.pages[0].page.entries.size() == founded);
  auto offer = std::make_shared<wire_message>(told.pages[0].page);
  told.outcomes.clear();
  caf::anon_send(ledger, page_offer{one, offer});
  run();
  BOOST_REQUIRE(told.outcomes.size() == 1u);
  BOOST_REQUIRE(told.outcomes[0].refused.has_value());
  BOOST_TEST(told.outcomes[0].have.size == founded);
}

BOOST_AUTO_TEST_CASE(the_controllers_entries_go_on_when_the_ledger_was_restarted_under_them) {
  reachable({one});
  auto detector = keep(spawn_vm_fleet(*system, {test_fleet::id_of(0), options.core->members()}, world_of(0)));
  around.fleet = detector;
  caf::anon_send(detector, around);
  caf::anon_send(ledger, around);
  auto evictions = [&] {
    const auto& kinds = options.core->fold().state().kinds;
    auto found = kinds.find("member-evicted");
    return found == kinds.end() ? 0u : found->second;
  };
  wait(31s); // nobody is heard: three evictions, one entry at a time
  BOOST_TEST(evictions() == 1u);
  end(caf::actor_cast<caf::actor>(ledger)); // ... whose answer waits for a copy
  spawn();
  caf::anon_send(detector, around);
  held(founded + 1);
  wait(10s);
  hear_from_self(detector);
  BOOST_TEST(evictions() == 2u);
  for (std::uint64_t size = founded + 2; size < founded + 6; ++size) {
    held(size);
    wait(10s);
    hear_from_self(detector);
  }
  for (const auto& [id, member] : options.core->fold().state().members)
    BOOST_TEST(member.evictions == 1u); // each once
}

BOOST_AUTO_TEST_SUITE_END()
