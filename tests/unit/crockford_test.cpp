// Codes that people read and type: the vectors, every alias, and that nothing else is taken for a
// code.
#include "runtime/crypto/crockford.hpp"

#include "tests/unit/ceremony_support.hpp"

#include <set>

namespace ppn::crypto {
namespace {

using crockford::code_octets;

code_octets octets_of(std::uint64_t value) {
  code_octets out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<octet>(value >> (8 * (out.size() - 1 - i)));
  return out;
}

code_octets octets_of(const nlohmann::json& text) {
  const bytes data = test::unhex(text);
  BOOST_REQUIRE(data.size() == crockford::code_size);
  code_octets out{};
  std::copy(data.begin(), data.end(), out.begin());
  return out;
}

BOOST_AUTO_TEST_SUITE(crockford_codes)

BOOST_AUTO_TEST_CASE(the_vectors_encode_decode_group_and_check) {
  const auto all = test::vectors("crockford-vectors.json");
  for (const auto& one : all.at("codes_40_bit")) {
    const code_octets code = octets_of(one.at("bytes"));
    const std::string text = one.at("text");
    BOOST_TEST(crockford::encode(code) == text);
    BOOST_TEST(crockford::encode_grouped(code) == one.at("grouped").get<std::string>());
    BOOST_TEST(std::string(1, crockford::check_symbol(code)) == one.at("check").get<std::string>());
    BOOST_CHECK(crockford::decode(text) == code);
    BOOST_CHECK(crockford::decode_checked(text + crockford::check_symbol(code)) == code);
  }
  for (const auto& one : all.at("aliases_40_bit")) {
    const std::string input = one.at("input");
    BOOST_CHECK(crockford::decode(input) == octets_of(one.at("value_bytes")));
    BOOST_TEST(crockford::canonical(input).value() == one.at("canonical").get<std::string>());
  }
  for (const auto& one : all.at("invalid_as_40_bit_code"))
    BOOST_TEST(!crockford::decode(one.at("input").get<std::string>()).has_value());
}

BOOST_AUTO_TEST_CASE(further_codes_have_their_text_and_check_symbol) {
  struct sample {
    std::uint64_t value;
    std::string_view text;
    char check;
  };
  const sample samples[] = {{0x8421084210, "GGGGGGGG", '$'},
                            {0x68656c6c6f, "D1JPRV3F", 'J'},
                            {0xdeadbeef01, "VTPVXVR1", 'Q'},
                            {0xffffffffff, "ZZZZZZZZ", 'F'}};
  for (const sample& one : samples) {
    BOOST_TEST(crockford::encode(octets_of(one.value)) == one.text);
    BOOST_TEST(crockford::check_symbol(octets_of(one.value)) == one.check);
  }
}

BOOST_AUTO_TEST_CASE(numbers_have_no_leading_zeros) {
  struct sample {
    std::uint64_t value;
    std::string_view text;
    char check;
  };
  const sample samples[] = {{0, "0", '0'},
                            {32, "10", '*'},
                            {36, "14", 'U'},
                            {1234, "16J", 'D'},
                            {1650553701, "1H62WV5", 'J'}};
  for (const sample& one : samples) {
    BOOST_TEST(crockford::encode_number(one.value) == one.text);
    BOOST_TEST(crockford::check_symbol_of_number(one.value) == one.check);
  }
}

BOOST_AUTO_TEST_CASE(aliases_read_as_the_digits_they_look_like) {
  BOOST_TEST(crockford::canonical("0O0o-1IiL").value() == "00001111");
  BOOST_TEST(crockford::canonical("iLlo-oIlO").value() == "11100110");
  BOOST_TEST(crockford::canonical("tc6d-ct5n").value() == "TC6DCT5N");
  BOOST_TEST(crockford::canonical("--TC6DCT5N-").value() == "TC6DCT5N");
}

BOOST_AUTO_TEST_CASE(what_is_not_a_code_is_refused_and_never_repeated) {
  const std::string_view bad[] = {"0000000U",
                                  "0000-000",
                                  "000000000",
                                  "",
                                  "--------",
                                  "0000 0000",
                                  "0000000*",
                                  " 00000000",
                                  "00000000\n",
                                  "0000_0000",
                                  "0000.0000",
                                  "TC6D\xe2\x80\x91"
                                  "CT5N", // the hyphen U+2011
                                  "\xef\xbc\x90"
                                  "0000000",         // a full-width zero
                                  "0000000\xc4\xb1", // the dotless i
                                  "TC6DCT5N0",
                                  "TC6DCT5N-0"};
  for (std::string_view text : bad) {
    auto code = crockford::decode(text);
    BOOST_REQUIRE_MESSAGE(!code, text);
    BOOST_CHECK(code.error().code == ec::invalid);
    BOOST_CHECK(text.size() < 5 || code.error().text.find(text.substr(0, 5)) == std::string::npos);
  }
  BOOST_TEST(!crockford::decode(std::string_view("0000000\0", 8)).has_value());
  BOOST_TEST(!crockford::decode(std::string(100000, '0')).has_value());
}

// All 256 octets at one place: exactly 32 symbols, 22 lower-case letters among them twice, and the
// aliases o, i and l in both cases.
BOOST_AUTO_TEST_CASE(every_octet_is_a_symbol_or_refused) {
  int taken = 0;
  std::set<std::string> canonical;
  for (int value = 0; value < 256; ++value) {
    auto text = crockford::canonical(std::string("0000000") + static_cast<char>(value));
    taken += text.has_value() ? 1 : 0;
    if (text) canonical.insert(*text);
  }
  BOOST_TEST(taken == 32 + 22 + 6);
  BOOST_TEST(canonical.size() == 32u);
}

BOOST_AUTO_TEST_CASE(encoding_and_decoding_are_inverse_for_every_bit_and_a_walk_of_values) {
  for (int bit = 0; bit < 40; ++bit) {
    const code_octets code = octets_of(std::uint64_t{1} << bit);
    BOOST_CHECK(crockford::decode(crockford::encode(code)) == code);
  }
  std::uint64_t value = 1;
  for (int i = 0; i < 2000; ++i, value = value * 6364136223846793005u + 1442695040888963407u) {
    const code_octets code = octets_of(value >> 24);
    BOOST_REQUIRE(crockford::decode(crockford::encode_grouped(code)) == code);
  }
}

// Every wrong symbol and every exchange of two in one code with its check symbol: none passes.
BOOST_AUTO_TEST_CASE(the_check_symbol_finds_every_slip_of_one_symbol_and_every_exchange) {
  const code_octets code = test::code_of_tests;
  const std::string good = crockford::encode(code) + crockford::check_symbol(code);
  BOOST_REQUIRE(crockford::decode_checked(good) == code);
  const std::string_view all = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (std::size_t place = 0; place < 8; ++place)
    for (char symbol : all) {
      std::string slip = good;
      slip[place] = symbol;
      BOOST_CHECK(slip == good || !crockford::decode_checked(slip));
    }
  for (std::size_t left = 0; left < 8; ++left)
    for (std::size_t right = left + 1; right < 8; ++right) {
      std::string exchanged = good;
      std::swap(exchanged[left], exchanged[right]);
      BOOST_CHECK(exchanged == good || !crockford::decode_checked(exchanged));
    }
  BOOST_TEST(!crockford::decode_checked(good.substr(0, 8)).has_value());
}

BOOST_AUTO_TEST_CASE(check_symbols_above_31_are_read_in_their_place_only) {
  BOOST_CHECK(crockford::decode_checked("0000-0010-*") == octets_of(32));
  BOOST_CHECK(crockford::decode_checked("00000014u") == octets_of(36));
  BOOST_CHECK(crockford::decode_checked("0000000LI") == octets_of(1));
  BOOST_TEST(!crockford::decode_checked("000000*00").has_value());
}

BOOST_AUTO_TEST_CASE(a_short_authentication_string_has_six_symbols) {
  BOOST_TEST(crockford::encode_sas(0) == "000-000");
  BOOST_TEST(crockford::encode_sas(1) == "000-001");
  BOOST_TEST(crockford::encode_sas((1u << 30) - 1) == "ZZZ-ZZZ");
  BOOST_TEST(crockford::encode_sas(1u << 25) == "100-000");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
