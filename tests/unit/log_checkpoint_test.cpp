// Checkpoints: syntax, then everything that opening adds: the log's signature, the rule that origin
// and key name are one, the empty tree's root, the quorum of witnesses.
#include "storage/log/checkpoint.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/cosignature.hpp"
#include "storage/log/merkle.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

namespace ledger = ppn::log;
using ledger::checkpoint;
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

const signer log_a = make_signer("log.example/a", key_type::ed25519, 1);
const signer log_b = make_signer("log.example/b", key_type::ed25519, 2);
const signer witness_1 = make_signer("w.example/1", key_type::cosignature, 11);
const signer witness_2 = make_signer("w.example/2", key_type::cosignature, 12);

const std::string root_line = ledger::to_base64(bytes(32, 7)) + '\n';
const std::string plain = "log.example/a\n42\n" + root_line;

checkpoint body_of(std::string_view text) {
  return ledger::parse_checkpoint(text).value();
}

std::string sign_by(const signer& by, const std::string& text) {
  return text + '\n' + ledger::to_text(ledger::sign_text(text, by.key, by.sign).value());
}

std::string cosigned_by(const signer& by, const std::string& text, std::uint64_t time = 1) {
  return ledger::to_text(ledger::make_cosignature(text, by.key, time, by.sign).value());
}

ppn::result<ledger::opened_checkpoint> open(std::string_view note, ledger::trust_policy trust) {
  return ledger::open_checkpoint(ppn::view_of(note), trust);
}

ec refusal(std::string_view note, ledger::trust_policy trust) {
  auto opened = open(note, trust);
  return opened ? ec::none : opened.error().code;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_checkpoint)

BOOST_AUTO_TEST_CASE(a_checkpoint_reads_into_its_parts_and_back) {
  for (const std::string& extensions :
       {std::string(), std::string("one\n"), std::string("a b\n+\n")}) {
    auto body = ledger::parse_checkpoint(plain + extensions);
    BOOST_REQUIRE(body);
    BOOST_TEST(body->origin == "log.example/a");
    BOOST_TEST(body->size == 42u);
    BOOST_TEST((body->root.view().front() == 7 && body->root.view().back() == 7));
    BOOST_TEST(body->extensions == extensions);
    BOOST_TEST(ledger::to_text(*body).value() == plain + extensions);
  }
}

BOOST_AUTO_TEST_CASE(a_size_has_one_spelling) {
  for (std::string_view size : {"0", "1", "9223372036854775807"})
    BOOST_TEST(ledger::parse_checkpoint("o\n" + std::string(size) + '\n' + root_line).has_value());
  for (std::string_view size : {"", "0100", "00", "+1", "-1", " 1", "1 ", "1\r", "0x1", "1.0",
                                "9223372036854775808", "18446744073709551616"})
    BOOST_TEST(!ledger::parse_checkpoint("o\n" + std::string(size) + '\n' + root_line), size);
}

BOOST_AUTO_TEST_CASE(a_root_is_32_octets_in_canonical_base64) {
  for (std::size_t octets : {0u, 16u, 31u, 32u, 33u, 64u}) {
    const std::string text = "o\n1\n" + ledger::to_base64(bytes(octets, 7)) + '\n';
    BOOST_TEST(ledger::parse_checkpoint(text).has_value() == (octets == 32), octets);
  }
  std::string loose_bits = root_line;
  loose_bits[42] = 'd'; // 'c' is the right one: the last two bits carry nothing
  BOOST_REQUIRE(root_line[42] == 'c');
  BOOST_TEST(!ledger::parse_checkpoint("o\n1\n" + loose_bits));
  BOOST_TEST(!ledger::parse_checkpoint("o\n1\n" + root_line.substr(0, 43) + '\n'));
}

BOOST_AUTO_TEST_CASE(another_shape_is_malformed) {
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("o"), std::string("o\n"),
        std::string("o\n1\n"), '\n' + plain.substr(plain.find('\n') + 1),
        plain.substr(0, plain.size() - 1), plain + '\n', plain + "\next\n", plain + "ext",
        plain + "ext\n\n", plain + "e\tt\n", plain + "e\r\n", "o\r\n1\r\n" + root_line,
        "\x01\n1\n" + root_line, "\xff\n1\n" + root_line, "o\n1\n\n" + root_line}) {
    auto body = ledger::parse_checkpoint(text);
    BOOST_TEST(!body, text);
    if (!body) BOOST_TEST((body.error().code == ec::malformed));
  }
  BOOST_TEST((ledger::parse_checkpoint(plain + std::string(70000, 'e') + '\n').error().code ==
              ec::too_large));
}

BOOST_AUTO_TEST_CASE(what_would_not_read_back_has_no_text) {
  const checkpoint good = body_of(plain);
  checkpoint changed = good;
  for (const char* origin : {"", "two\nlines", "bell\x07", "\xff"}) {
    changed.origin = origin;
    BOOST_TEST(!ledger::to_text(changed));
  }
  changed = good;
  changed.size = ledger::number_end;
  BOOST_TEST(!ledger::to_text(changed));
  changed = good;
  for (const char* extensions : {"no line feed", "\n", "a\n\n", "\x07\n"}) {
    changed.extensions = extensions;
    BOOST_TEST(!ledger::to_text(changed));
  }
}

