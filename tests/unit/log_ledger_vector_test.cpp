// The public samples of checkpoints, of a cosignature and of tile paths, and their negatives.
#include "storage/log/base64.hpp"
#include "storage/log/checkpoint.hpp"
#include "storage/log/cosignature.hpp"
#include "storage/log/tile.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ledger = ppn::log;
using nlohmann::json;
using ppn::bytes;

namespace {

json vectors() {
  const char* folder = std::getenv("PPN_SOURCE_DIR");
  BOOST_REQUIRE_MESSAGE(folder, "PPN_SOURCE_DIR is not set");
  std::ifstream file(std::string(folder) + "/tests/vectors/ledger-vectors.json");
  BOOST_REQUIRE(file.good());
  return json::parse(file);
}

ledger::trust_policy policy_of(const json& all) {
  return {{ledger::parse_vkey(all.at("log_vkey").get<std::string>()).value()}, {}, 0};
}

bytes note_of(const json& vector) {
  return ledger::from_base64(vector.at("note_b64").get<std::string>()).value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_ledger_vector)

BOOST_AUTO_TEST_CASE(the_sample_notes_get_their_verdicts) {
  const json all = vectors();
  BOOST_REQUIRE(!all.at("notes").empty());
  for (const json& vector : all["notes"]) {
    BOOST_TEST_CONTEXT(vector.at("desc").get<std::string>()) {
      auto opened = ledger::open_checkpoint(note_of(vector), policy_of(all));
      BOOST_REQUIRE(opened.has_value() == (vector.at("spec_verdict") == "accept"));
      if (!opened) continue;
      BOOST_TEST(opened->body.origin == all.at("origin").get<std::string>());
      BOOST_TEST(opened->body.size == vector.at("size").get<std::uint64_t>());
      BOOST_TEST(opened->body.root.hex() == vector.at("root").get<std::string>());
      BOOST_TEST(opened->body.extensions.empty() == (vector.at("extension_lines") == 0));
      BOOST_TEST(ledger::to_text(opened->source) == ppn::text_of(note_of(vector)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_sample_note_cut_or_changed_anywhere_is_refused) {
  const json all = vectors();
  const ledger::trust_policy trust = policy_of(all);
  for (const json& vector : all.at("notes")) {
    const bytes note = note_of(vector);
    for (std::size_t size = 0; size < note.size(); ++size) {
      // Cut after a whole line of the log, only an unknown witness is lost, and that is legal.
      auto cut = ledger::open_checkpoint(ppn::bytes_view(note).first(size), trust);
      if (cut) BOOST_REQUIRE((note[size - 1] == '\n' && cut->body.size == 300));
    }
    std::size_t survived = 0;
    for (std::size_t bit = 0; bit < 8 * note.size(); ++bit) {
      bytes changed = note;
      changed[bit / 8] ^= static_cast<ppn::octet>(1 << bit % 8);
      survived += ledger::open_checkpoint(changed, trust) ? 1 : 0;
    }
    // Only a line by a witness that this policy does not know may change unnoticed.
    bool is_cosigned = std::search(note.begin(), note.end(), std::begin("witness.example"),
                                   std::end("witness.example") - 1) != note.end();
    BOOST_TEST((survived > 0) == is_cosigned);
  }
}

BOOST_AUTO_TEST_CASE(the_sample_cosignature_has_the_known_message_and_layout) {
  const json sample = vectors().at("cosignature");
  const auto text = sample.at("note_text").get<std::string>();
  const auto time = sample.at("timestamp").get<std::uint64_t>();
  BOOST_TEST(ledger::cosignature_message(time, text) ==
             sample.at("signed_message").get<std::string>());
  auto lines = ledger::parse_signature_lines(sample.at("line").get<std::string>());
  BOOST_REQUIRE(lines);
  BOOST_REQUIRE(lines->size() == 1u);
  const ledger::note_signature& line = lines->front();
  BOOST_TEST(line.name == "witness.example/w1");
  BOOST_TEST(line.id.hex() == "259984d9");
  BOOST_REQUIRE(line.payload.size() == ledger::cosignature_octets);
  BOOST_TEST(ppn::load_be64(line.payload.data()) == time);
  BOOST_TEST(ledger::to_text(line) == sample.at("line").get<std::string>());
}

BOOST_AUTO_TEST_CASE(the_sample_tile_paths_hold_both_ways) {
  const json all = vectors();
  BOOST_REQUIRE(!all.at("tile_paths").empty());
  for (const json& vector : all["tile_paths"]) {
    ledger::tile_address tile{ledger::tile_kind::hashes, vector.at("level"), vector.at("index"),
                              vector.at("width")};
    BOOST_TEST(ledger::tile_path(tile) == vector.at("tile").get<std::string>());
    BOOST_TEST((ledger::parse_tile_path(vector["tile"].get<std::string>()) == tile));
    tile.kind = ledger::tile_kind::entries;
    tile.level = 0;
    BOOST_TEST(ledger::tile_path(tile) == vector.at("entries").get<std::string>());
    BOOST_TEST((ledger::parse_tile_path(vector["entries"].get<std::string>()) == tile));
  }
}

BOOST_AUTO_TEST_SUITE_END()
