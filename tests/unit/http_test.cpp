// The HTTP service's decisions: what a request is, what a path names, who may ask, and how answers are
// spelled. However the octets of a request were cut on their way, the outcome is the same.
#include "actors/http_core.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;

namespace {

constexpr mono_time start{seconds{100}};

std::string status_line(const http_response& response) { return std::to_string(response.status); }

// Every outcome until more octets are needed: "GET /path keep 3", or a status that ends it.
std::vector<std::string> outcomes(http_frames& frames) {
  std::vector<std::string> seen;
  for (;;) {
    auto request = frames.next(start);
    if (!request) {
      seen.push_back(status_line(request.error()));
      return seen;
    }
    if (!*request) return seen;
    seen.push_back((*request)->method + " " + (*request)->target +
                   ((*request)->keep_alive ? " keep " : " close ") + std::string(text_of((*request)->body)));
  }
}

std::vector<std::string> read_all(std::string_view text) {
  http_frames frames{start};
  BOOST_REQUIRE(frames.take(view_of(text), start));
  return outcomes(frames);
}

std::string get(std::string_view target, std::string_view more = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(more) + "\r\n";
}

std::string post(std::string_view body, std::string_view more = "") {
  return "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more) + "\r\n" + std::string(body);
}

std::string spelled(const http_response& response, bool keep_alive = true, bool with_body = true) {
  auto octets = http_octets(response, keep_alive, with_body, wall_time{seconds{784111777}});
  return std::string(text_of(octets));
}

bool has_line(const std::string& text, const std::string& line) {
  return text.find("\r\n" + line + "\r\n") != std::string::npos;
}

using names = std::vector<std::string>;

bool names_it(std::string_view path, const http_resource& what) { return find_resource(path) == what; }

} // namespace

namespace std {
ostream& operator<<(ostream& out, const names& which) {
  for (const auto& each : which) out << "[" << each << "]";
  return out;
}
} // namespace std

BOOST_AUTO_TEST_SUITE(http_requests)

BOOST_AUTO_TEST_CASE(requests_are_taken_one_after_the_other) {
  BOOST_TEST(read_all(get("/a") + post("xyz") + get("/b", "Connection: close\r\n")) ==
             (names{"GET /a keep ", "POST /p keep xyz", "GET /b close "}));
}

BOOST_AUTO_TEST_CASE(an_old_client_is_let_go_unless_it_wants_to_stay) {
  BOOST_TEST(read_all("GET /a HTTP/1.0\r\n\r\n") == names{"GET /a close "});
  BOOST_TEST(read_all("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") == names{"GET /a keep "});
}

BOOST_AUTO_TEST_CASE(how_the_octets_were_cut_does_not_matter) {
  const std::string text = get("/a") + post("some body") + get("/b", "X: y\r\n") + "GET nonsense\r\n\r\n";
  const names whole = read_all(text);
  BOOST_TEST(whole == (names{"GET /a keep ", "POST /p keep some body", "GET /b keep ", "400"}));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    http_frames frames{start};
    BOOST_REQUIRE(frames.take(view_of(text).first(cut), start));
    names seen = outcomes(frames);
    if (seen.empty() || seen.back() != "400") {
      BOOST_REQUIRE(frames.take(view_of(text).subspan(cut), start));
      for (std::string& each : outcomes(frames)) seen.push_back(std::move(each));
    }
    BOOST_TEST(seen == whole);
  }
}

BOOST_AUTO_TEST_CASE(the_target_may_name_the_whole_address) {
  BOOST_TEST(read_all(get("http://10.8.0.1:9204/own/checkpoint")) == names{"GET /own/checkpoint keep "});
  BOOST_TEST(read_all(get("http://10.8.0.1:9204")) == names{"GET / keep "});
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused) {
  for (const char* text :
       {"\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01\r\n\r\n"})
    BOOST_TEST(read_all(text) == names{"400"}, text);
}

