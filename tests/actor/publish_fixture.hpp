// One whole node of a fleet with a ledger, on the test scheduler: it writes the ledger, witnesses it,
// answers by HTTP on a stream that only writes down, and keeps its views on a disk in memory.
#pragma once

#include "storage/log/checkpoint.hpp"
#include "storage/log/merkle.hpp"
#include "storage/memory_snapshots.hpp"
#include "storage/memory_store.hpp"
#include "storage/memory_views.hpp"
#include "tests/actor/node_fixture.hpp"
#include "tests/unit/fold_support.hpp"

namespace ppn::test {

// The keys of the test ledger's members.
class numbered_signer final : public signer {
public:
  explicit numbered_signer(std::uint64_t number) {
    auto fact = member(number);
    keys_ = {fact.record.id, fact.keys.log, fact.keys.witness};
  }
  const node_id& key(key_role role) const override { return keys_[static_cast<std::size_t>(role)]; }
  signature sign_as(key_role role, bytes_view message) override { return tag(key(role), message); }
  bool verify(const node_id& by, bytes_view message, const signature& sig) override {
    return tag_fits(by, message, sig);
  }

private:
  std::array<node_id, 3> keys_;
};

// Takes nothing while it is full.
class narrow_stream final : public stream {
public:
  explicit narrow_stream(recording_stream& below) : below_(below) {}
  result<connection_id> listen(const stream_endpoint& at, const stream_sink& sink) override {
    return below_.listen(at, sink);
  }
  connection_id connect(const stream_endpoint& from, const stream_endpoint& to,
                        const stream_sink& sink) override {
    return below_.connect(from, to, sink);
  }
  bool write(connection_id connection, bytes&& data) override {
    return !full && below_.write(connection, std::move(data));
  }
  void close(connection_id connection) override { below_.close(connection); }

  bool full = false;

private:
  recording_stream& below_;
};

struct http_answer {
  int status = 0;
  std::string head;
  std::string body;

  bool has(const std::string& line) const {
    return head.find("\r\n" + line + "\r\n") != std::string::npos;
  }
};

struct publish_fixture : node_fixture {
  static constexpr const char* own_address = "10.8.0.77"; // the link listens at the member's

  publish_fixture() {
    ledger = test_ledger::founded(1);
    BOOST_REQUIRE_EQUAL(ledger.add(member(2, member_kind::operator_station)), "");
    BOOST_REQUIRE_EQUAL(ledger.add(fact::witnesses_named{{node_key(1)}}), "");
    fleet_store = memory_store::open(fleet_disk).value();
    own_store = memory_store::open(own_disk).value();
    folds = memory_snapshots::open(fold_disk).value();
    ledgers.emplace(ledger_places{*fleet_store, *own_store, *folds, false, &views});
  }
  // The node ends before what it stands on.
  ~publish_fixture() override {
    if (node) caf::anon_send(node, stop_node{});
    run();
    node = nullptr;
  }

  void start() {
    ports world{time,    random, keys_of_node, narrow,      *durable, machine,
                guests,  events, own_process,  this,        &*ledgers};
    node_options options;
    options.self = node_key(1);
    options.name = "n1";
    options.version = "test";
    options.fleet = ledger.fleet;
    options.founding = ledger.entries;
    options.http = stream_endpoint{own_address, 9204};
    auto started = start_node(*system, options, world);
    BOOST_REQUIRE_MESSAGE(started, (started ? "" : render(started.error())));
    node = *started;
    run();
  }

  void order(submitted_order what) {
    caf::anon_send(node, append_order{std::move(what)});
    run();
  }
  void note(int times) {
    for (int i = 0; i < times; ++i) order(ledger.ordered(by_node(1), fact::noted{}));
  }

  // Virtual time in small steps, so that timers that follow each other all get their turn.
  void wait(nanoseconds length) {
    constexpr milliseconds step{50};
    for (nanoseconds passed{0}; passed < length; passed += step) pass(step);
  }

  // -- a client
  connection_id open(const std::string& from = "127.0.0.1") {
    auto& [listener, sink] = network.listeners.at(own_address);
    auto id = network.next_id();
    caf::anon_send(sink, stream_opened{id, listener, {from, 40'000}, std::nullopt});
    run();
    return id;
  }
  void write(connection_id to, const std::string& text) {
    caf::anon_send(network.listeners.at(own_address).second,
                   stream_bytes{to, bytes(text.begin(), text.end())});
    run();
  }
  bool is_closed(connection_id id) const {
    return std::count(network.closed.begin(), network.closed.end(), id) > 0;
  }
  // Takes one answer from the front of what was written to the connection.
  std::optional<http_answer> take_answer(connection_id from, bool with_body = true) {
    bytes& octets = network.written[from];
    std::string_view all = text_of(octets);
    auto end = all.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    http_answer answer;
    answer.head = std::string(all.substr(0, end + 2));
    BOOST_REQUIRE(all.substr(0, 9) == "HTTP/1.1 ");
    answer.status = std::stoi(answer.head.substr(9, 3));
    auto length_at = answer.head.find("Content-Length: ");
    std::size_t length = 0;
    if (with_body && length_at != std::string::npos)
      length = static_cast<std::size_t>(std::stoul(answer.head.substr(length_at + 16)));
    BOOST_REQUIRE(all.size() >= end + 4 + length);
    answer.body = std::string(all.substr(end + 4, length));
    octets.erase(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(end + 4 + length));
    return answer;
  }
  http_answer ask(connection_id at, const std::string& request, bool with_body = true) {
    write(at, request);
    auto answer = take_answer(at, with_body);
    BOOST_REQUIRE(answer.has_value());
    return *answer;
  }
  static std::string request(const std::string& method, const std::string& path,
                             const std::string& body = "") {
    std::string length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return method + " " + path + " HTTP/1.1\r\nHost: h\r\n" + length + "\r\n" + body;
  }
  // By a client of its own.
  http_answer once(const std::string& text) {
    auto client = open();
    auto answer = ask(client, text);
    caf::anon_send(network.listeners.at(own_address).second,
                   stream_closed{client, {ec::unreachable, "closed by the peer"}});
    run();
    return answer;
  }
  http_answer get(const std::string& path) { return once(request("GET", path)); }
  http_answer post(const std::string& body) {
    return once(request("POST", "/witness/add-checkpoint", body));
  }

  test_ledger ledger = test_ledger::founded(0);
  numbered_signer keys_of_node{1};
  narrow_stream narrow{network};
  memory_disk fleet_disk;
  memory_disk own_disk;
  memory_snapshot_disk fold_disk;
  memory_view_disk view_disk;
  std::unique_ptr<memory_store> fleet_store;
  std::unique_ptr<memory_store> own_store;
  std::unique_ptr<memory_snapshots> folds;
  memory_views views{view_disk};
  std::optional<ledger_places> ledgers;
};

} // namespace ppn::test
