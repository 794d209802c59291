// What is in a hash tile and in an entry bundle, to the octet.
#include "storage/log/merkle.hpp"
#include "storage/log/tile.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

namespace ledger = ppn::log;
using ledger::tile_kind;
using ppn::bytes;
using ppn::bytes_view;
using ppn::digest;
using ppn::ec;

namespace {

std::vector<digest> some_hashes(std::size_t count) {
  std::vector<digest> hashes;
  for (std::size_t i = 0; i < count; ++i)
    hashes.push_back(ledger::leaf_hash(ppn::view_of(std::to_string(i))));
  return hashes;
}

bytes bundle_of(const std::vector<bytes>& entries) {
  std::vector<bytes_view> views(entries.begin(), entries.end());
  return ledger::entry_bundle(views).value();
}

bool same(const std::vector<bytes_view>& views, const std::vector<bytes>& entries) {
  return std::equal(views.begin(), views.end(), entries.begin(), entries.end(),
                    [](bytes_view view, const bytes& entry) {
                      return std::equal(view.begin(), view.end(), entry.begin(), entry.end());
                    });
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_tile_content)

BOOST_AUTO_TEST_CASE(a_hash_tile_has_32_octets_a_hash) {
  for (unsigned width : {1u, 2u, 255u, 256u}) {
    const std::vector<digest> hashes = some_hashes(width);
    const bytes data = ledger::hash_tile(hashes);
    BOOST_TEST(data.size() == 32 * width);
    BOOST_TEST((ledger::parse_hash_tile(data, width) == hashes));
  }
}

BOOST_AUTO_TEST_CASE(a_hash_tile_of_another_length_is_refused) {
  const bytes data = ledger::hash_tile(some_hashes(3));
  for (unsigned width : {0u, 1u, 2u, 4u, 256u, 257u})
    BOOST_TEST(!ledger::parse_hash_tile(data, width));
  BOOST_TEST(!ledger::parse_hash_tile(bytes_view(data).first(95), 3));
  bytes longer = data;
  longer.push_back(0);
  BOOST_TEST((ledger::parse_hash_tile(longer, 3).error().code == ec::malformed));
  BOOST_TEST(!ledger::parse_hash_tile({}, 0));
  BOOST_TEST(!ledger::parse_hash_tile(bytes(257 * 32), 257));
}

BOOST_AUTO_TEST_CASE(a_full_tile_contributes_its_tree_hash_to_the_level_above) {
  ledger::frontier tree;
  for (const digest& hash : some_hashes(256))
    tree.append(hash);
  BOOST_TEST((ledger::full_tile_root(some_hashes(256)) == tree.root()));
}

BOOST_AUTO_TEST_CASE(a_bundle_is_lengths_in_big_endian_and_entries) {
  BOOST_TEST((bundle_of({{}}) == bytes{0, 0}));
  BOOST_TEST((bundle_of({{'a'}, {}, {'b', 'c'}}) == bytes{0, 1, 'a', 0, 0, 0, 2, 'b', 'c'}));
  const bytes data = bundle_of({bytes(258, 'x')});
  BOOST_TEST((data[0] == 1 && data[1] == 2));
  BOOST_TEST(data.size() == 260u);
}

BOOST_AUTO_TEST_CASE(any_entries_come_back_as_they_were) {
  BOOST_TEST(rc::check("1 to 256 entries", [] {
    auto count = *rc::gen::inRange<std::size_t>(1, 257);
    auto entries = *rc::gen::container<std::vector<bytes>>(count, rc::gen::arbitrary<bytes>());
    const bytes data = bundle_of(entries);
    auto read = ledger::parse_entry_bundle(data);
    RC_ASSERT(read && same(*read, entries));
    RC_ASSERT(ledger::parse_entry_bundle(data, static_cast<unsigned>(count)).has_value());
    RC_ASSERT(!ledger::parse_entry_bundle(data, static_cast<unsigned>(count) + 1));
    RC_ASSERT(!ledger::parse_entry_bundle(data, static_cast<unsigned>(count) - 1));
  }));
}

BOOST_AUTO_TEST_CASE(the_largest_entry_fits_and_one_octet_more_does_not) {
  const bytes data = bundle_of({bytes(65535, 7)});
  BOOST_TEST(data.size() == 65537u);
  BOOST_TEST(ledger::parse_entry_bundle(data, 1).has_value());
  const bytes too_long(65536, 7);
  const std::vector<bytes_view> entries{too_long};
  BOOST_TEST((ledger::entry_bundle(entries).error().code == ec::too_large));
}

BOOST_AUTO_TEST_CASE(a_bundle_holds_1_to_256_entries) {
  const bytes empty;
  BOOST_TEST(!ledger::entry_bundle({}));
  BOOST_TEST(ledger::entry_bundle(std::vector<bytes_view>(256, empty)).has_value());
  BOOST_TEST(!ledger::entry_bundle(std::vector<bytes_view>(257, empty)));
  BOOST_TEST(!ledger::parse_entry_bundle({}));
  BOOST_TEST(ledger::parse_entry_bundle(bytes(2 * 256), 256).has_value());
  BOOST_TEST((ledger::parse_entry_bundle(bytes(2 * 257)).error().code == ec::malformed));
  BOOST_TEST(!ledger::parse_entry_bundle(bytes(2 * 257), 257));
}

BOOST_AUTO_TEST_CASE(a_full_bundle_of_the_largest_entries_is_read) {
  const bytes entry(65535, 1);
  const bytes data = ledger::entry_bundle(std::vector<bytes_view>(256, entry)).value();
  BOOST_TEST(data.size() == ledger::bundle_octets_max);
  BOOST_TEST(ledger::parse_entry_bundle(data)->size() == 256u);
}

BOOST_AUTO_TEST_CASE(a_bundle_cut_anywhere_has_fewer_entries_or_is_refused) {
  const std::vector<bytes> entries{{'a'}, {}, {'b', 'c'}, bytes(300, 'd')};
  const bytes data = bundle_of(entries);
  for (std::size_t size = 0; size < data.size(); ++size) {
    auto cut = bytes_view(data).first(size);
    BOOST_REQUIRE(!ledger::parse_entry_bundle(cut, 4));
    auto read = ledger::parse_entry_bundle(cut);
    BOOST_REQUIRE(read.has_value() == (size == 3 || size == 5 || size == 9));
  }
  for (ppn::octet trailing : {0, 1, 255}) {
    bytes longer = data;
    longer.push_back(trailing);
    BOOST_TEST(!ledger::parse_entry_bundle(longer));
  }
}

BOOST_AUTO_TEST_CASE(a_reader_takes_the_first_items_of_a_larger_tile) {
  const std::vector<digest> hashes = some_hashes(256);
  const bytes tile = ledger::hash_tile(hashes);
  const bytes bundle = bundle_of(std::vector<bytes>(256, bytes{'x', 'y'}));
  for (unsigned width : {1u, 2u, 255u, 256u}) {
    auto prefix = ledger::tile_prefix(tile_kind::hashes, tile, width);
    BOOST_REQUIRE(prefix);
    BOOST_TEST((ledger::parse_hash_tile(*prefix, width) ==
                std::vector<digest>(hashes.begin(), hashes.begin() + width)));
    auto entries = ledger::tile_prefix(tile_kind::entries, bundle, width);
    BOOST_REQUIRE(entries);
    BOOST_TEST(entries->size() == 4 * width);
    BOOST_TEST(ledger::parse_entry_bundle(*entries, width).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_larger_tile_that_is_not_one_has_no_prefix) {
  const bytes tile = ledger::hash_tile(some_hashes(3));
  const bytes bundle = bundle_of({{'a'}, {'b'}});
  for (tile_kind kind : {tile_kind::hashes, tile_kind::entries}) {
    const bytes& data = kind == tile_kind::hashes ? tile : bundle;
    for (unsigned width : {0u, 4u, 257u})
      BOOST_TEST(!ledger::tile_prefix(kind, data, width));
    BOOST_TEST(!ledger::tile_prefix(kind, bytes_view(data).first(data.size() - 1), 1));
    BOOST_TEST(!ledger::tile_prefix(kind, {}, 1));
  }
  BOOST_TEST(!ledger::tile_prefix(tile_kind::hashes, bytes(257 * 32), 1));
}

BOOST_AUTO_TEST_SUITE_END()
