// Bad configuration files: each mistake is answered with exactly one line that names file, line,
// key and what is allowed. The method is a table of one exchanged line and the whole error that
// follows from it.
#include "runtime/config/config.hpp"

#include "config_support.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <vector>

using namespace ppn;
using namespace ppn::config_support;

BOOST_AUTO_TEST_SUITE(config_error)

BOOST_AUTO_TEST_CASE(a_value_out_of_range_names_the_range) {
  BOOST_TEST(error_after("[pool]\nvcpus = 0\n") ==
             "ppn.toml:12: key 'pool.vcpus': 0 is out of range, allowed 1 to 4096");
  BOOST_TEST(error_after("[pool]\nguests = -1\n") ==
             "ppn.toml:12: key 'pool.guests': -1 is out of range, allowed 0 to 4096");
  BOOST_TEST(error_after("[pool]\nram = 5\n") ==
             "ppn.toml:12: key 'pool.ram': 5 is out of range, allowed 16 MiB to 1 PiB");
  BOOST_TEST(
      error_after("[pool]\nram = '99999999999999999999 GiB'\n") ==
      "ppn.toml:12: key 'pool.ram': 99999999999999999999 GiB is out of range, allowed 16 MiB "
      "to 1 PiB");
  BOOST_TEST(error_after("[pool]\nram = '16777216 PiB'\n").find("out of range") !=
             std::string::npos);
  BOOST_TEST(error_instead("name = 'a'\ndata", "port = 0\nname = 'a'\ndata") ==
             "ppn.toml:2: key 'node.port': 0 is out of range, allowed 1 to 65535");
  BOOST_TEST(error_instead("controller = 'a'\n", "controller = 'a'\nterm = 0\n") ==
             "ppn.toml:7: key 'fleet.term': 0 is out of range, allowed 1 and more");
  for (int port : {-1, 0, 65536})
    BOOST_TEST(error_after(fmt::format("port = {}\n", port)) ==
               fmt::format("ppn.toml:11: key 'member.port': {} is out of range, allowed 1 to 65535",
                           port));
}

BOOST_AUTO_TEST_CASE(an_amount_has_a_number_and_a_known_unit) {
  for (std::string_view text : {"", "4 GB", "GiB", "4  GiB", "4 GiB ", "4 ", "-4 GiB", "+4 GiB",
                                "0x4", "4.5 GiB", " 4 GiB", "four"})
    BOOST_TEST(
        error_after(fmt::format("[pool]\nram = '{}'\n", text)) ==
        fmt::format("ppn.toml:12: key 'pool.ram': '{}' is no amount of memory, write it like "
                    "\"512 MiB\" or \"4 GiB\"",
                    text));
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_refused_with_the_nearest_one) {
  BOOST_TEST(error_instead("[node]\nname", "[nod]\nname") ==
             "ppn.toml:2: unknown key 'nod.name', did you mean 'node.name'?");
  BOOST_TEST(error_after("[nod]\nname = 'a'\n") ==
             "ppn.toml:12: unknown key 'nod.name', did you mean 'node.name'?");
  BOOST_TEST(error_after("[pool]\nvcpu = 1\n") ==
             "ppn.toml:12: unknown key 'pool.vcpu', did you mean 'pool.vcpus'?");
  BOOST_TEST(error_after("[[members]]\nname = 'b'\n") ==
             "ppn.toml:12: unknown key 'members.name', did you mean 'member.name'?");
  BOOST_TEST(error_after("[pool]\n[[pool.disc]]\nname = 'b'\n") ==
             "ppn.toml:13: unknown key 'pool.disc.name', did you mean 'pool.disk.name'?");
  BOOST_TEST(error_after("prot = 9\n") ==
             "ppn.toml:11: unknown key 'member.prot', did you mean 'member.port'?");
  BOOST_TEST(error_after("[logg]\n") == "ppn.toml:11: unknown key 'logg', did you mean 'log'?");
  BOOST_TEST(error_after("[something]\nelse = 1\n") == "ppn.toml:12: unknown key 'something.else'");
}

