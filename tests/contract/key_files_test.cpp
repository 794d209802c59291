// The node's keys: made once, found again, never overwritten, and refused when they are no secret
// or no key any more.
#include "runtime/adapters/key_files.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "tests/contract/contract.hpp"
#include "tests/contract/scratch_folder.hpp"

#include <fcntl.h>
#include <fstream>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>

namespace files = std::filesystem;
using ppn::load_or_create;

namespace {

// Counts, and draws what the test says.
class known_entropy final : public ppn::entropy {
public:
  void fill(std::span<ppn::octet> out) override {
    ++draws;
    std::fill(out.begin(), out.end(), next);
  }
  ppn::octet next = 0x42;
  int draws = 0;
};

class key_folder {
public:
  ppn::result<ppn::node_keys> load() { return load_or_create(folder(), random); }
  std::string folder() const { return scratch.at("keys"); }
  std::string file() const { return folder() + "/identity.key"; }
  std::string content() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& text) const {
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << text;
  }
  void make() { REQUIRE_OK(load()); }

  contract::scratch_folder scratch;
  known_entropy random;
};

mode_t mode_of(const std::string& path) {
  struct stat facts {};
  BOOST_REQUIRE(lstat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(key_files, key_folder)

BOOST_AUTO_TEST_CASE(the_first_start_makes_a_key_and_the_next_ones_find_it) {
  auto made = load();
  REQUIRE_OK(made);
  BOOST_TEST(made->created);
  random.next = 0x43;
  for (int i = 0; i < 3; ++i) {
    auto found = load();
    REQUIRE_OK(found);
    BOOST_TEST(!found->created);
    BOOST_TEST((found->identity().public_part() == made->identity().public_part()));
  }
  BOOST_TEST(random.draws == 3); // identity, log and witness
  BOOST_TEST(content() == std::string(32, '\x42'));
}

BOOST_AUTO_TEST_CASE(two_nodes_have_different_keys) {
  ppn::sodium_entropy real;
  auto first = load_or_create(scratch.at("first"), real);
  auto second = load_or_create(scratch.at("second"), real);
  REQUIRE_OK(first);
  REQUIRE_OK(second);
  BOOST_TEST((first->identity().public_part() != second->identity().public_part()));
}

BOOST_AUTO_TEST_CASE(folder_and_file_are_private_whatever_the_mask) {
  mode_t before = umask(0);
  make();
  umask(before);
  BOOST_TEST(mode_of(folder()) == 0700u);
  BOOST_TEST(mode_of(file()) == 0600u);
  std::set<std::string> names;
  for (const auto& entry : files::directory_iterator(folder())) {
    names.insert(entry.path().filename());
    BOOST_TEST(mode_of(entry.path()) == 0600u);
  }
  BOOST_TEST((names == std::set<std::string>{"identity.key", "log.key", "witness.key"}));
}

BOOST_AUTO_TEST_CASE(a_key_that_others_could_read_or_change_is_refused) {
  make();
  for (int mode : {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0666}) {
    files::permissions(file(), files::perms(mode));
    CHECK_CODE(load(), permission);
  }
  files::permissions(file(), files::perms(0400));
  REQUIRE_OK(load());
}

BOOST_AUTO_TEST_CASE(a_folder_that_others_may_enter_is_refused_before_a_key_is_made) {
  files::create_directory(folder());
  for (int mode : {0750, 0705, 0710, 0701, 0770}) {
    files::permissions(folder(), files::perms(mode));
    CHECK_CODE(load(), permission);
  }
  BOOST_TEST(!files::exists(file()));
  BOOST_TEST(random.draws == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_seed_is_refused_and_left_as_it_is) {
  make();
  for (const std::string& wrong : {std::string(), std::string(31, 'k'), std::string(33, 'k'),
                                   std::string(64, 'a'), std::string(32, '\0')}) {
    put(wrong);
    CHECK_CODE(load(), integrity);
    BOOST_TEST(content() == wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_link_a_folder_and_a_pipe_are_no_keys) {
  make();
  files::rename(file(), scratch.at("elsewhere"));
  files::create_symlink(scratch.at("elsewhere"), file());
  CHECK_CODE(load(), permission);
  files::remove(file());
  files::create_directory(file());
  files::permissions(file(), files::perms(0700));
  CHECK_CODE(load(), integrity);
  files::remove(file());
  BOOST_REQUIRE(mkfifo(file().c_str(), 0600) == 0);
  CHECK_CODE(load(), integrity);
}

BOOST_AUTO_TEST_CASE(a_link_to_a_folder_is_not_followed) {
  make();
  files::rename(folder(), scratch.at("elsewhere"));
  files::create_directory_symlink(scratch.at("elsewhere"), folder());
  auto got = load();
  BOOST_REQUIRE(!got);
}

BOOST_AUTO_TEST_CASE(what_an_interrupted_first_start_left_is_no_key) {
  files::create_directory(folder());
  files::permissions(folder(), files::perms(0700));
  put("half");
  files::rename(file(), file() + ".new");
  auto made = load();
  REQUIRE_OK(made);
  BOOST_TEST(made->created);
  BOOST_TEST(!files::exists(file() + ".new"));
}

BOOST_AUTO_TEST_CASE(while_another_process_makes_the_keys_we_do_not) {
  make();
  int other = open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  BOOST_REQUIRE(flock(other, LOCK_EX) == 0);
  CHECK_CODE(load(), in_use);
  close(other);
  REQUIRE_OK(load());
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_reported) {
  CHECK_CODE(load_or_create(scratch.at("missing/keys"), random), not_found);
  files::permissions(scratch.path(), files::perms(0555));
  contract::as_nobody other;
  CHECK_CODE(load(), permission);
}

// Root could read it all the same; a key of somebody else is no key of ours.
BOOST_AUTO_TEST_CASE(a_key_of_another_user_is_refused) {
  make();
  if (geteuid() != 0) return;
  BOOST_REQUIRE(chown(file().c_str(), 65534, 65534) == 0);
  CHECK_CODE(load(), permission);
}

BOOST_AUTO_TEST_SUITE_END()
