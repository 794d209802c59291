// The public sample vectors of the Merkle tree, valid and invalid ones, and what their valid ones
// become when a single part is exchanged.
#include "storage/log/merkle.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ledger = ppn::log;
using nlohmann::json;
using ppn::digest;

namespace {

json vectors() {
  const char* folder = std::getenv("PPN_SOURCE_DIR");
  BOOST_REQUIRE_MESSAGE(folder, "PPN_SOURCE_DIR is not set");
  std::ifstream file(std::string(folder) + "/tests/vectors/merkle-vectors.json");
  BOOST_REQUIRE(file.good());
  return json::parse(file);
}

digest hash_of(const json& text) {
  return digest::from_hex_text(text.get<std::string>()).value();
}

ledger::proof_hashes proof_of(const json& vector) {
  ledger::proof_hashes hashes;
  for (const json& text : vector.at("proof"))
    hashes.push_back(hash_of(text));
  return hashes;
}

ledger::frontier classic_tree(const json& all) {
  ledger::frontier tree;
  for (const json& text : all.at("classic_leaves"))
    tree.append(ledger::leaf_hash(ppn::from_hex(text.get<std::string>()).value()));
  return tree;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_merkle_vector)

BOOST_AUTO_TEST_CASE(the_classic_leaves_have_the_known_hashes_and_roots) {
  const json all = vectors();
  const json& roots = all.at("classic_roots_by_size");
  ledger::frontier tree;
  BOOST_REQUIRE((roots.size() == all.at("classic_leaves").size() + 1));
  for (std::size_t i = 0; i < all.at("classic_leaves").size(); ++i) {
    BOOST_TEST((tree.root() == hash_of(roots[i])));
    digest leaf =
        ledger::leaf_hash(ppn::from_hex(all["classic_leaves"][i].get<std::string>()).value());
    BOOST_TEST((leaf == hash_of(all["classic_leaf_hashes"][i])));
    tree.append(leaf);
  }
  BOOST_TEST((tree.root() == hash_of(roots.back())));
  BOOST_TEST((classic_tree(all) == tree));
}

BOOST_AUTO_TEST_CASE(the_inclusion_vectors_get_their_verdicts) {
  const json all = vectors();
  BOOST_REQUIRE(!all.at("inclusion").empty());
  for (const json& vector : all["inclusion"]) {
    BOOST_TEST_CONTEXT(vector.at("desc").get<std::string>()) {
      BOOST_TEST(ledger::verify_inclusion(vector.at("index"), vector.at("size"),
                                          hash_of(vector.at("leaf_hash")), proof_of(vector),
                                          hash_of(vector.at("root"))) ==
                 vector.at("valid").get<bool>());
    }
  }
}

BOOST_AUTO_TEST_CASE(the_consistency_vectors_get_their_verdicts) {
  const json all = vectors();
  BOOST_REQUIRE(!all.at("consistency").empty());
  for (const json& vector : all["consistency"]) {
    BOOST_TEST_CONTEXT(vector.at("desc").get<std::string>()) {
      BOOST_TEST(ledger::verify_consistency(vector.at("size1"), vector.at("size2"),
                                            proof_of(vector), hash_of(vector.at("root1")),
                                            hash_of(vector.at("root2"))) ==
                 vector.at("valid").get<bool>());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_vector_with_its_roots_exchanged_is_refused) {
  const json all = vectors();
  int exchanged = 0;
  for (const json& vector : all.at("consistency")) {
    if (vector.at("root1") == vector.at("root2")) continue;
    ++exchanged;
    BOOST_TEST(!ledger::verify_consistency(vector.at("size1"), vector.at("size2"), proof_of(vector),
                                           hash_of(vector.at("root2")),
                                           hash_of(vector.at("root1"))));
  }
  BOOST_TEST(exchanged > 0);
}

BOOST_AUTO_TEST_SUITE_END()
