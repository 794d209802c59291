// The control client against a server that behaves, and against one that lies, stops in the middle
// or says nothing: each time one clear error, and never later than the deadline.
#include "runtime/cli/control_client.hpp"

#include "control_server.hpp"
#include "messages/base/assert.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>

using namespace ppn;
using namespace ppn::control_support;

namespace {

control_endpoint at(const std::string& path, milliseconds deadline = milliseconds{20'000}) {
  return {path, deadline, -1};
}

status_reply some_reply() {
  status_reply reply;
  reply.node.name = "laptop-a";
  reply.node.version = "0.1.0";
  return reply;
}

// The error of a status when the server sends these octets and closes.
error error_for(bytes sent) {
  control_server server(control_server::sends(std::move(sent)));
  auto reply = ask_status(at(server.path()));
  BOOST_REQUIRE(!reply);
  BOOST_TEST(reply.error().text.find(server.path()) != std::string::npos, reply.error().text);
  return reply.error();
}

bytes prefix(std::uint32_t length) {
  bytes to(4);
  store_le32(to.data(), length);
  return to;
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_client)

BOOST_AUTO_TEST_CASE(a_good_answer_is_returned) {
  control_server server([](int connection, const control_request& request) {
    PPN_ASSERT(std::holds_alternative<status_request>(request.body));
    control_server::write(connection, framed({request.id, some_reply()}));
  });
  auto reply = ask_status(at(server.path()));
  BOOST_REQUIRE_MESSAGE(reply, (reply ? "" : reply.error().text));
  BOOST_TEST((*reply == some_reply()));
}

BOOST_AUTO_TEST_CASE(a_reload_is_asked_and_answered) {
  reload_reply answer{{"fleet.term", "member"}, {"node.port"}};
  control_server server([&](int connection, const control_request& request) {
    PPN_ASSERT(std::holds_alternative<reload_request>(request.body));
    control_server::write(connection, framed({request.id, answer}));
  });
  auto reply = ask_reload(at(server.path()));
  BOOST_REQUIRE(reply);
  BOOST_TEST((*reply == answer));
}

BOOST_AUTO_TEST_CASE(a_large_answer_in_small_pieces_is_put_together) {
  status_reply large = some_reply();
  for (std::size_t i = 0; i < 2'000; ++i) {
    member_view row;
    store_le64(row.record.id.octets.data(), i + 1);
    row.record.name = "member-" + std::to_string(i);
    large.view.rows.push_back(row);
  }
  control_server server([&](int connection, const control_request& request) {
    bytes frame = framed({request.id, large});
    PPN_ASSERT(frame.size() > 400'000u);
    for (std::size_t at = 0; at < frame.size(); at += 7'001)
      control_server::write(connection, bytes_view{frame}.subspan(
                                            at, std::min<std::size_t>(7'001, frame.size() - at)));
    control_server::wait_for_close(connection);
  });
  auto reply = ask_status(at(server.path()));
  BOOST_REQUIRE_MESSAGE(reply, (reply ? "" : reply.error().text));
  BOOST_TEST((*reply == large));
}

BOOST_AUTO_TEST_CASE(an_error_of_the_daemon_is_the_callers_error) {
  for (std::uint64_t id : {1, 0}) {
    control_server server(control_server::sends(framed({id, error{ec::busy, "later"}})));
    auto reply = ask_status(at(server.path()));
    BOOST_REQUIRE(!reply);
    BOOST_TEST((reply.error() == error{ec::busy, "later"}));
  }
}

BOOST_AUTO_TEST_CASE(an_answer_with_another_id_is_refused) {
  error what = error_for(framed({2, some_reply()}));
  BOOST_TEST((what.code == ec::malformed));
  BOOST_TEST(what.text.ends_with("has id 2, wanted 1"));
  BOOST_TEST((error_for(framed({0, some_reply()})).code == ec::malformed));
  BOOST_TEST((error_for(framed({2, error{ec::busy, "later"}})).code == ec::malformed));
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_kind_is_refused) {
  BOOST_TEST((error_for(framed({1, reload_reply{}})).code == ec::malformed));
}

BOOST_AUTO_TEST_CASE(a_length_out_of_bounds_is_refused_before_anything_is_read) {
  auto most = static_cast<std::uint32_t>(limits::control_response_max);
  for (std::uint32_t length : {0u, 4u, 12u, most + 8, 0xfffffff8u, 0xffffffffu}) {
    error what = error_for(prefix(length));
    BOOST_TEST((what.code == ec::malformed));
    BOOST_TEST(what.text.ends_with("says that it has " + std::to_string(length) + " octets"),
               what.text);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_ends_early_is_malformed) {
  bytes whole = framed({1, some_reply()});
  for (std::size_t size :
       {std::size_t{1}, std::size_t{3}, std::size_t{4}, std::size_t{12}, whole.size() - 1}) {
    error what = error_for(bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    BOOST_TEST((what.code == ec::malformed));
    BOOST_TEST(what.text.ends_with("ends in the middle"), what.text);
  }
}

BOOST_AUTO_TEST_CASE(no_answer_at_all_is_unreachable) {
  BOOST_TEST((error_for({}).code == ec::unreachable));
}

BOOST_AUTO_TEST_CASE(octets_that_are_no_message_are_malformed) {
  error what = error_for(framed(bytes(64, 0xff)));
  BOOST_TEST((what.code == ec::malformed));
  BOOST_TEST(what.text.find("cannot be read") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(silence_ends_with_the_deadline) {
  control_server server(
      [](int connection, const control_request&) { control_server::wait_for_close(connection); });
  auto before = std::chrono::steady_clock::now();
  auto reply = ask_status(at(server.path(), milliseconds{100}));
  auto took = std::chrono::steady_clock::now() - before;
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.error().code == ec::timed_out));
  BOOST_TEST(reply.error().text.ends_with("did not answer within 100 ms"));
  BOOST_TEST((took >= milliseconds{99} && took < seconds{10}));
}

BOOST_AUTO_TEST_CASE(octets_that_trickle_do_not_stretch_the_deadline) {
  control_server server([](int connection, const control_request&) {
    bytes frame = framed({1, some_reply()});
    for (octet each : frame) {
      control_server::write(connection, {&each, 1});
      std::this_thread::sleep_for(milliseconds{20});
    }
  });
  auto before = std::chrono::steady_clock::now();
  auto reply = ask_status(at(server.path(), milliseconds{200}));
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.error().code == ec::timed_out));
  BOOST_TEST((std::chrono::steady_clock::now() - before < seconds{3}));
}

BOOST_AUTO_TEST_CASE(a_readable_interrupt_ends_the_wait) {
  control_server server(
      [](int connection, const control_request&) { control_server::wait_for_close(connection); });
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  BOOST_REQUIRE(::write(ends[1], "x", 1) == 1);
  control_endpoint endpoint = at(server.path());
  endpoint.interrupt = ends[0];
  auto reply = ask_status(endpoint);
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.error().code == ec::stopping));
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_full_queue_of_connections_ends_with_the_deadline) {
  scratch_folder folder;
  int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string path = folder.file("control.sock");
  std::copy(path.begin(), path.end(), address.sun_path);
  BOOST_REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  BOOST_REQUIRE(::listen(listener, 0) == 0);
  int first = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  BOOST_REQUIRE(::connect(first, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  auto reply = ask_status(at(path, milliseconds{50}));
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.error().code == ec::busy));
  ::close(first);
  ::close(listener);
}

// -- nobody there ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(where_no_daemon_answers_the_way_out_is_told) {
  scratch_folder folder;
  std::string absent = folder.file("control.sock");
  std::ofstream{folder.file("plain")} << "no socket";
  for (std::string path : {absent, folder.file("plain"), folder.file("plain") + "/control.sock"}) {
    auto reply = ask_status(at(path));
    BOOST_REQUIRE(!reply);
    BOOST_TEST((reply.error().code == ec::unreachable));
    BOOST_TEST(reply.error().text ==
               "no daemon answers at " + path + ": is os-infrastructure running?");
  }
}

BOOST_AUTO_TEST_CASE(a_socket_without_a_right_to_it_is_a_matter_of_permission) {
  control_server server(control_server::sends({}));
  std::filesystem::permissions(server.path(), std::filesystem::perms::none);
  // Root may do everything, so the question is asked as nobody.
  bool root = ::geteuid() == 0;
  if (root && ::seteuid(65534) != 0) return;
  auto reply = ask_status(at(server.path()));
  if (root) BOOST_REQUIRE(::seteuid(0) == 0);
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.error().code == ec::permission));
  BOOST_TEST(reply.error().text.starts_with("no right to use " + server.path()));
}

BOOST_AUTO_TEST_CASE(a_path_that_no_socket_can_have_is_invalid) {
  for (std::size_t octets : {0u, 108u, 5000u}) {
    auto reply = ask_status(at(std::string(octets, 'x')));
    BOOST_REQUIRE(!reply);
    BOOST_TEST((reply.error().code == ec::invalid));
  }
}

BOOST_AUTO_TEST_SUITE_END()
