// The stream port over real sockets: the contract on TCP and on local sockets, and what only
// sockets have: descriptors, files, credentials, and a kernel that runs out of things.
#include "runtime/adapters/tcp_stream.hpp"

#include "tests/contract/scratch_folder.hpp"
#include "tests/contract/stream_contract.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <thread>

using contract::linked_pair;
using contract::octets_of;
using contract::party;
using contract::side;
using ppn::connection_id;
using ppn::ec;
using ppn::milliseconds;
using ppn::seconds;
using ppn::socket_address;
using ppn::socket_fd;
using ppn::stream_endpoint;
using ppn::tcp_stream;
using ppn::tcp_stream_options;

namespace {

using now_clock = std::chrono::steady_clock;

bool wait_until(const std::function<bool()>& holds, milliseconds patience = seconds{60}) {
  auto deadline = now_clock::now() + patience;
  while (!holds()) {
    if (now_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds{1});
  }
  return true;
}

struct test_config : caf::actor_system_config {
  test_config() {
    load<caf::io::middleman>();
    set("scheduler.max-threads", 2);
    set("scheduler.policy", caf::atom("sharing"));
  }
};

// Two stream ports in one process. The parts are destroyed in the right order: streams, then
// actors.
class socket_place : public contract::stream_place {
public:
  explicit socket_place(tcp_stream_options options = {})
      : here_(std::make_unique<tcp_stream>(system_, options)),
        there_(std::make_unique<tcp_stream>(system_, options)) {}

  caf::actor_system& system(side) override { return system_; }
  ppn::stream& network(side which) override { return which == side::here ? *here_ : *there_; }
  bool run_until(const std::function<bool()>& holds) override { return wait_until(holds); }
  void settle() override { std::this_thread::sleep_for(milliseconds{150}); }

  void stop(side which) { (which == side::here ? here_ : there_).reset(); }

private:
  test_config config_;
  caf::actor_system system_{config_};
  std::unique_ptr<tcp_stream> here_;
  std::unique_ptr<tcp_stream> there_;
};

class tcp_place : public socket_place {
public:
  using socket_place::socket_place;
  stream_endpoint own(side which) override {
    return {which == side::here ? "127.0.0.11" : "127.0.0.12", 0};
  }
  // Below the ports that the kernel gives away, and others for every process that runs this.
  stream_endpoint unused(side which) override {
    static std::uint16_t next = static_cast<std::uint16_t>(10'000 + getpid() % 200 * 100);
    return {own(which).address, next++};
  }
};

class local_place : public socket_place {
public:
  using socket_place::socket_place;
  stream_endpoint own(side) override { return {}; }
  stream_endpoint unused(side) override {
    return {"unix:" + folder.at(std::to_string(next_++)), 0};
  }

