// Where a node's control socket is looked for.
#include "runtime/cli/socket_path.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;

BOOST_AUTO_TEST_SUITE(socket_path)

BOOST_AUTO_TEST_CASE(the_most_exact_place_wins) {
  BOOST_TEST(*find_socket({"/s", "/d", "n", "/h"}) == "/s");
  BOOST_TEST(*find_socket({"", "/d", "n", "/h"}) == "/d/control.sock");
  BOOST_TEST(*find_socket({"", "", "n", "/h"}) == "/h/n/control.sock");
  BOOST_TEST(*find_socket({"", "", "", "/h"}) == "/h/control.sock");
  BOOST_TEST(*find_socket({"", "", "", ""}) == "/run/ppn/control.sock");
  BOOST_TEST(*find_socket({"", "", "laptop-a", ""}) == "/run/ppn/laptop-a/control.sock");
}

BOOST_AUTO_TEST_CASE(a_name_does_not_walk) {
  for (std::string name : {"..", "a/b", "A", "a b", "a\n"}) {
    auto path = find_socket({"", "", name, ""});
    BOOST_REQUIRE(!path);
    BOOST_TEST((path.error().code == ec::invalid));
  }
}

BOOST_AUTO_TEST_SUITE_END()
