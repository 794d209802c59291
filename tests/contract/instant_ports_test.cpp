// The ports that answer at once: the machine's clock, the kernel's randomness, Ed25519 signatures.
#include "runtime/adapters/ed25519_signer.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/system_clock.hpp"
#include "tests/contract/clock_contract.hpp"
#include "tests/contract/entropy_contract.hpp"
#include "tests/contract/signer_contract.hpp"

namespace {

std::unique_ptr<ppn::signer> ed25519(ppn::octet number) {
  ppn::bytes seed(32, number);
  return std::make_unique<ppn::ed25519_signer>(ppn::crypto::signing_key::from_seed(seed));
}

const contract::suite clocks("clock_system", contract::clock_cases([] {
                               return std::make_unique<ppn::system_clock>();
                             }));
const contract::suite sources("entropy_sodium", contract::entropy_cases([] {
                                return std::make_unique<ppn::sodium_entropy>();
                              }));
const contract::suite signers("signer_ed25519", contract::signer_cases([] {
                                return contract::signer_pair{ed25519(1), ed25519(2)};
                              }));

} // namespace

BOOST_AUTO_TEST_SUITE(signer_ed25519_vectors)

// RFC 8032, section 7.1, test 2.
BOOST_AUTO_TEST_CASE(signatures_are_those_of_the_rfc) {
  auto seed = ppn::from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  ppn::ed25519_signer signer(ppn::crypto::signing_key::from_seed(*seed));
  BOOST_TEST(signer.identity().hex() ==
             "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  BOOST_TEST(signer.sign(ppn::bytes{0x72}).hex() ==
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

BOOST_AUTO_TEST_SUITE_END()
