// The ledgers by the control socket: a whole node with its real ledgers in memory, asked as an
// operator's tool asks it.
#include "tests/actor/node_fixture.hpp"

#include "messages/base/limits.hpp"
#include "messages/wire/codec.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "storage/ledger/founding.hpp"
#include "storage/log/proof_file.hpp"
#include "storage/memory_snapshots.hpp"
#include "storage/memory_store.hpp"

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t world_secret = 7;
constexpr std::uint32_t owner = 1000;

struct ledger_fixture : node_fixture {
  // Far enough apart that no key of one is a key of another.
  static node_id member_id(octet number) { return id_of(static_cast<octet>(16 * number)); }

  // A fleet of so many members; `self` is started, the first one writes.
  void start_member(octet self, octet count) {
    founding_plan plan;
    plan.fleet_name = "test";
    for (octet i = 1; i <= count; ++i) {
      sim::world_signer member(world_secret, member_id(i));
      member_record record;
      record.id = member_id(i);
      record.name = "n" + std::to_string(i);
      record.address = "10.8.0." + std::to_string(i);
      record.port = 9203;
      member_keys other{member.key(key_role::log), member.key(key_role::witness), {}};
      other.certificate = member.sign(certified_keys_text(record.id, other));
      plan.members.push_back({record, other});
    }
    plan.controller = member_id(1);
    auto founded = found_fleet(plan, admin.identity(), random,
                               [&](bytes_view text) { return admin.sign(text); });
    BOOST_REQUIRE_MESSAGE(founded, (founded ? "" : founded.error().text));
    founding = *founded;
    keys.emplace(world_secret, member_id(self));
    places.emplace(ledger_places{*fleet_store, *own_store, *folds});
    ports world{time,    random, *keys,  network,     *durable, machine,
                guests,  events, own_process, this, &*places};
    node_options options;
    options.self = member_id(self);
    options.name = "n" + std::to_string(self);
    options.version = "test";
    options.fleet = founding.fleet;
    options.founding = founding.entries;
    options.control = stream_endpoint{"unix:/control", 0};
    options.owner_uid = owner;
    auto started = start_node(*system, options, world);
    BOOST_REQUIRE_MESSAGE(started, (started ? "" : started.error().text));
    node = *started;
    run();
  }

  connection_id open(std::uint32_t uid) {
    auto& [listener, sink] = network.listeners.at("unix:/control");
    auto id = network.next_id();
    caf::anon_send(sink, stream_opened{id, listener, {"unix:", 0}, peer_credentials{uid, uid, 1}});
    run();
    return id;
  }
  void send(connection_id to, const control_request& request) {
    bytes body = wire::encode(request);
    bytes framed(4);
    store_le32(framed.data(), static_cast<std::uint32_t>(body.size()));
    append(framed, body);
    caf::anon_send(network.listeners.at("unix:/control").second, stream_bytes{to, std::move(framed)});
  }
  std::vector<control_response> answers(connection_id from) {
    std::vector<control_response> all;
    for (bytes_view octets = network.written[from]; !octets.empty();) {
      std::uint32_t length = load_le32(octets.data());
      auto response = wire::decode_control_response(octets.subspan(4, length));
      BOOST_REQUIRE(response.has_value());
      all.push_back(*response);
      octets = octets.subspan(4 + length);
    }
    network.written[from].clear();
    return all;
  }
  // What one who connects for this one question hears, with virtual time for whoever needs it.
  decltype(control_response::body) ask(std::uint32_t uid, decltype(control_request::body) body,
                                       nanoseconds wait = 0s) {
    auto client = open(uid);
    send(client, {7, std::move(body)});
    run();
    if (wait > 0s) pass(wait);
    auto heard = answers(client);
    BOOST_REQUIRE(heard.size() == 1u);
    BOOST_TEST(heard.front().id == 7u);
    return heard.front().body;
  }
  template <class Reply>
  Reply expect(decltype(control_response::body) body) {
    if (auto* what = std::get_if<error>(&body)) BOOST_TEST_MESSAGE(render(*what));
    BOOST_REQUIRE(std::holds_alternative<Reply>(body));
    return std::get<Reply>(std::move(body));
  }
  std::string code_of(const decltype(control_response::body)& body) {
    auto* what = std::get_if<error>(&body);
    return what ? std::string(to_string(what->code)) : "answered";
  }
  ledger_note_request note(ledger_choice which, const std::string& reason) {
    ledger_note_request made{which, {}, reason};
    random.fill(made.id.octets);
    return made;
  }
  ledger_read_reply read(ledger_choice which, std::uint64_t from, std::uint64_t most) {
    return expect<ledger_read_reply>(ask(5, ledger_read_request{which, from, most}));
  }

