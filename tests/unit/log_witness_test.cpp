// The witness's decision, row by row of its table, in its order; then the compare-and-set: whoever
// replays the decisions of a witness sees one growing tree and never two roots of one size.
#include "storage/log/witness.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/cosignature.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <rapidcheck.h>

namespace ledger = ppn::log;
using ledger::key_type;
using ledger::proof_hashes;
using ledger::witness_decision;
using ledger::witnessed_tree;
using ppn::bytes;
using ppn::digest;

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
const signer own = make_signer("w.example/1", key_type::cosignature, 11);
const ledger::witness_identity self{own.key, own.sign};
const std::vector<ledger::vkey> trusted{log_a.key, log_b.key};
constexpr std::uint64_t now = 1700000000;

// A log of which every version is at hand; `salt` makes another history.
struct test_log {
  explicit test_log(std::string_view salt = {}) : salt(salt) {}
  ppn::result<digest> hash(unsigned level, std::uint64_t index) const {
    if (level == 0) return ledger::leaf_hash(ppn::view_of(salt + std::to_string(index)));
    return ledger::node_hash(*hash(level - 1, 2 * index), *hash(level - 1, 2 * index + 1));
  }
  ledger::hash_source source() const {
    return [this](unsigned level, std::uint64_t index) { return hash(level, index); };
  }
  digest root(std::uint64_t size) const { return ledger::tree_root(size, source()).value(); }
  witnessed_tree at(std::uint64_t size) const { return {size, root(size)}; }
  std::string text(std::uint64_t size) const {
    return ledger::to_text(ledger::checkpoint{log_a.key.name, size, root(size), {}}).value();
  }
  proof_hashes growth(std::uint64_t from, std::uint64_t to) const {
    if (from == 0 || from > to) return {};
    return ledger::consistency_proof(from, to, source()).value();
  }
  std::string salt;
};

std::string sign_by(const signer& by, const std::string& text) {
  return text + '\n' + ledger::to_text(ledger::sign_text(text, by.key, by.sign).value());
}

witness_decision answer(const std::string& request, std::optional<witnessed_tree> remembered,
                        std::uint64_t time = now) {
  return ledger::answer_add_checkpoint(
      ppn::view_of(request), [&](std::string_view) { return remembered; }, trusted, self, time);
}

witness_decision grow(const test_log& log, std::uint64_t from, std::uint64_t to,
                      std::optional<witnessed_tree> remembered) {
  return answer(
      ledger::witness_request_text(from, log.growth(from, to), sign_by(log_a, log.text(to))),
      remembered);
}

// What holds for every refusal, whatever its status.
bool is_refusal(const witness_decision& decision, int status, bool is_evidence) {
  bool one_line = !decision.body.empty() && decision.body.find('\n') == decision.body.size() - 1;
  return decision.status == status && !decision.store && decision.published.empty() && one_line &&
         decision.is_evidence == is_evidence;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_witness)

BOOST_AUTO_TEST_CASE(a_first_checkpoint_is_cosigned_without_a_proof) {
  const test_log log;
  for (std::uint64_t size : {0u, 1u, 5u}) {
    witness_decision decision = grow(log, 0, size, std::nullopt);
    BOOST_REQUIRE(decision.status == 200);
    BOOST_TEST((decision.store == log.at(size)));
    BOOST_TEST(!decision.is_evidence);
    auto taken = ledger::take_cosignatures(decision.body, log.text(size), std::vector{own.key});
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->size() == 1u);
    auto opened =
        ledger::open_checkpoint(ppn::view_of(decision.published), {{log_a.key}, {own.key}, 1});
    BOOST_REQUIRE(opened);
    BOOST_TEST(opened->body.size == size);
    BOOST_TEST(opened->signatures.back().time == now);
  }
}

BOOST_AUTO_TEST_CASE(every_growth_to_size_40_is_cosigned) {
  const test_log log;
  for (std::uint64_t from = 0; from <= 40; ++from)
    for (std::uint64_t to = from; to <= 40; ++to) {
      witness_decision decision = grow(log, from, to, log.at(from));
      BOOST_REQUIRE_EQUAL(decision.status, 200);
      BOOST_REQUIRE((decision.store == log.at(to)));
    }
}

BOOST_AUTO_TEST_CASE(the_same_checkpoint_again_gets_a_fresh_time) {
  const test_log log;
  const std::string request = ledger::witness_request_text(5, {}, sign_by(log_a, log.text(5)));
  BOOST_TEST(answer(request, log.at(5), now).body != answer(request, log.at(5), now + 1).body);
  BOOST_TEST(answer(request, log.at(5), now + 1).status == 200);
}

