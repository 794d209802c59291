// The witness's actor, asked by peers: it remembers before it answers, also over restarts and losses of
// power, and signs nothing for a ledger that somebody of this node holds evidence against.
#include "actors/replica_core.hpp"
#include "actors/witness.hpp"
#include "storage/log/checkpoint.hpp"
#include "storage/log/witness.hpp"
#include "tests/actor/node_fixture.hpp"
#include "tests/unit/ledger_core_support.hpp"

#include <caf/typed_event_based_actor.hpp>

using namespace ppn;
using namespace ppn::test;

namespace {

struct witness_fixture : node_fixture {
  witness_fixture() {
    keys.emplace(test_fleet::secret, test_fleet::id_of(1));
    link = system->spawn([this]() -> link_actor::behavior_type {
      return {[](const stream_opened&) {},
              [](const stream_bytes&) {},
              [](const stream_closed&) {},
              [](const stream_writable&) {},
              [](const wiring&) {},
              [this](const send_to_peer& m) { answers.push_back(std::get<cosign_answer>(*m.message)); },
              [](const membership_update&) {},
              [](const link_report_query&) { return link_report_answer{}; },
              [](tick) {}};
    });
    start();
  }
  ~witness_fixture() override {
    end();
    caf::anon_send_exit(link, caf::exit_reason::kill);
    run();
    link = nullptr;
  }
  void start(bool trusted = true) {
    ports world{time, random, *keys, network, *durable, machine, guests, events, own_process, this};
    actor = spawn_witness(*system, {test_fleet::id_of(1)}, world);
    wiring around;
    around.link = link;
    caf::anon_send(actor, around);
    auto roster = std::make_shared<ledger_roster>();
    roster->origin = origin;
    roster->terms = {{0, writer.identity(), writer.key(key_role::log)}};
    roster->witnesses = {{test_fleet::id_of(1), keys->key(key_role::witness)}};
    roster->trusted = trusted;
    caf::anon_send(actor, roster_notice{roster, 0});
    run();
  }
  void end() {
    if (!actor) return;
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    run();
    actor = nullptr;
  }
  void lose_power() {
    end();
    durable.reset();
    disk.crash();
    durable = memory_cells::open(disk).value();
    start();
  }

  // A log of the writer: a fork of it has another `flavour`.
  static bytes entry(std::uint64_t index, char flavour) {
    const std::string text = "entry " + std::to_string(index) + flavour;
    return {text.begin(), text.end()};
  }
  static log::frontier tree(std::uint64_t size, std::uint64_t forked_at) {
    log::frontier made;
    for (std::uint64_t i = 0; i < size; ++i)
      made.append(log::leaf_hash(entry(i, i < forked_at ? 'a' : 'b')));
    return made;
  }
  log::proof_hashes proof(std::uint64_t old_size, std::uint64_t size, std::uint64_t forked_at) {
    return log::consistency_proof(old_size, size,
                                  [&](unsigned level, std::uint64_t index) -> result<digest> {
                                    log::frontier part;
                                    for (std::uint64_t i = index << level; i < (index + 1) << level; ++i)
                                      part.append(log::leaf_hash(entry(i, i < forked_at ? 'a' : 'b')));
                                    return part.root();
                                  })
        .value();
  }
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  std::uint16_t ask(std::uint64_t old_size, std::uint64_t size, std::uint64_t forked_at = never) {
    log::checkpoint body{origin, size, tree(size, forked_at).root(), {}};
    auto key = log::make_vkey(origin, log::key_type::ed25519, writer.key(key_role::log));
    auto note = log::sign_checkpoint(body, *key,
                                     [&](bytes_view text) { return writer.sign_as(key_role::log, text); });
    auto hashes = old_size == 0 ? log::proof_hashes{} : proof(old_size, size, forked_at);
    auto text = log::witness_request_text(old_size, hashes, *note);
    auto message = std::make_shared<wire_message>(cosign_request{bytes(text.begin(), text.end())});
    answers.clear();
    caf::anon_send(actor, peer_message{writer.identity(), message});
    run();
    BOOST_REQUIRE(answers.size() == 1u);
    return answers[0].status;
  }

  sim::world_signer writer = test_fleet::keys_of(0);
  std::string origin = "ppn/witnessed";
  link_actor link;
  witness_actor actor;
  std::vector<cosign_answer> answers;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(witness_memory_rules, witness_fixture)

BOOST_AUTO_TEST_CASE(it_cosigns_a_tree_that_grows) {
  BOOST_TEST(ask(0, 5) == 200u);
  BOOST_TEST(ask(5, 9) == 200u);
  BOOST_TEST(events.of<event::ledger_cosigned>().size() == 2u);
}

BOOST_AUTO_TEST_CASE(it_remembers_over_a_restart_and_a_loss_of_power) {
  BOOST_TEST(ask(0, 5) == 200u);
  for (bool power : {false, true}) {
    if (power) {
      lose_power();
    } else {
      end();
      start();
    }
    BOOST_TEST(ask(0, 7) == 409u);
    BOOST_TEST(answers[0].body == "5\n");
  }
  BOOST_TEST(ask(5, 7, 3) == 422u);
}

BOOST_AUTO_TEST_CASE(a_fork_by_the_writer_is_evidence_and_ends_the_service) {
  BOOST_TEST(ask(0, 5) == 200u);
  BOOST_TEST(ask(5, 7, 3) == 422u);
  auto told = events.of<event::ledger_accused>();
  BOOST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told[0].what.what == ledger_evidence::kind::fork));
  BOOST_TEST(told[0].what.origin == origin);
  BOOST_TEST(told[0].what.size == 5u);
  BOOST_TEST((told[0].what.expected == tree(5, never).root()));
  BOOST_TEST((told[0].what.found == tree(7, 3).root()));
  BOOST_TEST((told[0].what.peer == writer.identity()));
  BOOST_TEST(ask(5, 9) == 403u); // the first history is not believed any more either
}

BOOST_AUTO_TEST_CASE(what_it_saw_once_it_holds_against_the_ledger_for_ever) {
  BOOST_TEST(ask(0, 5) == 200u);
  BOOST_TEST(ask(5, 7, 3) == 422u);
  end();
  start();
  BOOST_TEST(ask(5, 9) == 403u);
  lose_power();
  BOOST_TEST(ask(5, 9) == 403u);
  BOOST_TEST(events.of<event::ledger_accused>().size() == 1u); // told once
  disk.damage_both("witness-evidence");
  end();
  start();
  BOOST_TEST(ask(5, 9) == 403u); // what it said is not known, so nothing is believed
}

BOOST_AUTO_TEST_CASE(a_ledger_that_is_not_trusted_gets_no_line) {
  end();
  start(false);
  BOOST_TEST(ask(0, 5) == 403u);
  BOOST_TEST(events.of<event::ledger_cosigned>().empty());
  BOOST_TEST(durable->get("witness")->version == 0u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_remembered_is_not_signed) {
  disk.fill_up(true);
  BOOST_TEST(ask(0, 5) == 500u);
  BOOST_TEST(events.of<event::ledger_cosigned>().empty());
  disk.fill_up(false);
  BOOST_TEST(ask(0, 5) == 200u);
  disk.damage_both("witness");
  BOOST_TEST(ask(5, 9) == 500u);
}

BOOST_AUTO_TEST_SUITE_END()
