// The files of a log, cut out of a book: for every size of a tree there is exactly what tlog-tiles says,
// and what is served leads from the entries to the signed root.
#include "actors/ledger_files.hpp"

#include "storage/log/tile.hpp"
#include "tests/unit/book_support.hpp"

using namespace books;

namespace {

ledger_tile_query query(const log::tile_address& tile) {
  return {tile.kind == log::tile_kind::entries, tile.level, tile.index, tile.width};
}

struct place : ledger_place {
  result<bytes> read(const ledger_tile_query& what) const { return read_tile(*book, what); }
  ec code(const ledger_tile_query& what) const {
    auto got = read(what);
    return got ? ec::none : got.error().code;
  }
};

std::vector<digest> leaves_from(std::uint64_t first, std::uint64_t count) {
  std::vector<digest> leaves;
  for (const bytes& entry : entries_from(first, count)) leaves.push_back(log::leaf_hash(entry));
  return leaves;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(ledger_files, place)

BOOST_AUTO_TEST_CASE(every_tile_of_every_size_so_far_is_served) {
  grow_to(600);
  for (std::uint64_t size : {1u, 2u, 255u, 256u, 257u, 511u, 512u, 599u, 600u}) {
    auto tiles = log::tiles_for(size);
    BOOST_REQUIRE(tiles);
    for (const log::tile_address& tile : *tiles) {
      auto data = read(query(tile));
      BOOST_REQUIRE_MESSAGE(data, log::tile_path(tile));
      if (tile.level == 1) continue;
      if (tile.kind == log::tile_kind::hashes) {
        BOOST_TEST((*data == log::hash_tile(leaves_from(256 * tile.index, tile.width))));
      } else {
        auto entries = log::parse_entry_bundle(*data, tile.width);
        BOOST_REQUIRE(entries);
        BOOST_TEST((bytes(entries->back().begin(), entries->back().end()) ==
                    entry_number(256 * tile.index + tile.width - 1)));
      }
    }
  }
  auto upper = read({false, 1, 0, 2});
  BOOST_REQUIRE(upper);
  std::vector<digest> below{log::full_tile_root(leaves_from(0, 256)),
                            log::full_tile_root(leaves_from(256, 256))};
  BOOST_TEST((*upper == log::hash_tile(below)));
}

BOOST_AUTO_TEST_CASE(what_a_log_does_not_have_is_not_found) {
  grow_to(600);
  for (const ledger_tile_query& what : std::vector<ledger_tile_query>{
         {false, 0, 2, 89}, {false, 0, 2, 256}, {false, 0, 3, 1}, {false, 1, 0, 3}, {false, 1, 1, 1},
         {false, 2, 0, 1}, {false, 7, 0, 1}, {false, 8, 0, 1}, {false, 63, 0, 1}, {true, 0, 2, 89},
         {true, 0, 3, 1}, {true, 1, 0, 1}, {false, 0, 0, 0}, {false, 0, 0, 257},
         {false, 0, ~std::uint64_t{0}, 1}, {true, 0, std::uint64_t{1} << 62, 256}})
    BOOST_TEST((code(what) == ec::not_found), what.level << "/" << what.index << " " << what.width);
  BOOST_TEST((code({false, 0, 2, 88}) == ec::none));
  BOOST_TEST((code({true, 0, 2, 88}) == ec::none));
}

BOOST_AUTO_TEST_CASE(an_empty_log_has_no_files) {
  BOOST_REQUIRE(open());
  for (unsigned level : {0u, 1u, 8u, 63u})
    BOOST_TEST((code({false, level, 0, 1}) == ec::not_found));
  BOOST_TEST((code({true, 0, 0, 1}) == ec::not_found));
}

BOOST_AUTO_TEST_CASE(a_damaged_entry_is_not_served) {
  grow_to(3);
  disk.damage(1);
  BOOST_TEST((code({true, 0, 0, 3}) == ec::integrity));
  BOOST_TEST((code({true, 0, 0, 1}) == ec::none));
}

BOOST_AUTO_TEST_CASE(registers_change_with_entries_that_they_show) {
  fleet_state state;
  auto before = changes_of_registers(state);
  BOOST_TEST(before > 0u);
  state.kinds = {{"noted", 5}, {"document-filed", 6}, {"node-started", 7}};
  BOOST_TEST(changes_of_registers(state) == before);
  for (const char* kind : {"genesis", "member-added", "member-evicted", "member-returned",
                           "posture-set", "role-given", "grant-revoked", "kind-of-tomorrow"}) {
    state.kinds[kind] = 1;
    BOOST_TEST(changes_of_registers(state) == ++before);
  }
}

BOOST_AUTO_TEST_SUITE_END()
