// The store's checksum: the published values, and both ways to reckon it give the same for every length
// and every place to go on from.
#include "storage/rocksdb_crc.hpp"

#include "tests/contract/contract.hpp"

#include <rapidcheck.h>

using ppn::crc32c;
using ppn::crc32c_by_tables;
using ppn::octet;

BOOST_AUTO_TEST_SUITE(store_rocksdb_crc)

// RFC 3720, B.4, and the check value of the catalogue of CRCs.
BOOST_AUTO_TEST_CASE(the_published_values_come_out) {
  const ppn::bytes zeros(32, 0);
  const ppn::bytes ones(32, 0xFF);
  ppn::bytes rising;
  for (octet value = 0; value < 32; ++value) rising.push_back(value);
  for (auto reckon : {crc32c, crc32c_by_tables}) {
    BOOST_TEST(reckon(0, {}) == 0u);
    BOOST_TEST(reckon(0, ppn::view_of("123456789")) == 0xE3069283u);
    BOOST_TEST(reckon(0, zeros) == 0x8A9136AAu);
    BOOST_TEST(reckon(0, ones) == 0x62A8AB43u);
    BOOST_TEST(reckon(0, rising) == 0x46DD794Eu);
  }
}

BOOST_AUTO_TEST_CASE(both_ways_and_all_partings_agree) {
  bool held = rc::check([](const std::vector<octet>& data) {
    const ppn::bytes_view whole(data);
    const std::size_t at = data.empty() ? 0 : *rc::gen::inRange<std::size_t>(0, data.size());
    const std::uint32_t sum = crc32c_by_tables(0, whole);
    RC_ASSERT(crc32c(0, whole) == sum);
    RC_ASSERT(crc32c(crc32c(0, whole.first(at)), whole.subspan(at)) == sum);
    RC_ASSERT(crc32c_by_tables(crc32c_by_tables(0, whole.first(at)), whole.subspan(at)) == sum);
  });
  BOOST_TEST(held);
}

BOOST_AUTO_TEST_SUITE_END()
