// The verbs of `ppn ledger` as an operator meets them, over a real socket: exit codes, files, one line
// on stderr. The daemon is a small server of the test with a ledger in memory.
#include "fake_node.hpp"
#include "ppn_program.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

using namespace ppn;
using namespace ppn::control_support;
using json = nlohmann::json;

namespace {

struct fleet_of_one {
  explicit fleet_of_one(std::uint64_t entries)
      : node(entries), server(control_server::answers([this](const control_request& request) {
          return node.answer(request);
        })) {
    ::setenv("XDG_STATE_HOME", server.folder().file("state").c_str(), 1);
  }
  outcome ledger(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ledger");
    return run(arguments, server.folder());
  }
  std::string file(const std::string& name) const { return server.folder().file(name); }
  bool is_there(const std::string& name) const { return std::filesystem::exists(file(name)); }

  fake::node node;
  control_server server;
};

} // namespace

BOOST_AUTO_TEST_SUITE(ppn_ledger_command)

BOOST_AUTO_TEST_CASE(a_wrong_command_line_is_a_usage_error) {
  scratch_folder folder;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"ledger"},
                                                    {"ledger", "dance"},
                                                    {"ledger", "show"},
                                                    {"ledger", "show", "x"},
                                                    {"ledger", "show", "-1"},
                                                    {"ledger", "tail", "--ledger", "other"},
                                                    {"ledger", "export"},
                                                    {"ledger", "export", "--format", "xml"},
                                                    {"ledger", "note"},
                                                    {"ledger", "tiles"},
                                                    {"ledger", "restore"}}) {
    outcome what = run(arguments, folder);
    BOOST_TEST(what.code == 2);
    check_one_line(what);
  }
}

BOOST_AUTO_TEST_CASE(an_absent_daemon_is_unreachable) {
  scratch_folder folder;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"ledger", "tail"},
                                                    {"ledger", "show", "1"},
                                                    {"ledger", "checkpoint"},
                                                    {"ledger", "verify"},
                                                    {"ledger", "note", "--reason", "a"}}) {
    outcome what = run(arguments, folder);
    BOOST_TEST(what.code == 4);
    check_one_line(what);
  }
}

BOOST_AUTO_TEST_CASE(entries_are_shown_and_exported) {
  fleet_of_one fleet(300);
  BOOST_TEST(fleet.ledger({"show", "17"}).output.starts_with("entry 17\n"));
  BOOST_TEST(json::parse(fleet.ledger({"show", "17", "--json"}).output)["index"] == 17);
  outcome tail = fleet.ledger({"tail", "-n", "3", "--json"});
  BOOST_TEST(std::count(tail.output.begin(), tail.output.end(), '\n') == 3);
  outcome exported = fleet.ledger({"export", "--format", "jsonl"});
  BOOST_TEST(exported.code == 0);
  BOOST_TEST(std::count(exported.output.begin(), exported.output.end(), '\n') == 300);
  BOOST_TEST(exported.output.ends_with(tail.output));
  outcome to_file =
    fleet.ledger({"export", "--format", "jsonl", "--output", fleet.file("ledger.jsonl")});
  BOOST_TEST(to_file.code == 0, to_file.errors);
  BOOST_TEST(to_file.output.empty());
  BOOST_TEST(content_of(fleet.file("ledger.jsonl")) == exported.output);
  outcome missing = fleet.ledger({"show", "300"});
  BOOST_TEST(missing.code == 1);
  check_one_line(missing);
}

BOOST_AUTO_TEST_CASE(a_file_appears_only_when_it_is_whole) {
  fleet_of_one fleet(300);
  fleet.node.false_leaves[299] = digest{};
  outcome what = fleet.ledger({"export", "--format", "csv", "--output", fleet.file("ledger.csv")});
  BOOST_TEST(what.code == 7);
  check_one_line(what);
  for (const auto& each : std::filesystem::directory_iterator(fleet.server.folder().path()))
    BOOST_TEST(!each.path().filename().string().starts_with("ledger.csv"), each.path().string());
}

BOOST_AUTO_TEST_CASE(following_ends_well_at_an_interrupt) {
  fleet_of_one fleet(3);
  pid_t child = start({"ledger", "tail", "-f"}, fleet.server.folder());
  wait_for(fleet.file("out"), "remark 2", 1);
  ::kill(child, SIGINT);
  outcome what = finish(child, fleet.server.folder());
  BOOST_TEST(what.code == 0, what.errors);
  BOOST_TEST(what.errors.empty());
}

