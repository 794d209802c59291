// Keys as words: BIP 39's own vectors, every single wrong word found, and what a person types.
#include "runtime/crypto/key_words.hpp"

#include <boost/test/unit_test.hpp>
#include <sstream>

using namespace ppn;

namespace {

std::string words_of(octet value) {
  bytes seed(32, value);
  auto words = crypto::words_of_seed(seed);
  return std::string(text_of(words.view()));
}

std::string repeated(const std::string& word, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += word + ' ';
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(key_words)

BOOST_AUTO_TEST_CASE(the_vectors_of_bip_39) {
  BOOST_TEST(words_of(0x00) == repeated("abandon", 23) + "art");
  BOOST_TEST(words_of(0xff) == repeated("zoo", 23) + "vote");
  BOOST_TEST(words_of(0x80) == "letter advice cage absurd amount doctor acoustic avoid letter advice "
                               "cage absurd amount doctor acoustic avoid letter advice cage absurd "
                               "amount doctor acoustic bless");
}

BOOST_AUTO_TEST_CASE(what_was_written_down_is_read_again) {
  for (int value = 0; value < 256; ++value) {
    auto back = crypto::seed_of_words(view_of(words_of(static_cast<octet>(value))));
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(bytes(back->view().begin(), back->view().end()) == bytes(32, static_cast<octet>(value)));
  }
  auto typed = crypto::seed_of_words(view_of("  " + repeated("ZOO\n\t", 23) + "Vote\r\n"));
  BOOST_REQUIRE(typed.has_value());
  BOOST_TEST(typed->view()[31] == 0xff);
}

BOOST_AUTO_TEST_CASE(what_is_no_sheet_is_refused_without_naming_a_word) {
  for (const std::string& text : {std::string{}, repeated("zoo", 23), repeated("zoo", 25),
                                  repeated("zoo", 24), repeated("abandon", 24),
                                  repeated("abandon", 22) + "xyzzy art",
                                  repeated("abandon", 22) + "abandonabandon art"}) {
    auto refused = crypto::seed_of_words(view_of(text));
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST((refused.error().code == ec::invalid));
    BOOST_TEST(refused.error().text.find("xyzzy") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_fingerprint_is_six_words_of_its_key_alone) {
  crypto::public_key key;
  const std::string first = crypto::fingerprint(key);
  BOOST_TEST(std::count(first.begin(), first.end(), '-') == 5);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    crypto::public_key other;
    other.octets[bit / 8] = static_cast<octet>(1u << bit % 8);
    BOOST_TEST(crypto::fingerprint(other) != first);
  }
}

BOOST_AUTO_TEST_SUITE_END()