BOOST_AUTO_TEST_CASE(a_checkpoint_signed_by_its_log_opens) {
  auto note = ledger::sign_checkpoint(body_of(plain), log_a.key, log_a.sign);
  BOOST_REQUIRE(note);
  BOOST_TEST(*note == sign_by(log_a, plain));
  auto opened = open(*note, {{log_a.key, log_b.key}, {}, 0});
  BOOST_REQUIRE(opened);
  BOOST_TEST((opened->body == body_of(plain)));
  BOOST_TEST(opened->witness_count == 0u);
  BOOST_TEST((opened->signatures.front().key == log_a.key));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_not_signed_by_the_log_it_names_is_refused) {
  const std::string by_other = sign_by(log_b, plain);
  BOOST_TEST((refusal(by_other, {{log_a.key}, {}, 0}) == ec::unauthentic));
  BOOST_TEST((refusal(by_other, {{log_b.key}, {}, 0}) == ec::unauthentic));
  BOOST_TEST((refusal(by_other, {{log_a.key, log_b.key}, {}, 0}) == ec::unauthentic));
  BOOST_TEST((refusal(by_other, {{}, {}, 0}) == ec::unauthentic));
  BOOST_TEST((refusal(plain, {{log_a.key}, {}, 0}) == ec::malformed));
}

BOOST_AUTO_TEST_CASE(a_signed_text_that_is_no_checkpoint_is_malformed) {
  for (const std::string& text : {std::string("log.example/a\n0100\n") + root_line,
                                  std::string("log.example/a\n1\nAAAA\n"), plain + "\n"})
    BOOST_TEST((refusal(sign_by(log_a, text), {{log_a.key}, {}, 0}) == ec::malformed), text);
}

BOOST_AUTO_TEST_CASE(an_unauthentic_origin_does_not_reach_the_error_text) {
  const std::string text = "evil\xc2\x9b\x33\x31m\n42\n" + root_line;
  auto opened = open(sign_by(log_a, text), {{log_a.key}, {}, 0});
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.error().text.find("evil") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_empty_tree_has_one_root) {
  const std::string empty =
      "log.example/a\n0\n" + ledger::to_base64(ledger::empty_root().view()) + '\n';
  const std::string wrong = "log.example/a\n0\n" + root_line;
  BOOST_TEST((refusal(sign_by(log_a, empty), {{log_a.key}, {}, 0}) == ec::none));
  BOOST_TEST((refusal(sign_by(log_a, wrong), {{log_a.key}, {}, 0}) == ec::unauthentic));
  BOOST_TEST(ledger::sign_checkpoint(body_of(empty), log_a.key, log_a.sign).has_value());
  BOOST_TEST(!ledger::sign_checkpoint(body_of(wrong), log_a.key, log_a.sign));
}

BOOST_AUTO_TEST_CASE(a_log_signs_only_under_its_own_name) {
  auto note = ledger::sign_checkpoint(body_of(plain), log_b.key, log_b.sign);
  BOOST_REQUIRE(!note);
  BOOST_TEST((note.error().code == ec::invalid));
  signer as_witness = make_signer("log.example/a", key_type::cosignature, 1);
  BOOST_TEST(!ledger::sign_checkpoint(body_of(plain), as_witness.key, as_witness.sign));
}

BOOST_AUTO_TEST_CASE(a_quorum_counts_distinct_keys) {
  const std::string note = sign_by(log_a, plain) + cosigned_by(witness_1, plain, 1);
  ledger::trust_policy trust{{log_a.key}, {witness_1.key, witness_2.key}, 2};
  BOOST_TEST((refusal(note, trust) == ec::unauthentic));
  BOOST_TEST((refusal(note + cosigned_by(witness_1, plain, 2), trust) == ec::unauthentic));
  BOOST_TEST(open(note + cosigned_by(witness_2, plain), trust)->witness_count == 2u);
  // One key under two names is still one witness.
  signer twin = make_signer("w.example/twin", key_type::cosignature, 11);
  trust.witnesses.push_back(twin.key);
  BOOST_TEST((refusal(note + cosigned_by(twin, plain), trust) == ec::unauthentic));
  trust.quorum = 1;
  BOOST_TEST(open(note + cosigned_by(twin, plain), trust)->witness_count == 1u);
}

BOOST_AUTO_TEST_CASE(a_bad_cosignature_by_a_known_witness_spoils_an_otherwise_good_note) {
  const std::string note = sign_by(log_a, plain) + cosigned_by(witness_1, plain + "extension\n");
  BOOST_TEST((refusal(note, {{log_a.key}, {witness_1.key}, 0}) == ec::unauthentic));
  BOOST_TEST((refusal(note, {{log_a.key}, {witness_2.key}, 0}) == ec::none));
}

BOOST_AUTO_TEST_CASE(keys_in_the_wrong_role_are_a_configuration_error) {
  const std::string note = sign_by(log_a, plain);
  BOOST_TEST((refusal(note, {{log_a.key, witness_1.key}, {}, 0}) == ec::invalid));
  BOOST_TEST((refusal(note, {{log_a.key}, {log_b.key}, 0}) == ec::invalid));
  signer log_as_witness = make_signer("w.example/3", key_type::cosignature, 1);
  BOOST_TEST((refusal(note, {{log_a.key}, {log_as_witness.key}, 0}) == ec::invalid));
}

BOOST_AUTO_TEST_SUITE_END()
