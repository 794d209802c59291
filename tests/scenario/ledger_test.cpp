// Stories about the fleet's ledger, told to whole nodes in the simulator: what is cut, killed, full, lost
// or damaged, and what is there afterwards. The checkers of INV-4, 5, 8, 9, 10 and 12 watch every story.
#include "actors/ledger_opening.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "tests/scenario/scenario.hpp"

using namespace ppn;
using namespace ppn::sim;
using namespace std::chrono_literals;

namespace {

struct ledger_story : story {
  explicit ledger_story(std::uint32_t nodes = 3) : story(nodes) { wait(40s); }

  submitted_order order(order_author who, entry_fact what) {
    ledger_order made;
    entropy.fill(made.id.octets);
    made.who = who;
    made.what = std::move(what);
    return {wire::encode_order(made).value(), std::nullopt};
  }
  void remark(node_index at) {
    fleet.give(at, order({order_author::kind::local_user, fleet.node(at).who().id, 1000}, fact::noted{}));
  }
  void decide(node_index at, entry_fact what) {
    auto made = order({order_author::kind::admin, fleet.admin().identity(), 0}, std::move(what));
    made.authority = order_authority{fleet.admin().identity(), entries(), {}};
    made.authority->proof =
        fleet.admin().sign(authority_text(fleet.founding().fleet, entries(), made.octets));
    fleet.give(at, made);
  }
  void choose(acknowledgement policy) {
    decide(0, fact::acknowledgement_chosen{policy});
    wait(1s);
  }
  std::uint64_t entries() const { return ledgers.counts().entries; }
  std::uint64_t degraded() const { return ledgers.counts().degraded; }
  std::uint64_t acknowledged() const {
    return ledgers.truth_of(fleet_origin(fleet.founding().fleet)).acknowledged;
  }
  memory_disk& ledger_of(node_index node) { return fleet.node(node).disk().fleet_ledger; }
  void restart(node_index node, bool power) {
    fleet.kill(node, power);
    wait(1s);
    BOOST_REQUIRE(fleet.start(node).has_value());
  }
  void lose_folder(node_index node) {
    fleet.node(node).disk() = node_disk{};
    // Of the node's own ledger nobody has a copy.
    ledgers.forget(node_origin(fleet.founding().fleet, fleet.node(node).who().id));
  }
  void all_have_everything() {
    wait(60s);
    BOOST_TEST(ledgers.fully_copied());
  }

  seeded_entropy entropy{random_source{99}};
};

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_stories)

BOOST_AUTO_TEST_CASE(three_nodes_start__everybody_holds_the_founding) {
  ledger_story s;
  BOOST_TEST(s.entries() == s.fleet.founding().entries.size());
  BOOST_TEST(s.ledgers.fully_copied());
}

BOOST_AUTO_TEST_CASE(orders_given_anywhere__entered_copied_acknowledged) {
  ledger_story s;
  auto before = s.entries();
  for (node_index node = 0; node < 3; ++node)
    s.remark(node);
  s.wait(2s);
  BOOST_TEST(s.entries() == before + 3);
  BOOST_TEST(s.acknowledged() == before + 3);
  BOOST_TEST(s.degraded() == 0u);
  BOOST_TEST(s.ledgers.fully_copied());
}

BOOST_AUTO_TEST_CASE(one_order_given_at_two_nodes__one_entry) {
  ledger_story s;
  auto before = s.entries();
  auto made = s.order({order_author::kind::admin, s.fleet.admin().identity(), 0},
                      fact::posture_set{s.fleet.node(1).who().id, posture::leased});
  made.authority = order_authority{s.fleet.admin().identity(), before, {}};
  made.authority->proof = s.fleet.admin().sign(authority_text(s.fleet.founding().fleet, before, made.octets));
  for (node_index node : {1, 2, 0, 1})
    s.fleet.give(node, made);
  s.wait(5s);
  BOOST_TEST(s.entries() == before + 1);
}

BOOST_AUTO_TEST_CASE(partition_a_copy__writing_goes_on_and_it_catches_up_after_the_heal) {
  ledger_story s;
  auto cut = s.isolate(2);
  for (int i = 0; i < 20; ++i) {
    s.remark(0);
    s.wait(2s);
  }
  BOOST_TEST(s.degraded() == 0u); // the other copy is enough
  BOOST_TEST(!s.ledgers.fully_copied());
  s.fleet.net().heal(cut);
  s.all_have_everything();
}

