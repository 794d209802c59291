// The hash wrappers against published vectors: FIPS 180-2, RFC 4231, and for HKDF with SHA-512 the
// inputs of RFC 5869 (which prints SHA-256 results only) computed a second way, from HMAC step by
// step.
#include "runtime/crypto/hash.hpp"

#include "runtime/crypto/secret.hpp"

#include <boost/test/unit_test.hpp>

namespace ppn::crypto {
namespace {

bytes repeated(std::size_t size, octet value) {
  return bytes(size, value);
}

bytes ascending(octet first, octet last) {
  bytes out;
  for (int value = first; value <= last; ++value)
    out.push_back(static_cast<octet>(value));
  return out;
}

BOOST_AUTO_TEST_SUITE(hash)

BOOST_AUTO_TEST_CASE(sha256_gives_the_published_digests) {
  BOOST_TEST(sha256(view_of("")).hex() ==
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(sha256(view_of("abc")).hex() ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_CASE(sha256_in_pieces_equals_sha256_at_once) {
  const bytes data = ascending(0, 200);
  for (std::size_t cut = 0; cut <= data.size(); ++cut) {
    sha256_stream stream;
    stream.update(bytes_view(data).first(cut));
    stream.update(bytes_view(data).subspan(cut));
    BOOST_REQUIRE(stream.finish() == sha256(data));
  }
}

BOOST_AUTO_TEST_CASE(sha512_gives_the_published_digests_whatever_the_parts) {
  const std::string abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
  BOOST_TEST(to_hex(sha512({view_of("abc")})) == abc);
  BOOST_TEST(to_hex(sha512({view_of("a"), view_of(""), view_of("bc")})) == abc);
  BOOST_TEST(to_hex(sha512({})) ==
             "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
             "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
}

// RFC 4231, cases 1 to 4, 6 and 7: short keys, text, and keys longer than a block.
BOOST_AUTO_TEST_CASE(hmac_sha512_gives_the_vectors_of_rfc_4231) {
  BOOST_TEST(to_hex(hmac_sha512(repeated(20, 0x0b), {view_of("Hi There")})) ==
             "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
             "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
  BOOST_TEST(to_hex(hmac_sha512(view_of("Jefe"), {view_of("what do ya want for nothing?")})) ==
             "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
             "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  BOOST_TEST(to_hex(hmac_sha512(repeated(20, 0xaa), {repeated(50, 0xdd)})) ==
             "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
             "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb");
  BOOST_TEST(to_hex(hmac_sha512(ascending(0x01, 0x19), {repeated(50, 0xcd)})) ==
             "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
             "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd");
  BOOST_TEST(
      to_hex(hmac_sha512(repeated(131, 0xaa), {view_of("Test Using Larger Than Block-Size Key - "),
                                               view_of("Hash Key First")})) ==
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
      "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

// The three inputs of RFC 5869, appendix A: plain, long, and without salt and info.
BOOST_AUTO_TEST_CASE(hkdf_sha512_is_the_chain_of_hmacs_that_rfc_5869_describes) {
  struct sample {
    bytes key_material, salt, info;
    std::size_t size;
  };
  const sample samples[] = {
      {repeated(22, 0x0b), ascending(0x00, 0x0c), ascending(0xf0, 0xf9), 42},
      {ascending(0x00, 0x4f), ascending(0x60, 0xaf), ascending(0xb0, 0xff), 200},
      // No salt stands for a block of zeros.
      {repeated(22, 0x0b), repeated(64, 0), {}, 42},
  };
  for (const sample& one : samples) {
    const sha512_digest prk = hkdf_extract(one.salt, one.key_material);
    BOOST_CHECK(prk == hmac_sha512(one.salt, {one.key_material}));
    bytes expected;
    bytes previous;
    for (octet counter = 1; expected.size() < one.size; ++counter) {
      const sha512_digest block = hmac_sha512(prk, {previous, one.info, bytes_view(&counter, 1)});
      previous.assign(block.begin(), block.end());
      append(expected, previous);
    }
    expected.resize(one.size);
    bytes out(one.size);
    hkdf_expand(prk, {one.info}, out);
    BOOST_TEST(to_hex(out) == to_hex(expected));
  }
}

BOOST_AUTO_TEST_CASE(hkdf_expand_joins_its_info_parts_and_a_shorter_output_is_a_prefix) {
  const sha512_digest prk = hkdf_extract(view_of("salt"), view_of("key material"));
  bytes longer(130);
  bytes shorter(65);
  hkdf_expand(prk, {view_of("one"), view_of("two")}, longer);
  hkdf_expand(prk, {view_of("onetwo")}, shorter);
  BOOST_TEST(to_hex(bytes_view(longer).first(65)) == to_hex(shorter));
  bytes none;
  hkdf_expand(prk, {}, none);
  BOOST_TEST(none.empty());
}

BOOST_AUTO_TEST_CASE(equal_compares_content_and_length) {
  BOOST_TEST(equal(view_of("same"), view_of("same")));
  BOOST_TEST(!equal(view_of("same"), view_of("sama")));
  BOOST_TEST(!equal(view_of("same"), view_of("sam")));
  BOOST_TEST(equal({}, {}));
}

BOOST_AUTO_TEST_CASE(taking_a_secret_wipes_where_it_was) {
  bytes from = ascending(1, 32);
  const secret taken = secret::take(from);
  BOOST_TEST(to_hex(taken.view()) == to_hex(ascending(1, 32)));
  BOOST_TEST(to_hex(from) == to_hex(bytes(32)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