BOOST_AUTO_TEST_CASE(a_malformed_request_is_400_before_anything_else) {
  BOOST_TEST(is_refusal(answer("", std::nullopt), 400, false));
  BOOST_TEST(
      is_refusal(answer("old 01\n\n" + sign_by(log_a, "unknown\n"), std::nullopt), 400, false));
}

BOOST_AUTO_TEST_CASE(an_unknown_origin_is_404_before_its_signature_is_looked_at) {
  const std::string text = "log.example/unknown\n1\n" + ledger::to_base64(digest{}.view()) + '\n';
  BOOST_TEST(is_refusal(
      answer(ledger::witness_request_text(9, {}, sign_by(log_a, text)), std::nullopt), 404, false));
}

BOOST_AUTO_TEST_CASE(a_missing_or_bad_signature_is_403_before_the_sizes_are_looked_at) {
  const test_log log;
  const std::string text = log.text(5);
  auto status_of = [](const std::string& note) {
    witness_decision decision = answer(ledger::witness_request_text(9, {}, note), std::nullopt);
    return is_refusal(decision, decision.status, false) ? decision.status : -1;
  };
  BOOST_TEST(status_of(text + "\n\xe2\x80\x94 x AAAAAAA=\n") == 403);
  BOOST_TEST(status_of(sign_by(log_b, text)) == 403);
  const std::string bad_line = sign_by(log_a, log.text(4)).substr(log.text(4).size() + 1);
  BOOST_TEST(status_of(text + '\n' + bad_line) == 403);
  BOOST_TEST(status_of(sign_by(log_a, text) + bad_line) == 403);
  BOOST_TEST(status_of(sign_by(make_signer("log.example/a", key_type::ed25519, 9), text)) == 403);
}

BOOST_AUTO_TEST_CASE(an_old_size_beyond_the_checkpoint_is_400_before_the_conflict) {
  const test_log log;
  BOOST_TEST(is_refusal(grow(log, 6, 5, log.at(3)), 400, true));
}

BOOST_AUTO_TEST_CASE(another_old_size_is_409_with_the_right_one) {
  const test_log log;
  for (std::uint64_t old_size : {0u, 2u, 4u, 5u}) {
    witness_decision decision = grow(log, old_size, 5, log.at(3));
    BOOST_TEST(is_refusal(decision, 409, true));
    BOOST_TEST(decision.body == "3\n");
    BOOST_TEST(decision.content_type == "text/x.tlog.size");
  }
  BOOST_TEST(grow(log, 2, 5, std::nullopt).body == "0\n");
  // Also when the proof is wrong: the conflict comes first.
  const std::string note = sign_by(log_a, log.text(5));
  BOOST_TEST(answer(ledger::witness_request_text(2, proof_hashes(9), note), log.at(3)).status ==
             409);
}

BOOST_AUTO_TEST_CASE(an_empty_tree_with_another_root_is_422) {
  const std::string text = log_a.key.name + "\n0\n" + ledger::to_base64(digest{}.view()) + '\n';
  const std::string request = ledger::witness_request_text(0, {}, sign_by(log_a, text));
  BOOST_TEST(is_refusal(answer(request, std::nullopt), 422, true));
  // After the conflict in the order of checks.
  BOOST_TEST(is_refusal(answer(request, test_log().at(3)), 409, true));
}

BOOST_AUTO_TEST_CASE(a_needless_proof_is_422) {
  const test_log log;
  const std::string note = sign_by(log_a, log.text(5));
  BOOST_TEST(is_refusal(
      answer(ledger::witness_request_text(0, proof_hashes(1), note), std::nullopt), 422, true));
  BOOST_TEST(is_refusal(answer(ledger::witness_request_text(5, proof_hashes(1), note), log.at(5)),
                        422, true));
}

BOOST_AUTO_TEST_CASE(a_split_view_or_a_rewritten_history_is_422) {
  const test_log log;
  const test_log rewritten("other ");
  BOOST_TEST(is_refusal(grow(rewritten, 5, 5, log.at(5)), 422, true));
  BOOST_TEST(is_refusal(grow(rewritten, 3, 5, log.at(3)), 422, true));
  const std::string note = sign_by(log_a, log.text(5));
  BOOST_TEST(is_refusal(answer(ledger::witness_request_text(3, {}, note), log.at(3)), 422, true));
  proof_hashes longer = log.growth(3, 5);
  longer.push_back(digest{});
  BOOST_TEST(
      is_refusal(answer(ledger::witness_request_text(3, longer, note), log.at(3)), 422, true));
}