BOOST_AUTO_TEST_CASE(partition_the_controller__answers_degrade_and_nobody_else_writes) {
  ledger_story s;
  s.choose(acknowledgement::majority);
  auto cut = s.isolate(0);
  s.wait(40s);
  auto before = s.entries();
  s.remark(0);
  s.remark(1);
  s.remark(2);
  s.wait(20s);
  BOOST_TEST(s.degraded() > 0u);
  auto written = s.entries();
  BOOST_TEST(written > before);
  s.fleet.net().heal(cut);
  s.all_have_everything();
  auto degraded = s.degraded();
  s.remark(0);
  s.wait(2s);
  BOOST_TEST(s.degraded() == degraded);
}

BOOST_AUTO_TEST_CASE(one_way_partition__the_writer_hears_and_is_not_heard) {
  ledger_story s;
  partition cut;
  cut.side = {true, false, false};
  cut.to_side = true;
  cut.from_side = false;
  auto id = s.fleet.net().add_partition(cut);
  s.remark(0);
  s.wait(90s);
  s.fleet.net().heal(id);
  s.all_have_everything();
}

BOOST_AUTO_TEST_CASE(kill_the_controller_at_each_step_of_an_entry__all_or_nothing) {
  ledger_story s;
  for (bool power : {false, true})
    for (auto later : {0us, 100us, 400us, 800us, 1200us, 2000us, 5000us}) {
      auto before = s.entries();
      s.remark(0);
      s.decide(0, fact::posture_set{s.fleet.node(1).who().id, posture::leased});
      if (later > 0us) s.wait(later);
      s.restart(0, power);
      s.wait(40s);
      BOOST_TEST(s.entries() <= before + 2);
      s.all_have_everything();
    }
}

BOOST_AUTO_TEST_CASE(a_write_fails_at_the_controller__it_says_failed_and_a_restart_mends_it) {
  ledger_story s;
  std::size_t failures = 0;
  for (append_fault fault : {append_fault::write_fails, append_fault::sync_fails})
    for (bool power : {false, true}) {
      s.ledger_of(0).fail_next_append(fault);
      auto acknowledged = s.acknowledged();
      s.remark(0);
      s.wait(2s);
      BOOST_TEST(s.acknowledged() == acknowledged);
      BOOST_TEST(s.times("is failed") == ++failures);
      s.restart(0, power);
      s.wait(40s);
      s.remark(0);
      s.wait(2s);
      BOOST_TEST(s.acknowledged() > acknowledged);
      s.all_have_everything();
    }
}

BOOST_AUTO_TEST_CASE(the_controllers_cell_fails__nothing_is_acknowledged_and_a_restart_mends_it) {
  ledger_story s;
  for (cell_fault fault : {cell_fault::full, cell_fault::write_fails, cell_fault::sync_fails})
    for (bool power : {false, true}) {
      auto acknowledged = s.acknowledged();
      s.fleet.node(0).disk().cells.fail_next_set(fault);
      s.remark(0);
      s.wait(2s);
      BOOST_TEST(s.acknowledged() == acknowledged);
      s.restart(0, power);
      s.all_have_everything();
    }
}

BOOST_AUTO_TEST_CASE(the_controllers_disk_is_full__orders_fail_heartbeats_go_on_and_space_ends_it) {
  ledger_story s;
  auto before = s.entries();
  auto acknowledged = s.acknowledged();
  s.ledger_of(0).limit_octets(0);
  for (int i = 0; i < 10; ++i) {
    s.remark(0);
    s.remark(1);
    s.wait(20s);
  }
  BOOST_TEST(s.entries() == before);
  BOOST_TEST(s.acknowledged() == acknowledged);
  BOOST_TEST(s.times("is failed") == 0u);
  BOOST_TEST(s.evictions.counts().suspects == 0u);
  BOOST_TEST(s.picture(2).in_pool == 3u);
  s.ledger_of(0).limit_octets(~std::uint64_t{0});
  s.wait(2s);
  s.remark(0);
  s.remark(1);
  s.wait(10s);
  BOOST_TEST(s.entries() == before + 2);
  s.all_have_everything();
}

BOOST_AUTO_TEST_CASE(a_copys_disk_is_full__the_fleet_writes_on_and_it_catches_up) {
  ledger_story s;
  s.ledger_of(2).limit_octets(0);
  for (int i = 0; i < 5; ++i) {
    s.remark(0);
    s.wait(10s);
  }
  BOOST_TEST(s.degraded() == 0u);
  BOOST_TEST(!s.ledgers.fully_copied());
  s.ledger_of(2).limit_octets(~std::uint64_t{0});
  s.all_have_everything();
}

BOOST_AUTO_TEST_CASE(a_copy_loses_its_folder__catches_up_from_nothing) {
  ledger_story s;
  for (int i = 0; i < 30; ++i)
    s.remark(0);
  s.wait(5s);
  s.fleet.kill(2, true);
  s.lose_folder(2);
  BOOST_REQUIRE(s.fleet.start(2).has_value());
  s.all_have_everything();
  BOOST_TEST(s.times("EVIDENCE") == 0u);
}

