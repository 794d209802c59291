// What gets pasted by accident is found, and what operators write as a reason is not.
#include "storage/ledger/secret_scan.hpp"

#include "runtime/crypto/crockford.hpp"
#include "storage/log/base64.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

namespace ppn {
namespace {

// The word of the answer that tells the rules apart; "" when there was none.
std::string found(std::string_view text) {
  const auto reason = looks_like_secret(text);
  if (!reason) return {};
  for (const char* word :
       {"private key", "access key", "joining code", "base64", "password", "random"})
    if (reason->find(word) != std::string::npos) return word;
  return "an answer that no rule gives: " + *reason;
}

const std::string hex_of_32 = "7c9f3e01b4d85a62ef10c7d2849ab3568e4f01d2c3b7a6958877665f4e3d2c1b";

BOOST_AUTO_TEST_SUITE(secret_scan)

BOOST_AUTO_TEST_CASE(private_keys_are_known_by_their_first_line) {
  BOOST_TEST(found("-----BEGIN OPENSSH PRIVATE KEY-----") == "private key");
  BOOST_TEST(found("see -----BEGIN RSA PRIVATE KEY----- MII") == "private key");
  BOOST_TEST(found("-----begin private key-----") == "private key");
  BOOST_TEST(found("-----BEGIN PGP PRIVATE KEY BLOCK-----") == "private key");
  BOOST_TEST(found("PuTTY-User-Key-File-3: ssh-ed25519") == "private key");
  BOOST_TEST(found("-----BEGIN PUBLIC KEY-----") == "");
}

BOOST_AUTO_TEST_CASE(access_key_ids_have_their_shape) {
  BOOST_TEST(found("with AKIAIOSFODNN7EXAMPLE for backups") == "access key");
  BOOST_TEST(found("ASIAY34FZKBOKMUTVV7A") == "access key");
  BOOST_TEST(found("AKIAIOSFODNN7EXAMPL") == "");
  BOOST_TEST(found("XAKIAIOSFODNN7EXAMPLE") == "");
  BOOST_TEST(found("akiaiosfodnn7example") == "");
}

BOOST_AUTO_TEST_CASE(values_of_passwords_and_tokens_are_found) {
  for (const char* text :
       {"password=hunter2", "Password: hunter2", "the passwd:hunter2", "db_password = x",
        "TOKEN=abc", "token: abc", "\"token\": \"abc\"", "api_key=1", "API-KEY: 1", "secret=s",
        "passphrase: correct horse", "pwd=x", "Kennwort: geheim"})
    BOOST_TEST(found(text) == "password", text);
  for (const char* text :
       {"password changed", "new token issued", "password:", "token =", "secretary: Ada",
        "the passwords are in the safe", "tokenize=yes", "keytoken=3"})
    BOOST_TEST(found(text) == "", text);
}

BOOST_AUTO_TEST_CASE(joining_codes_are_found_in_any_writing) {
  for (const char* text : {"code 7K2M-9QXF", "7k2m-9qxf", "(7K2M-9QXF)", "join with 7K2M-9QXF.",
                           "KMPT-WXYZ", "a1bc-defg"})
    BOOST_TEST(found(text) == "joining code", text);
  for (const char* text : {"7K2U-9QXF", "7K2M-9QX", "7K2M-9QXFA", "x-7K2M-9QXF", "7K2M--9QXF",
                           "1234-5678", "2023-2024", "long-term", "Real-Time", "TASK-1234"})
    BOOST_TEST(found(text) == "", text);
}

BOOST_AUTO_TEST_CASE(nearly_every_code_we_make_is_found) {
  std::size_t missed = 0;
  std::uint64_t state = 7;
  for (int i = 0; i < 10'000; ++i) {
    state = state * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    crypto::crockford::code_octets code{};
    for (std::size_t k = 0; k < code.size(); ++k)
      code[k] = static_cast<octet>(state >> (24 + 8 * k));
    if (found(crypto::crockford::encode_grouped(code)) != "joining code") ++missed;
  }
  BOOST_TEST(missed < 100u);
}

BOOST_AUTO_TEST_CASE(keys_in_base64_are_found) {
  BOOST_TEST(found("PrivateKey yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=") == "base64");
  BOOST_TEST(rc::check("any 32 octets", [] {
    const auto octets = *rc::gen::container<bytes>(32, rc::gen::arbitrary<octet>());
    RC_ASSERT(found("key " + log::to_base64(octets)) == "base64");
  }));
}

BOOST_AUTO_TEST_CASE(long_runs_that_look_drawn_are_found) {
  BOOST_TEST(found(hex_of_32) == "random");
  BOOST_TEST(found("ghp_16C7e42F292c6912E7710c838347Ae178B4a") == "random");
  BOOST_TEST(found("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") == "random");
  BOOST_TEST(found("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9") == "random");
  BOOST_TEST(found(hex_of_32.substr(0, 32)) == "random");
  BOOST_TEST(found(hex_of_32.substr(0, 31)) == "");
  BOOST_TEST(found("sha256:" + hex_of_32) == "");
  BOOST_TEST(found("image SHA256:" + hex_of_32 + " rolled out") == "");
  BOOST_TEST(found("sha256:" + hex_of_32 + "00") == "random");
  BOOST_TEST(found("md5:" + hex_of_32) == "random");
}

BOOST_AUTO_TEST_CASE(what_operators_write_is_left_alone) {
  for (const char* text : {"",
                           "as agreed on Monday",
                           "disk failed, ticket #4711",
                           "Lüfter getauscht",
                           "moved to rack-0042 for the left-hand power feed",
                           "see https://wiki.example.org/2024/Move",
                           "guest 550e8400-e29b-41d4-a716-446655440000 runs again",
                           "10.8.0.12 -> 10.8.0.13",
                           "fd00:1234:5678:9abc:def0:1234:5678:9abc",
                           "kernel 6.1.0-18-amd64",
                           "maintenance 22:00-23:30",
                           "/var/lib/os-infrastructure/ledger/tile/entries/x001/x234/067.p/112",
                           "/dev/disk/by-id/nvme-Samsung_SSD_970_EVO_1TB_S467NX0M",
                           "commit 4f13ae1",
                           "Donaudampfschifffahrtsgesellschaftskapitaen2024",
                           "================================",
                           "00000000000000000000000000000000",
                           "12345678901234567890123456789012",
                           "the key holder left",
                           "rotate the password next week",
                           "2024-01-02T03:04:05Z",
                           "AB-12 to CD-34",
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
                           "deadbeefdeadbeefdeadbeefdeadbeef"})
    BOOST_TEST(found(text) == "", text);
}

BOOST_AUTO_TEST_CASE(the_answer_never_repeats_the_text) {
  for (const std::string& secret : {std::string{"hunter2"}, hex_of_32, std::string{"7K2M-9QXF"},
                                    std::string{"AKIAIOSFODNN7EXAMPLE"}})
    for (const std::string& text : {secret, "password=" + secret}) {
      const auto reason = looks_like_secret(text);
      BOOST_TEST((!reason || reason->find(secret) == std::string::npos));
    }
}

BOOST_AUTO_TEST_CASE(any_text_is_looked_at) {
  BOOST_TEST(
      rc::check("any octets", [](const std::string& text) { (void)looks_like_secret(text); }));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
