// A node's ledgers over HTTP: every status, whoever may not ask, and those that misbehave.
#include "actors/http_frames.hpp"
#include "actors/ledger_opening.hpp"
#include "storage/log/tile.hpp"
#include "storage/log/witness.hpp"
#include "tests/actor/publish_fixture.hpp"

using namespace ppn;
using namespace ppn::test;

namespace {

struct http_fixture : publish_fixture {
  http_fixture() { start(); }

  log::checkpoint checkpoint(const std::string& path = "/fleet/checkpoint") {
    auto note = log::parse_note(view_of(get(path).body));
    BOOST_REQUIRE(note);
    return log::parse_checkpoint(note->text).value();
  }
  bool was_refused(const std::string& text) const {
    auto all = events.of<event::refused>();
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& each) { return each.reason == "http" && each.text == text; });
  }
  std::vector<digest> served_leaves(std::uint64_t size) {
    std::vector<digest> leaves;
    for (std::uint64_t tile = 0; leaves.size() < size; ++tile) {
      auto width = static_cast<unsigned>(std::min<std::uint64_t>(256, size - 256 * tile));
      auto answer = get("/fleet/" + log::tile_path({log::tile_kind::entries, 0, tile, width}));
      BOOST_REQUIRE_EQUAL(answer.status, 200);
      auto entries = log::parse_entry_bundle(view_of(answer.body), width);
      BOOST_REQUIRE(entries);
      for (bytes_view entry : *entries) leaves.push_back(log::leaf_hash(entry));
    }
    return leaves;
  }
};

digest root_of(const std::vector<digest>& leaves) {
  log::frontier tree;
  for (const digest& leaf : leaves) tree.append(leaf);
  return tree.root();
}

log::hash_source source_of(const std::vector<digest>& leaves) {
  return [&leaves](unsigned level, std::uint64_t index) -> result<digest> {
    auto first = leaves.begin() + static_cast<std::ptrdiff_t>(index << level);
    return root_of({first, first + (std::ptrdiff_t{1} << level)});
  };
}

std::string numbered_checkpoint(const std::string& origin, std::uint64_t size, const digest& root,
                                const signing_public& key) {
  auto vkey = log::make_vkey(origin, log::key_type::ed25519, key).value();
  return log::sign_checkpoint({origin, size, root, {}}, vkey,
                              [&](bytes_view text) { return tag(key, text); })
    .value();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_reading, http_fixture)

BOOST_AUTO_TEST_CASE(a_checkpoint_and_its_tiles_are_served) {
  note(600);
  auto shown = checkpoint();
  BOOST_TEST(shown.origin == fleet_origin(ledger.fleet));
  BOOST_TEST(shown.size == ledger.entries.size() + 600);
  BOOST_TEST((root_of(served_leaves(shown.size)) == shown.root));
  const auto tiles = log::tiles_for(shown.size).value();
  for (const log::tile_address& tile : tiles) {
    auto answer = get("/fleet/" + log::tile_path(tile));
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.has("Cache-Control: public, max-age=31536000, immutable"));
    BOOST_TEST(answer.has("Content-Type: application/octet-stream"));
  }
  BOOST_TEST((root_of(served_leaves(300)) == *log::tree_root(300, source_of(served_leaves(shown.size)))));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_text_that_is_asked_for_again) {
  auto answer = get("/fleet/checkpoint");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.has("Content-Type: text/plain; charset=utf-8"));
  BOOST_TEST(answer.has("Cache-Control: no-cache"));
  BOOST_TEST(checkpoint("/own/checkpoint").origin == node_origin(ledger.fleet, node_key(1)));
  BOOST_TEST(get("/own/tile/entries/000.p/1").status == 200);
}

BOOST_AUTO_TEST_CASE(what_there_is_not_is_not_found) {
  auto size = static_cast<unsigned>(checkpoint().size);
  for (const std::string& path :
       {std::string("/"), std::string("/fleet/tile/0/000"), std::string("/fleet/tile/1/000.p/1"),
        "/fleet/tile/0/000.p/" + std::to_string(size + 1), std::string("/fleet/tile/0/000.p/0"),
        std::string("/fleet/tile/entries/001.p/1"), std::string("/fleet/tile/63/x999/999")})
    BOOST_TEST(get(path).status == 404, path);
  BOOST_TEST(get("/fleet/tile/0/000.p/" + std::to_string(size)).status == 200);
}