BOOST_AUTO_TEST_CASE(a_copys_ledger_lost_its_end__it_refuses_to_start_and_says_why) {
  ledger_story s;
  for (int i = 0; i < 5; ++i) {
    s.remark(0);
    s.wait(1s);
  }
  s.fleet.kill(2, false);
  s.ledger_of(2).lose_tail(2);
  auto refused = s.fleet.start(2);
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == ec::integrity));
  BOOST_TEST(refused.error().text.find("shorter than what this node has acknowledged") != std::string::npos);
  BOOST_TEST(refused.error().text.find("ppn ledger restore") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_copys_entry_was_changed__it_refuses_to_start_and_names_it) {
  ledger_story s;
  s.fleet.kill(2, false);
  node_disk sound = s.fleet.node(2).disk();
  s.ledger_of(2).damage(3);
  auto refused = s.fleet.start(2);
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == ec::integrity));
  s.fleet.node(2).replace_disk(sound);
  BOOST_TEST(s.fleet.start(2).has_value());
}

BOOST_AUTO_TEST_CASE(witnesses_cosign__and_go_on_after_a_loss_of_power) {
  ledger_story s;
  s.remark(0);
  s.wait(3s);
  auto before = s.ledgers.counts().cosigned;
  BOOST_TEST(before >= 2u);
  s.restart(1, true);
  s.restart(2, true);
  s.wait(30s);
  s.remark(0);
  s.wait(3s);
  BOOST_TEST(s.ledgers.counts().cosigned >= before + 2);
  BOOST_TEST(s.times("refused to cosign") == 0u);
}

BOOST_AUTO_TEST_CASE(a_witness_that_cannot_read_its_memory_signs_nothing) {
  ledger_story s;
  s.remark(0);
  s.wait(3s);
  s.fleet.kill(1, false);
  s.fleet.kill(2, false);
  s.fleet.node(1).disk().cells.damage_both("witness");
  s.fleet.node(2).disk().cells.damage_both("witness");
  auto before = s.ledgers.counts().cosigned;
  BOOST_REQUIRE(s.fleet.start(1).has_value());
  BOOST_REQUIRE(s.fleet.start(2).has_value());
  s.wait(30s);
  s.remark(0);
  s.wait(10s);
  BOOST_TEST(s.ledgers.counts().cosigned == before);
  BOOST_TEST(s.times("answered 500") > 0u);
}

BOOST_AUTO_TEST_CASE(the_controller_comes_back_with_an_older_folder__reads_only_until_it_is_restored) {
  ledger_story s;
  node_disk older = s.fleet.node(0).disk();
  for (int i = 0; i < 5; ++i)
    s.remark(0);
  s.wait(10s);
  auto full = s.entries();
  s.fleet.kill(0, false);
  s.fleet.node(0).replace_disk(older);
  BOOST_REQUIRE(s.fleet.start(0).has_value());
  s.wait(60s);
  s.remark(0);
  s.wait(10s);
  BOOST_TEST(s.times("is read only") == 1u);
  BOOST_TEST(s.picture(2).in_pool == 3u); // the fleet itself goes on
  s.fleet.restore_ledger(0, 1);
  s.wait(30s);
  BOOST_TEST(s.entries() == full + 1); // the remark that waited
  s.all_have_everything();
  BOOST_TEST(s.times("EVIDENCE") == 0u);
}

BOOST_AUTO_TEST_CASE(an_eviction_and_the_return_are_entered_once__also_over_restarts_of_the_controller) {
  ledger_story s;
  auto before = s.entries();
  s.fleet.kill(2, false);
  s.wait(45s);
  BOOST_TEST(s.entries() == before + 1);
  s.restart(0, false);
  s.wait(90s);
  s.restart(0, true);
  s.wait(90s);
  BOOST_TEST(s.entries() == before + 1);
  BOOST_REQUIRE(s.fleet.start(2).has_value());
  s.wait(3min);
  BOOST_TEST(s.entries() == before + 2);
  s.all_have_everything();
}

BOOST_AUTO_TEST_CASE(a_return_in_a_quiet_fleet_is_entered_without_another_event) {
  ledger_story s;
  auto before = s.entries();
  s.fleet.kill(2, false);
  s.wait(45s);
  BOOST_REQUIRE(s.fleet.start(2).has_value());
  s.wait(90s);
  BOOST_TEST(s.entries() == before + 2);
}

BOOST_AUTO_TEST_SUITE_END()