BOOST_AUTO_TEST_CASE(a_smaller_tree_is_never_cosigned_again) {
  const test_log log;
  for (std::uint64_t old_size = 0; old_size <= 6; ++old_size) {
    witness_decision decision = grow(log, old_size, 4, log.at(5));
    BOOST_TEST((decision.status == 409 || decision.status == 400));
    BOOST_TEST(!decision.store);
  }
}

BOOST_AUTO_TEST_CASE(extension_lines_are_covered_and_kept) {
  const test_log log;
  const std::string text = log.text(5) + "an extension\n";
  witness_decision decision =
      answer(ledger::witness_request_text(0, {}, sign_by(log_a, text)), std::nullopt);
  BOOST_REQUIRE(decision.status == 200);
  BOOST_TEST(decision.published.starts_with(text + '\n'));
  BOOST_TEST(ledger::take_cosignatures(decision.body, text, std::vector{own.key}).has_value());
  BOOST_TEST(!ledger::take_cosignatures(decision.body, log.text(5), std::vector{own.key}));
}

BOOST_AUTO_TEST_CASE(what_is_published_holds_each_log_line_once_and_no_other) {
  const test_log log;
  const std::string text = log.text(5);
  std::string note = sign_by(log_a, text);
  const std::string line = note.substr(text.size() + 1);
  for (int i = 1; i < 98; ++i)
    note += line;
  note += sign_by(log_b, text).substr(text.size() + 1);
  note += "\xe2\x80\x94 stranger AAAAAAA=\n";
  witness_decision decision = answer(ledger::witness_request_text(0, {}, note), std::nullopt);
  BOOST_REQUIRE(decision.status == 200);
  BOOST_TEST(decision.published == text + '\n' + line + decision.body);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_without_room_for_a_cosignature_is_refused) {
  const test_log log;
  const std::size_t line_size = sign_by(log_a, log.text(5)).size() - log.text(5).size();
  const std::size_t room = ledger::note_octets_max - log.text(5).size() - line_size - 1;
  const std::string text = log.text(5) + std::string(room, 'e') + '\n';
  BOOST_REQUIRE(sign_by(log_a, text).size() == ledger::note_octets_max);
  BOOST_TEST(is_refusal(
      answer(ledger::witness_request_text(0, {}, sign_by(log_a, text)), std::nullopt), 400, true));
}

BOOST_AUTO_TEST_CASE(a_witness_that_is_set_up_wrong_signs_nothing) {
  const test_log log;
  auto request = ledger::parse_witness_request(
      ppn::view_of(ledger::witness_request_text(0, {}, sign_by(log_a, log.text(5)))));
  BOOST_REQUIRE(request);
  signer shared = make_signer("w.example/2", key_type::cosignature, 1);
  for (const ledger::witness_identity& wrong :
       {ledger::witness_identity{shared.key, shared.sign},
        ledger::witness_identity{make_signer("w.example/3", key_type::ed25519, 5).key, own.sign}})
    BOOST_TEST(is_refusal(ledger::decide(*request, std::nullopt, trusted, wrong, now), 500, false));
  BOOST_TEST(is_refusal(ledger::decide(*request, std::nullopt, trusted, self, ledger::number_end),
                        500, false));
}

// The caller's part of the contract is a compare-and-set; with it any mix of requests, honest or
// forked, stale or repeated, leaves a single history.
BOOST_AUTO_TEST_CASE(any_sequence_of_requests_leaves_one_growing_history) {
  BOOST_TEST(rc::check("honest and forked requests", [] {
    const test_log honest;
    const test_log forked("other ");
    std::optional<witnessed_tree> remembered;
    const test_log* history = nullptr;
    auto steps = *rc::gen::inRange(1, 20);
    for (int i = 0; i < steps; ++i) {
      const test_log& log = *rc::gen::arbitrary<bool>() ? honest : forked;
      auto from = *rc::gen::arbitrary<bool>() && remembered
                      ? remembered->size
                      : *rc::gen::inRange<std::uint64_t>(0, 20);
      witness_decision decision =
          grow(log, from, *rc::gen::inRange<std::uint64_t>(0, 20), remembered);
      if (decision.status != 200) continue;
      RC_ASSERT(!remembered || decision.store->size >= remembered->size);
      if (history && decision.store->size > 0) RC_ASSERT(history == &log);
      if (decision.store->size > 0) history = &log;
      remembered = decision.store;
    }
  }));
}

BOOST_AUTO_TEST_SUITE_END()
