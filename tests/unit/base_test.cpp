// Octets, hex, ids and errors: what every other module takes for granted.
#include "messages/base/ids.hpp"

#include "messages/base/error.hpp"
#include "messages/base/limits.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <type_traits>
#include <unordered_set>

namespace ppn {
namespace {

BOOST_AUTO_TEST_SUITE(base)

BOOST_AUTO_TEST_CASE(hex_of_every_octet_comes_back) {
  bytes all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<octet>(value));
  const std::string text = to_hex(all);
  BOOST_TEST(text.substr(0, 6) == "000102");
  BOOST_TEST(text.substr(506) == "fdfeff");
  BOOST_TEST((from_hex(text) == all));
}

BOOST_AUTO_TEST_CASE(hex_of_nothing_is_nothing) {
  BOOST_TEST(to_hex({}) == "");
  BOOST_REQUIRE(from_hex("").has_value());
  BOOST_TEST(from_hex("")->empty());
}

BOOST_AUTO_TEST_CASE(hex_is_read_in_both_cases) {
  BOOST_TEST((from_hex("00aBCdeF") == bytes{0x00, 0xab, 0xcd, 0xef}));
}

BOOST_AUTO_TEST_CASE(an_odd_number_of_digits_is_not_hex) {
  BOOST_TEST(!from_hex("0").has_value());
  BOOST_TEST(!from_hex("abc").has_value());
}

BOOST_AUTO_TEST_CASE(only_the_22_digits_are_hex) {
  const std::string digits = "0123456789abcdefABCDEF";
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    const bool digit = digits.find(c) != std::string::npos;
    BOOST_TEST(from_hex(std::string{'1', c}).has_value() == digit, "octet " << value);
    BOOST_TEST(from_hex(std::string{c, '1'}).has_value() == digit, "octet " << value);
  }
  for (const char* text : {"0x11", " 11 ", "1 1 ", "-1", "+1", "11\n\n"})
    BOOST_TEST(!from_hex(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(numbers_have_an_explicit_byte_order) {
  octet raw[8];
  store_le32(raw, 0x01020304);
  BOOST_TEST(to_hex({raw, 4}) == "04030201");
  BOOST_TEST(load_le32(raw) == 0x01020304u);
  store_le64(raw, 0x0102030405060708);
  BOOST_TEST(to_hex(raw) == "0807060504030201");
  BOOST_TEST(load_le64(raw) == 0x0102030405060708u);
  BOOST_TEST(load_be64(raw) == 0x0807060504030201u);
  store_be64(raw, 0x0102030405060708);
  BOOST_TEST(to_hex(raw) == "0102030405060708");
  BOOST_TEST(load_be64(raw) == 0x0102030405060708u);
}

BOOST_AUTO_TEST_CASE(the_largest_numbers_survive_both_byte_orders) {
  octet raw[8];
  for (std::uint64_t value : {std::uint64_t{0}, std::uint64_t{0x80}, std::uint64_t{0xff00ff00},
                              std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    store_le64(raw, value);
    BOOST_TEST(load_le64(raw) == value);
    store_be64(raw, value);
    BOOST_TEST(load_be64(raw) == value);
    store_le32(raw, static_cast<std::uint32_t>(value));
    BOOST_TEST(load_le32(raw) == static_cast<std::uint32_t>(value));
  }
}

BOOST_AUTO_TEST_CASE(text_and_octets_are_views_of_each_other) {
  const std::string text("a\0\xff", 3);
  BOOST_TEST(view_of(text).size() == 3u);
  BOOST_TEST((text_of(view_of(text)) == text));
  bytes to{1};
  append(to, view_of(text));
  append(to, {});
  BOOST_TEST(to_hex(to) == "016100ff");
}

// -- ids ------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_id_is_made_from_exactly_its_length) {
  for (std::size_t size : {0, 1, 15, 17, 31, 33, 64}) {
    BOOST_TEST(!fleet_id::from(bytes(size, 1)).has_value(), size << " octets");
    BOOST_TEST(!node_id::from(bytes(size, 1)).has_value(), size << " octets");
  }
  BOOST_TEST(fleet_id::from(bytes(16, 1)).has_value());
  BOOST_TEST(node_id::from(bytes(32, 1)).has_value());
  BOOST_TEST(signature::from(bytes(64, 1)).has_value());
}

BOOST_AUTO_TEST_CASE(an_id_comes_back_from_its_hex_and_from_nothing_else) {
  auto id = fleet_id::from(*from_hex("000102030405060708090a0b0c0d0e0f"));
  BOOST_REQUIRE(id.has_value());
  BOOST_TEST(id->hex() == "000102030405060708090a0b0c0d0e0f");
  BOOST_TEST(id->brief() == "00010203");
  BOOST_TEST((fleet_id::from_hex_text(id->hex()) == id));
  BOOST_TEST((fleet_id::from_hex_text("000102030405060708090A0B0C0D0E0F") == id));
  for (const char* text : {"", "00", "000102030405060708090a0b0c0d0e", // short
                           "000102030405060708090a0b0c0d0e0f0",        // a digit more
                           "000102030405060708090a0b0c0d0e0f00",       // an octet more
                           "000102030405060708090a0b0c0d0e0g", " 00102030405060708090a0b0c0d0e0f"})
    BOOST_TEST(!fleet_id::from_hex_text(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(ids_order_by_their_octets_from_the_left) {
  node_id low, middle, high;
  low.octets[31] = 0xff;
  middle.octets[30] = 1;
  high.octets[0] = 0x80; // as an octet, not as a signed character
  BOOST_TEST((low < middle));
  BOOST_TEST((middle < high));
  BOOST_TEST((low.hex() < middle.hex()));
  BOOST_TEST((middle.hex() < high.hex()));
  BOOST_TEST((low == low));
  BOOST_TEST((low != middle));
  BOOST_TEST((std::set<node_id>{high, low, middle, low}.size() == 3u));
}

BOOST_AUTO_TEST_CASE(only_an_id_of_zeros_is_zero) {
  node_id id;
  BOOST_TEST(id.is_zero());
  for (std::size_t i = 0; i < id.octets.size(); ++i) {
    node_id other;
    other.octets[i] = 1;
    BOOST_TEST(!other.is_zero(), "octet " << i);
  }
}

BOOST_AUTO_TEST_CASE(ids_are_keys_of_hashed_containers) {
  std::unordered_set<node_id> nodes;
  std::unordered_set<connection_id> connections;
  for (octet i = 0; i < 100; ++i) {
    node_id id;
    id.octets[31] = i; // the hash need not see it, the comparison does
    nodes.insert(id);
    nodes.insert(id);
    connections.insert(connection_id{i});
  }
  BOOST_TEST(nodes.size() == 100u);
  BOOST_TEST(connections.size() == 100u);
}

BOOST_AUTO_TEST_CASE(ids_of_different_kinds_do_not_mix) {
  BOOST_TEST((!std::is_convertible_v<fleet_id, guest_id>));
  BOOST_TEST((!std::is_convertible_v<node_id, digest>));
  BOOST_TEST((!std::is_constructible_v<guest_id, boot_id>));
  BOOST_TEST((!std::is_convertible_v<term_number, incarnation>));
  BOOST_TEST((!std::is_convertible_v<std::uint64_t, term_number>));
  BOOST_TEST((!std::is_convertible_v<term_number, std::uint64_t>));
}

BOOST_AUTO_TEST_CASE(a_numbered_id_counts_and_orders) {
  BOOST_TEST((term_number{}.value == 0u));
  BOOST_TEST((term_number{7}.next() == term_number{8}));
  BOOST_TEST((term_number{7} < term_number{8}));
}

// -- errors ---------------------------------------------------------------------------------------

std::vector<ec> all_codes() {
  std::vector<ec> out;
  for (int code = 0; code < ec_count; ++code) out.push_back(static_cast<ec>(code));
  return out;
}

BOOST_AUTO_TEST_CASE(every_error_has_a_name_of_its_own_in_lower_case) {
  std::set<std::string_view> names;
  for (ec code : all_codes()) {
    const std::string_view name = to_string(code);
    BOOST_TEST(!name.empty());
    BOOST_TEST((name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos),
               name);
    BOOST_TEST(names.insert(name).second, name << " names two codes");
  }
}

BOOST_AUTO_TEST_CASE(every_error_has_the_exit_code_of_its_meaning) {
  // 0 done, 1 failed, 2 usage, 3 refused, 4 unreachable, 5 conflict, 6 confirmation, 7 integrity.
  const std::map<std::string_view, int> wanted{
      {"none", 0},        {"busy", 1},       {"unreachable", 4}, {"timed-out", 4},
      {"stale", 5},       {"refused", 3},    {"invalid", 2},     {"needs-confirmation", 6},
      {"malformed", 1},   {"too-large", 2},  {"not-found", 1},   {"unauthentic", 3},
      {"exists", 5},      {"no-space", 1},   {"io-failed", 1},   {"unsupported", 1},
      {"integrity", 7},   {"in-use", 5},     {"permission", 3},  {"stopping", 4},
      {"internal", 1}};
  BOOST_TEST(wanted.size() == all_codes().size());
  std::set<int> used;
  for (ec code : all_codes()) {
    auto at = wanted.find(to_string(code));
    BOOST_REQUIRE_MESSAGE(at != wanted.end(), to_string(code) << " has no line in this test");
    BOOST_TEST(exit_code(code) == at->second, to_string(code));
    used.insert(exit_code(code));
  }
  BOOST_TEST((used == std::set<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

BOOST_AUTO_TEST_CASE(only_no_error_is_success) {
  for (ec code : all_codes()) BOOST_TEST((exit_code(code) == 0) == (code == ec::none));
}

BOOST_AUTO_TEST_CASE(an_error_renders_as_its_name_and_its_text) {
  BOOST_TEST(render({ec::refused, "node laptop-a is drained"}) ==
             "refused: node laptop-a is drained");
  BOOST_TEST(render({ec::no_space, ""}) == "no-space");
}

BOOST_AUTO_TEST_CASE(an_error_nobody_filled_in_counts_as_our_own) {
  BOOST_TEST((error{}.code == ec::internal));
  const result<int> failed = fail(ec::stale, "term 3");
  BOOST_REQUIRE(!failed.has_value());
  BOOST_TEST((failed.error() == error{ec::stale, "term 3"}));
  BOOST_TEST((fail(failed.error()).value() == failed.error()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