  sim::world_signer admin{world_secret, id_of(200)};
  founded_fleet founding;
  memory_disk fleet_disk;
  memory_disk own_disk;
  memory_snapshot_disk fold_disk;
  std::unique_ptr<memory_store> fleet_store = std::move(*memory_store::open(fleet_disk));
  std::unique_ptr<memory_store> own_store = std::move(*memory_store::open(own_disk));
  std::unique_ptr<memory_snapshots> folds = std::move(*memory_snapshots::open(fold_disk));
  std::optional<ledger_places> places;

  // The node goes before what it stands on.
  ~ledger_fixture() override {
    if (node) caf::anon_send(node, stop_node{});
    run();
    node = nullptr;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_of_ledgers, ledger_fixture)

BOOST_AUTO_TEST_CASE(a_fleet_without_a_ledger_says_so) {
  start(1, 1);
  const auto fleet = ledger_choice::fleet;
  for (const decltype(control_request::body)& body :
       {decltype(control_request::body){ledger_report_request{fleet}},
        {ledger_read_request{ledger_choice::own, 0, 1}},
        {ledger_proof_request{fleet, 0}},
        {note(fleet, "a")},
        {note(ledger_choice::own, "a")},
        {ledger_restore_request{"n2"}}}) {
    auto answer = ask(0, body);
    BOOST_TEST((std::get<error>(answer) == error{ec::unsupported, "this fleet has no ledger"}));
  }
  BOOST_TEST(expect<status_reply>(ask(0, status_request{})).ledgers.empty());
}

BOOST_AUTO_TEST_CASE(a_status_tells_of_both_ledgers) {
  start_member(1, 1);
  auto reply = expect<status_reply>(ask(5, status_request{}));
  BOOST_REQUIRE(reply.ledgers.size() == 2u);
  const ledger_brief& fleet = reply.ledgers[0];
  BOOST_TEST((fleet.which == ledger_choice::fleet));
  BOOST_TEST(fleet.origin == "ppn/" + founding.fleet.hex());
  BOOST_TEST((fleet.part == ledger_part::writer));
  BOOST_TEST(fleet.size == founding.entries.size());
  BOOST_TEST(fleet.state == "ready");
  BOOST_TEST(fleet.evidence.empty());
  BOOST_TEST(!fleet.cosigned);
  BOOST_TEST((reply.ledgers[1].which == ledger_choice::own));
  BOOST_TEST(reply.ledgers[1].size == 1u); // the word about this start
}

BOOST_AUTO_TEST_CASE(anybody_who_may_connect_reads_entries_with_their_leaves) {
  start_member(1, 1);
  auto reply = read(ledger_choice::fleet, 0, 1'000);
  BOOST_TEST(reply.size == founding.entries.size());
  BOOST_TEST((reply.entries == founding.entries));
  for (std::size_t i = 0; i < reply.entries.size(); ++i)
    BOOST_TEST((reply.leaves[i] == log::leaf_hash(reply.entries[i])));
  reply = read(ledger_choice::fleet, 1, 1);
  BOOST_REQUIRE(reply.entries.size() == 1u);
  BOOST_TEST((reply.entries.front() == founding.entries[1]));
  BOOST_TEST(read(ledger_choice::fleet, 0, 0).entries.empty());
  BOOST_TEST(read(ledger_choice::fleet, reply.size, 5).entries.empty());
  BOOST_TEST(read(ledger_choice::fleet, ~std::uint64_t{0}, ~std::uint64_t{0}).entries.empty());
}

BOOST_AUTO_TEST_CASE(leaves_over_many_tiles_belong_to_their_entries) {
  start_member(1, 1);
  auto client = open(0);
  for (std::uint64_t i = 0; i < 600; ++i) {
    send(client, {i + 1, note(ledger_choice::own, "filler " + std::to_string(i))});
    if (i % 100 == 99) run();
  }
  auto reply = read(ledger_choice::own, 200, 333);
  BOOST_REQUIRE(reply.entries.size() == 333u);
  for (std::size_t i = 0; i < reply.entries.size(); ++i)
    BOOST_TEST((reply.leaves[i] == log::leaf_hash(reply.entries[i])));
}

BOOST_AUTO_TEST_CASE(a_note_says_who_it_was_by_the_kernels_word) {
  start_member(1, 1);
  for (ledger_choice which : {ledger_choice::fleet, ledger_choice::own}) {
    auto reply = expect<ledger_append_reply>(ask(owner, note(which, "moved to the cellar")));
    BOOST_TEST(reply.size == reply.index + 1);
    auto entry = wire::decode_entry(read(which, reply.index, 1).entries.front());
    BOOST_REQUIRE(entry.has_value());
    BOOST_TEST((entry->order.who == order_author{order_author::kind::local_user, member_id(1), owner}));
    BOOST_TEST(entry->order.why == "moved to the cellar");
    BOOST_TEST(std::holds_alternative<fact::noted>(entry->order.what));
  }
}

BOOST_AUTO_TEST_CASE(the_same_note_again_is_the_same_entry) {
  start_member(1, 1);
  auto once = note(ledger_choice::own, "once");
  auto first = expect<ledger_append_reply>(ask(0, once));
  auto second = expect<ledger_append_reply>(ask(0, once));
  BOOST_TEST(first.index == second.index);
  BOOST_TEST(read(ledger_choice::own, 0, 10).size == first.index + 1);
}

BOOST_AUTO_TEST_CASE(writing_is_for_root_and_the_owner_only) {
  start_member(1, 1);
  const std::uint64_t before = read(ledger_choice::fleet, 0, 0).size;
  BOOST_TEST(code_of(ask(1001, note(ledger_choice::fleet, "a"))) == "permission");
  BOOST_TEST(code_of(ask(1001, note(ledger_choice::own, "a"))) == "permission");
  BOOST_TEST(code_of(ask(1001, ledger_submit_request{})) == "permission");
  BOOST_TEST(code_of(ask(1001, ledger_restore_request{"n2"})) == "permission");
  BOOST_TEST(read(ledger_choice::fleet, 0, 0).size == before);
}

BOOST_AUTO_TEST_CASE(a_note_that_may_not_be_written_is_refused_with_a_reason) {
  start_member(1, 1);
  // A right-to-left override would make a line of the ledger look like another.
  BOOST_TEST(code_of(ask(0, note(ledger_choice::own, "a\u202e"))) == "invalid");
}

BOOST_AUTO_TEST_CASE(an_administrators_order_is_written_and_no_other) {
  start_member(1, 1);
  ledger_order order;
  random.fill(order.id.octets);
  order.who = {order_author::kind::admin, admin.identity(), 0};
  order.what = fact::acknowledgement_chosen{acknowledgement::local};
  const std::uint64_t seen = read(ledger_choice::fleet, 0, 0).size;
  submitted_order signed_order{*wire::encode_order(order), std::nullopt};
  BOOST_TEST(code_of(ask(0, ledger_submit_request{signed_order})) == "refused");
  signed_order.authority = order_authority{
    admin.identity(), seen,
    admin.sign(authority_text(founding.fleet, seen, signed_order.octets))};
  auto reply = expect<ledger_append_reply>(ask(0, ledger_submit_request{signed_order}));
  BOOST_TEST(reply.index == seen);
  order.who = {order_author::kind::local_user, member_id(1), 0};
  order.what = fact::noted{};
  submitted_order forged{*wire::encode_order(order), signed_order.authority};
  BOOST_TEST(code_of(ask(0, ledger_submit_request{forged})) == "refused");
  BOOST_TEST(code_of(ask(0, ledger_submit_request{{bytes{1, 2}, std::nullopt}})) == "malformed");
  BOOST_TEST(read(ledger_choice::fleet, 0, 0).size == seen + 1);
}

BOOST_AUTO_TEST_CASE(a_proof_is_under_the_newest_checkpoint) {
  start_member(1, 1);
  auto reply = expect<ledger_proof_reply>(ask(5, ledger_proof_request{ledger_choice::fleet, 1}));
  auto proof = log::parse_proof_file(view_of(reply.proof));
  BOOST_REQUIRE(proof.has_value());
  BOOST_TEST(proof->index == 1u);
  auto report = expect<ledger_report_reply>(ask(5, ledger_report_request{ledger_choice::fleet}));
  BOOST_TEST(proof->checkpoint == report.report.note);
  log::trust_policy trust;
  trust.logs = {*log::parse_vkey(report.report.vkey)};
  trust.verify = [this](const crypto::public_key& by, bytes_view text, const signature& sig) {
    return keys->verify(by, text, sig);
  };
  BOOST_TEST(log::verify_proof_file(*proof, founding.entries[1], trust).has_value());
  BOOST_TEST(code_of(ask(5, ledger_proof_request{ledger_choice::fleet, 1'000})) == "not-found");
}

BOOST_AUTO_TEST_CASE(a_copy_without_its_writer_takes_notes_of_its_own_only) {
  start_member(2, 2);
  BOOST_TEST(code_of(ask(0, note(ledger_choice::fleet, "a"))) == "unreachable");
  BOOST_TEST(code_of(ask(0, note(ledger_choice::own, "a"))) == "answered");
  auto reply = expect<status_reply>(ask(0, status_request{}));
  BOOST_TEST((reply.ledgers[0].part == ledger_part::copy));
}

BOOST_AUTO_TEST_CASE(a_writer_that_has_not_asked_its_members_answers_nothing_yet) {
  start_member(1, 2);
  auto client = open(0);
  send(client, {1, note(ledger_choice::fleet, "later")});
  run();
  pass(20s);
  BOOST_TEST(answers(client).empty());
  auto reply = expect<status_reply>(ask(0, status_request{}));
  BOOST_TEST(reply.ledgers[0].state == "read only");
  BOOST_TEST(reply.ledgers[0].why == "asking members");
}

BOOST_AUTO_TEST_CASE(a_restore_is_from_another_member) {
  start_member(2, 2);
  BOOST_TEST(code_of(ask(0, ledger_restore_request{"n1"})) == "answered");
  BOOST_TEST(code_of(ask(owner, ledger_restore_request{"n2"})) == "invalid");
  BOOST_TEST(code_of(ask(0, ledger_restore_request{"n3"})) == "not-found");
}

BOOST_AUTO_TEST_CASE(more_questions_than_may_wait_are_told_to_come_later) {
  start_member(1, 2); // its fleet's ledger answers nothing yet
  auto client = open(0);
  const std::uint64_t many = limits::control_requests_unanswered + 10;
  for (std::uint64_t i = 1; i <= many; ++i)
    send(client, {i, note(ledger_choice::fleet, "filler")});
  run();
  auto heard = answers(client);
  BOOST_TEST(heard.size() == 10u);
  for (const control_response& each : heard) BOOST_TEST(code_of(each.body) == "busy");
}

BOOST_AUTO_TEST_CASE(questions_that_are_answered_make_room_for_others) {
  start_member(1, 1);
  auto client = open(0);
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t i = 1; i <= 400; ++i)
      send(client, {i, ledger_read_request{ledger_choice::fleet, 0, 1}});
    run();
    auto heard = answers(client);
    BOOST_TEST(heard.size() == 400u);
    for (const control_response& each : heard) BOOST_TEST(code_of(each.body) == "answered");
  }
}

BOOST_AUTO_TEST_CASE(one_who_leaves_before_the_answer_harms_nobody) {
  start_member(1, 2);
  auto client = open(0);
  send(client, {1, note(ledger_choice::fleet, "later")});
  run();
  caf::anon_send(network.listeners.at("unix:/control").second,
                 stream_closed{client, {ec::unreachable, "gone"}});
  run();
  BOOST_TEST(code_of(ask(0, note(ledger_choice::own, "a"))) == "answered");
  pass(1min);
  BOOST_TEST(answers(client).empty());
  BOOST_TEST(alive("control") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
