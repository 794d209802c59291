// A log's key changes by terms while its origin stays; and every check of a signature can be
// another one than Ed25519's, as in a simulated world.
#include "storage/log/checkpoint.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/cosignature.hpp"
#include "storage/log/merkle.hpp"
#include "storage/log/proof_file.hpp"
#include "storage/log/witness.hpp"

#include "runtime/crypto/hash.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

namespace ledger = ppn::log;
using ledger::key_type;
using ledger::trust_policy;
using ppn::bytes;
using ppn::bytes_view;
using ppn::ec;
using ppn::signature;

namespace {

struct signer {
  ledger::vkey key;
  ledger::sign_function sign;
};

signer make_signer(std::string_view name, key_type type, ppn::octet seed) {
  auto secret = std::make_shared<ppn::crypto::signing_key>(
      ppn::crypto::signing_key::from_seed(bytes(32, seed)));
  return {ledger::make_vkey(name, type, secret->public_part()).value(),
          [secret](bytes_view message) { return secret->sign(message); }};
}

constexpr const char* origin = "log.example/a";
const signer first_writer = make_signer(origin, key_type::ed25519, 1);
const signer second_writer = make_signer(origin, key_type::ed25519, 2);
const signer third_writer = make_signer(origin, key_type::ed25519, 3);
const signer other_log = make_signer("log.example/b", key_type::ed25519, 4);
const signer witness = make_signer("w.example/1", key_type::cosignature, 11);

std::string text_of_size(std::uint64_t size) {
  const ppn::digest root =
      size == 0 ? ledger::empty_root() : *ppn::digest::from(bytes(32, ppn::octet(size)));
  return ledger::to_text(ledger::checkpoint{origin, size, root, {}}).value();
}

std::string line_by(const signer& by, const std::string& text) {
  return ledger::to_text(ledger::sign_text(text, by.key, by.sign).value());
}

ec verdict(const std::string& note, const trust_policy& trust) {
  auto opened = ledger::open_checkpoint(ppn::view_of(note), trust);
  return opened ? ec::none : opened.error().code;
}

ec verdict_at(std::uint64_t size, const signer& by, const trust_policy& trust) {
  const std::string text = text_of_size(size);
  return verdict(text + '\n' + line_by(by, text), trust);
}

trust_policy by_terms(std::vector<ledger::log_term> terms) {
  trust_policy trust;
  trust.terms = std::move(terms);
  return trust;
}

const trust_policy three_terms =
    by_terms({{first_writer.key, 0}, {second_writer.key, 10}, {third_writer.key, 20}});

// A world's cheap tags: whoever knows the public key can make one, so they are for tests only.
signature tag_of(const ppn::crypto::public_key& key, bytes_view message) {
  bytes all(key.octets.begin(), key.octets.end());
  ppn::append(all, message);
  signature tag;
  const ppn::digest hash = ppn::crypto::sha256(all);
  std::copy(hash.octets.begin(), hash.octets.end(), tag.octets.begin());
  return tag;
}

bool has_tag(const ppn::crypto::public_key& key, bytes_view message, const signature& sig) {
  return tag_of(key, message) == sig;
}

signer make_tagger(std::string_view name, key_type type, ppn::octet seed) {
  const ppn::crypto::public_key key = *ppn::crypto::public_key::from(bytes(32, seed));
  return {ledger::make_vkey(name, type, key).value(),
          [key](bytes_view message) { return tag_of(key, message); }};
}

const signer tag_log = make_tagger(origin, key_type::ed25519, 1);
const signer tag_witness = make_tagger("w.example/1", key_type::cosignature, 2);

std::string cosigned_by(const signer& by, const std::string& text) {
  return ledger::to_text(ledger::make_cosignature(text, by.key, 7, by.sign).value());
}

// A log of one entry.
std::string tree_text(bytes_view entry) {
  return ledger::to_text(ledger::checkpoint{origin, 1, ledger::leaf_hash(entry), {}}).value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_term)

BOOST_AUTO_TEST_CASE(the_last_term_that_has_begun_is_the_term_of_a_size) {
  const auto& terms = three_terms.terms;
  for (std::uint64_t size : {0u, 1u, 9u})
    BOOST_TEST(ledger::term_of(terms, size) == &terms[0]);
  for (std::uint64_t size : {10u, 11u, 19u})
    BOOST_TEST(ledger::term_of(terms, size) == &terms[1]);
  for (std::uint64_t size : {20u, 21u, 1000u})
    BOOST_TEST(ledger::term_of(terms, size) == &terms[2]);
  BOOST_TEST((ledger::term_of({}, 5) == nullptr));
  const std::vector<ledger::log_term> late{{first_writer.key, 3}};
  BOOST_TEST((ledger::term_of(late, 2) == nullptr));
  BOOST_TEST(ledger::term_of(late, 3) == &late[0]);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_signed_by_the_key_of_its_term_and_by_no_other) {
  const std::array<const signer*, 3> writers{&first_writer, &second_writer, &third_writer};
  for (std::uint64_t size = 0; size < 32; ++size)
    for (std::size_t by = 0; by < writers.size(); ++by) {
      const std::size_t term = size < 10 ? 0 : size < 20 ? 1 : 2;
      const ec expected = by == term ? ec::none : ec::unauthentic;
      BOOST_TEST((verdict_at(size, *writers[by], three_terms) == expected), size);
    }
  BOOST_TEST((verdict_at(12, other_log, three_terms) == ec::unauthentic));
}

BOOST_AUTO_TEST_CASE(a_line_of_another_term_adds_nothing_and_spoils_nothing) {
  const std::string text = text_of_size(12);
  const std::string note = text + '\n' + line_by(first_writer, text) + line_by(second_writer, text);
  BOOST_TEST((verdict(note, three_terms) == ec::none));
  const std::string wrong =
      text + '\n' + line_by(second_writer, text) + line_by(first_writer, text_of_size(11));
  BOOST_TEST((verdict(wrong, three_terms) == ec::unauthentic));
}

BOOST_AUTO_TEST_CASE(a_term_of_no_entries_is_passed_over) {
  const trust_policy trust =
      by_terms({{first_writer.key, 0}, {second_writer.key, 10}, {third_writer.key, 10}});
  BOOST_TEST((verdict_at(10, second_writer, trust) == ec::unauthentic));
  BOOST_TEST((verdict_at(10, third_writer, trust) == ec::none));
}

BOOST_AUTO_TEST_CASE(one_key_may_come_back_for_a_later_term) {
  const trust_policy trust =
      by_terms({{first_writer.key, 0}, {second_writer.key, 10}, {first_writer.key, 20}});
  BOOST_TEST((verdict_at(5, first_writer, trust) == ec::none));
  BOOST_TEST((verdict_at(15, first_writer, trust) == ec::unauthentic));
  BOOST_TEST((verdict_at(25, first_writer, trust) == ec::none));
}

BOOST_AUTO_TEST_CASE(before_the_first_term_nobody_signs) {
  const trust_policy trust = by_terms({{first_writer.key, 5}});
  BOOST_TEST((verdict_at(4, first_writer, trust) == ec::unauthentic));
  BOOST_TEST((verdict_at(5, first_writer, trust) == ec::none));
}

BOOST_AUTO_TEST_CASE(terms_that_make_no_sense_are_a_configuration_error) {
  trust_policy both = three_terms;
  both.logs = {first_writer.key};
  const trust_policy backwards = by_terms({{second_writer.key, 10}, {first_writer.key, 0}});
  const trust_policy two_logs = by_terms({{first_writer.key, 0}, {other_log.key, 10}});
  const trust_policy not_a_log = by_terms({{witness.key, 0}});
  trust_policy own_witness = three_terms;
  own_witness.witnesses = {make_signer("w.example/2", key_type::cosignature, 3).key};
  for (const trust_policy& trust : {both, backwards, two_logs, not_a_log, own_witness})
    BOOST_TEST((verdict_at(12, second_writer, trust) == ec::invalid));
}

BOOST_AUTO_TEST_CASE(a_policy_checks_signatures_the_way_it_says) {
  const std::string text = text_of_size(12);
  const std::string note = text + '\n' + line_by(tag_log, text) + cosigned_by(tag_witness, text);
  trust_policy trust{{tag_log.key}, {tag_witness.key}, 1};
  BOOST_TEST((verdict(note, trust) == ec::unauthentic));
  trust.verify = has_tag;
  BOOST_TEST((verdict(note, trust) == ec::none));
  const std::string other = text_of_size(13);
  BOOST_TEST((verdict(text + '\n' + line_by(tag_log, other), trust) == ec::unauthentic));
  BOOST_TEST((verdict(text + '\n' + line_by(tag_log, text) + cosigned_by(tag_witness, other),
                      trust) == ec::unauthentic));
}

BOOST_AUTO_TEST_CASE(a_proof_file_is_checked_the_way_its_policy_says) {
  const bytes entry{'a'};
  const std::string text = tree_text(entry);
  const ledger::proof_file proof{{}, 0, {}, text + '\n' + line_by(tag_log, text)};
  trust_policy trust{{tag_log.key}, {}, 0};
  BOOST_TEST(!ledger::verify_proof_file(proof, entry, trust));
  trust.verify = has_tag;
  BOOST_TEST(ledger::verify_proof_file(proof, entry, trust).has_value());
  BOOST_TEST(!ledger::verify_proof_file(proof, bytes{'b'}, trust));
}

BOOST_AUTO_TEST_CASE(a_witness_and_its_client_check_the_way_they_are_told) {
  const std::string text = tree_text(bytes{'a'});
  const std::string request =
      ledger::witness_request_text(0, {}, text + '\n' + line_by(tag_log, text));
  const std::vector<ledger::vkey> trusted{tag_log.key};
  auto nothing = [](std::string_view) { return std::optional<ledger::witnessed_tree>{}; };
  auto ask = [&](const ledger::witness_identity& self) {
    return ledger::answer_add_checkpoint(ppn::view_of(request), nothing, trusted, self, 7);
  };
  BOOST_TEST(ask({tag_witness.key, tag_witness.sign}).status == 403);
  const auto decision = ask({tag_witness.key, tag_witness.sign, has_tag});
  BOOST_TEST(decision.status == 200);
  const std::vector<ledger::vkey> witnesses{tag_witness.key};
  auto taken = ledger::take_cosignatures(decision.body, text, witnesses, has_tag);
  BOOST_TEST((taken && taken->size() == 1));
  BOOST_TEST(!ledger::take_cosignatures(decision.body, text, witnesses));
  BOOST_TEST(!ledger::take_cosignatures(decision.body, text_of_size(2), witnesses, has_tag));
}

BOOST_AUTO_TEST_SUITE_END()
