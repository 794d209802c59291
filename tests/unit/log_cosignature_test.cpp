// cosignature/v1: the signed message, the payload's layout, and what does not verify.
#include "storage/log/cosignature.hpp"

#include "storage/log/text.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <rapidcheck.h>

namespace ledger = ppn::log;
using ledger::key_type;
using ppn::bytes;
using ppn::ec;

namespace {

struct signer {
  ledger::vkey key;
  ledger::sign_function sign;
};

signer make_signer(std::string_view name, key_type type, ppn::octet seed) {
  auto secret = std::make_shared<ppn::crypto::signing_key>(
      ppn::crypto::signing_key::from_seed(bytes(32, seed)));
  return {ledger::make_vkey(name, type, secret->public_part()).value(),
          [secret](ppn::bytes_view message) { return secret->sign(message); }};
}

const signer witness = make_signer("witness.example/w", key_type::cosignature, 3);
const std::string text =
    "log.example/a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nextension\n";

bytes payload_at(std::uint64_t time) {
  return ledger::make_cosignature(text, witness.key, time, witness.sign).value().payload;
}

bool verifies(std::string_view over, const bytes& payload) {
  return ledger::verify_cosignature(witness.key, over, payload).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_cosignature)

BOOST_AUTO_TEST_CASE(the_message_is_header_time_and_the_whole_text) {
  BOOST_TEST(ledger::cosignature_message(1700000000, "a\nb\n") ==
             "cosignature/v1\ntime 1700000000\na\nb\n");
  BOOST_TEST(ledger::cosignature_message(0, "a\n") == "cosignature/v1\ntime 0\na\n");
}

BOOST_AUTO_TEST_CASE(the_payload_is_the_time_in_big_endian_and_the_signature) {
  auto line = ledger::make_cosignature(text, witness.key, 0x0102030405060708, witness.sign);
  BOOST_REQUIRE(line);
  BOOST_TEST(line->name == witness.key.name);
  BOOST_TEST((line->id == witness.key.id));
  BOOST_REQUIRE(line->payload.size() == 72u);
  for (unsigned i = 0; i < 8; ++i)
    BOOST_TEST(line->payload[i] == i + 1);
  auto sig = ppn::signature::from(ppn::bytes_view(line->payload).subspan(8));
  const std::string message = "cosignature/v1\ntime 72623859790382856\n" + text;
  BOOST_TEST(ppn::crypto::verify(witness.key.key, ppn::view_of(message), *sig));
}

BOOST_AUTO_TEST_CASE(what_was_made_verifies_and_gives_its_time) {
  BOOST_TEST(rc::check("any time below 2^63", [] {
    auto time = *rc::gen::inRange<std::uint64_t>(0, ledger::number_end - 1);
    RC_ASSERT(ledger::verify_cosignature(witness.key, text, payload_at(time)) == time);
  }));
  BOOST_TEST(verifies(text, payload_at(0)));
  BOOST_TEST(verifies(text, payload_at(ledger::number_end - 1)));
}

BOOST_AUTO_TEST_CASE(a_time_of_2_to_the_63_is_neither_made_nor_taken) {
  auto made = ledger::make_cosignature(text, witness.key, ledger::number_end, witness.sign);
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().code == ec::invalid));
  // Signed all the same, by somebody with other rules.
  bytes payload(8);
  ppn::store_be64(payload.data(), ledger::number_end);
  const std::string message = ledger::cosignature_message(ledger::number_end, text);
  ppn::append(payload, witness.sign(ppn::view_of(message)).view());
  BOOST_TEST(!verifies(text, payload));
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_and_every_other_length_is_refused) {
  const bytes right = payload_at(1700000000);
  for (std::size_t bit = 0; bit < 8 * right.size(); ++bit) {
    bytes changed = right;
    changed[bit / 8] ^= static_cast<ppn::octet>(1 << bit % 8);
    BOOST_REQUIRE(!verifies(text, changed));
  }
  for (std::size_t length = 0; length < right.size(); ++length)
    BOOST_REQUIRE(!verifies(text, bytes(right.begin(), right.begin() + static_cast<long>(length))));
  bytes longer = right;
  longer.push_back(0);
  BOOST_TEST(!verifies(text, longer));
}

BOOST_AUTO_TEST_CASE(it_covers_extension_lines) {
  const bytes payload = payload_at(5);
  BOOST_TEST(verifies(text, payload));
  BOOST_TEST(!verifies(text.substr(0, text.find("extension")), payload));
  BOOST_TEST(!verifies(text + "more\n", payload));
  BOOST_TEST(!verifies("", payload));
}

BOOST_AUTO_TEST_CASE(the_type_of_the_key_decides_the_form) {
  signer log_key = make_signer("log.example/a", key_type::ed25519, 3);
  BOOST_TEST(!ledger::make_cosignature(text, log_key.key, 5, log_key.sign));
  BOOST_TEST(!ledger::verify_cosignature(log_key.key, text, payload_at(5)));
  // A plain signature by a witness key is not a cosignature, nor with a time in front of it.
  bytes plain(8);
  ppn::append(plain, witness.sign(ppn::view_of(text)).view());
  BOOST_TEST(!verifies(text, plain));
  BOOST_TEST(!verifies(text, bytes(plain.begin() + 8, plain.end())));
}

BOOST_AUTO_TEST_SUITE_END()
