// Base64: the RFC's samples, and one spelling only for each value.
#include "storage/log/base64.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

namespace ledger = ppn::log;
using ppn::bytes;

namespace {

bool reads_as(std::string_view text, std::string_view data) {
  auto read = ledger::from_base64(text);
  return read && ppn::text_of(*read) == data;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_base64)

BOOST_AUTO_TEST_CASE(the_samples_of_rfc_4648_hold_both_ways) {
  const std::vector<std::pair<std::string, std::string>> samples{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [data, text] : samples) {
    BOOST_TEST(ledger::to_base64(ppn::view_of(data)) == text);
    BOOST_TEST(reads_as(text, data));
    BOOST_TEST(ledger::base64_size(data.size()) == text.size());
  }
  BOOST_TEST(ledger::to_base64(bytes{0xfb, 0xff, 0xbf}) == "+/+/");
}

BOOST_AUTO_TEST_CASE(missing_extra_and_misplaced_padding_is_refused) {
  for (std::string_view text : {"Zg", "Zg=", "Zg===", "Zg====", "Z===", "====", "=",
                                "Zm9v====", "Zg==Zg==", "Zm8=Zm9v", "Z=g=", "=Zg="})
    BOOST_TEST(!ledger::from_base64(text), text);
}

BOOST_AUTO_TEST_CASE(unused_bits_that_are_not_zero_are_refused) {
  BOOST_TEST(reads_as("Zg==", "f"));
  for (std::string_view text : {"Zh==", "Zn==", "Zv==", "Zm9=", "Zm+="})
    BOOST_TEST(!ledger::from_base64(text), text);
}

BOOST_AUTO_TEST_CASE(foreign_alphabets_and_white_space_are_refused) {
  for (std::string_view text : {"-_-_", "Zm9v\n", "\nZm9", "Zm 9v", "Zm9v ", "Zm9*", "Zm\xc3\xa9"})
    BOOST_TEST(!ledger::from_base64(text), text);
  BOOST_TEST(!ledger::from_base64(std::string_view("Zm9\0", 4)));
}

BOOST_AUTO_TEST_CASE(every_value_has_one_spelling) {
  BOOST_TEST(rc::check("what is read back equals what was written", [](const bytes& data) {
    std::string text = ledger::to_base64(data);
    RC_ASSERT(text.size() == ledger::base64_size(data.size()));
    RC_ASSERT(ledger::from_base64(text) == data);
  }));
  BOOST_TEST(rc::check("what can be read is written the same", [](std::string text) {
    auto read = ledger::from_base64(text);
    if (read) RC_ASSERT(ledger::to_base64(*read) == text);
  }));
}

BOOST_AUTO_TEST_CASE(all_texts_of_one_octet_leave_256_values) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  int values = 0;
  for (char first : alphabet)
    for (char second : alphabet)
      values += ledger::from_base64(std::string{first, second, 0x3d, 0x3d}) ? 1 : 0;
  BOOST_TEST(values == 256);
}

BOOST_AUTO_TEST_SUITE_END()
