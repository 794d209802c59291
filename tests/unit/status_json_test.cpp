// The JSON object of a status, schema ppn.status/1, field by field.
#include "runtime/cli/status_json.hpp"

#include "status_support.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace ppn;
using namespace ppn::status_support;
using json = nlohmann::ordered_json;

namespace {

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items())
    keys.push_back(key);
  return keys;
}

} // namespace

BOOST_AUTO_TEST_SUITE(status_as_json)

BOOST_AUTO_TEST_CASE(the_object_has_the_fields_of_its_schema_in_their_order) {
  json document = json::parse(status_json(troubled(), json_layout::indented));
  using names = std::vector<std::string>;
  BOOST_TEST(document["schema"] == "ppn.status/1");
  BOOST_TEST(
      (keys_of(document) == names{"schema", "node", "controller", "doubt", "view", "members", "ledgers"}));
  BOOST_TEST(
      (keys_of(document["node"]) == names{"id", "name", "version", "fleet", "uptime_ms",
                                          "view_age_ms", "child_restarts", "links", "refusals"}));
  BOOST_TEST(
      (keys_of(document["node"]["links"][0]) ==
       names{"peer", "state", "established", "frames_in", "frames_out", "dropped", "last_error"}));
  BOOST_TEST((keys_of(document["members"][0]) == names{"id",         "name",
                                                       "address",    "port",
                                                       "posture",    "kind",
                                                       "reserved",   "labels",
                                                       "controller", "state",
                                                       "flapping",   "in_pool",
                                                       "silence_ms", "transition_silence_ms",
                                                       "evictions",  "returns",
                                                       "heartbeats", "skew_ms",
                                                       "boot",       "guests",
                                                       "node_lost",  "capacity"}));
  BOOST_TEST((keys_of(document["members"][0]["capacity"]) ==
              names{"ram_total", "ram_offered", "ram_available", "ram_guests", "cpus_offered",
                    "cpu_load_permille", "guests_limit", "kvm", "pools"}));
}

BOOST_AUTO_TEST_CASE(every_figure_arrives_as_it_was_given) {
  json document = json::parse(status_json(troubled(), json_layout::one_line));
  const json& node = document["node"];
  BOOST_TEST(node["id"] == std::string(64, '0').replace(0, 64, id_of(1).hex()));
  BOOST_TEST(node["fleet"] == "f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1");
  BOOST_TEST(node["uptime_ms"] == 3'725'000);
  BOOST_TEST(node["refusals"]["wrong-fleet"] == 3);
  BOOST_TEST(node["links"][0]["last_error"] == "unreachable: no route");
  BOOST_TEST(document["controller"]["name"] == "gcp-cloud-1");
  BOOST_TEST(document["controller"]["term"] == 2);
  BOOST_TEST((document["doubt"] ==
              json{{"active", true}, {"silent", 2}, {"members", 2}, {"episodes", 1}}));
  BOOST_TEST((document["view"] == json{{"epoch", 7}, {"version", 42}}));
  const json& gone = document["members"][1];
  BOOST_TEST(gone["silence_ms"].is_number_integer());
  BOOST_TEST(gone["silence_ms"] == 61'900);
  BOOST_TEST(gone["transition_silence_ms"] == 30'250);
  BOOST_TEST(gone["skew_ms"] == -1500);
  BOOST_TEST(gone["labels"] == json::array({"hub"}));
  BOOST_TEST((gone["capacity"]["pools"][0] ==
              json{{"name", "fast"}, {"total", 100}, {"free", 40}, {"committed", 70}}));
  BOOST_TEST(document["members"][2]["posture"] == "cloud");
}

BOOST_AUTO_TEST_CASE(a_member_is_in_the_pool_unless_it_is_evicted) {
  status_reply reply = healthy();
  for (auto [state, inside] : {std::pair{member_state::alive, true},
                               {member_state::suspect, true},
                               {member_state::expected, true},
                               {member_state::evicted, false}}) {
    reply.view.rows[0].state = state;
    json document = json::parse(status_json(reply, json_layout::one_line));
    BOOST_TEST(document["members"][0]["in_pool"] == inside);
    BOOST_TEST(document["members"][0]["state"] == std::string{to_string(state)});
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_knows_nothing_yet_is_an_object_too) {
  json document = json::parse(status_json(status_reply{}, json_layout::one_line));
  BOOST_TEST(document["members"].is_array());
  BOOST_TEST(document["members"].empty());
  BOOST_TEST(document["node"]["refusals"].is_object());
  BOOST_TEST(document["node"]["view_age_ms"] == -1);
  BOOST_TEST(document["controller"]["name"] == "");
}

BOOST_AUTO_TEST_CASE(each_ledger_is_an_object_with_its_evidence) {
  json document = json::parse(status_json(with_ledgers(), json_layout::one_line));
  using names = std::vector<std::string>;
  BOOST_TEST((keys_of(document["ledgers"][0]) ==
              names{"which", "origin", "part", "size", "root", "state", "why", "degraded",
                    "cosigned", "evidence"}));
  const json& fleet = document["ledgers"][0];
  BOOST_TEST(fleet["which"] == "fleet");
  BOOST_TEST(fleet["part"] == "writer");
  BOOST_TEST(fleet["size"] == 42);
  BOOST_TEST(fleet["cosigned"] == 41);
  BOOST_TEST(fleet["evidence"].size() == 1u);
  const json& own = document["ledgers"][1];
  BOOST_TEST(own["which"] == "own");
  BOOST_TEST(own["state"] == "failed");
  BOOST_TEST(own["why"] == "io-failed: the disk");
  BOOST_TEST(own["cosigned"].is_null());
  BOOST_TEST(own["evidence"].empty());
  BOOST_TEST(json::parse(status_json(healthy(), json_layout::one_line))["ledgers"].empty());
}

BOOST_AUTO_TEST_CASE(one_line_is_one_line_of_ascii_whatever_names_hold) {
  status_reply reply = healthy();
  reply.view.rows[0].record.name = "caf\xc3\xa9 \"\\\n\x1b[31m \xff\xfe \xc2\x9b";
  std::string text = status_json(reply, json_layout::one_line);
  BOOST_TEST(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
  BOOST_TEST(json::parse(text)["members"][0]["name"].get<std::string>().starts_with(
      "caf\xc3\xa9 \"\\\n\x1b[31m "));
}

BOOST_AUTO_TEST_CASE(an_absent_daemon_is_an_object_with_an_error) {
  json document =
      json::parse(status_error_json({ec::unreachable, "no daemon"}, json_layout::one_line));
  BOOST_TEST((document == json{{"schema", "ppn.status/1"},
                               {"error", {{"code", "unreachable"}, {"text", "no daemon"}}}}));
}

BOOST_AUTO_TEST_SUITE_END()