BOOST_AUTO_TEST_CASE(other_methods_are_told_which_ones_there_are) {
  auto answer = ask(open(), request("DELETE", "/fleet/checkpoint"));
  BOOST_TEST(answer.status == 405);
  BOOST_TEST(answer.has("Allow: GET, HEAD"));
  answer = get("/witness/add-checkpoint");
  BOOST_TEST(answer.status == 405);
  BOOST_TEST(answer.has("Allow: POST"));
}

BOOST_AUTO_TEST_CASE(a_head_has_no_body) {
  auto client = open();
  auto whole = ask(client, request("GET", "/fleet/checkpoint"));
  auto head = ask(client, request("HEAD", "/fleet/checkpoint"), false);
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.has("Content-Length: " + std::to_string(whole.body.size())));
  BOOST_TEST(network.written[client].empty());
}

BOOST_AUTO_TEST_CASE(many_requests_of_one_connection_are_answered_in_their_order) {
  auto client = open("10.8.0.2");
  write(client, request("GET", "/fleet/checkpoint") + request("GET", "/nothing") +
                  request("GET", "/fleet/tile/0/000.p/1") + request("HEAD", "/nothing"));
  BOOST_TEST(take_answer(client)->status == 200);
  BOOST_TEST(take_answer(client)->status == 404);
  BOOST_TEST(take_answer(client)->body.size() == 32u);
  BOOST_TEST(take_answer(client, false)->status == 404);
  BOOST_TEST(!is_closed(client));
  std::string thousands;
  for (int i = 0; i < 5'000; ++i) thousands += request("GET", "/");
  write(client, thousands);
  for (int i = 0; i < 5'000; ++i) BOOST_REQUIRE_EQUAL(take_answer(client)->status, 404);
  BOOST_TEST(!take_answer(client).has_value());
}

BOOST_AUTO_TEST_CASE(whoever_wants_to_be_let_go_is) {
  auto client = open();
  write(client, "GET /fleet/checkpoint HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  auto answer = take_answer(client);
  BOOST_TEST(answer->status == 200);
  BOOST_TEST(answer->has("Connection: close"));
  BOOST_TEST(is_closed(client));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(http_fence, http_fixture)

BOOST_AUTO_TEST_CASE(only_members_and_this_machine_are_answered) {
  for (const char* stranger : {"10.8.0.3", "192.0.2.1", "10.8.0.22", ""}) {
    auto client = open(stranger);
    BOOST_TEST(is_closed(client));
    write(client, request("GET", "/fleet/checkpoint"));
    BOOST_TEST(network.written[client].empty());
  }
  BOOST_TEST(was_refused("no member's address"));
  for (const char* known : {"10.8.0.1", "10.8.0.2", "127.0.0.1", "::1"})
    BOOST_TEST(ask(open(known), request("GET", "/fleet/checkpoint")).status == 200);
}

BOOST_AUTO_TEST_CASE(who_is_no_member_any_more_is_not_answered) {
  auto client = open("10.8.0.2");
  BOOST_TEST(ask(client, request("GET", "/fleet/checkpoint")).status == 200);
  order(ledger.ordered_signed(by_admin(0), fact::member_removed{node_key(2)}, checkpoint().size));
  auto answer = ask(client, request("GET", "/fleet/checkpoint"));
  BOOST_TEST(answer.status == 403);
  BOOST_TEST(answer.has("Connection: close"));
  BOOST_TEST(is_closed(open("10.8.0.2")));
}

BOOST_AUTO_TEST_CASE(there_are_only_so_many_connections) {
  std::vector<connection_id> clients;
  for (std::size_t i = 0; i < http_limits::connections_per_address; ++i) clients.push_back(open());
  BOOST_TEST(is_closed(open()));
  BOOST_TEST(was_refused("too many connections of one address"));
  for (int host = 2; clients.size() < http_limits::connections; ++host)
    clients.push_back(open("127.0.1." + std::to_string(host)));
  BOOST_TEST(is_closed(open("127.0.2.1")));
  BOOST_TEST(was_refused("too many connections"));
  for (connection_id client : clients) BOOST_TEST(!is_closed(client));
  caf::anon_send(network.listeners.at(own_address).second,
                 stream_closed{clients.front(), {ec::unreachable, "gone"}});
  run();
  BOOST_TEST(!is_closed(open("127.0.2.1")));
}

BOOST_AUTO_TEST_CASE(nonsense_is_answered_and_let_go) {
  auto client = open();
  auto answer = ask(client, "nonsense\r\n\r\n");
  BOOST_TEST(answer.status == 400);
  BOOST_TEST(answer.has("Connection: close"));
  BOOST_TEST(!is_closed(client)); // its answer shall arrive
  write(client, request("GET", "/fleet/checkpoint"));
  BOOST_TEST(network.written[client].empty());
  pass(seconds{3});
  BOOST_TEST(is_closed(client));
  BOOST_TEST(ask(open(), std::string(5'000, 'a')).status == 431);
  BOOST_TEST(ask(open(), "POST /witness/add-checkpoint HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\n\r\n")
               .status == 413);
  BOOST_TEST(ask(open(), "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n").status == 411);
}

BOOST_AUTO_TEST_CASE(whoever_says_nothing_or_half_of_it_is_dropped) {
  auto silent = open();
  auto halting = open();
  write(halting, "GET /fleet/checkpoint HTTP/1.1\r\n");
  pass(seconds{9});
  write(halting, "Host: h\r\n");
  pass(seconds{2});
  BOOST_TEST(is_closed(halting));
  BOOST_TEST(!is_closed(silent));
  pass(seconds{20});
  BOOST_TEST(is_closed(silent));
}

BOOST_AUTO_TEST_CASE(whoever_asks_without_end_is_dropped) {
  narrow.full = true;
  auto client = open();
  for (int i = 0; i < 40 && !is_closed(client); ++i)
    write(client, request("POST", "/witness/add-checkpoint", std::string(10'000, 'x')));
  BOOST_TEST(is_closed(client));
  BOOST_TEST(was_refused("it asks without end"));
}

BOOST_AUTO_TEST_CASE(a_slow_reader_gets_all_of_it_and_one_that_stopped_is_dropped) {
  note(300);
  auto slow = open();
  auto stopped = open();
  narrow.full = true;
  for (connection_id client : {slow, stopped}) write(client, request("GET", "/fleet/tile/entries/000"));
  BOOST_TEST(network.written[slow].empty());
  pass(seconds{8});
  narrow.full = false;
  caf::anon_send(network.listeners.at(own_address).second, stream_writable{slow});
  run();
  BOOST_TEST(take_answer(slow)->status == 200);
  pass(seconds{3});
  BOOST_TEST(is_closed(stopped));
  BOOST_TEST(!is_closed(slow));
}

BOOST_AUTO_TEST_CASE(a_word_is_sent_to_whoever_waits_for_it) {
  auto client = open();
  write(client, "POST /witness/add-checkpoint HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                "Expect: 100-continue\r\n\r\n");
  BOOST_TEST(std::string(text_of(network.written[client])) == std::string(http_continue));
  network.written[client].clear();
  BOOST_TEST(ask(client, "abc").status == 400);
}

BOOST_AUTO_TEST_CASE(after_a_crash_of_any_part_readers_are_answered_again) {
  for (const char* part : {"http", "ledger", "own-ledger", "witness"}) {
    if (child(part)) fail(part);
    BOOST_TEST(get("/fleet/checkpoint").status == 200, part);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(http_witness, http_fixture)

BOOST_AUTO_TEST_CASE(a_witness_answers_every_request_as_the_text_says) {
  note(20);
  const std::string note_shown = get("/fleet/checkpoint").body;
  auto shown = checkpoint();
  auto leaves = served_leaves(shown.size);
  const std::string monitoring = "/witness/" + log::monitoring_path(shown.origin);
  auto proof = log::consistency_proof(10, shown.size, source_of(leaves)).value();
  auto at_ten = numbered_checkpoint(shown.origin, 10, *log::tree_root(10, source_of(leaves)),
                                    member(1).keys.log);

  BOOST_TEST(get(monitoring).status == 404);
  BOOST_TEST(post("nonsense").status == 400);
  BOOST_TEST(post(log::witness_request_text(0, {}, numbered_checkpoint("other.example", 1, shown.root,
                                                                       member(1).keys.log)))
               .status == 404);
  BOOST_TEST(post(log::witness_request_text(0, {}, numbered_checkpoint(shown.origin, 10, shown.root,
                                                                       member(2).keys.log)))
               .status == 403);
  BOOST_TEST(post(log::witness_request_text(11, {}, at_ten)).status == 400);
  auto conflict = post(log::witness_request_text(5, {}, at_ten));
  BOOST_TEST(conflict.status == 409);
  BOOST_TEST(conflict.body == "0\n");
  BOOST_TEST(conflict.has("Content-Type: text/x.tlog.size"));
  BOOST_TEST(post(log::witness_request_text(0, proof, at_ten)).status == 422);

  auto cosigned = post(log::witness_request_text(0, {}, at_ten));
  BOOST_TEST(cosigned.status == 200);
  BOOST_TEST(log::parse_signature_lines(cosigned.body).has_value());
  BOOST_TEST(get(monitoring).body == at_ten + cosigned.body);
  BOOST_TEST(post(log::witness_request_text(0, {}, at_ten)).status == 409);
  auto wrong = proof;
  wrong.front().octets[0] ^= 1;
  BOOST_TEST(post(log::witness_request_text(10, wrong, note_shown)).status == 422);
  BOOST_TEST(events.of<event::ledger_accused>().empty()); // anybody can send a wrong proof
  cosigned = post(log::witness_request_text(10, proof, note_shown));
  BOOST_TEST(cosigned.status == 200);
  auto published = get(monitoring);
  BOOST_TEST(published.body == note_shown + cosigned.body);
  BOOST_TEST(published.has("Cache-Control: no-cache"));
  BOOST_TEST(get("/witness/" + log::monitoring_path("other.example")).status == 404);
}

BOOST_AUTO_TEST_CASE(what_was_cosigned_is_known_after_a_crash) {
  const std::string shown = get("/fleet/checkpoint").body;
  auto body = log::witness_request_text(0, {}, shown);
  auto cosigned = post(body);
  BOOST_TEST(cosigned.status == 200);
  fail("witness");
  BOOST_TEST(post(body).status == 409);
  BOOST_TEST(get("/witness/" + log::monitoring_path(checkpoint().origin)).body == shown + cosigned.body);
}

BOOST_AUTO_TEST_CASE(nothing_is_answered_that_could_not_be_remembered) {
  auto body = log::witness_request_text(0, {}, get("/fleet/checkpoint").body);
  disk.fail_next_set(cell_fault::write_fails);
  BOOST_TEST(post(body).status == 500);
  BOOST_TEST(get("/witness/" + log::monitoring_path(checkpoint().origin)).status == 404);
  BOOST_TEST(post(body).status == 200);
}

BOOST_AUTO_TEST_CASE(a_cell_of_an_earlier_version_counts) {
  auto shown = checkpoint();
  bytes value(8);
  store_be64(value.data(), 3);
  append(value, root_of(served_leaves(3)).view());
  BOOST_REQUIRE(durable->compare_and_set("witness", durable->get("witness")->version, value));
  auto conflict = post(log::witness_request_text(0, {}, get("/fleet/checkpoint").body));
  BOOST_TEST(conflict.status == 409);
  BOOST_TEST(conflict.body == "3\n");
  BOOST_TEST(get("/witness/" + log::monitoring_path(shown.origin)).status == 404);
  auto proof = log::consistency_proof(3, shown.size, source_of(served_leaves(shown.size))).value();
  BOOST_TEST(post(log::witness_request_text(3, proof, get("/fleet/checkpoint").body)).status == 200);
}

BOOST_AUTO_TEST_CASE(a_second_root_of_one_size_is_evidence_whoever_shows_it) {
  auto shown = checkpoint();
  BOOST_TEST(post(log::witness_request_text(0, {}, get("/fleet/checkpoint").body)).status == 200);
  digest other = shown.root;
  other.octets[0] ^= 1;
  auto forked = log::witness_request_text(
    shown.size, {}, numbered_checkpoint(shown.origin, shown.size, other, member(1).keys.log));
  BOOST_TEST(post(forked).status == 422);
  auto evidence = events.of<event::ledger_accused>();
  BOOST_REQUIRE_EQUAL(evidence.size(), 1u);
  BOOST_TEST((evidence[0].what.found == other));
  BOOST_TEST(post(forked).status == 403);
  BOOST_TEST(post("nonsense").status == 400);
  BOOST_TEST(post(log::witness_request_text(
               0, {}, numbered_checkpoint("other.example", 1, other, member(1).keys.log)))
               .status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
