// Scenario files: the regression scenarios of tests/seeds, what is wrong with a file, and shrinking.
#include "messages/base/planted.hpp"
#include "sim/scenario.hpp"
#include "sim/shrink.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace ppn;
using namespace ppn::sim;

namespace {

std::string text_of_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string problem_of(std::string_view text) {
  auto read = read_scenario("file", text);
  return read ? "" : read.error().text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(scenario_files)

BOOST_AUTO_TEST_CASE(every_regression_scenario_goes_as_it_says) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PPN_SEEDS_FOLDER)) {
    ++files;
    auto read = read_scenario(entry.path().string(), text_of_file(entry.path()));
    BOOST_REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().text));
    auto verdict = judge(*read, run(read->options));
    BOOST_TEST(verdict.has_value(), entry.path() << ": " << (verdict ? "" : verdict.error().text));
    auto again = read_scenario("again", text_of(*read));
    BOOST_REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().text));
    BOOST_TEST(text_of(*again) == text_of(*read));
  }
  BOOST_TEST(files >= 3u);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_with_line_and_column) {
  BOOST_TEST(problem_of("nodes = 3") == "file: 'acts' is missing");
  BOOST_TEST(problem_of("acts = []\nnodez = 3\n").starts_with("file:2:9: 'nodez' is no key"));
  BOOST_TEST(problem_of("acts = [\n  \"at 5s kill node-7 for 2s\",\n]") ==
             "file:2:15: 'node-7' is no node of this fleet");
  BOOST_TEST(problem_of("acts = [\"at 5s kil node-1\"]").find("'kil' is nothing that can be done") !=
             std::string::npos);
  BOOST_TEST(problem_of("acts = [\"at 5s kill node-1\"]").find("'for' is missing") != std::string::npos);
  BOOST_TEST(problem_of("acts = [\"at 5 kill node-1 for 2s\"]") ==
             "file:1:13: '5' is no time; write 40s, 1.5m or 2h");
  BOOST_TEST(problem_of("acts = [\"at 5s partition node-0 | node-1 for 1y\"]").find("is no time from") !=
             std::string::npos);
  BOOST_TEST(problem_of("acts = [\"at 5s drift node-1 7 8\"]") == "file:1:31: '8' is one word too many");
  BOOST_TEST(problem_of("nodes = [\"a\", \"a\"]\nacts = []") == "file:1:15: 'a' is there twice");
  BOOST_TEST(problem_of("length = \"1h\"\ncalm = \"2h\"\nacts = []") ==
             "file: 'calm' comes after the end of the run");
  BOOST_TEST(!problem_of("acts = [").empty());
}

BOOST_AUTO_TEST_CASE(times_are_exact_both_ways) {
  for (std::int64_t ns : {std::int64_t{1}, std::int64_t{-1'500'000'000}, std::int64_t{40'000'000'000},
                          std::int64_t{621'421'752'001}})
    BOOST_TEST(read_time(text_of_time(nanoseconds{ns})).value().count() == ns);
  BOOST_TEST((read_time("1.5m").value() == seconds{90}));
  BOOST_TEST((read_time("2h").value() == hours{2}));
  for (const char* wrong : {"", "s", "5", "1.2.3s", "5x", "--5s", "99999999999999999999d"})
    BOOST_TEST(!read_time(wrong).has_value(), wrong);
}

#if PPN_PLANTED
BOOST_AUTO_TEST_CASE(a_failing_run_is_shrunk_to_a_few_acts_that_still_fail) {
  chosen_planted_bug = "evict-early";
  run_options options;
  options.chaos = chaos_level::all;
  options.length = minutes{12};
  run_report failing;
  for (options.seed = 1; options.seed < 30 && failing.violation_count == 0; ++options.seed)
    failing = run(options);
  BOOST_REQUIRE(failing.violation_count > 0u);
  auto made = shrink(failing, 120, [](std::size_t, std::uint64_t) {});
  BOOST_TEST(made.smallest.options.acts->size() <= 10u);
  BOOST_TEST(made.smallest.options.acts->size() <= made.acts_before);
  auto read = read_scenario("shrunk", text_of(made.smallest));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(judge(*read, run(read->options)).has_value());
  chosen_planted_bug = {};
  BOOST_TEST(!judge(*read, run(read->options)).has_value()); // without the bug nothing is wrong
}
#endif

BOOST_AUTO_TEST_SUITE_END()
