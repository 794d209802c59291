// The control socket's actor: answers, refuses, and lets go of whoever misbehaves.
#include "tests/actor/node_fixture.hpp"

#include "messages/base/limits.hpp"
#include "messages/wire/codec.hpp"

using namespace ppn;
using namespace ppn::test;
using namespace std::chrono_literals;

namespace {

struct control_fixture : node_fixture {
  connection_id open(std::uint32_t uid) {
    auto& [listener, sink] = network.listeners.at("unix:/control");
    auto id = network.next_id();
    caf::anon_send(sink, stream_opened{id, listener, {"unix:", 0}, peer_credentials{uid, uid, 1}});
    run();
    return id;
  }
  void write(connection_id to, bytes data) {
    caf::anon_send(network.listeners.at("unix:/control").second, stream_bytes{to, std::move(data)});
    run();
  }
  void ask(connection_id to, const control_request& request) {
    bytes body = wire::encode(request);
    bytes framed(4);
    store_le32(framed.data(), static_cast<std::uint32_t>(body.size()));
    append(framed, body);
    write(to, framed);
  }
  control_response answer(connection_id from) {
    const bytes& octets = network.written[from];
    BOOST_REQUIRE(octets.size() > 4u);
    BOOST_REQUIRE(load_le32(octets.data()) == octets.size() - 4);
    auto response = wire::decode_control_response(bytes_view{octets}.subspan(4));
    BOOST_REQUIRE(response.has_value());
    return *response;
  }
  bool is_closed(connection_id id) const {
    return std::count(network.closed.begin(), network.closed.end(), id) > 0;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(control_rules, control_fixture)

BOOST_AUTO_TEST_CASE(a_status_is_answered_with_the_requests_id) {
  start(1, 1);
  auto client = open(0);
  ask(client, {42, status_request{}});
  auto response = answer(client);
  BOOST_TEST(response.id == 42u);
  const auto& status = std::get<status_reply>(response.body);
  BOOST_TEST(status.node.name == "n1");
  BOOST_TEST(status.view.rows.size() == 3u);
  BOOST_TEST(status.view.rows[0].record.address == "10.8.0.1");
}

BOOST_AUTO_TEST_CASE(a_member_without_a_picture_says_so) {
  start(2, 1);
  auto client = open(1000);
  ask(client, {1, status_request{}});
  auto status = std::get<status_reply>(answer(client).body);
  BOOST_TEST(status.node.view_age_milliseconds == -1);
  BOOST_TEST(status.view.rows.empty());
}

BOOST_AUTO_TEST_CASE(a_reload_is_for_root_and_the_owner_only) {
  start(1, 1);
  auto stranger = open(1001);
  ask(stranger, {1, reload_request{}});
  BOOST_TEST((std::get<error>(answer(stranger).body).code == ec::permission));
  BOOST_TEST(own_process.reloads == 0);
  auto owner = open(1000);
  ask(owner, {2, reload_request{}});
  BOOST_TEST((std::get<reload_reply>(answer(owner).body).changed.front() == "pool.ram"));
  auto root = open(0);
  ask(root, {3, reload_request{}});
  BOOST_TEST(own_process.reloads == 2);
}

BOOST_AUTO_TEST_CASE(garbage_is_answered_once_and_the_connection_closed) {
  start(1, 1);
  auto client = open(0);
  bytes garbage(12, 0xff);
  store_le32(garbage.data(), 8);
  write(client, garbage);
  BOOST_TEST((std::get<error>(answer(client).body).code == ec::malformed));
  BOOST_TEST(is_closed(client));
  BOOST_TEST(events.of<event::refused>().size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_announced_gigabyte_is_refused_before_it_is_stored) {
  start(1, 1);
  auto client = open(0);
  bytes prefix(4);
  store_le32(prefix.data(), 1u << 30);
  write(client, prefix);
  BOOST_TEST((std::get<error>(answer(client).body).code == ec::too_large));
  BOOST_TEST(is_closed(client));
}

BOOST_AUTO_TEST_CASE(half_a_request_is_given_up_after_its_deadline) {
  start(1, 1);
  auto client = open(0);
  write(client, bytes{8, 0, 0, 0, 1});
  pass(9s);
  BOOST_TEST(!is_closed(client));
  pass(2s);
  BOOST_TEST(is_closed(client));
}

BOOST_AUTO_TEST_CASE(a_client_that_asks_nothing_may_stay_for_a_while) {
  start(1, 1);
  auto client = open(0);
  pass(4min);
  BOOST_TEST(!is_closed(client));
  pass(2min);
  BOOST_TEST(is_closed(client));
}

BOOST_AUTO_TEST_CASE(more_connections_than_the_cap_are_turned_away) {
  start(1, 1);
  for (std::size_t i = 0; i < limits::control_connections; ++i) open(0);
  BOOST_TEST(network.closed.empty());
  auto one_more = open(0);
  BOOST_TEST(is_closed(one_more));
}

BOOST_AUTO_TEST_SUITE_END()
