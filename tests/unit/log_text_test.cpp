// Numbers, lines, UTF-8 and hash lines: the pieces that every text of the ledger is made of.
#include "storage/log/text.hpp"

#include <boost/test/unit_test.hpp>

namespace ledger = ppn::log;
using ledger::line_reader;

namespace {

const std::string zero_hash_line(std::string(43, 'A') + '=');

} // namespace

BOOST_AUTO_TEST_SUITE(log_text)

BOOST_AUTO_TEST_CASE(a_number_is_plain_decimal_below_2_to_the_63) {
  BOOST_TEST((ledger::parse_decimal("0") == 0u));
  BOOST_TEST((ledger::parse_decimal("70000") == 70000u));
  BOOST_TEST((ledger::parse_decimal("9223372036854775807") == ledger::number_end - 1));
}

BOOST_AUTO_TEST_CASE(any_other_spelling_of_a_number_is_refused) {
  for (std::string_view text : {"", "00", "01", "0100", "+1", "-1", "-0", " 1", "1 ", "1\n", "1\r",
                                "0x1", "1e3", "1_000", "9223372036854775808", "9999999999999999999",
                                "18446744073709551616", "36893488147419103233", "\xd9\xa1"})
    BOOST_TEST(!ledger::parse_decimal(text), text);
  BOOST_TEST(!ledger::parse_decimal(std::string_view("1\0", 2)));
}

BOOST_AUTO_TEST_CASE(shortest_form_utf8_is_read_as_its_code_points) {
  std::string_view text = "a\xc3\xa9\xe2\x80\x94\xf0\x9f\x94\x92";
  const std::u32string expected = U"a\u00e9\u2014\U0001f512";
  for (char32_t point : expected)
    BOOST_TEST((ledger::take_code_point(text) == point));
  BOOST_TEST(text.empty());
  BOOST_TEST(!ledger::take_code_point(text));
}

BOOST_AUTO_TEST_CASE(malformed_utf8_is_refused) {
  for (std::string_view text : {"\x80",
                                "\xbf",
                                "\xc0\x80",
                                "\xc1\xbf",
                                "\xe0\x80\x80",
                                "\xe0\x9f\xbf",
                                "\xf0\x80\x80\x80",
                                "\xf0\x8f\xbf\xbf",
                                "\xed\xa0\x80",
                                "\xed\xbf\xbf",
                                "\xf4\x90\x80\x80",
                                "\xf8\x88\x80\x80",
                                "\xff",
                                "\xfe",
                                "\xc3",
                                "\xe2\x80",
                                "\xf0\x9f\x94",
                                "\xc3(",
                                "\xe2(\x94",
                                "\xe2\x80("})
    BOOST_TEST(!ledger::is_printable(text, true));
  for (std::string_view text : {"\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    BOOST_TEST(ledger::is_printable(text, false));
}

BOOST_AUTO_TEST_CASE(control_octets_are_refused_except_a_permitted_line_feed) {
  for (char control = 0; control < 0x20; ++control) {
    const std::string text{'a', control, 'b'};
    BOOST_TEST(!ledger::is_printable(text, false));
    BOOST_TEST(ledger::is_printable(text, true) == (control == '\n'));
  }
  BOOST_TEST(ledger::is_printable("", false));
}

BOOST_AUTO_TEST_CASE(a_line_needs_its_line_feed) {
  line_reader lines("one\n\nthree\nrest");
  BOOST_TEST((lines.next() == "one"));
  BOOST_TEST((lines.next() == ""));
  BOOST_TEST((lines.next() == "three"));
  BOOST_TEST(!lines.next());
  BOOST_TEST(lines.rest() == "rest");
  BOOST_TEST(!line_reader("").next());
}

BOOST_AUTO_TEST_CASE(a_hash_line_is_44_characters_of_canonical_base64) {
  BOOST_TEST((ledger::parse_hash_line(zero_hash_line) == ppn::digest{}));
  BOOST_TEST(!ledger::parse_hash_line(""));
  BOOST_TEST(!ledger::parse_hash_line(std::string(43, 'A') + 'A'));   // 33 octets
  BOOST_TEST(!ledger::parse_hash_line(std::string(42, 'A') + "=="));  // 31 octets
  BOOST_TEST(!ledger::parse_hash_line(std::string(42, 'A') + "B="));  // loose bits
  BOOST_TEST(!ledger::parse_hash_line(zero_hash_line.substr(0, 43))); // no padding
  BOOST_TEST(!ledger::parse_hash_line(zero_hash_line + '\r'));
  BOOST_TEST(!ledger::parse_hash_line(' ' + zero_hash_line));
}

BOOST_AUTO_TEST_CASE(a_proof_is_read_up_to_and_with_its_empty_line) {
  std::vector<ppn::digest> hashes(3);
  hashes[1].octets[31] = 7;
  const std::string text = ledger::proof_lines(hashes) + "\nrest";
  line_reader lines(text);
  auto read = ledger::read_proof(lines);
  BOOST_REQUIRE(read);
  BOOST_TEST((*read == hashes));
  BOOST_TEST(lines.rest() == "rest");
}

BOOST_AUTO_TEST_CASE(a_proof_has_at_most_63_hashes) {
  for (std::size_t count : {std::size_t{0}, std::size_t{63}, std::size_t{64}}) {
    const std::string text = ledger::proof_lines(std::vector<ppn::digest>(count)) + '\n';
    line_reader lines(text);
    auto read = ledger::read_proof(lines);
    BOOST_TEST(read.has_value() == (count <= 63));
    if (read) BOOST_TEST(read->size() == count);
  }
}

BOOST_AUTO_TEST_CASE(a_proof_without_its_end_is_refused) {
  for (const std::string& text :
       {std::string(), zero_hash_line, zero_hash_line + '\n', zero_hash_line + "\r\n\r\n",
        zero_hash_line + "\n \n", std::string("x\n\n")}) {
    line_reader lines(text);
    auto read = ledger::read_proof(lines);
    BOOST_REQUIRE(!read);
    BOOST_TEST((read.error().code == ppn::ec::malformed));
  }
}

BOOST_AUTO_TEST_SUITE_END()
