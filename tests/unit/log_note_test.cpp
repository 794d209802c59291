// Signed notes: what parses, which signatures count. The first sample is the one of the public
// description of the format, signed by two keys.
#include "storage/log/note.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/cosignature.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

namespace ledger = ppn::log;
using ledger::key_type;
using ppn::bytes;
using ppn::ec;

namespace {

const std::string peter_vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string enoch_vkey = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const std::string sample_text = "If you think cryptography is the answer to your problem,\n"
                                "then you don't know what your problem is.\n";
const std::string peter_line =
    "\xe2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    "\n";
const std::string enoch_line =
    "\xe2\x80\x94 EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ="
    "\n";

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

const signer log_a = make_signer("log.example/a", key_type::ed25519, 1);
const signer log_b = make_signer("log.example/b", key_type::ed25519, 2);
const signer witness = make_signer("witness.example/w", key_type::cosignature, 3);
const std::string plain_text = "first\nsecond\n";

std::string line_by(const signer& by, std::string_view text = plain_text) {
  return ledger::to_text(ledger::sign_text(text, by.key, by.sign).value());
}

std::string cosigned_line(std::string_view text = plain_text) {
  return ledger::to_text(
      ledger::make_cosignature(text, witness.key, 1700000000, witness.sign).value());
}

ppn::result<ledger::note> parse(std::string_view text) {
  return ledger::parse_note(ppn::view_of(text));
}

ppn::result<std::vector<ledger::known_signature>> verify(std::string_view text,
                                                         const std::vector<ledger::vkey>& known) {
  return ledger::verify_note(parse(text).value(), known);
}

ec refusal(std::string_view text, const std::vector<ledger::vkey>& known) {
  auto verified = verify(text, known);
  return verified ? ec::none : verified.error().code;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_note)

BOOST_AUTO_TEST_CASE(the_public_sample_verifies_and_renders_unchanged) {
  const std::string text = sample_text + '\n' + peter_line + enoch_line;
  auto peter = ledger::parse_vkey(peter_vkey).value();
  auto enoch = ledger::parse_vkey(enoch_vkey).value();
  auto parsed = parse(text);
  BOOST_REQUIRE(parsed);
  BOOST_TEST(parsed->text == sample_text);
  BOOST_TEST(ledger::to_text(*parsed) == text);
  BOOST_TEST(verify(text, {peter, enoch})->size() == 2u);
  BOOST_TEST((verify(text, {enoch})->front().key == enoch));
  BOOST_TEST((refusal(text, {}) == ec::unauthentic));
  BOOST_TEST((refusal(text, {log_a.key}) == ec::unauthentic));
}

BOOST_AUTO_TEST_CASE(the_text_ends_at_the_last_empty_line) {
  const std::string text = "a\n\nb\n\n\n";
  auto parsed = parse(text + '\n' + line_by(log_a, text));
  BOOST_REQUIRE(parsed);
  BOOST_TEST(parsed->text == text);
  BOOST_TEST(ledger::verify_note(*parsed, std::vector{log_a.key}).has_value());
}

BOOST_AUTO_TEST_CASE(a_note_of_another_shape_is_malformed) {
  const std::string line = line_by(log_a);
  const std::string good = plain_text + '\n' + line;
  BOOST_REQUIRE(parse(good));
  for (const std::string& text : {std::string(),
                                  plain_text,
                                  plain_text + '\n',
                                  plain_text + line,
                                  '\n' + line,
                                  good.substr(0, good.size() - 1),
                                  good + '\n',
                                  good + ' ',
                                  good + "x",
                                  good + "x\n",
                                  good + "\n\n",
                                  good + "\r\n",
                                  plain_text + "\n\n",
                                  plain_text + "\n\r\n" + line,
                                  plain_text + "\n" + line.substr(1),
                                  plain_text + "\n " + line,
                                  "a\tb\n" + good,
                                  "a\r\n" + good,
                                  "\x7f\xff\n" + good,
                                  "\xc3(\n" + good,
                                  std::string(1, '\0') + good}) {
    auto parsed = parse(text);
    BOOST_TEST(!parsed, text);
    if (!parsed) BOOST_TEST((parsed.error().code == ec::malformed));
  }
}

BOOST_AUTO_TEST_CASE(a_malformed_line_spoils_the_note_whoever_wrote_it) {
  const std::string good = plain_text + '\n' + line_by(log_a);
  const std::string dash = "\xe2\x80\x94 ";
  for (const std::string& line : std::initializer_list<std::string>{
           dash + "x\n", dash + "x \n", dash + " AAAAAAA=\n", dash + "x AAAAAA==\n", // 4 octets
           dash + "x AAAAAAA\n", dash + "x AAAAAAB=\n", dash + "x  AAAAAAA=\n",
           dash + "x AAAAAAA= \n", dash + "x y AAAAAAA=\n", dash + "x+y AAAAAAA=\n",
           dash + "x\xc2\xa0y AAAAAAA=\n", "- x AAAAAAA=\n", "\xe2\x80\x93 x AAAAAAA=\n",
           "\xe2\x80\x94x AAAAAAA=\n", "\xe2\x80\x94\xc2\xa0x AAAAAAA=\n", dash + "x AAAA_AA=\n"})
    BOOST_TEST(!parse(good + line), line);
  BOOST_TEST(parse(good + dash + "x AAAAAAA=\n").has_value());
}

BOOST_AUTO_TEST_CASE(lines_of_unknown_keys_are_ignored_those_of_known_ones_must_verify) {
  const std::string good = plain_text + '\n' + line_by(log_a);
  const std::string bad_b = line_by(log_b, "another text\n");
  BOOST_TEST(verify(good + bad_b, {log_a.key})->size() == 1u);
  BOOST_TEST((refusal(good + bad_b, {log_a.key, log_b.key}) == ec::unauthentic));
  BOOST_TEST((refusal(plain_text + '\n' + bad_b, {log_b.key}) == ec::unauthentic));
}

BOOST_AUTO_TEST_CASE(a_second_bad_line_by_the_same_key_is_not_passed_over) {
  const std::string good = plain_text + '\n' + line_by(log_a);
  const std::string bad = line_by(log_a, "another text\n");
  BOOST_TEST(verify(good + line_by(log_a), {log_a.key})->size() == 2u);
  BOOST_TEST((refusal(good + bad, {log_a.key}) == ec::unauthentic));
  BOOST_TEST((refusal(plain_text + '\n' + bad + line_by(log_a), {log_a.key}) == ec::unauthentic));
}

BOOST_AUTO_TEST_CASE(a_key_is_known_by_name_and_id_together) {
  signer renamed = make_signer("log.example/other", key_type::ed25519, 1);
  const std::string good = plain_text + '\n' + line_by(log_a);
  BOOST_TEST((refusal(good, {renamed.key}) == ec::unauthentic));
  auto parsed = parse(good).value();
  parsed.signatures.front().name = renamed.key.name; // the id is still the one of log_a
  BOOST_TEST(!ledger::verify_note(parsed, std::vector{log_a.key, renamed.key}));
}

BOOST_AUTO_TEST_CASE(two_keys_under_one_name_and_id_are_a_configuration_error) {
  ledger::vkey twin = log_a.key;
  twin.key = log_b.key.key;
  const std::string good = plain_text + '\n' + line_by(log_a);
  BOOST_TEST((refusal(good, {log_a.key, twin}) == ec::invalid));
  BOOST_TEST((refusal(good, {log_a.key, log_a.key}) == ec::none));
}

BOOST_AUTO_TEST_CASE(a_witness_alone_does_not_make_a_note_authentic) {
  const std::string cosigned = plain_text + '\n' + cosigned_line();
  BOOST_TEST((refusal(cosigned, {witness.key}) == ec::unauthentic));
  auto both = verify(cosigned + line_by(log_a), {log_a.key, witness.key});
  BOOST_REQUIRE(both);
  BOOST_REQUIRE(both->size() == 2u);
  BOOST_TEST((*both)[0].time == 1700000000u);
  BOOST_TEST((*both)[1].time == 0u);
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_length_by_a_known_key_is_refused) {
  auto parsed = parse(plain_text + '\n' + line_by(log_a)).value();
  const bytes right = parsed.signatures.front().payload;
  BOOST_REQUIRE(right.size() == 64u);
  for (std::size_t size : {1u, 63u, 65u, 72u, 128u}) {
    bytes payload = right;
    payload.resize(size);
    parsed.signatures.front().payload = payload;
    BOOST_TEST(!ledger::verify_note(parsed, std::vector{log_a.key}));
  }
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_text_or_signature_is_refused) {
  const std::string good = plain_text + '\n' + line_by(log_a);
  auto parsed = parse(good).value();
  for (std::size_t bit = 0; bit < 8 * parsed.text.size(); ++bit) {
    ledger::note changed = parsed;
    changed.text[bit / 8] = static_cast<char>(changed.text[bit / 8] ^ (1 << bit % 8));
    BOOST_REQUIRE(!ledger::verify_note(changed, std::vector{log_a.key}));
  }
  for (std::size_t bit = 0; bit < 8 * 64; ++bit) {
    ledger::note changed = parsed;
    changed.signatures.front().payload[bit / 8] ^= static_cast<ppn::octet>(1 << bit % 8);
    BOOST_REQUIRE(!ledger::verify_note(changed, std::vector{log_a.key}));
  }
}

BOOST_AUTO_TEST_CASE(one_hundred_lines_are_read_and_not_one_more) {
  std::string text = plain_text + '\n';
  for (int i = 0; i < 99; ++i)
    text += "\xe2\x80\x94 other" + std::to_string(i) + " AAAAAAA=\n";
  text += line_by(log_a);
  BOOST_TEST(verify(text, {log_a.key})->size() == 1u);
  BOOST_TEST(!parse(text + line_by(log_b)));
}

BOOST_AUTO_TEST_CASE(a_note_over_64_kib_is_refused_before_it_is_read) {
  const std::string end = "\n\n" + line_by(log_a);
  const std::string fits(ledger::note_octets_max - end.size(), 'a');
  BOOST_TEST(parse(fits + end).has_value());
  auto parsed = parse(fits + 'a' + end);
  BOOST_REQUIRE(!parsed);
  BOOST_TEST((parsed.error().code == ec::too_large));
}

BOOST_AUTO_TEST_CASE(only_what_can_be_read_back_is_signed) {
  for (std::string_view text : {"", "no line feed", "a\tb\n", "a\r\n", "\xff\n"})
    BOOST_TEST((ledger::sign_text(text, log_a.key, log_a.sign).error().code == ec::invalid));
  BOOST_TEST(!ledger::sign_text(plain_text, witness.key, witness.sign));
}

BOOST_AUTO_TEST_SUITE_END()
