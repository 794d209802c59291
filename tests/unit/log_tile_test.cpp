// Which tiles a tree has and what they are called.
#include "storage/log/tile.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>
#include <set>

namespace ledger = ppn::log;
using ledger::tile_address;
using ledger::tile_kind;
using ppn::ec;

namespace {

std::vector<std::string> paths_of(std::uint64_t size) {
  std::vector<std::string> paths;
  const std::vector<tile_address> tiles = ledger::tiles_for(size).value();
  for (const tile_address& tile : tiles)
    paths.push_back(ledger::tile_path(tile));
  return paths;
}

using paths = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(log_tile)

BOOST_AUTO_TEST_CASE(paths_group_the_index_by_three_digits) {
  auto path = [](std::uint64_t index) { return ledger::tile_path({tile_kind::hashes, 0, index}); };
  BOOST_TEST(path(0) == "tile/0/000");
  BOOST_TEST(path(7) == "tile/0/007");
  BOOST_TEST(path(999) == "tile/0/999");
  BOOST_TEST(path(1000) == "tile/0/x001/000");
  BOOST_TEST(path(1234) == "tile/0/x001/234");
  BOOST_TEST(path(1000000) == "tile/0/x001/x000/000");
  BOOST_TEST(path(1234067) == "tile/0/x001/x234/067");
  BOOST_TEST(path(ledger::number_end - 1) == "tile/0/x009/x223/x372/x036/x854/x775/807");
  BOOST_TEST(ledger::tile_path({tile_kind::hashes, 63, 5, 255}) == "tile/63/005.p/255");
  BOOST_TEST(ledger::tile_path({tile_kind::entries, 0, 1234, 1}) == "tile/entries/x001/234.p/1");
}

BOOST_AUTO_TEST_CASE(every_path_reads_back) {
  BOOST_TEST(rc::check("any address", [] {
    tile_address tile;
    tile.kind = *rc::gen::element(tile_kind::hashes, tile_kind::entries);
    if (tile.kind == tile_kind::hashes)
      tile.level = *rc::gen::inRange(0u, ledger::tile_level_max + 1);
    tile.index =
        *rc::gen::inRange<std::uint64_t>(0, ledger::number_end) >> *rc::gen::inRange(0, 63);
    tile.width = *rc::gen::inRange(1u, ledger::tile_width + 1);
    RC_ASSERT(ledger::parse_tile_path(ledger::tile_path(tile)) == tile);
    RC_ASSERT(tile.is_partial() == (tile.width < 256));
    RC_ASSERT(!tile.full().is_partial());
  }));
  const tile_address last{tile_kind::hashes, 0, ledger::number_end - 1};
  BOOST_TEST((ledger::parse_tile_path(ledger::tile_path(last)) == last));
}

BOOST_AUTO_TEST_CASE(every_other_spelling_is_refused) {
  for (std::string_view path : {"",
                                "tile",
                                "tile/",
                                "tile/0",
                                "tile/0/",
                                "tile//000",
                                "/tile/0/000",
                                "tile/0/000/",
                                "tile/0/0",
                                "tile/0/00",
                                "tile/0/0000",
                                "tile/0/1000",
                                "tile/0/x000/000",
                                "tile/0/x000/001",
                                "tile/0/x001/x000",
                                "tile/0/x001",
                                "tile/0/x001/",
                                "tile/0/001/000",
                                "tile/0/x01/000",
                                "tile/0/x1/000",
                                "tile/0/X001/000",
                                "tile/0/x001/x000/x000/",
                                "tile/0/-01",
                                "tile/0/+01",
                                "tile/0/0a0",
                                "tile/0/ 00",
                                "tile/00/000",
                                "tile/01/000",
                                "tile/64/000",
                                "tile/-1/000",
                                "tile/x/000",
                                "tile/8/0/000",
                                "tile/data/000",
                                "tile/entries",
                                "tile/entries/",
                                "tile/entries/0",
                                "tile/Entries/000",
                                "tile/entriesx/000",
                                "tiles/0/000",
                                "Tile/0/000",
                                "tile/0/000.p",
                                "tile/0/000.p/",
                                "tile/0/000.p/0",
                                "tile/0/000.p/00",
                                "tile/0/000.p/01",
                                "tile/0/000.p/256",
                                "tile/0/000.p/-1",
                                "tile/0/000.p/1/",
                                "tile/0/000.p/1 ",
                                "tile/0/000.P/1",
                                "tile/0/000p/1",
                                "tile/0/000.p/1.p/1",
                                "tile/0/000 ",
                                "tile/0/000\n",
                                "tile/0/../0/000",
                                "tile/0/x009/x223/x372/x036/x854/x775/808",
                                "tile/0/x018/x446/x744/x073/x709/x551/616",
                                "tile/0/x999/x999/x999/x999/x999/x999/999",
                                "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
                                "checkpoint"}) {
    auto tile = ledger::parse_tile_path(path);
    BOOST_TEST(!tile, path);
    if (!tile) BOOST_TEST((tile.error().code == ec::malformed));
  }
  BOOST_TEST(!ledger::parse_tile_path("tile/0/" + std::string(1000, 'x')));
  BOOST_TEST(!ledger::parse_tile_path(std::string_view("tile/0/000\0", 11)));
}

BOOST_AUTO_TEST_CASE(a_path_with_one_character_changed_never_reads_as_the_same_tile) {
  const std::string path = "tile/5/x001/x234/067.p/8";
  const tile_address tile = ledger::parse_tile_path(path).value();
  for (std::size_t i = 0; i < path.size(); ++i)
    for (int value = 0; value < 256; ++value) {
      std::string changed = path;
      changed[i] = static_cast<char>(value);
      auto other = ledger::parse_tile_path(changed);
      BOOST_REQUIRE((changed == path || other != tile));
      if (other) BOOST_REQUIRE_EQUAL(ledger::tile_path(*other), changed);
    }
}

BOOST_AUTO_TEST_CASE(small_trees_have_exactly_these_tiles) {
  BOOST_TEST((paths_of(0) == paths{}));
  BOOST_TEST((paths_of(1) == paths{"tile/0/000.p/1", "tile/entries/000.p/1"}));
  BOOST_TEST((paths_of(255) == paths{"tile/0/000.p/255", "tile/entries/000.p/255"}));
  BOOST_TEST((paths_of(256) == paths{"tile/0/000", "tile/1/000.p/1", "tile/entries/000"}));
  BOOST_TEST((paths_of(257) == paths{"tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1",
                                     "tile/entries/000", "tile/entries/001.p/1"}));
}

BOOST_AUTO_TEST_CASE(a_tree_of_70000_has_three_levels) {
  using level = ledger::tile_level;
  BOOST_TEST(
      (ledger::tile_levels(70000) == std::vector<level>{{0, 273, 112}, {1, 1, 17}, {2, 0, 1}}));
  BOOST_TEST((ledger::tile_levels(65536) == std::vector<level>{{0, 256, 0}, {1, 1, 0}, {2, 0, 1}}));
  BOOST_TEST(ledger::tile_levels(ledger::number_end - 1).size() == 8u);
  const paths all = paths_of(70000);
  const std::set<std::string> known(all.begin(), all.end());
  BOOST_TEST(all.size() == 2 * 274 + 2 + 1u);
  BOOST_TEST(known.size() == all.size());
  for (const char* path : {"tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17",
                           "tile/2/000.p/1", "tile/entries/273.p/112"})
    BOOST_TEST(known.contains(path), path);
}

BOOST_AUTO_TEST_CASE(tiles_follow_the_definition_at_every_size_to_1100) {
  for (std::uint64_t size = 0; size <= 1100; ++size) {
    std::vector<tile_address> expected;
    for (tile_kind kind : {tile_kind::hashes, tile_kind::entries}) {
      std::uint64_t hashes = size;
      for (unsigned level = 0; hashes != 0; ++level, hashes /= 256) {
        for (std::uint64_t i = 0; i < hashes / 256; ++i)
          expected.push_back({kind, level, i, 256});
        if (hashes % 256 != 0)
          expected.push_back({kind, level, hashes / 256, static_cast<unsigned>(hashes % 256)});
        if (kind == tile_kind::entries) break;
      }
    }
    BOOST_REQUIRE((ledger::tiles_for(size) == expected));
    BOOST_REQUIRE_EQUAL(ledger::tile_count(size), expected.size());
  }
}

BOOST_AUTO_TEST_CASE(a_list_longer_than_its_limit_is_refused_before_it_is_made) {
  std::uint64_t fits = 0;
  for (std::uint64_t step = std::uint64_t{1} << 62; step != 0; step /= 2)
    if (ledger::tile_count(fits + step) <= ledger::tile_list_max) fits += step;
  BOOST_TEST(fits > std::uint64_t{133'000'000});
  BOOST_TEST(ledger::tiles_for(fits)->size() <= ledger::tile_list_max);
  for (std::uint64_t size : {fits + 1, ledger::number_end - 1, ~std::uint64_t{0}}) {
    auto tiles = ledger::tiles_for(size);
    BOOST_REQUIRE(!tiles);
    BOOST_TEST((tiles.error().code == ec::too_large));
  }
}

BOOST_AUTO_TEST_SUITE_END()
