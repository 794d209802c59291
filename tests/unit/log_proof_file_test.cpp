// Proof files: one spelling, and offline verification of an entry with nothing but keys.
#include "storage/log/proof_file.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/cosignature.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

namespace ledger = ppn::log;
using ledger::key_type;
using ledger::proof_file;
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

const signer log_key = make_signer("log.example/a", key_type::ed25519, 1);
const signer witness = make_signer("w.example/1", key_type::cosignature, 11);
const std::string start = "c2sp.org/tlog-proof@v1\n";
const std::vector<std::string> entries{"a", "b", "c", "d", "e"};

ppn::digest leaf(std::size_t index) {
  return ledger::leaf_hash(ppn::view_of(entries[index]));
}

std::string signed_checkpoint() {
  ledger::frontier tree;
  for (std::size_t i = 0; i < entries.size(); ++i)
    tree.append(leaf(i));
  return ledger::sign_checkpoint({log_key.key.name, tree.size(), tree.root(), {}}, log_key.key,
                                 log_key.sign)
      .value();
}

// Entry 2 of 5: its neighbour, the pair on the left, the single leaf on the right.
proof_file sample() {
  return {std::nullopt,
          2,
          {leaf(3), ledger::node_hash(leaf(0), leaf(1)), leaf(4)},
          signed_checkpoint()};
}

std::string text_of(const proof_file& proof) {
  return ledger::to_text(proof).value();
}

ppn::result<proof_file> parse(const std::string& text) {
  return ledger::parse_proof_file(ppn::view_of(text));
}

bool verifies(const proof_file& proof, std::string_view entry, std::size_t quorum = 0) {
  return ledger::verify_proof_file(proof, ppn::view_of(entry),
                                   {{log_key.key}, {witness.key}, quorum})
      .has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_proof_file)

BOOST_AUTO_TEST_CASE(the_text_is_header_index_hashes_and_checkpoint) {
  const proof_file proof = sample();
  std::string expected = start + "index 2\n";
  for (const ppn::digest& hash : proof.hashes)
    expected += ledger::to_base64(hash.view()) + '\n';
  expected += '\n' + signed_checkpoint();
  BOOST_TEST(text_of(proof) == expected);
  BOOST_TEST((parse(expected) == proof));
}

BOOST_AUTO_TEST_CASE(extra_data_is_optional_and_comes_back) {
  proof_file proof = sample();
  for (const bytes& extra : {bytes{}, bytes{1}, bytes(1000, 9)}) {
    proof.extra = extra;
    BOOST_TEST(
        text_of(proof).starts_with(start + "extra " + ledger::to_base64(extra) + "\nindex 2\n"));
    BOOST_TEST((parse(text_of(proof)) == proof));
    BOOST_TEST(verifies(proof, "c"));
  }
}

BOOST_AUTO_TEST_CASE(the_right_entry_verifies_offline) {
  auto opened = ledger::verify_proof_file(sample(), ppn::view_of("c"), {{log_key.key}, {}, 0});
  BOOST_REQUIRE(opened);
  BOOST_TEST(opened->body.size == 5u);
  BOOST_TEST(!verifies(sample(), "C"));
  BOOST_TEST(!verifies(sample(), ""));
}

BOOST_AUTO_TEST_CASE(a_changed_proof_does_not_verify) {
  for (std::uint64_t index : {0u, 1u, 3u, 4u, 5u}) {
    proof_file moved = sample();
    moved.index = index;
    BOOST_TEST(!verifies(moved, "c"));
  }
  proof_file shorter = sample();
  shorter.hashes.pop_back();
  BOOST_TEST(!verifies(shorter, "c"));
  proof_file swapped = sample();
  std::swap(swapped.hashes[0], swapped.hashes[1]);
  BOOST_TEST(!verifies(swapped, "c"));
}

