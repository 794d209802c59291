// The verification of a running node's ledger: what is true passes, and every lie that an auditor with
// an old checkpoint and a key can see ends with exit code 7.
#include "runtime/cli/ledger_live_verify.hpp"

#include "fake_node.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>

using namespace ppn;
using json = nlohmann::json;

namespace {

struct auditor {
  std::map<std::string, std::string> remembered;
  status memory_fails = {};
  int waits = 0;
  std::function<void()> while_waiting = [] {};
  live_verify_options options;

  live_verify_answer verify(fake::node& node) {
    auto channel = node.channel();
    live_verify_world world{
      channel, [] { return nanoseconds{0}; },
      [this] {
        while_waiting();
        return ++waits < 100;
      },
      [this](const std::string& name) -> result<std::string> {
        auto at = remembered.find(name);
        if (at == remembered.end()) return fail(ec::not_found, name);
        return at->second;
      },
      [this](const std::string& name, const std::string& note) -> status {
        if (!memory_fails) return memory_fails;
        remembered[name] = note;
        return {};
      }};
    return verify_live(options, world);
  }
};

const std::string name = "ppn_fake.checkpoint";

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void check_wrong(const live_verify_answer& answer, int exit, std::string_view text) {
  BOOST_TEST(answer.exit == exit, answer.problem);
  BOOST_TEST(answer.output.empty());
  BOOST_TEST(answer.problem.starts_with("ppn: "));
  BOOST_TEST(holds(answer.problem, text), answer.problem);
  BOOST_TEST(std::count(answer.problem.begin(), answer.problem.end(), '\n') == 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(live_verify)

BOOST_AUTO_TEST_CASE(a_true_ledger_passes_and_is_remembered) {
  for (std::uint64_t size : {0u, 1u, 255u, 256u, 257u, 5'000u}) {
    fake::node node(size);
    auditor by;
    auto answer = by.verify(node);
    BOOST_TEST(answer.exit == 0, answer.problem);
    BOOST_TEST(holds(answer.output, "verified    ppn/fake\n"));
    BOOST_TEST(holds(answer.output, "root        " + node.report.root.hex()));
    BOOST_TEST(by.remembered.at(name) == node.report.note);
  }
}

BOOST_AUTO_TEST_CASE(growth_extends_what_was_verified_before) {
  fake::node node(300);
  auditor by;
  BOOST_TEST(by.verify(node).exit == 0);
  for (int more = 0; more < 300; ++more) node.entries.push_back(fake::noted_entry(1'000));
  node.sign();
  auto answer = by.verify(node);
  BOOST_TEST(answer.exit == 0, answer.problem);
  BOOST_TEST(holds(answer.output, "extends     the 300 entries that were verified before"));
  BOOST_TEST(by.remembered.at(name) == node.report.note);
  BOOST_TEST(by.verify(node).exit == 0); // unchanged
}

BOOST_AUTO_TEST_CASE(a_history_written_anew_under_the_right_key_is_seen) {
  fake::node node(300);
  auditor by;
  BOOST_TEST(by.verify(node).exit == 0);
  const auto before = by.remembered;
  node.entries[17] = fake::noted_entry(17, "never happened");
  node.entries.push_back(fake::noted_entry(300));
  node.sign();
  check_wrong(by.verify(node), 7, "the remembered checkpoint of 300 entries has the root");
  BOOST_TEST((by.remembered == before));
}

BOOST_AUTO_TEST_CASE(a_shorter_ledger_is_wrong_at_its_writer_and_stale_at_a_copy) {
  fake::node node(300);
  auditor by;
  BOOST_TEST(by.verify(node).exit == 0);
  node.entries.resize(299);
  node.sign();
  check_wrong(by.verify(node), 7, "the ledger became shorter: 299 entries here, 300 when");
  node.report.part = ledger_part::copy;
  check_wrong(by.verify(node), 5, "this copy is behind");
}

BOOST_AUTO_TEST_CASE(a_changed_entry_is_named) {
  fake::node node(5'000);
  node.false_leaves[4'321] = log::leaf_hash(node.entries[4'321]);
  node.entries[4'321].back() ^= 1;
  auditor by;
  check_wrong(by.verify(node), 7, "entry 4321 is not what the ledger's tree says");
  by.options.json = true;
  auto answer = by.verify(node);
  BOOST_TEST(answer.exit == 7);
  json document = json::parse(answer.output);
  BOOST_TEST(document["schema"] == "ppn.ledger-verify/1");
  BOOST_TEST(document["verified"] == false);
  BOOST_TEST(document["error"]["entry"] == 4321);
  BOOST_TEST(document["error"]["code"] == "integrity");
  BOOST_TEST(by.remembered.empty());
}

BOOST_AUTO_TEST_CASE(entries_that_the_checkpoint_does_not_cover_that_way_are_wrong) {
  fake::node node(300);
  node.entries[5] = fake::noted_entry(5, "another");
  auditor by;
  check_wrong(by.verify(node), 7, "the checkpoint of 300 entries has the root");
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_the_key_did_not_sign_is_wrong) {
  fake::node node(3);
  fake::node other(3);
  other.key_seed = 2;
  other.sign();
  auditor by;
  by.options.vkey = other.report.vkey;
  check_wrong(by.verify(node), 7, "the checkpoint does not hold");
  by.options.vkey = node.report.vkey;
  BOOST_TEST(by.verify(node).exit == 0);
  node.report.note[node.report.note.size() - 6] ^= 1;
  check_wrong(by.verify(node), 7, "the checkpoint does not hold");
  node.report.note = "nonsense";
  check_wrong(by.verify(node), 7, "the checkpoint does not hold");
}

BOOST_AUTO_TEST_CASE(keys_that_are_none_are_a_usage_error) {
  fake::node node(3);
  auditor by;
  by.options.vkey = "nonsense";
  check_wrong(by.verify(node), 2, "--vkey");
  by.options.vkey = log::to_text(fake::node::witness_key(5));
  check_wrong(by.verify(node), 2, "--vkey takes the key of a log");
  by.options.vkey.clear();
  by.options.witnesses = {node.report.vkey};
  check_wrong(by.verify(node), 2, "--witness takes the key of a witness");
  by.options.witnesses = {log::to_text(fake::node::witness_key(5))};
  by.options.quorum = 2;
  check_wrong(by.verify(node), 2, "a quorum of 2");
}

BOOST_AUTO_TEST_CASE(witnesses_count_when_their_keys_are_given) {
  fake::node node(300);
  node.cosign(290, {5, 6});
  auditor by;
  BOOST_TEST(by.verify(node).exit == 0);
  for (octet seed : {5, 6, 7})
    by.options.witnesses.push_back(log::to_text(fake::node::witness_key(seed)));
  by.options.json = true;
  auto answer = by.verify(node);
  BOOST_TEST(answer.exit == 0, answer.output);
  json document = json::parse(answer.output);
  BOOST_TEST(document["cosigned"]["size"] == 290);
  BOOST_TEST(document["cosigned"]["witnesses"] == 2);
  by.options.json = false;
  by.options.quorum = 3;
  check_wrong(by.verify(node), 7, "the cosigned checkpoint does not hold");
  node.report.cosigned.clear();
  check_wrong(by.verify(node), 7, "no cosigned checkpoint is known here");
}

BOOST_AUTO_TEST_CASE(witnesses_that_signed_another_tree_are_seen) {
  fake::node node(300);
  node.cosign(290, {5});
  fake::node other(290);
  other.entries[3] = fake::noted_entry(3, "another");
  other.sign();
  other.cosign(290, {5});
  node.report.cosigned = other.report.cosigned;
  auditor by;
  check_wrong(by.verify(node), 7, "the cosigned checkpoint of 290 entries has the root");
}

BOOST_AUTO_TEST_CASE(a_copy_that_catches_up_is_waited_for) {
  fake::node node(300);
  node.report.size = 299;
  auditor by;
  by.while_waiting = [&] { node.report.size = by.waits == 2 ? 300 : 299; };
  BOOST_TEST(by.verify(node).exit == 0);
  BOOST_TEST(by.waits == 3);
  by.while_waiting = [&] { node.report.size = 299; };
  node.report.size = 299;
  auto answer = by.verify(node);
  BOOST_TEST(answer.exit == exit_code(ec::busy));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_remembered_is_no_success) {
  fake::node node(3);
  auditor by;
  by.memory_fails = fail(ec::no_space, "the disk is full");
  auto answer = by.verify(node);
  BOOST_TEST(answer.exit != 0);
  BOOST_TEST(holds(answer.problem, "verified, but it cannot be remembered: the disk is full"));
  by.memory_fails = {};
  by.remembered[name] = "nonsense";
  check_wrong(by.verify(node), 7, "what was remembered of this log cannot be read");
}

BOOST_AUTO_TEST_CASE(no_origin_leads_out_of_the_folder) {
  BOOST_TEST(remembered_name("ppn/00ff") == "ppn_00ff.checkpoint");
  BOOST_TEST(remembered_name("../../etc/passwd") == "_._.._etc_passwd.checkpoint");
  BOOST_TEST(remembered_name(".") == "_.checkpoint");
  BOOST_TEST(remembered_name(std::string("a\0b\n", 4)) == "a_b_.checkpoint");
  BOOST_TEST(remembered_name(std::string(5'000, 'x')).size() == 211u);
}

BOOST_AUTO_TEST_SUITE_END()
