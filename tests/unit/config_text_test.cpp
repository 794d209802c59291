// Configuration files that are no TOML, or dangerous to read: syntax errors, other alphabets,
// control characters, and texts over the caps.
#include "runtime/config/config.hpp"

#include "config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;
using namespace ppn::config_support;

BOOST_AUTO_TEST_SUITE(config_text)

BOOST_AUTO_TEST_CASE(a_syntax_error_has_its_line) {
  BOOST_TEST(error_after("[pool\n").starts_with("ppn.toml:11: this is no TOML: "));
  BOOST_TEST(error_after("[=]\n").starts_with("ppn.toml:11: this is no TOML: "));
  BOOST_TEST(error_after("what\n").starts_with("ppn.toml:11: this is no TOML: "));
  BOOST_TEST(
      error_after("[pool]\nvcpus = 1\nvcpus = 2\n").starts_with("ppn.toml:13: this is no TOML: "));
  BOOST_TEST(error_after("[node]\n").starts_with("ppn.toml:11: this is no TOML: "));
  BOOST_TEST(error_after("[pool]\nvcpus = 99999999999999999999\n").starts_with("ppn.toml:12: "));
}

BOOST_AUTO_TEST_CASE(control_characters_are_never_echoed) {
  BOOST_TEST(error_instead("data = '/tmp/a'", "data = \"/tmp/\\u001b[31m\"") ==
             "ppn.toml:3: key 'node.data': control characters are not allowed");
  BOOST_TEST(error_instead("name = 'a'\ndata", "name = \"a\\u001b[2J\\n\"\ndata")
                 .find("'a\\x1b[2J\\x0a' is not allowed") != std::string::npos);
  BOOST_TEST(error_after("\"\\u0007\\n\" = 1\n").find("'member.\\x07\\x0a'") != std::string::npos);
  error_after("x = \"\x1b[2J\"\n");
  error_after(std::string("x = '\0'\n", 8));
  error_after("x = '\xff\xfe'\n");
  BOOST_TEST(error_of("[", "bad\nname\x1b.toml").starts_with("bad\\x0aname\\x1b.toml:1: "));
}

BOOST_AUTO_TEST_CASE(a_file_or_line_over_its_cap_is_refused_unread) {
  BOOST_TEST(error_of(std::string(1024 * 1024 + 1, '\n')) ==
             "ppn.toml:1: the file is larger than 1 MiB");
  BOOST_TEST(error_after("# " + std::string(1023, 'x') + "\n") ==
             "ppn.toml:11: the line is longer than 1024 octets");
  BOOST_TEST(!!parse_configuration(small_file() + "# " + std::string(1022, 'x') + "\n", "f"));
}

BOOST_AUTO_TEST_CASE(other_alphabets_stand_in_comments_and_escapes_only) {
  const std::string other =
      "ppn.toml:11: characters outside ASCII are for comments, in a text write them "
      "like \"\\u00fc\"";
  for (std::string_view line :
       {"\xc3\xa9 = 1", "x = \xc3\xa9", "x = 'y' \xc2\xa1", "x = \"\\\"\" \xc3\xa9",
        "\xef\xbb\xbf[pool]", "x = 'y' 'z'\xe2\x80\xa8", "x = '\xc3\xa9'", "x = 4='\xc3\xa9'",
        "x = \"\xc3\xa9\" # y", "x = \"\\\\\" \xc3\xa9"})
    BOOST_TEST(error_after(std::string(line) + "\n") == other, line);
  BOOST_TEST(error_after("x = \"\"\"y\"\"\"\n") ==
             "ppn.toml:11: texts of several lines are not allowed");
  auto config = parse_configuration(
      replaced(small_file(), "'/tmp/a'", "\"/srv/#b\\u00fcro\" # \xe2\x80\xa8 \xc3\xa9 ' \" \xff"),
      "f");
  BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.error().text));
  BOOST_TEST(config->node.data == "/srv/#b\xc3\xbcro");
}

BOOST_AUTO_TEST_CASE(a_file_as_deep_as_the_caps_allow_does_no_harm) {
  std::string dots;
  for (int i = 0; i < 505; ++i)
    dots += "a.";
  auto deep = [&](int levels) {
    std::string text = "[" + dots + "a]\n", tail;
    for (int i = 0; i < levels; ++i) {
      text += dots + "b = [\n{";
      tail += "}\n]";
    }
    return text + dots + "c = 1" + tail + "\n";
  };
  BOOST_TEST(error_of(deep(2), "f") == "f:1: unknown key 'a.a.a.a'");
  BOOST_TEST(error_of(deep(6), "f").starts_with("f:5: this is no TOML: "));
  BOOST_TEST(error_of("x = " + std::string(1000, '['), "f").starts_with("f:1: this is no TOML: "));
}

BOOST_AUTO_TEST_SUITE_END()