BOOST_AUTO_TEST_CASE(tiles_are_written_and_verified) {
  fleet_of_one fleet(300);
  outcome written = fleet.ledger({"tiles", fleet.file("tiles"), "--json"});
  BOOST_TEST(written.code == 0, written.errors);
  BOOST_TEST(json::parse(written.output)["size"] == 300);
  const std::string vkey = fleet.ledger({"vkey"}).output;
  const std::vector<std::string> verify{"verify", "--tiles", fleet.file("tiles"), "--vkey",
                                        vkey.substr(0, vkey.size() - 1)};
  outcome verified = fleet.ledger(verify);
  BOOST_TEST(verified.code == 0, verified.errors);
  std::fstream file(fleet.file("tiles/tile/entries/000"), std::ios::in | std::ios::out);
  file.seekp(100);
  file.put('~');
  file.close();
  outcome wrong = fleet.ledger(verify);
  BOOST_TEST(wrong.code == 7);
  check_one_line(wrong);
}

BOOST_AUTO_TEST_CASE(a_running_nodes_ledger_is_verified_and_remembered) {
  fleet_of_one fleet(300);
  outcome what = fleet.ledger({"verify", "--json"});
  BOOST_TEST(what.code == 0, what.errors);
  BOOST_TEST(json::parse(what.output)["remembered"].is_null());
  BOOST_TEST(content_of(fleet.file("state/ppn/ppn_fake.checkpoint")) == fleet.node.report.note);
  BOOST_TEST(json::parse(fleet.ledger({"verify", "--json"}).output)["remembered"] == 300);
  fleet.node.entries[7] = fake::noted_entry(7, "another");
  fleet.node.sign();
  outcome wrong = fleet.ledger({"verify"});
  BOOST_TEST(wrong.code == 7);
  check_one_line(wrong);
  fleet.node.false_leaves[9] = digest{};
  wrong = fleet.ledger({"verify", "--vkey", fleet.node.report.vkey});
  BOOST_TEST(wrong.code == 7);
  BOOST_TEST(wrong.errors.find("entry 9 ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(proofs_and_checkpoints_are_files_for_others) {
  fleet_of_one fleet(256);
  outcome what = fleet.ledger({"prove", "17", "--output", fleet.file("proof")});
  BOOST_TEST(what.code == 0, what.errors);
  BOOST_TEST(content_of(fleet.file("proof")).starts_with("c2sp.org/tlog-proof@v1\nindex 17\n"));
  BOOST_TEST(fleet.ledger({"checkpoint"}).output == fleet.node.report.note);
  outcome none = fleet.ledger({"checkpoint", "--cosigned"});
  BOOST_TEST(none.code == 1);
  check_one_line(none);
}

BOOST_AUTO_TEST_CASE(notes_are_entered_and_secrets_asked_about) {
  fleet_of_one fleet(0);
  outcome what = fleet.ledger({"note", "--reason", "moved", "--ledger", "own"});
  BOOST_TEST(what.code == 0, what.errors);
  BOOST_TEST(what.output == "entry 0, size 1\n");
  what = fleet.ledger({"note", "--reason", "filler", "--count", "600"});
  BOOST_TEST(what.output == "600 entries, 1 to 600, size 601\n");
  what = fleet.ledger({"note", "--reason", "password=hunter2hunter2"});
  BOOST_TEST(what.code == 6);
  check_one_line(what);
  BOOST_TEST(fleet.ledger({"note", "--reason", "password=hunter2hunter2", "--yes"}).code == 0);
}

BOOST_AUTO_TEST_CASE(a_restore_is_asked_of_a_member) {
  fleet_of_one fleet(0);
  BOOST_TEST(fleet.ledger({"restore", "--from", "laptop-b"}).code == 0);
  outcome what = fleet.ledger({"restore", "--from", "nobody"});
  BOOST_TEST(what.code == 1);
  check_one_line(what);
}

BOOST_AUTO_TEST_CASE(help_lists_the_verbs_in_groups) {
  scratch_folder folder;
  outcome what = run({"--help"}, folder);
  for (std::string_view part : {"Nodes:", "Ledgers:", "Administration:", "Examples:"})
    BOOST_TEST(what.output.find(part) != std::string::npos, part);
  what = run({"ledger", "--help"}, folder);
  BOOST_TEST(what.code == 0);
  for (std::string_view part : {"Reading:", "Proving:", "Writing:", "tiles", "verify", "note"})
    BOOST_TEST(what.output.find(part) != std::string::npos, part);
  for (const char* verb : {"show", "tail", "export", "checkpoint", "vkey", "prove", "tiles",
                           "verify", "note", "restore"})
    BOOST_TEST(run({"ledger", verb, "--help"}, folder).code == 0, verb);
}

BOOST_AUTO_TEST_SUITE_END()