BOOST_AUTO_TEST_CASE(a_body_needs_its_length_in_front) {
  BOOST_TEST(read_all("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "1\r\nx\r\n0\r\n\r\n") == names{"411"});
  BOOST_TEST(read_all("POST /p HTTP/1.1\r\nHost: h\r\n\r\n") == names{"POST /p keep "});
  for (const char* both : {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"}) {
    auto seen = read_all("POST /p HTTP/1.1\r\nHost: h\r\n" + std::string(both) + "\r\nabc");
    BOOST_REQUIRE_EQUAL(seen.size(), 1u);
    BOOST_TEST((seen[0] == "400" || seen[0] == "411"));
  }
}

BOOST_AUTO_TEST_CASE(a_head_has_at_most_four_kibibytes) {
  const std::string frame = get("/", "X: \r\n");
  auto padded = [&](std::size_t octets) {
    return get("/", "X: " + std::string(octets - frame.size(), 'a') + "\r\n");
  };
  BOOST_TEST(read_all(padded(http_limits::head_octets)) == names{"GET / keep "});
  BOOST_TEST(read_all(padded(http_limits::head_octets + 1)) == names{"431"});
  BOOST_TEST(read_all(std::string(http_limits::head_octets - 1, 'a')) == names{});
  BOOST_TEST(read_all(std::string(http_limits::head_octets, 'a')) == names{"431"});
}

BOOST_AUTO_TEST_CASE(a_body_has_at_most_128_kibibytes) {
  const std::string most(http_limits::body_octets, 'b');
  BOOST_TEST(read_all(post(most)) == names{"POST /p keep " + most});
  BOOST_TEST(read_all(post(most + "b")) == names{"413"});
  BOOST_TEST(read_all("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 131073\r\n\r\n") == names{"413"});
}

BOOST_AUTO_TEST_CASE(nobody_sends_ahead_without_end) {
  http_frames frames{start};
  BOOST_TEST(frames.take(bytes(http_limits::ahead_octets, 'a'), start));
  BOOST_TEST(!frames.take(bytes(1, 'a'), start));
  BOOST_TEST(!http_frames{start}.take(bytes(http_limits::ahead_octets + 1, 'a'), start));
}

BOOST_AUTO_TEST_CASE(whoever_waits_for_a_word_gets_it_once) {
  http_frames frames{start};
  const std::string text = post("abc", "Expect: 100-continue\r\n");
  BOOST_REQUIRE(frames.take(view_of(text).first(text.size() - 3), start));
  BOOST_TEST(outcomes(frames) == names{});
  BOOST_TEST(frames.owes_continue());
  BOOST_TEST(!frames.owes_continue());
  BOOST_REQUIRE(frames.take(view_of("abc"), start));
  BOOST_TEST(outcomes(frames) == names{"POST /p keep abc"});
  BOOST_TEST(!frames.owes_continue());
  BOOST_TEST(read_all(post("abc", "Expect: a miracle\r\n")) == names{"417"});
}

BOOST_AUTO_TEST_CASE(a_request_has_ten_seconds_and_a_silent_connection_thirty) {
  http_frames frames{start};
  BOOST_TEST((frames.deadline() == start + seconds{30}));
  const std::string text = get("/");
  auto later = start + seconds{5};
  BOOST_REQUIRE(frames.take(view_of(text).first(3), later));
  BOOST_TEST((frames.deadline() == later + seconds{10}));
  BOOST_REQUIRE(frames.take(view_of(text).subspan(3, 3), later + seconds{9}));
  BOOST_TEST((frames.deadline() == later + seconds{10}));
  BOOST_REQUIRE(frames.take(view_of(text).subspan(6), later + seconds{9}));
  BOOST_REQUIRE(*frames.next(later + seconds{9}));
  frames.restart(later + seconds{20});
  BOOST_TEST((frames.deadline() == later + seconds{50}));
  // A head alone is a request that is not whole.
  BOOST_REQUIRE(frames.take(view_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"), later));
  BOOST_REQUIRE(!*frames.next(later));
  BOOST_TEST((frames.deadline() == later + seconds{10}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_responses)

BOOST_AUTO_TEST_CASE(a_response_is_spelled_in_full) {
  http_response response;
  response.cache_control = "no-cache";
  response.body = {'h', 'i'};
  BOOST_TEST(spelled(response) == "HTTP/1.1 200 OK\r\n"
                                  "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Length: 2\r\n"
                                  "X-Content-Type-Options: nosniff\r\n"
                                  "Cache-Control: no-cache\r\n"
                                  "\r\nhi");
  BOOST_TEST(has_line(spelled(response, false), "Connection: close"));
  const std::string head = spelled(response, true, false);
  BOOST_TEST(has_line(head, "Content-Length: 2"));
  BOOST_TEST(head.substr(head.size() - 4) == "\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(every_status_has_a_reason) {
  for (int status : {200, 400, 403, 404, 405, 409, 411, 413, 417, 422, 431, 500, 503}) {
    auto text = spelled(http_refusal(status, "why"));
    BOOST_TEST(text.find("Unknown") == std::string::npos, status);
    BOOST_TEST(text.substr(text.size() - 4) == "why\n");
  }
}

BOOST_AUTO_TEST_CASE(the_first_and_other_days_are_spelled) {
  auto date = [](std::int64_t when) {
    auto text = std::string(text_of(http_octets({}, true, true, wall_time{seconds{when}})));
    return text.substr(text.find("Date: ") + 6, 29);
  };
  BOOST_TEST(date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  BOOST_TEST(date(951782399) == "Mon, 28 Feb 2000 23:59:59 GMT");
  BOOST_TEST(date(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  BOOST_TEST(date(4102444799) == "Thu, 31 Dec 2099 23:59:59 GMT");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_resources)

BOOST_AUTO_TEST_CASE(paths_name_what_the_specifications_say) {
  using served = served_log;
  BOOST_TEST(names_it("/fleet/checkpoint", resource::checkpoint{served::fleet}));
  BOOST_TEST(names_it("/own/checkpoint", resource::checkpoint{served::own}));
  BOOST_TEST(names_it("/fleet/tile/0/000",
                      resource::tile{served::fleet, {log::tile_kind::hashes, 0, 0, 256}}));
  BOOST_TEST(names_it("/own/tile/2/x001/x234/067.p/8",
                      resource::tile{served::own, {log::tile_kind::hashes, 2, 1234067, 8}}));
  BOOST_TEST(names_it("/fleet/tile/entries/x001/000.p/255",
                      resource::tile{served::fleet, {log::tile_kind::entries, 0, 1000, 255}}));
  BOOST_TEST(names_it("/witness/add-checkpoint", resource::add_checkpoint{}));
  digest origin;
  origin.octets[0] = 0xab;
  BOOST_TEST(names_it("/witness/" + origin.hex() + "/checkpoint",
                      resource::witnessed{origin}));
}

BOOST_AUTO_TEST_CASE(every_other_path_names_nothing) {
  const std::string hash(64, 'a');
  for (const std::string& path :
       {std::string("/"), std::string(""), std::string("/fleet"), std::string("/fleet/"),
        std::string("/fleet//checkpoint"), std::string("/fleet/checkpoint/"),
        std::string("/fleet/checkpoint?x=1"), std::string("/fleet/./checkpoint"),
        std::string("/fleet/../fleet/checkpoint"), std::string("/Fleet/checkpoint"),
        std::string("/fleet/check%70oint"), std::string("/other/checkpoint"),
        std::string("/fleet/tile/0/0"), std::string("/fleet/tile/00/000"),
        std::string("/fleet/tile/0/x000/000"), std::string("/fleet/tile/64/000"),
        std::string("/fleet/tile/0/000.p/0"), std::string("/fleet/tile/0/000.p/256"),
        std::string("/fleet/tile/0/000.p/01"), std::string("/fleet/tile/0/000.p/"),
        std::string("/fleet/tile/0/../000"), std::string("/fleet/tile/entries/000/"),
        std::string("/fleet/tile/0/x999/x999/x999/x999/x999/x999/x999/999"),
        std::string("/witness/"), std::string("/witness/add-checkpoint/"),
        std::string("/witness/") + hash, "/witness/" + hash + "/", "/witness/" + hash + "/checkpoint/",
        "/witness/" + std::string(64, 'A') + "/checkpoint", "/witness/" + hash + "a/checkpoint",
        "/witness/" + hash.substr(1) + "/checkpoint", "/witness/" + hash.substr(1) + "g/checkpoint",
        std::string(4000, '/')})
    BOOST_TEST(!find_resource(path).has_value(), path);
}

BOOST_AUTO_TEST_CASE(methods_go_with_resources) {
  auto refused = [](std::string_view path, std::string_view method) {
    auto response = check_method(*find_resource(path), method);
    return response ? std::to_string(response->status) + " " + response->allow : std::string{};
  };
  for (const char* path : {"/fleet/checkpoint", "/own/tile/0/000"}) {
    BOOST_TEST(refused(path, "GET") == "");
    BOOST_TEST(refused(path, "HEAD") == "");
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "CONNECT"})
      BOOST_TEST(refused(path, method) == "405 GET, HEAD", method);
  }
  BOOST_TEST(refused("/witness/add-checkpoint", "POST") == "");
  BOOST_TEST(refused("/witness/add-checkpoint", "GET") == "405 POST");
}

BOOST_AUTO_TEST_CASE(members_and_this_machine_may_ask) {
  membership members;
  members.members.resize(1);
  members.members[0].address = "10.8.0.2";
  for (const char* address : {"10.8.0.2", "127.0.0.1", "127.9.8.7", "::1"})
    BOOST_TEST(may_ask(address, &members), address);
  for (const char* address : {"10.8.0.20", "10.8.0", "", "192.0.2.1", "::", "unix:/x", "1270.0.0.1"})
    BOOST_TEST(!may_ask(address, &members), address);
  BOOST_TEST(may_ask("127.0.0.1", nullptr));
  BOOST_TEST(!may_ask("10.8.0.2", nullptr));
}

BOOST_AUTO_TEST_CASE(a_tile_is_for_ever_and_a_checkpoint_is_not) {
  auto tile = response_to(ledger_tile_answer{std::nullopt, {1, 2}});
  BOOST_TEST(tile.status == 200);
  BOOST_TEST(tile.content_type == "application/octet-stream");
  BOOST_TEST(tile.cache_control == "public, max-age=31536000, immutable");
  BOOST_TEST(response_to(ledger_tile_answer{error{ec::not_found, ""}, {}}).status == 404);
  BOOST_TEST(response_to(ledger_tile_answer{error{ec::integrity, ""}, {}}).status == 500);
  BOOST_TEST(response_to(ledger_tile_answer{error{ec::integrity, ""}, {}}).cache_control.empty());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_shown_with_the_cosignatures_of_its_size_only) {
  auto note = [](int size, const char* more) {
    return "log.example/1\n" + std::to_string(size) + "\n" + std::string(43, 'A') + "=\n\n" +
           "\u2014 log.example/1 AAAAAQI=\n" + more;
  };
  const char* line = "\u2014 w.example/1 AAAAAgI=\n";
  ledger_report_answer answer;
  BOOST_TEST(response_to(answer).status == 404);
  answer.report.note = note(5, "");
  answer.report.size = 5;
  answer.report.cosigned = note(4, line);
  BOOST_TEST(std::string(text_of(response_to(answer).body)) == note(5, ""));
  answer.report.cosigned = note(5, line);
  auto shown = response_to(answer);
  BOOST_TEST(std::string(text_of(shown.body)) == note(5, line));
  BOOST_TEST(shown.cache_control == "no-cache");
  BOOST_TEST(shown.content_type == "text/plain; charset=utf-8");
  answer.report.size = 4; // a copy that catches up holds the checkpoint of what is to come
  BOOST_TEST(response_to(answer).status == 503);
  answer.report.note = "nonsense";
  BOOST_TEST(response_to(answer).status == 500);
}

BOOST_AUTO_TEST_CASE(a_witness_answers_in_its_own_words) {
  auto conflict = response_to(add_checkpoint_answer{409, "text/x.tlog.size", "7\n"});
  BOOST_TEST(conflict.status == 409);
  BOOST_TEST(conflict.content_type == "text/x.tlog.size");
  BOOST_TEST(std::string(text_of(conflict.body)) == "7\n");
  BOOST_TEST(response_to(witnessed_answer{}).status == 404);
  BOOST_TEST(response_to(witnessed_answer{"note"}).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
