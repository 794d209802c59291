// Associated data in its one spelling, and the keys and strings of a ceremony against the values of
// a second implementation.
#include "runtime/crypto/ceremony_keys.hpp"

#include "tests/unit/ceremony_support.hpp"

namespace ppn::crypto {
namespace {

using test::hex;
using test::unhex;

associated_data sample() {
  associated_data ad{test::party(ceremony_role::fleet, 30), {}};
  ad.commit_or_reveal.fill(9);
  return ad;
}

abort_reason refusal_of(bytes_view ad) {
  auto read = parse_ad(ad);
  return read ? abort_reason::none : read.error();
}

bytes fields(std::string_view label, bytes version, std::size_t identity, std::size_t tunnel,
             std::size_t last) {
  return cpace::lv_cat(
      {view_of(label), version, bytes(identity, 1), bytes(tunnel, 2), bytes(last)});
}

BOOST_AUTO_TEST_SUITE(ceremony_keys)

BOOST_AUTO_TEST_CASE(associated_data_reads_back_what_was_written) {
  for (ceremony_role role : {ceremony_role::node, ceremony_role::fleet}) {
    associated_data ad = sample();
    ad.party.role = role;
    BOOST_CHECK(parse_ad(encode_ad(ad)) == ad);
  }
  // It begins with the label of the role.
  BOOST_TEST(to_hex(encode_ad(sample())).substr(0, 16) == "05666c6565740101");
}

BOOST_AUTO_TEST_CASE(associated_data_in_any_other_form_is_refused) {
  const bytes one{1};
  BOOST_CHECK(refusal_of(fields("node", one, 32, 32, 32)) == abort_reason::none);
  BOOST_CHECK(refusal_of({}) == abort_reason::malformed_ad);
  BOOST_CHECK(refusal_of(fields("Node", one, 32, 32, 32)) == abort_reason::malformed_ad);
  BOOST_CHECK(refusal_of(fields("", one, 32, 32, 32)) == abort_reason::malformed_ad);
  BOOST_CHECK(refusal_of(fields("node", {2}, 32, 32, 32)) == abort_reason::unknown_version);
  BOOST_CHECK(refusal_of(fields("node", {}, 32, 32, 32)) == abort_reason::malformed_ad);
  BOOST_CHECK(refusal_of(fields("node", {1, 1}, 32, 32, 32)) == abort_reason::malformed_ad);
  BOOST_CHECK(refusal_of(fields("node", one, 31, 32, 32)) == abort_reason::malformed_ad);
  BOOST_CHECK(refusal_of(fields("node", one, 32, 33, 32)) == abort_reason::malformed_ad);
  BOOST_CHECK(refusal_of(fields("node", one, 32, 32, 0)) == abort_reason::malformed_ad);
  const bytes good = fields("node", one, 32, 32, 32);
  for (std::size_t size = 0; size < good.size(); ++size)
    BOOST_CHECK(refusal_of(bytes_view(good).first(size)) == abort_reason::malformed_ad);
  bytes longer = good;
  longer.push_back(0);
  BOOST_CHECK(refusal_of(longer) == abort_reason::malformed_ad);
  longer.resize(ad_size_max + 1);
  BOOST_CHECK(refusal_of(longer) == abort_reason::malformed_ad);
}

BOOST_AUTO_TEST_CASE(keys_of_zeros_are_refused) {
  associated_data ad = sample();
  ad.party.identity = {};
  BOOST_CHECK(refusal_of(encode_ad(ad)) == abort_reason::malformed_ad);
  ad = sample();
  ad.party.tunnel = {};
  BOOST_CHECK(refusal_of(encode_ad(ad)) == abort_reason::malformed_ad);
}

BOOST_AUTO_TEST_CASE(the_channel_identifier_names_protocol_and_roles) {
  BOOST_TEST(text_of(ceremony_channel_identifier()) ==
             std::string_view("\x0bnodejoin/v1\x0finitiator:typed\x0fresponder:shown\0", 45));
}

BOOST_AUTO_TEST_CASE(keys_commitment_and_string_equal_the_second_implementation) {
  const auto ceremonies = test::vectors("cpace-ceremony.json").at("ceremonies");
  for (const auto& one : ceremonies) {
    const secret prk = test::secret_of(unhex(one.at("prk")));
    const auto reveal_of = [&](const char* who) {
      const bytes all = unhex(one.at(who));
      return bytes(all.end() - reveal_size, all.end());
    };
    const bytes initiator = reveal_of("entropy_initiator");
    const bytes responder = reveal_of("entropy_responder");
    BOOST_TEST(hex(key_initiator_to_responder(prk)) == one.at("key_i2r").get<std::string>());
    BOOST_TEST(hex(key_responder_to_initiator(prk)) == one.at("key_r2i").get<std::string>());
    BOOST_TEST(to_hex(commitment_to(initiator)) == one.at("commitment").get<std::string>());
    const std::string sas = one.at("sas");
    BOOST_TEST(short_authentication_string(prk, initiator, responder) == sas);
    // The order counts, and so does each octet.
    BOOST_TEST(short_authentication_string(prk, responder, initiator) != sas);
    bytes changed = initiator;
    changed.back() ^= 1;
    BOOST_TEST(short_authentication_string(prk, changed, responder) != sas);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