BOOST_AUTO_TEST_CASE(a_quoted_key_spells_no_path) {
  BOOST_TEST(error_of("\"node.name\" = 'a'\n" + small_file()) ==
             "ppn.toml:1: unknown key 'node.name', did you mean 'node.name'?");
  BOOST_TEST(error_after("[pool]\n\"disk.name\" = 1\n").find("unknown key") != std::string::npos);
  BOOST_TEST(error_after("[pool]\n\"\" = 1\n").find("unknown key 'pool.'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_value_of_another_type_is_refused) {
  BOOST_TEST(error_after("[pool]\nvcpus = '8'\n") ==
             "ppn.toml:12: key 'pool.vcpus': a text is given, an integer is wanted");
  BOOST_TEST(
      error_after("[pool]\nvcpus = 8.0\n") ==
      "ppn.toml:12: key 'pool.vcpus': a number with a fraction is given, an integer is wanted");
  BOOST_TEST(error_after("[pool]\nram = true\n") ==
             "ppn.toml:12: key 'pool.ram': a boolean is given, an integer or a text like \"4 GiB\" "
             "is wanted");
  BOOST_TEST(error_after("[pool]\nreserved = 'yes'\n") ==
             "ppn.toml:12: key 'pool.reserved': a text is given, true or false is wanted");
  BOOST_TEST(error_after("[pool]\nlabels = 'x'\n") ==
             "ppn.toml:12: key 'pool.labels': a text is given, an array of texts is wanted");
  BOOST_TEST(error_after("[pool]\nlabels = ['x', 1]\n") ==
             "ppn.toml:12: key 'pool.labels': an array is given, an array of texts is wanted");
  BOOST_TEST(error_after("[log]\nlevel = 1979-05-27\n") ==
             "ppn.toml:12: key 'log.level': a date or time is given, a text is wanted");
  BOOST_TEST(error_of("log = 1\n" + small_file()) ==
             "ppn.toml:1: key 'log': an integer is given, a table is wanted");
  BOOST_TEST(error_after("[pool]\ndisk = 'x'\n") ==
             "ppn.toml:12: key 'pool.disk': a text is given, an array of tables is wanted");
  BOOST_TEST(error_after("[pool]\ndisk = [1]\n") ==
             "ppn.toml:12: key 'pool.disk': an array is given, an array of tables is wanted");
  BOOST_TEST(error_instead("[[member]]", "[member]") ==
             "ppn.toml:7: key 'member': a table is given, an array of tables is wanted");
}

BOOST_AUTO_TEST_CASE(a_text_outside_its_form_is_refused) {
  BOOST_TEST(
      error_instead("name = 'a'\ndata", "name = 'A b'\ndata") ==
      "ppn.toml:2: key 'node.name': 'A b' is not allowed, allowed is 1 to 63 of a-z, 0-9 and -");
  BOOST_TEST(error_instead("name = 'a'\ndata", "name = '" + std::string(64, 'n') + "'\ndata")
                 .starts_with("ppn.toml:2: key 'node.name': 'nnnn"));
  BOOST_TEST(
      error_instead("data = '/tmp/a'", "data = ''") ==
      "ppn.toml:3: key 'node.data': a text of 0 octets is out of range, allowed 1 to 1000 octets");
  BOOST_TEST(
      error_instead("id = '0123456789abcdef", "id = '") ==
      "ppn.toml:5: key 'fleet.id': '0123456789abcdef' is not allowed, allowed is 32 hex digits, "
      "not all zero");
  BOOST_TEST(error_instead("0123456789abcdef0123456789abcdef", std::string(32, '0'))
                 .find("not all zero") != std::string::npos);
  BOOST_TEST(error_instead("0123456789abcdef0123456789abcdef", std::string(32, 'g'))
                 .find("is not allowed") != std::string::npos);
  BOOST_TEST(
      error_after("posture = 'home'\n") ==
      "ppn.toml:11: key 'member.posture': 'home' is not allowed, allowed is onprem, leased, cloud");
  BOOST_TEST(error_after("kind = 'nod'\n").find("allowed is node, operator") != std::string::npos);
  BOOST_TEST(error_after("kind = 'node|operator'\n").find("is not allowed") != std::string::npos);
  BOOST_TEST(error_after("[log]\nlevel = ''\n").find("'' is not allowed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_address_is_one_literal_in_one_spelling) {
  for (std::string_view text : {"", "localhost", "256.0.0.1", "1.2.3", "10.8.0.1:9203",
                                "10.8.0.1/24", "fe80::1%eth0", "unix:/tmp/a", "1::2::3"})
    BOOST_TEST(
        error_instead("'127.0.0.1'", fmt::format("'{}'", text)) ==
        fmt::format("ppn.toml:10: key 'member.address': '{}' is not allowed, allowed is an IP "
                    "address",
                    text));
  for (std::string_view text : {"0.0.0.0", "::"})
    BOOST_TEST(
        error_instead("'127.0.0.1'", fmt::format("'{}'", text)).find("stands for every address") !=
        std::string::npos);
  for (std::string_view text : {"127.0.0.01", "::ffff:127.0.0.1"})
    BOOST_TEST(error_instead("'127.0.0.1'", fmt::format("'{}'", text)).find("write 127.0.0.1") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(labels_are_few_short_printable_and_different) {
  std::string many = "labels = [";
  for (int i = 0; i < 33; ++i)
    many += fmt::format("'l{}',", i);
  BOOST_TEST(error_after(many + "]\n").find("33 labels are too many") != std::string::npos);
  BOOST_TEST(error_after("labels = ['x', 'y', 'x']\n") ==
             "ppn.toml:11: key 'member.labels': 'x' stands there twice");
  BOOST_TEST(error_after("labels = ['']\n").find("'' is not allowed") != std::string::npos);
  BOOST_TEST(
      error_after("labels = ['" + std::string(129, 'x') + "']\n").find("...' is not allowed") !=
      std::string::npos);
  BOOST_TEST(error_after("labels = [\"caf\\u00e9\"]\n").find("'caf\\xc3\\xa9' is not allowed") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_missing_key_is_named_with_the_line_of_its_section) {
  BOOST_TEST(error_of("") == "ppn.toml:1: key 'node.name' is missing");
  BOOST_TEST(error_instead("data = '/tmp/a'\n", "") == "ppn.toml:1: key 'node.data' is missing");
  BOOST_TEST(error_instead("controller = 'a'\n", "") ==
             "ppn.toml:4: key 'fleet.controller' is missing");
  BOOST_TEST(error_instead("address = '127.0.0.1'\n", "") ==
             "ppn.toml:7: key 'member.address' is missing");
  BOOST_TEST(error_after("[[pool.disk]]\nname = 'fast'\n") ==
             "ppn.toml:11: key 'pool.disk.path' is missing");
  std::string none = small_file().substr(0, small_file().find("[[member]]"));
  BOOST_TEST(error_of(none) == "ppn.toml:1: key 'member' is missing");
  BOOST_TEST(error_of("member = []\n" + none) ==
             "ppn.toml:1: key 'member': 0 given, allowed 1 to 16384 tables");
}

BOOST_AUTO_TEST_CASE(the_first_of_several_mistakes_is_reported) {
  BOOST_TEST(error_after("[pool]\nvcpus = 0\nguests = -1\nzebra = 1\napple = 2\n") ==
             "ppn.toml:12: key 'pool.vcpus': 0 is out of range, allowed 1 to 4096");
}

BOOST_AUTO_TEST_CASE(what_must_be_unique_names_both_lines) {
  BOOST_TEST(error_after(member("a", '2', 2)) ==
             "ppn.toml:12: key 'member.name': a is taken already in line 8");
  BOOST_TEST(error_after(member("b", 'A', 2)).starts_with("ppn.toml:13: key 'member.id': AAAA"));
  BOOST_TEST(error_after(member("b", '2', 1)) ==
             "ppn.toml:14: key 'member.address': 127.0.0.1 port 9203 is taken already in line 10");
  BOOST_TEST(
      error_after(
          "[[pool.disk]]\nname = 'x'\npath = '/x'\n[[pool.disk]]\nname = 'x'\npath = '/y'\n") ==
      "ppn.toml:15: key 'pool.disk.name': x is taken already in line 12");
  BOOST_TEST(
      error_after(
          "[[pool.disk]]\nname = 'x'\npath = '/x'\n[[pool.disk]]\nname = 'y'\npath = '/x'\n") ==
      "ppn.toml:16: key 'pool.disk.path': /x is taken already in line 13");
}

BOOST_AUTO_TEST_CASE(another_port_makes_one_address_two_members) {
  BOOST_TEST(!!parse_configuration(small_file() + member("b", '2', 1) + "port = 9204\n", "f"));
}

BOOST_AUTO_TEST_CASE(roles_and_this_node_must_be_members) {
  BOOST_TEST(error_instead("controller = 'a'", "controller = 'b'") ==
             "ppn.toml:6: key 'fleet.controller': no member is called 'b'");
  BOOST_TEST(
      error_after("kind = 'operator'\n") ==
      "ppn.toml:6: key 'fleet.controller': member 'a' is of kind operator, a node is wanted");
  BOOST_TEST(error_instead("name = 'a'\ndata", "name = 'b'\ndata") ==
             "ppn.toml:2: key 'node.name': no member is called 'b'");
  BOOST_TEST(
      error_instead("address = '127.0.0.1'", "address = '10.8.0.1'") ==
      "ppn.toml:1: key 'node.address': 127.0.0.1 differs from the address of member 'a', 10.8.0.1");
  BOOST_TEST(error_after("port = 9204\n") ==
             "ppn.toml:1: key 'node.port': 9203 differs from the port of member 'a', 9204");
}

BOOST_AUTO_TEST_CASE(members_come_from_the_founding_or_from_the_file) {
  const char* both = "the founding names the members and the controller, give one or the other";
  auto error_with = [](std::string_view line) { return error_of(founded_file() + std::string(line)); };
  BOOST_TEST(error_with("controller = 'a'\n") ==
             fmt::format("ppn.toml:6: key 'fleet.controller': {}", both));
  BOOST_TEST(error_with("term = 1\n") == fmt::format("ppn.toml:6: key 'fleet.term': {}", both));
  BOOST_TEST(error_with(member("a", 'a', 1)) == fmt::format("ppn.toml:6: key 'member': {}", both));
  BOOST_TEST(error_with("id = 'abc'\n").starts_with("ppn.toml:6: key 'fleet.id': "));
  BOOST_TEST(error_of(replaced(founded_file(), "/etc/founding", "")) ==
             "ppn.toml:5: key 'fleet.founding': a text of 0 octets is out of range, allowed 1 to 1000 "
             "octets");
  // Neither the one nor the other.
  BOOST_TEST(error_of(replaced(founded_file(), "founding = '/etc/founding'\n", "")) ==
             "ppn.toml:1: key 'member' is missing");
  BOOST_TEST(error_instead("id = '0123456789abcdef0123456789abcdef'\n", "") ==
             "ppn.toml:4: key 'fleet.id' is missing");
}

BOOST_AUTO_TEST_CASE(a_control_socket_must_fit_its_address) {
  std::string folder(96, 'd'), path(108, 'p');
  BOOST_TEST(
      error_instead("'/tmp/a'", "'" + folder + "'") ==
      "ppn.toml:3: key 'node.data': the path of the control socket has 109 octets, allowed 1 to "
      "107");
  BOOST_TEST(
      error_instead("data = '/tmp/a'\n", "data = '/tmp/a'\ncontrol = '" + path + "'\n") ==
      "ppn.toml:4: key 'node.control': the path of the control socket has 108 octets, allowed 1 "
      "to 107");
}

BOOST_AUTO_TEST_SUITE_END()