BOOST_AUTO_TEST_CASE(the_checkpoint_has_to_meet_the_policy) {
  proof_file proof = sample();
  BOOST_TEST(!verifies(proof, "c", 1));
  auto text = ledger::parse_note(ppn::view_of(proof.checkpoint))->text;
  proof.checkpoint +=
      ledger::to_text(ledger::make_cosignature(text, witness.key, 1, witness.sign).value());
  BOOST_TEST(verifies(proof, "c", 1));
  signer other = make_signer("log.example/a", key_type::ed25519, 2);
  BOOST_TEST(!ledger::verify_proof_file(proof, ppn::view_of("c"), {{other.key}, {}, 0}));
}

BOOST_AUTO_TEST_CASE(every_other_spelling_is_malformed) {
  const std::string note = signed_checkpoint();
  const std::string good = text_of(sample());
  const std::string hash = ledger::to_base64(leaf(0).view()) + '\n';
  for (const std::string& text : {std::string(),
                                  start,
                                  start.substr(0, start.size() - 1),
                                  start + "index 2",
                                  start + "index 2\n",
                                  start + "index 2\n\n",
                                  start + "index 2\n" + hash,
                                  start + "index 02\n\n" + note,
                                  start + "index\n\n" + note,
                                  start + "index \n\n" + note,
                                  start + "index  2\n\n" + note,
                                  start + "index -1\n\n" + note,
                                  start + "index 9223372036854775808\n\n" + note,
                                  start + "Index 2\n\n" + note,
                                  start + "\n" + note,
                                  start + note,
                                  start + "extra\nindex 2\n\n" + note,
                                  start + "extra AA=\nindex 2\n\n" + note,
                                  start + "extra AB==\nindex 2\n\n" + note,
                                  start + "index 2\nextra AA==\n\n" + note,
                                  start + "extra AA==\nextra AA==\nindex 2\n\n" + note,
                                  start + "index 2\n" + hash + note,
                                  start + "index 2\n\n\n" + note,
                                  start + "index 2\nAAAA\n\n" + note,
                                  "c2sp.org/tlog-proof@v2\n" + good.substr(start.size()),
                                  ' ' + good,
                                  good + '\n',
                                  good + "x\n",
                                  good.substr(0, good.size() - 1),
                                  start + "index 2\r\n\n" + note}) {
    auto proof = parse(text);
    BOOST_TEST(!proof, text);
    if (!proof) BOOST_TEST((proof.error().code == ec::malformed));
  }
  BOOST_TEST(parse(start + "index 0\n\n" + note).has_value());
}

BOOST_AUTO_TEST_CASE(a_cut_proof_file_is_malformed) {
  const std::string good = text_of(sample());
  for (std::size_t size = 0; size < good.size(); ++size)
    BOOST_REQUIRE(!parse(good.substr(0, size)));
}

BOOST_AUTO_TEST_CASE(sizes_have_limits_both_ways) {
  proof_file proof = sample();
  proof.hashes.assign(63, leaf(0));
  BOOST_TEST((parse(text_of(proof)) == proof));
  proof.hashes.push_back(leaf(0));
  BOOST_TEST(!ledger::to_text(proof));
  proof = sample();
  proof.index = ledger::number_end;
  BOOST_TEST(!ledger::to_text(proof));
  proof = sample();
  proof.extra = bytes(ledger::proof_file_octets_max);
  BOOST_TEST((ledger::to_text(proof).error().code == ec::too_large));
  BOOST_TEST(
      (parse(std::string(ledger::proof_file_octets_max + 1, 'a')).error().code == ec::too_large));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_does_not_parse_is_not_written) {
  proof_file proof = sample();
  for (const char* note : {"", "a\n", "a\n\n\xe2\x80\x94 x AAAAAAA=\n"}) {
    proof.checkpoint = note;
    BOOST_TEST(!ledger::to_text(proof));
  }
}

BOOST_AUTO_TEST_SUITE_END()
