// `ppn ledger verify`: what it accepts on its command line, what it answers, and its exit codes.
#include "runtime/cli/ledger_verify.hpp"

#include "tests/unit/log_tile_support.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace tiles;
using nlohmann::json;
using ppn::ledger_verify_answer;
using ppn::ledger_verify_options;

namespace {

const test_log& sample() {
  static const test_log made(1100);
  return made;
}

// Lends a folder that the test keeps.
class borrowed final : public log::tile_folder {
public:
  explicit borrowed(memory_folder& folder) : folder_(folder) {}
  status read(const std::string& path, std::size_t most, bytes& to) const override {
    return folder_.read(path, most, to);
  }
  ppn::result<std::vector<log::folder_entry>> list(const std::string& path) const override {
    return folder_.list(path);
  }
  status make_folder(const std::string&) override { return refused(); }
  status write(const std::string&, bytes_view) override { return refused(); }
  status sync_file(const std::string&) override { return refused(); }
  status rename(const std::string&, const std::string&) override { return refused(); }
  status remove(const std::string&) override { return refused(); }
  status sync_folder(const std::string&) override { return refused(); }

private:
  static status refused() { return ppn::fail(ec::permission, "a verifier writes nothing"); }
  memory_folder& folder_;
};

struct desk {
  explicit desk(std::uint64_t size, std::optional<std::uint64_t> cosigned = {}) {
    BOOST_REQUIRE(publish(folder, sample(), size, cosigned));
    given.tiles = "/srv/log";
    given.vkeys = {log::to_text(log_signer().key)};
  }
  ledger_verify_answer ask() {
    ppn::ledger_verify_world world;
    world.open_folder =
        [this](const std::string& path) -> ppn::result<std::unique_ptr<log::tile_folder>> {
      if (path != "/srv/log") return ppn::fail(ec::not_found, "cannot open " + path);
      return std::make_unique<borrowed>(folder);
    };
    world.read_file = [this](const std::string& path) -> ppn::result<bytes> {
      if (!notes.contains(path)) return ppn::fail(ec::not_found, "cannot open " + path);
      return bytes(notes[path].begin(), notes[path].end());
    };
    world.now = [this] { return ppn::nanoseconds(ppn::milliseconds(250 * ++clock_reads)); };
    return ppn::verify_ledger(given, world);
  }
  json object() { return json::parse(ask().output); }

  memory_folder folder;
  ledger_verify_options given;
  std::map<std::string, std::string> notes;
  int clock_reads = 0;
};

std::string witness_text() {
  return log::to_text(witness_signer().key);
}

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_verify)

BOOST_AUTO_TEST_CASE(a_sound_ledger_is_described) {
  desk at(600);
  const ledger_verify_answer answer = at.ask();
  BOOST_TEST(answer.exit == 0);
  BOOST_TEST(answer.problem.empty());
  for (const std::string& part :
       {std::string("log.example/a"), std::string("600 entries"), sample().root(600).hex(),
        log_signer().key.id.hex(), std::string("files       8,"), std::string("0.25")})
    BOOST_TEST(answer.output.find(part) != std::string::npos, part << " in " << answer.output);
}

BOOST_AUTO_TEST_CASE(json_holds_the_same) {
  desk at(600, 300);
  at.given.json = true;
  at.given.witnesses = {witness_text()};
  at.given.checkpoint = "old";
  at.notes["old"] = sample().note(10);
  const json object = at.object();
  BOOST_TEST(object["schema"] == "ppn.ledger-verify/1");
  BOOST_TEST(object["verified"] == true);
  BOOST_TEST(object["origin"] == origin);
  BOOST_TEST(object["size"] == 600);
  BOOST_TEST(object["entries"] == 600);
  BOOST_TEST(object["root"] == sample().root(600).hex());
  BOOST_TEST(object["leftovers"] == 3);
  BOOST_TEST(object["ahead"] == 0);
  BOOST_TEST(object["signers"][0]["id"] == log_signer().key.id.hex());
  BOOST_TEST(object["signers"][0]["kind"] == "log");
  BOOST_TEST(object["cosigned"]["size"] == 300);
  BOOST_TEST(object["cosigned"]["witnesses"] == 1);
  BOOST_TEST(object["cosigned"]["signers"][1]["time"] == 5);
  BOOST_TEST(object["remembered"] == 10);
}

BOOST_AUTO_TEST_CASE(an_empty_ledger_is_sound) {
  desk at(0);
  BOOST_TEST(at.ask().exit == 0);
}

