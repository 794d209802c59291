// The program ppn as an operator meets it: exit codes, one line on stderr, what goes to a pipe, and
// that watching goes on without a daemon and ends well. The daemon is a small server of the test.
#include "ppn_program.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

using namespace ppn;
using namespace ppn::control_support;
using json = nlohmann::json;

namespace {

control_server::behaviour shows_one_member() {
  return [](int connection, const control_request& request) {
    if (std::holds_alternative<reload_request>(request.body))
      return control_server::write(connection,
                                   framed({request.id, reload_reply{{"member"}, {"node.port"}}}));
    status_reply reply;
    reply.node.name = "laptop-a";
    reply.view.rows.resize(1);
    reply.view.rows[0].record.name = "laptop-b";
    control_server::write(connection, framed({request.id, reply}));
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(ppn_command)

BOOST_AUTO_TEST_CASE(a_wrong_command_line_is_a_usage_error) {
  scratch_folder folder;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"dance"},
                                                    {"status", "--nope"},
                                                    {"status", "--socket"},
                                                    {"status", "--node", "../x"},
                                                    {"version", "extra"}}) {
    outcome what = run(arguments, folder);
    BOOST_TEST(what.code == 2);
    check_one_line(what);
  }
}

BOOST_AUTO_TEST_CASE(an_absent_daemon_is_unreachable) {
  scratch_folder folder;
  for (const char* verb : {"status", "reload"}) {
    outcome what = run({verb, "--node", "laptop-a"}, folder);
    BOOST_TEST(what.code == 4);
    check_one_line(what);
    BOOST_TEST(what.errors == "ppn: unreachable: no daemon answers at " + folder.path() +
                                  "/laptop-a/control.sock: is os-infrastructure running?\n");
  }
}

BOOST_AUTO_TEST_CASE(a_status_goes_to_a_pipe_without_colour) {
  control_server server(shows_one_member());
  for (const std::vector<std::string>& place : {std::vector<std::string>{"status"},
                                                {"status", "--socket", server.path()},
                                                {"status", "--data", server.folder().path()}}) {
    outcome what = run(place, server.folder());
    BOOST_TEST(what.code == 0, what.errors);
    BOOST_TEST(what.output.find("laptop-b") != std::string::npos);
    BOOST_TEST(what.output.find('\x1b') == std::string::npos);
    BOOST_TEST(what.errors.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_status_as_json_is_one_object) {
  control_server server(shows_one_member());
  outcome what = run({"status", "--json"}, server.folder());
  BOOST_TEST(what.code == 0);
  BOOST_TEST(json::parse(what.output)["members"][0]["name"] == "laptop-b");
}

BOOST_AUTO_TEST_CASE(a_reload_names_what_took_effect) {
  control_server server(shows_one_member());
  outcome what = run({"reload"}, server.folder());
  BOOST_TEST(what.code == 0);
  BOOST_TEST(what.output == "in effect: member\nneeds a restart: node.port\n");
}

BOOST_AUTO_TEST_CASE(an_error_of_the_daemon_decides_the_exit_code) {
  for (auto [code, exit] : {std::pair{ec::refused, 3}, {ec::stale, 5}, {ec::integrity, 7}}) {
    control_server server(control_server::sends(framed({1, error{code, "no"}})));
    outcome what = run({"reload"}, server.folder());
    BOOST_TEST(what.code == exit);
    check_one_line(what);
  }
}

BOOST_AUTO_TEST_CASE(the_version_needs_no_daemon) {
  scratch_folder folder;
  outcome what = run({"version"}, folder);
  BOOST_TEST(what.code == 0);
  BOOST_TEST(what.output.starts_with("ppn "));
}

BOOST_AUTO_TEST_CASE(help_is_no_error) {
  scratch_folder folder;
  outcome what = run({"--help"}, folder);
  BOOST_TEST(what.code == 0);
  BOOST_TEST(what.output.find("status") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(watching_writes_one_object_a_line_until_it_is_interrupted) {
  control_server server(shows_one_member());
  pid_t child = start({"status", "--watch", "--json"}, server.folder());
  wait_for(server.folder().file("out"), "\"schema\"", 2);
  ::kill(child, SIGINT);
  outcome what = finish(child, server.folder());
  BOOST_TEST(what.code == 0);
  std::size_t end = what.output.find('\n');
  BOOST_TEST(json::parse(what.output.substr(0, end))["node"]["name"] == "laptop-a");
  BOOST_TEST(what.output.find("\"error\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(watching_goes_on_while_the_daemon_is_away) {
  scratch_folder folder;
  pid_t child = start({"status", "--watch"}, folder);
  wait_for(folder.file("out"), "ppn: unreachable: ", 2);
  ::kill(child, SIGTERM);
  outcome what = finish(child, folder);
  BOOST_TEST(what.code == 0);
  BOOST_TEST(what.output.find("running?\n\nppn: ") != std::string::npos);
  BOOST_TEST(what.output.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
