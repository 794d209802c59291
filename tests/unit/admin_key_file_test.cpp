// An administrator's key as a file: made once, opened with its passphrase only, refused when others can
// reach it or anything of it was changed.
#include "runtime/adapters/admin_key_file.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "tests/contract/scratch_folder.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sys/stat.h>

using namespace ppn;

namespace {

crypto::secret secret_of(std::string_view text) {
  crypto::secret made(text.size());
  std::copy(text.begin(), text.end(), made.data());
  return made;
}

passphrase_source says(std::string_view text) {
  return [text]() -> result<crypto::secret> { return secret_of(text); };
}

result<crypto::secret> never_asked() {
  BOOST_ERROR("asked for a passphrase");
  return fail(ec::invalid, "none");
}

struct key_place {
  crypto::public_key make(const char* passphrase = nullptr) {
    crypto::secret given = secret_of(passphrase ? passphrase : "");
    auto made = create_admin_key(file, passphrase ? &given : nullptr, random);
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
    return *made;
  }
  std::string content() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& text) const {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  }
  ec refusal(const passphrase_source& ask = never_asked) const {
    auto loaded = load_admin_key(file, ask);
    return loaded ? ec::none : loaded.error().code;
  }

  contract::scratch_folder scratch;
  std::string file = scratch.at("admin.key");
  sodium_entropy random;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(admin_key_file, key_place)

BOOST_AUTO_TEST_CASE(an_unprotected_key_is_found_again) {
  auto key = make();
  auto loaded = load_admin_key(file, never_asked);
  BOOST_REQUIRE(loaded.has_value());
  BOOST_TEST((loaded->public_part() == key));
  BOOST_TEST(crypto::verify(key, view_of("text"), loaded->sign(view_of("text"))));
  struct stat facts {};
  BOOST_REQUIRE(stat(file.c_str(), &facts) == 0);
  BOOST_TEST((facts.st_mode & 07777) == 0600u);
  BOOST_TEST(content().starts_with("ppn-admin-key 1\npublic " + key.hex() + "\nunprotected\nseed "));
}

BOOST_AUTO_TEST_CASE(a_protected_key_opens_with_its_passphrase_only) {
  auto key = make("correct horse");
  BOOST_TEST(content().find("\nargon2id 3 262144 ") != std::string::npos);
  auto loaded = load_admin_key(file, says("correct horse"));
  BOOST_REQUIRE(loaded.has_value());
  BOOST_TEST((loaded->public_part() == key));
  BOOST_TEST((refusal(says("correct horsf")) == ec::unauthentic));
  BOOST_TEST((refusal(says("")) == ec::unauthentic));
  BOOST_TEST((refusal([]() -> result<crypto::secret> { return fail(ec::stopping, "no"); }) ==
              ec::stopping));
}

BOOST_AUTO_TEST_CASE(no_file_is_ever_overwritten) {
  auto key = make();
  auto again = create_admin_key(file, nullptr, random);
  BOOST_REQUIRE(!again);
  BOOST_TEST((again.error().code == ec::exists));
  BOOST_TEST((load_admin_key(file, never_asked)->public_part() == key));
  BOOST_TEST(!std::filesystem::exists(file + ".new"));
}

BOOST_AUTO_TEST_CASE(two_keys_are_two) {
  auto key = make();
  file = scratch.at("other.key");
  BOOST_TEST((make() != key));
}

BOOST_AUTO_TEST_CASE(a_key_that_others_can_reach_is_refused) {
  make();
  for (mode_t mode : {0640, 0604, 0660, 0610}) {
    BOOST_REQUIRE(chmod(file.c_str(), mode) == 0);
    BOOST_TEST((refusal() == ec::permission), mode);
  }
  BOOST_REQUIRE(chmod(file.c_str(), 0400) == 0);
  BOOST_TEST((refusal() == ec::none));
  if (geteuid() == 0) {
    BOOST_REQUIRE(chown(file.c_str(), 65534, 65534) == 0);
    BOOST_TEST((refusal() == ec::permission));
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_was_cut_anywhere_is_no_key) {
  make();
  std::string whole = content();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(whole.substr(0, size));
    BOOST_TEST((refusal() == ec::integrity), size);
  }
  for (const char* more : {"\n", " ", "x"}) {
    put(whole + more);
    BOOST_TEST((refusal() == ec::integrity));
  }
}

BOOST_AUTO_TEST_CASE(a_changed_letter_is_seen) {
  make();
  std::string whole = content();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = changed[at] == '1' ? '2' : '1';
    put(changed);
    BOOST_TEST((refusal() == ec::integrity), at);
  }
}

BOOST_AUTO_TEST_CASE(a_protected_key_that_was_changed_is_seen_before_and_after_the_passphrase) {
  make("pass");
  std::string whole = content();
  // Another public key over the same secret one: the passphrase is right, the key is not.
  std::string other = whole;
  char& digit = other[whole.find("public ") + 7];
  digit = digit == 'a' ? 'b' : 'a';
  put(other);
  BOOST_TEST((refusal(says("pass")) == ec::integrity));
  // What would take all memory or time is refused without trying.
  for (const char* hardness :
       {"argon2id 3 4194304 ", "argon2id 99 262144 ", "argon2id 0 262144 ", "argon2id 3 0 ",
        "argon2id -3 262144 ", "argon2id 3 99999999999999999999 "}) {
    std::string harder = whole;
    std::size_t at = whole.find("argon2id");
    harder.replace(at, std::string("argon2id 3 262144 ").size(), hardness);
    put(harder);
    BOOST_TEST((refusal() == ec::integrity), hardness);
  }
  std::string sealed = whole;
  char& last = sealed[whole.size() - 2];
  last = last == 'a' ? 'b' : 'a';
  put(sealed);
  BOOST_TEST((refusal(says("pass")) == ec::unauthentic));
}

BOOST_AUTO_TEST_CASE(what_is_no_file_or_too_large_is_no_key) {
  BOOST_TEST((refusal() == ec::not_found));
  put(std::string(100'000, 'p'));
  BOOST_REQUIRE(chmod(file.c_str(), 0600) == 0);
  BOOST_TEST((refusal() == ec::integrity));
  file = scratch.path().string();
  BOOST_TEST((refusal() == ec::integrity));
  BOOST_TEST(!create_admin_key(scratch.at("no/such/folder"), nullptr, random).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
