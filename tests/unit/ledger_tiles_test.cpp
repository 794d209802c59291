// A running node's ledger as a folder of tiles: what is written passes the audit of such folders, and
// nothing is written when anything does not fit.
#include "runtime/cli/ledger_tiles.hpp"

#include "control_server.hpp"
#include "fake_node.hpp"
#include "storage/tile_files.hpp"

#include <fstream>

using namespace ppn;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct published {
  control_support::scratch_folder scratch;
  std::string folder = scratch.file("tiles");

  result<log::write_report> write(fake::node& node, const std::string& vkey = {}) {
    auto place = open_tile_folder(folder, folder_use::write);
    BOOST_REQUIRE(place.has_value());
    auto channel = node.channel();
    return write_ledger_tiles(channel, {ledger_choice::fleet, vkey, false}, **place);
  }
  void check(fake::node& node, std::uint64_t size) const {
    log::trust_policy trust;
    trust.logs = {node.vkey()};
    auto audited = audit_tiles(folder, trust);
    BOOST_REQUIRE_MESSAGE(audited, size << ": " << (audited ? "" : log::to_text(audited.error())));
    BOOST_TEST(audited->checkpoint.body.size == size);
  }
  bool is_there(const std::string& name) const {
    return std::filesystem::exists(folder + '/' + name);
  }
};

void check_refused(const result<log::write_report>& done, ec code, std::string_view text) {
  BOOST_REQUIRE(!done);
  BOOST_TEST((done.error().code == code), done.error().text);
  BOOST_TEST(done.error().text.find(text) != std::string::npos, done.error().text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_tiles)

BOOST_AUTO_TEST_CASE(a_folder_of_any_size_passes_its_audit) {
  for (std::uint64_t size : {0u, 1u, 255u, 256u, 257u, 511u, 512u, 4'095u, 4'097u, 9'000u}) {
    fake::node node(size);
    published to;
    auto done = to.write(node);
    BOOST_REQUIRE_MESSAGE(done, size << ": " << (done ? "" : done.error().text));
    BOOST_TEST(done->size == size);
    to.check(node, size);
  }
}

BOOST_AUTO_TEST_CASE(two_levels_of_full_tiles_pass_their_audit) {
  fake::node node(65'536 + 300);
  published to;
  auto done = to.write(node);
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.error().text));
  BOOST_TEST(to.is_there("tile/1/000"));
  BOOST_TEST(to.is_there("tile/2/000.p/1"));
  to.check(node, 65'836);
}

BOOST_AUTO_TEST_CASE(a_folder_is_brought_up_to_date_again_and_again) {
  fake::node node(300);
  published to;
  BOOST_REQUIRE(to.write(node));
  for (std::uint64_t size : {301u, 512u, 513u, 5'000u}) {
    while (node.entries.size() < size) node.entries.push_back(fake::noted_entry(node.entries.size()));
    node.sign();
    auto done = to.write(node);
    BOOST_REQUIRE_MESSAGE(done, size << ": " << (done ? "" : done.error().text));
    to.check(node, size);
  }
  auto again = to.write(node);
  BOOST_REQUIRE(again);
  BOOST_TEST(again->written == 0u);
}

BOOST_AUTO_TEST_CASE(answers_of_any_size_give_the_same_folder) {
  fake::node node(700);
  node.entries_most = 101;
  published to;
  BOOST_REQUIRE(to.write(node));
  to.check(node, 700);
}

BOOST_AUTO_TEST_CASE(the_checkpoint_has_the_logs_line_and_the_cosigned_one_the_witnesses) {
  fake::node node(300);
  node.cosign(300, {5, 6});
  const std::string cosigned = node.report.cosigned;
  const std::string plain = node.report.note;
  node.report.note = cosigned; // as a node might hold it
  published to;
  BOOST_REQUIRE(to.write(node));
  BOOST_TEST(content_of(to.folder + "/checkpoint") == plain);
  BOOST_TEST(content_of(to.folder + "/checkpoint.cosigned") == cosigned);
  log::trust_policy trust;
  trust.logs = {node.vkey()};
  trust.witnesses = {fake::node::witness_key(5), fake::node::witness_key(6)};
  trust.quorum = 2;
  auto audited = audit_tiles(to.folder, trust);
  BOOST_REQUIRE_MESSAGE(audited, (audited ? "" : log::to_text(audited.error())));
  BOOST_TEST(audited->cosigned->witness_count == 2u);
}

BOOST_AUTO_TEST_CASE(a_cosigned_checkpoint_of_another_size_stays_out) {
  fake::node node(300);
  node.cosign(299, {5});
  published to;
  BOOST_REQUIRE(to.write(node));
  BOOST_TEST(!to.is_there("checkpoint.cosigned"));
}

BOOST_AUTO_TEST_CASE(nothing_is_written_of_entries_that_the_checkpoint_does_not_cover) {
  fake::node node(300);
  node.entries[7] = fake::noted_entry(7, "another");
  published to;
  check_refused(to.write(node), ec::integrity, "the checkpoint of 300 entries has the root");
  BOOST_TEST(!to.is_there("checkpoint"));
  BOOST_TEST(!to.is_there("tile"));
}

BOOST_AUTO_TEST_CASE(nothing_is_written_under_a_checkpoint_of_another_key) {
  fake::node node(3);
  fake::node other(3);
  other.key_seed = 2;
  other.sign();
  published to;
  check_refused(to.write(node, other.report.vkey), ec::integrity, "the checkpoint does not hold");
  check_refused(to.write(node, "nonsense"), ec::invalid, "the log's key");
  BOOST_TEST(!to.is_there("checkpoint"));
  BOOST_TEST(to.write(node, node.report.vkey).has_value());
}

BOOST_AUTO_TEST_CASE(entries_that_change_while_they_are_read_are_refused) {
  fake::node node(5'000);
  std::size_t reads = 0;
  node.before = [&](const control_request& request) -> std::optional<control_response> {
    if (!std::holds_alternative<ledger_read_request>(request.body)) return std::nullopt;
    // After the first pass, which the root was computed of.
    if (++reads == 3) node.entries[300] = fake::noted_entry(300, "another");
    return std::nullopt;
  };
  published to;
  check_refused(to.write(node), ec::integrity, "the entries from 256 on changed");
  BOOST_TEST(!to.is_there("checkpoint"));
}

BOOST_AUTO_TEST_CASE(a_folder_of_another_history_is_left_as_it_is) {
  fake::node node(300);
  published to;
  BOOST_REQUIRE(to.write(node));
  const std::string before = content_of(to.folder + "/checkpoint");
  node.entries[7] = fake::noted_entry(7, "another");
  node.entries.push_back(fake::noted_entry(300));
  node.sign();
  auto done = to.write(node);
  BOOST_REQUIRE(!done);
  BOOST_TEST((done.error().code == ec::integrity));
  BOOST_TEST(content_of(to.folder + "/checkpoint") == before);
  to.check(node, 300);
}

BOOST_AUTO_TEST_CASE(a_copy_that_is_behind_its_checkpoint_waits) {
  fake::node node(300);
  node.report.size = 299;
  published to;
  check_refused(to.write(node), ec::busy, "try again");
}

BOOST_AUTO_TEST_SUITE_END()