BOOST_AUTO_TEST_CASE(the_first_wrong_thing_is_one_line_and_exit_seven) {
  desk at(600);
  at.folder.at("tile/entries/001")[12] ^= 1;
  const ledger_verify_answer answer = at.ask();
  BOOST_TEST(answer.exit == 7);
  BOOST_TEST(answer.output.empty());
  BOOST_TEST(answer.problem.starts_with("ppn: tile/entries/001: octet 10: entry 258: "));
  BOOST_TEST(std::count(answer.problem.begin(), answer.problem.end(), '\n') == 1);
  at.given.json = true;
  const json object = at.object();
  BOOST_TEST(at.ask().exit == 7);
  BOOST_TEST(object["verified"] == false);
  BOOST_TEST(object["error"]["code"] == "integrity");
  BOOST_TEST(object["error"]["place"] == "tile/entries/001");
  BOOST_TEST(object["error"]["offset"] == 10);
  BOOST_TEST(object["error"]["entry"] == 258);
  BOOST_TEST(object["error"]["expected"] == sample().rows()[0][258].hex());
}

BOOST_AUTO_TEST_CASE(a_name_from_the_folder_does_not_reach_the_terminal_as_it_is) {
  desk at(1);
  at.folder.put("\x1b[31mred", bytes{});
  const ledger_verify_answer answer = at.ask();
  BOOST_TEST(answer.exit == 7);
  BOOST_TEST(answer.problem.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_exit_one) {
  desk at(1);
  at.given.tiles = "/nowhere";
  BOOST_TEST(at.ask().exit == 1);
  at.given.tiles = "/srv/log";
  at.given.checkpoint = "missing";
  BOOST_TEST(at.ask().exit == 1);
}

BOOST_AUTO_TEST_CASE(a_remembered_checkpoint_that_does_not_fit_is_exit_seven) {
  desk at(600);
  at.given.checkpoint = "old";
  for (const std::string& note :
       {test_log(600, "fork").note(300), sample().note(601), std::string("x"), std::string()}) {
    at.notes["old"] = note;
    BOOST_TEST(at.ask().exit == 7);
  }
}

BOOST_AUTO_TEST_CASE(usage_is_exit_two) {
  const std::string key = log::to_text(log_signer().key);
  const std::string next = log::to_text(make_signer(origin, log::key_type::ed25519, 2).key);
  const std::string other = log::to_text(make_signer("b", log::key_type::ed25519, 3).key);
  const std::vector<std::vector<std::string>> wrong{
      {},           {"x"},      {key + "@"},        {key + "@x"},     {key + "@-1"},
      {key, next},  {key, key}, {key + "@5", next}, {witness_text()}, {key, other + "@5"},
      {key + "@01"}};
  for (const auto& vkeys : wrong) {
    desk at(1);
    at.given.vkeys = vkeys;
    BOOST_TEST(at.ask().exit == 2);
  }
  desk at(1, 1);
  at.given.witnesses = {key};
  BOOST_TEST(at.ask().exit == 2);
  at.given.witnesses = {witness_text()};
  BOOST_TEST(at.ask().exit == 0);
  at.given.quorum = 2;
  BOOST_TEST(at.ask().exit == 2);
}

BOOST_AUTO_TEST_CASE(keys_follow_each_other_by_size) {
  const std::string key = log::to_text(log_signer().key);
  const std::string next = log::to_text(make_signer(origin, log::key_type::ed25519, 2).key);
  desk at(600);
  at.given.vkeys = {next, key + "@600"};
  BOOST_TEST(at.ask().exit == 0);
  at.given.vkeys = {next, key + "@601"};
  BOOST_TEST(at.ask().exit == 7);
  at.given.vkeys = {key, next + "@601"};
  BOOST_TEST(at.ask().exit == 0);
}

BOOST_AUTO_TEST_CASE(witnesses_make_a_quorum_of_more_than_half) {
  const std::string second =
      log::to_text(make_signer("w.example/2", log::key_type::cosignature, 12).key);
  const std::string third =
      log::to_text(make_signer("w.example/3", log::key_type::cosignature, 13).key);
  desk at(600, 600);
  at.given.witnesses = {witness_text()};
  BOOST_TEST(at.ask().exit == 0);
  at.given.witnesses = {witness_text(), second, third};
  BOOST_TEST(at.ask().exit == 7);
  at.given.quorum = 1;
  BOOST_TEST(at.ask().exit == 0);
}

BOOST_AUTO_TEST_CASE(files_ahead_are_told_when_a_writer_may_be_at_work) {
  desk at(300);
  at.folder.put(".writing", bytes{1});
  BOOST_TEST(at.ask().exit == 7);
  at.given.growing = true;
  const ledger_verify_answer answer = at.ask();
  BOOST_TEST(answer.exit == 0);
  BOOST_TEST(answer.output.find("unpublished 1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
