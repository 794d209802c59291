// Files that an operator names: read whole or refused, made whole or not at all.
#include "runtime/adapters/operator_files.hpp"
#include "tests/contract/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sys/stat.h>

using namespace ppn;

namespace {

struct place {
  contract::scratch_folder scratch;
  std::string file = scratch.at("file");

  ec refusal(std::size_t most = 100) const {
    auto read = read_whole_file(file, most);
    return read ? ec::none : read.error().code;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(operator_files, place)

BOOST_AUTO_TEST_CASE(what_was_made_is_read_back) {
  for (std::size_t size : {0u, 1u, 99u, 100u}) {
    file = scratch.at(std::to_string(size));
    const bytes content(size, 0x5a);
    BOOST_REQUIRE(create_public_file(file, content).has_value());
    auto read = read_whole_file(file, 100);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((*read == content));
  }
  struct stat facts {};
  BOOST_REQUIRE(stat(file.c_str(), &facts) == 0);
  BOOST_TEST((facts.st_mode & 0755) == 0644u);
}

BOOST_AUTO_TEST_CASE(a_file_over_the_bound_is_refused) {
  std::ofstream(file) << std::string(101, 'x');
  BOOST_TEST((refusal(100) == ec::too_large));
  BOOST_TEST((refusal(101) == ec::none));
}

BOOST_AUTO_TEST_CASE(what_is_no_plain_file_is_refused_at_once) {
  BOOST_TEST((refusal() == ec::not_found));
  BOOST_REQUIRE(mkfifo(file.c_str(), 0600) == 0);
  BOOST_TEST((refusal() == ec::invalid));
  file = scratch.path().string();
  BOOST_TEST((refusal() == ec::invalid));
  file = "/dev/zero";
  BOOST_TEST((refusal() == ec::invalid));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten) {
  std::ofstream(file) << "old";
  status made = create_public_file(file, view_of("new"));
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().code == ec::exists));
  BOOST_TEST(text_of(*read_whole_file(file, 100)) == "old");
  BOOST_TEST(!std::filesystem::exists(file + ".new"));
  // A link of that name is something, wherever it points.
  file = scratch.at("link");
  std::filesystem::create_symlink("nowhere", file);
  BOOST_TEST(!create_public_file(file, view_of("new")).has_value());
  BOOST_TEST(!create_public_file(scratch.at("no/folder"), view_of("new")).has_value());
}

BOOST_AUTO_TEST_CASE(what_an_interrupted_attempt_left_is_no_hindrance) {
  std::ofstream(file + ".new") << "half";
  BOOST_REQUIRE(create_public_file(file, view_of("whole")).has_value());
  BOOST_TEST(text_of(*read_whole_file(file, 100)) == "whole");
}

BOOST_AUTO_TEST_SUITE_END()