  contract::scratch_folder folder;

private:
  int next_ = 0;
};

const contract::suite on_tcp("stream_tcp",
                             contract::stream_cases([] { return std::make_unique<tcp_place>(); }));
const contract::suite tcp_addresses("stream_tcp_addresses", contract::addressed_stream_cases([] {
                                      return std::make_unique<tcp_place>();
                                    }));
const contract::suite on_local("stream_local", contract::stream_cases([] {
                                 return std::make_unique<local_place>();
                               }));

std::size_t descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

// A peer that is no stream of ours and does only what it is told to.
socket_fd raw_client(const stream_endpoint& to) {
  auto address = socket_address::from(to);
  REQUIRE_OK(address);
  socket_fd fd(socket(address->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_REQUIRE(fd);
  BOOST_REQUIRE(connect(fd.get(), address->get(), address->size()) == 0);
  return fd;
}

milliseconds processor_time() {
  struct rusage used {};
  getrusage(RUSAGE_SELF, &used);
  auto of = [](const timeval& t) { return t.tv_sec * 1000 + t.tv_usec / 1000; };
  return milliseconds{of(used.ru_utime) + of(used.ru_stime)};
}

tcp_stream_options small(std::size_t connections) {
  tcp_stream_options options;
  options.connections_max = connections;
  return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stream_tcp_sockets)

BOOST_FIXTURE_TEST_CASE(an_address_that_is_none_is_invalid_and_named, tcp_place) {
  party server(*this, side::here);
  for (const char* wrong : {"localhost", "", "300.1.1.1", "127.0.0.1:80", "unix:"}) {
    auto listener = network(side::here).listen({wrong, 7700}, server.sink());
    CHECK_CODE(listener, invalid);
    BOOST_TEST(listener.error().text.find(wrong) != std::string::npos);
    BOOST_TEST(server.wait_closed(server.dial({wrong, 7700})).code == ec::invalid);
  }
  auto foreign = network(side::here).listen({"203.0.113.7", 7700}, server.sink());
  CHECK_CODE(foreign, invalid);
  BOOST_TEST(foreign.error().text.find("203.0.113.7 port 7700") != std::string::npos);
  CHECK_CODE(network(side::here).listen({"127.0.0.11", 0}, server.sink()), invalid);
}

BOOST_FIXTURE_TEST_CASE(the_sixth_version_of_ip_works_as_well, tcp_place) {
  party server(*this, side::here);
  stream_endpoint at{"::1", unused(side::here).port};
  auto listener = network(side::here).listen(at, server.sink());
  if (!listener) {
    BOOST_TEST_MESSAGE("there is no IPv6 here: " << listener.error().text);
    return;
  }
  network(side::there).connect({"::1", 0}, at, server.sink());
  server.wait_opened(1); // both ends
}

BOOST_FIXTURE_TEST_CASE(an_own_address_that_is_not_there_yet_is_no_reason_to_give_up, tcp_place) {
  party client(*this, side::here);
  connection_id dialed =
      network(side::here).connect({"203.0.113.7", 0}, {"127.0.0.12", 7700}, client.sink());
  BOOST_TEST(client.wait_closed(dialed).code == ec::unreachable);
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_answers_is_given_up_at_the_deadline) {
  tcp_stream_options options;
  options.dial_deadline = milliseconds{300};
  tcp_place place(options);
  party client(place, side::here);
  // A listener that accepts nobody answers only the first few.
  auto address = socket_address::from(place.unused(side::there));
  socket_fd deaf(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_REQUIRE(bind(deaf.get(), address->get(), address->size()) == 0);
  BOOST_REQUIRE(listen(deaf.get(), 0) == 0);
  std::vector<connection_id> dialed;
  for (int i = 0; i < 4; ++i)
    dialed.push_back(client.dial(address->endpoint()));
  auto began = now_clock::now();
  ppn::error reason = client.wait_closed(dialed.back());
  BOOST_TEST(reason.code == ec::unreachable);
  BOOST_TEST(reason.text.find("no answer") != std::string::npos);
  BOOST_CHECK(now_clock::now() - began < seconds{5});
}

BOOST_FIXTURE_TEST_CASE(two_hundred_connections_leave_no_descriptor_behind, tcp_place) {
  std::size_t before = descriptors();
  {
    party server(*this, side::here);
    party client(*this, side::there);
    stream_endpoint at = unused(side::here);
    connection_id listener = server.listen(at);
    std::vector<connection_id> dialed;
    for (int i = 0; i < 200; ++i)
      dialed.push_back(client.dial(at));
    server.wait_opened(199);
    client.wait_opened(199);
    for (std::size_t i = 0; i < dialed.size(); ++i) {
      if (i % 2 == 0) server.close(server.wait_opened(i)); // no matter which
      client.close(dialed[i]);
    }
    for (int i = 0; i < 50; ++i)
      client.close(client.dial(at)); // perhaps before they stand
    server.close(listener);
  }
  BOOST_CHECK(wait_until([&] { return descriptors() == before; }, seconds{10}));
  BOOST_TEST(descriptors() == before);
}

BOOST_FIXTURE_TEST_CASE(a_sink_that_dies_takes_its_streams_along, tcp_place) {
  party client(*this, side::there);
  stream_endpoint at = unused(side::here);
  connection_id dialed;
  {
    party server(*this, side::here);
    server.listen(at);
    dialed = client.dial(at);
    server.wait_opened();
    caf::anon_send_exit(server.sink(), caf::exit_reason::user_shutdown);
  }
  BOOST_TEST(client.wait_closed(dialed).code == ec::unreachable);
  BOOST_CHECK(wait_until([&] {
    connection_id again = client.dial(at);
    return client.wait_closed(again).text.find("refused") != std::string::npos;
  }));
}

BOOST_AUTO_TEST_CASE(what_was_written_before_a_stop_arrives_and_nothing_is_told_after_it) {
  tcp_place place;
  linked_pair pair(place);
  const ppn::bytes all = contract::pattern(200'000);
  pair.client.write(pair.dialed, all);
  place.stop(side::there);
  pair.server.wait_closed(pair.accepted);
  BOOST_CHECK(pair.server.told(pair.accepted).received == all);
  place.settle();
  BOOST_TEST(pair.client.told(pair.dialed).closed.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_reads_nothing_holds_up_a_stop_for_a_second_only) {
  for (bool closed_before : {false, true}) {
    local_place place;
    party server(place, side::here);
    stream_endpoint at = place.unused(side::here);
    server.listen(at);
    socket_fd mute = raw_client(at);
    connection_id accepted = server.wait_opened();
    server.write(accepted, contract::pattern(4'000'000));
    if (closed_before) server.close(accepted);
    auto began = now_clock::now();
    place.stop(side::here);
    BOOST_CHECK(now_clock::now() - began < seconds{3});
  }
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_goes_while_we_write_ends_the_stream_and_not_the_process,
                        local_place) {
  party server(*this, side::here);
  stream_endpoint at = unused(side::here);
  server.listen(at);
  socket_fd rude = raw_client(at);
  connection_id accepted = server.wait_opened();
  server.write(accepted, contract::pattern(1'000'000));
  rude = socket_fd();
  for (int i = 0; i < 100; ++i)
    network(side::here).write(accepted, octets_of("more"));
  BOOST_TEST(server.wait_closed(accepted).code == ec::unreachable);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_only_stops_sending_is_let_go_with_its_descriptor, local_place) {
  party server(*this, side::here);
  stream_endpoint at = unused(side::here);
  server.listen(at);
  socket_fd mute = raw_client(at);
  connection_id accepted = server.wait_opened();
  std::size_t before = descriptors();
  server.write(accepted, contract::pattern(4'000'000));
  BOOST_REQUIRE(shutdown(mute.get(), SHUT_WR) == 0);
  server.wait_closed(accepted);
  BOOST_CHECK(wait_until([&] { return descriptors() == before - 1; }, seconds{10}));
}

BOOST_FIXTURE_TEST_CASE(the_last_octets_arrive_although_the_peer_was_still_sending, tcp_place) {
  party server(*this, side::here);
  stream_endpoint at = unused(side::here);
  server.listen(at);
  socket_fd busy = raw_client(at);
  connection_id accepted = server.wait_opened();
  const ppn::bytes answer = contract::pattern(100'000);
  server.write(accepted, answer);
  server.close(accepted);
  ppn::bytes got;
  for (ppn::octet part[4096];;) {
    BOOST_REQUIRE(send(busy.get(), part, 1, MSG_NOSIGNAL) == 1);
    auto count = recv(busy.get(), part, sizeof part, 0);
    if (count <= 0) break;
    ppn::append(got, {part, static_cast<std::size_t>(count)});
  }
  BOOST_CHECK(got == answer);
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_is_reset_is_told_from_one_that_is_closed, tcp_place) {
  party server(*this, side::here);
  stream_endpoint at = unused(side::here);
  server.listen(at);
  socket_fd resetting = raw_client(at);
  connection_id reset = server.wait_opened(0);
  linger at_once{1, 0};
  setsockopt(resetting.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  resetting = socket_fd();
  BOOST_TEST(server.wait_closed(reset).text == "the connection broke");
  raw_client(at); // and is gone at once
  BOOST_TEST(server.wait_closed(server.wait_opened(1)).text == "closed by the peer");
}

BOOST_AUTO_TEST_CASE(beyond_the_limit_connections_are_closed_at_once_and_later_ones_taken) {
  tcp_place place(small(3));
  party server(place, side::here);
  stream_endpoint at = place.unused(side::here);
  server.listen(at);
  std::vector<socket_fd> clients;
  for (int i = 0; i < 3; ++i)
    clients.push_back(raw_client(at));
  server.wait_opened(2);
  socket_fd refused = raw_client(at);
  char nothing;
  BOOST_TEST(recv(refused.get(), &nothing, 1, 0) == 0);
  BOOST_TEST(server.wait_closed(server.dial(at)).code == ec::busy);
  BOOST_TEST(server.announcements() == 3u);
  clients.pop_back();
  BOOST_CHECK(wait_until([&] {
    clients.push_back(raw_client(at));
    place.settle();
    return server.announcements() == 4;
  }));
}

BOOST_FIXTURE_TEST_CASE(without_descriptors_nothing_spins_and_afterwards_all_goes_on, tcp_place) {
  party server(*this, side::here);
  stream_endpoint at = unused(side::here);
  server.listen(at);
  auto address = socket_address::from(at);
  socket_fd waiting(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  struct rlimit normal {};
  BOOST_REQUIRE(getrlimit(RLIMIT_NOFILE, &normal) == 0);
  socket_fd probe(dup(waiting.get()));
  struct rlimit none = normal;
  none.rlim_cur = static_cast<rlim_t>(probe.get()); // the next number there would be
  probe = socket_fd();
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  int done = connect(waiting.get(), address->get(), address->size());
  milliseconds before = processor_time();
  std::this_thread::sleep_for(milliseconds{1'000});
  milliseconds used = processor_time() - before;
  BOOST_REQUIRE(setrlimit(RLIMIT_NOFILE, &normal) == 0);
  BOOST_TEST(done == 0);
  BOOST_TEST(used.count() < 200);
  server.wait_opened();
  BOOST_TEST(server.announcements() == 1u);
}

BOOST_FIXTURE_TEST_CASE(the_kernel_says_who_is_at_the_other_end, local_place) {
  linked_pair pair(*this);
  for (auto told : {pair.server.told(pair.accepted), pair.client.told(pair.dialed)}) {
    auto credentials = told.opened.at(0).credentials;
    BOOST_REQUIRE(credentials.has_value());
    BOOST_CHECK((*credentials == ppn::peer_credentials{getuid(), getgid(), getpid()}));
  }
  BOOST_TEST(pair.server.told(pair.accepted).opened.at(0).peer.address == "unix:");
}

BOOST_FIXTURE_TEST_CASE(a_socket_file_is_for_owner_and_group_and_goes_with_its_listener,
                        local_place) {
  party server(*this, side::here);
  connection_id listener = server.listen({"unix:" + folder.at("sock"), 0});
  auto mode = std::filesystem::status(folder.at("sock")).permissions();
  BOOST_CHECK((static_cast<unsigned>(mode) == 0660u));
  server.close(listener);
  BOOST_TEST(!std::filesystem::exists(folder.at("sock")));
}

BOOST_FIXTURE_TEST_CASE(only_a_socket_file_that_nobody_answers_at_is_replaced, local_place) {
  party server(*this, side::here);
  stream_endpoint at{"unix:" + folder.at("sock"), 0};
  auto address = socket_address::from(at);
  {
    socket_fd dead(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_REQUIRE(bind(dead.get(), address->get(), address->size()) == 0);
    BOOST_REQUIRE(listen(dead.get(), 1) == 0);
    CHECK_CODE(network(side::here).listen(at, server.sink()), in_use);
  }
  server.listen(at);
  CHECK_CODE(network(side::there).listen(at, server.sink()), in_use);
  std::ofstream(folder.at("notes")) << "keep me";
  CHECK_CODE(network(side::here).listen({"unix:" + folder.at("notes"), 0}, server.sink()), invalid);
  BOOST_TEST(std::filesystem::file_size(folder.at("notes")) == 7u);
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_cannot_be_written_is_told, local_place) {
  party server(*this, side::here);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read);
  {
    contract::as_nobody one;
    CHECK_CODE(network(side::here).listen(unused(side::here), server.sink()), permission);
  }
  stream_endpoint too_long{"unix:/" + std::string(107, 'x'), 0};
  CHECK_CODE(network(side::here).listen(too_long, server.sink()), invalid);
}

BOOST_FIXTURE_TEST_CASE(every_descriptor_is_closed_on_exec, tcp_place) {
  linked_pair pair(*this);
  for (const auto& one : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    auto target = std::filesystem::read_symlink(one.path(), gone);
    if (gone || !target.string().starts_with("socket:")) continue;
    BOOST_TEST((fcntl(std::stoi(one.path().filename()), F_GETFD) & FD_CLOEXEC) != 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
