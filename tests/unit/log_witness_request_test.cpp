// The two texts of add-checkpoint: the request that a log sends, and the lines that it takes out of
// the answer.
#include "storage/log/witness.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/cosignature.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

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

const signer witness_1 = make_signer("w.example/1", key_type::cosignature, 11);
const signer witness_2 = make_signer("w.example/2", key_type::cosignature, 12);
const std::string body = "log.example/a\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
const std::string note = body + "\n\xe2\x80\x94 log.example/a AAAAAAA=\n";

ppn::result<ledger::witness_request> parse(const std::string& text) {
  return ledger::parse_witness_request(ppn::view_of(text));
}

std::string line_by(const signer& by, std::string_view text = body) {
  return ledger::to_text(ledger::make_cosignature(text, by.key, 1, by.sign).value());
}

ec refusal(const std::string& answer, const std::vector<ledger::vkey>& witnesses) {
  auto taken = ledger::take_cosignatures(answer, body, witnesses);
  return taken ? ec::none : taken.error().code;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_witness_request)

BOOST_AUTO_TEST_CASE(a_request_is_old_size_proof_and_checkpoint) {
  const std::string hash = ledger::to_base64(ppn::digest{}.view()) + '\n';
  BOOST_TEST(ledger::witness_request_text(2, ledger::proof_hashes(2), note) ==
             "old 2\n" + hash + hash + '\n' + note);
  BOOST_TEST(ledger::witness_request_text(0, {}, note) == "old 0\n\n" + note);
  for (std::size_t hashes : {0u, 1u, 63u}) {
    auto request = parse(ledger::witness_request_text(7, ledger::proof_hashes(hashes), note));
    BOOST_REQUIRE(request);
    BOOST_TEST(request->old_size == 7u);
    BOOST_TEST(request->proof.size() == hashes);
    BOOST_TEST(request->body.origin == "log.example/a");
    BOOST_TEST(ledger::to_text(request->source) == note);
  }
}

BOOST_AUTO_TEST_CASE(another_shape_is_refused) {
  const std::string hash = ledger::to_base64(ppn::digest{}.view()) + '\n';
  for (const std::string& text : {std::string(),
                                  std::string("old"),
                                  std::string("old 0"),
                                  std::string("old 0\n"),
                                  std::string("old 0\n\n"),
                                  "old 0\n" + note,
                                  "old\n\n" + note,
                                  "old \n\n" + note,
                                  "old 00\n\n" + note,
                                  "old 01\n\n" + note,
                                  "old -1\n\n" + note,
                                  "old +1\n\n" + note,
                                  "old 0 \n\n" + note,
                                  "old  0\n\n" + note,
                                  "Old 0\n\n" + note,
                                  "old 0\r\n\r\n" + note,
                                  "old 9223372036854775808\n\n" + note,
                                  " old 0\n\n" + note,
                                  "\nold 0\n\n" + note,
                                  "0\n\n" + note,
                                  "old 0\n\n\n" + note,
                                  "old 0\nAAAA\n\n" + note,
                                  "old 0\n" + hash.substr(1) + '\n' + note,
                                  "old 0\n" + hash + note,
                                  "old 0\n\n" + body,
                                  "old 0\n\n" + note + '\n',
                                  "old 0\n\n" + note + 'x',
                                  "old 0\n\n" + note.substr(0, note.size() - 1),
                                  ledger::witness_request_text(0, ledger::proof_hashes(64), note)})
    BOOST_TEST(!parse(text), text);
  BOOST_TEST((parse(std::string(ledger::witness_request_octets_max + 1, 'o')).error().code ==
              ec::too_large));
}

BOOST_AUTO_TEST_CASE(only_lines_of_known_witnesses_are_taken) {
  const std::string answer = line_by(witness_1) + line_by(witness_2);
  auto taken = ledger::take_cosignatures(answer, body, std::vector{witness_2.key});
  BOOST_REQUIRE(taken);
  BOOST_REQUIRE(taken->size() == 1u);
  BOOST_TEST(ledger::to_text(taken->front()) == line_by(witness_2));
  BOOST_TEST(ledger::take_cosignatures(answer, body, {})->empty());
  BOOST_TEST(
      ledger::take_cosignatures(answer, body, std::vector{witness_1.key, witness_2.key})->size() ==
      2u);
}

BOOST_AUTO_TEST_CASE(a_line_over_another_text_is_refused) {
  BOOST_TEST((refusal(line_by(witness_1, body + "x\n"), {witness_1.key}) == ec::unauthentic));
  BOOST_TEST((refusal(line_by(witness_1, body + "x\n"), {witness_2.key}) == ec::none));
  BOOST_TEST((refusal(line_by(witness_1) + line_by(witness_2, "x\n"),
                      {witness_1.key, witness_2.key}) == ec::unauthentic));
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_shape_is_malformed) {
  const std::string line = line_by(witness_1);
  for (const std::string& answer :
       {std::string(), std::string("\n"), line + '\n', '\n' + line, line + 'x',
        line.substr(0, line.size() - 1), body + '\n' + line, "ok\n" + line})
    BOOST_TEST((refusal(answer, {witness_1.key}) == ec::malformed), answer);
  std::string many;
  for (int i = 0; i < 101; ++i)
    many += line;
  BOOST_TEST((refusal(many, {witness_1.key}) == ec::malformed));
  BOOST_TEST((refusal(std::string(70000, 'a'), {witness_1.key}) == ec::too_large));
}

BOOST_AUTO_TEST_CASE(the_monitoring_path_is_the_hash_of_the_origin) {
  BOOST_TEST(ledger::monitoring_path("") ==
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/checkpoint");
  BOOST_TEST(ledger::monitoring_path("abc") ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/checkpoint");
}

BOOST_AUTO_TEST_SUITE_END()
