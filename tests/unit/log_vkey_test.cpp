// Verifier keys: names, key ids and their one text form. The known keys are those of public logs
// and of the public description of the note format.
#include "storage/log/vkey.hpp"

#include "storage/log/base64.hpp"

#include <boost/test/unit_test.hpp>

namespace ledger = ppn::log;
using ledger::key_type;
using ppn::bytes;
using ppn::ec;

namespace {

// The base64 of the last one holds plus signs, which separate nothing.
const std::vector<std::string> known_vkeys{
    "example.org/fixture/log+b9ae7307+AUtiog903HjFyIP6mwHDPF19RsBVRYzIkZZAlCDc2Ewd",
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
    "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"};

// A vkey text whose id fits whatever it holds.
std::string text_with_id(std::string_view name, const bytes& typed_key) {
  auto type = static_cast<key_type>(typed_key.front());
  auto id = ledger::compute_key_id(name, type, ppn::bytes_view(typed_key).subspan(1));
  return std::string(name) + '+' + id.hex() + '+' + ledger::to_base64(typed_key);
}

bytes typed_key(unsigned type, std::size_t octets) {
  bytes data(1 + octets, 0x42);
  data.front() = static_cast<ppn::octet>(type);
  return data;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_vkey)

BOOST_AUTO_TEST_CASE(known_keys_load_and_render_unchanged) {
  for (const std::string& text : known_vkeys) {
    auto key = ledger::parse_vkey(text);
    BOOST_REQUIRE(key);
    BOOST_TEST((key->type == key_type::ed25519));
    BOOST_TEST(ledger::to_text(*key) == text);
    BOOST_TEST((ledger::make_vkey(key->name, key->type, key->key) == *key));
  }
}

BOOST_AUTO_TEST_CASE(the_key_id_depends_on_name_type_and_key) {
  const bytes key(32, 0x42);
  auto id = ledger::compute_key_id("a", key_type::ed25519, key);
  BOOST_TEST((ledger::compute_key_id("b", key_type::ed25519, key) != id));
  BOOST_TEST((ledger::compute_key_id("a", key_type::cosignature, key) != id));
  BOOST_TEST((ledger::compute_key_id("a", key_type::ed25519, bytes(32, 0x43)) != id));
}

BOOST_AUTO_TEST_CASE(an_id_that_is_not_the_keys_own_is_refused) {
  const std::string text = known_vkeys.front();
  const std::size_t id_at = text.find('+') + 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::string changed = text;
    changed[id_at + i] = changed[id_at + i] == '0' ? '1' : '0';
    BOOST_TEST(!ledger::parse_vkey(changed), changed);
  }
  BOOST_TEST(!ledger::parse_vkey("example.org/other" + text.substr(id_at - 1)));
}

BOOST_AUTO_TEST_CASE(any_other_spelling_is_refused) {
  const std::string text = known_vkeys.front();
  std::string upper_id = text;
  upper_id.replace(upper_id.find("b9ae7307"), 8, "B9AE7307");
  for (const std::string& wrong :
       {std::string(), std::string("+"), std::string("++"), upper_id, text + '\n', ' ' + text,
        text + ' ', text + '=', text + "AA==", text.substr(0, text.size() - 1),
        text.substr(0, text.rfind('+')), text.substr(0, text.rfind('+') + 1),
        text.substr(0, text.find('+')), text.substr(text.find('+'))}) {
    auto key = ledger::parse_vkey(wrong);
    BOOST_TEST(!key, wrong);
    if (!key) BOOST_TEST((key.error().code == ec::malformed));
  }
}

BOOST_AUTO_TEST_CASE(a_key_of_another_length_is_refused_though_its_id_fits) {
  for (unsigned type : {1u, 4u})
    for (std::size_t octets : {0u, 31u, 32u, 33u, 64u}) {
      auto key = ledger::parse_vkey(text_with_id("a", typed_key(type, octets)));
      BOOST_TEST(key.has_value() == (octets == 32));
      if (!key) BOOST_TEST((key.error().code == ec::malformed));
    }
}

BOOST_AUTO_TEST_CASE(a_type_that_cannot_be_verified_is_unsupported) {
  for (unsigned type : {0u, 2u, 3u, 5u, 6u, 255u}) {
    auto key = ledger::parse_vkey(text_with_id("a", typed_key(type, 32)));
    BOOST_REQUIRE(!key);
    BOOST_TEST((key.error().code == ec::unsupported));
    BOOST_TEST(!ledger::make_vkey("a", static_cast<key_type>(type), {}));
  }
}

BOOST_AUTO_TEST_CASE(a_name_has_no_space_plus_or_control_character) {
  for (std::string_view name :
       {"a", "example.org/log", "ppn/0123", "\xc3\xa9", "\xe2\x80\x94", "a=b", "a-b_c:1"})
    BOOST_TEST(ledger::is_key_name(name), name);
  for (std::string_view name : {"",
                                " ",
                                "a b",
                                "a+b",
                                "+",
                                "a\n",
                                "a\t",
                                "a\x0b",
                                "\x01",
                                "a\xc2\x85",
                                "a\xc2\xa0",
                                "\xe1\x9a\x80",
                                "\xe2\x80\x80",
                                "\xe2\x80\x8a",
                                "\xe2\x80\xa8",
                                "\xe2\x80\xa9",
                                "\xe2\x80\xaf",
                                "\xe2\x81\x9f",
                                "\xe3\x80\x80",
                                "\xff",
                                "\xc3"})
    BOOST_TEST(!ledger::is_key_name(name));
  // Its neighbours are not spaces: zero-width ones are letters to Unicode.
  BOOST_TEST(ledger::is_key_name("\xe2\x80\x8b"));
  auto key = ledger::make_vkey("a b", key_type::ed25519, {});
  BOOST_REQUIRE(!key);
  BOOST_TEST((key.error().code == ec::invalid));
}

BOOST_AUTO_TEST_CASE(a_bad_name_is_refused_though_its_id_fits) {
  for (std::string_view name : {"", "a b", "a\nb", "a\xc2\xa0"}) {
    auto key = ledger::parse_vkey(text_with_id(name, typed_key(1, 32)));
    BOOST_REQUIRE(!key);
    BOOST_TEST((key.error().code == ec::malformed));
  }
}

BOOST_AUTO_TEST_CASE(a_private_key_is_refused_without_repeating_it) {
  const std::string text =
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
  auto key = ledger::parse_vkey(text);
  BOOST_REQUIRE(!key);
  BOOST_TEST((key.error().code == ec::invalid));
  BOOST_TEST(key.error().text.find("AYEK") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_vkey_of_unreasonable_length_is_refused) {
  const std::string name(4096, 'a');
  auto key = ledger::parse_vkey(text_with_id(name, typed_key(1, 32)));
  BOOST_REQUIRE(!key);
  BOOST_TEST((key.error().code == ec::too_large));
  BOOST_TEST(ledger::parse_vkey(text_with_id(name.substr(0, 4000), typed_key(1, 32))).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
