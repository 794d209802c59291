// The cells as files: the contract, a cut and a flipped bit at every place of a file, and folders
// and files that are not what they should be.
#include "runtime/adapters/file_cells.hpp"

#include "tests/contract/cells_contract.hpp"
#include "tests/contract/scratch_folder.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

namespace files = std::filesystem;
using contract::holds;
using contract::open_cells;
using contract::opened_cells;
using contract::value;
using ppn::file_cells;

namespace {

constexpr std::size_t slot_octets = 8192;

class file_place : public contract::cells_place {
public:
  ppn::result<opened_cells> open() override {
    auto sync = [this](int fd) {
      ++syncs;
      if (!std::exchange(sync_fails_, false)) return fdatasync(fd);
      errno = EIO;
      return -1;
    };
    return file_cells::open(folder(), sync).map([](auto opened) {
      return opened_cells(std::move(opened));
    });
  }
  void fail_next_sync() override { sync_fails_ = true; }
  void damage_newest(const std::string& name) override {
    std::string image = content(name);
    bool second =
        ppn::load_le64(octets_of(image) + slot_octets + 8) > ppn::load_le64(octets_of(image) + 8);
    image[(second ? slot_octets : 0) + 8] ^= 0x40;
    put(name, image);
  }
  void damage_both(const std::string& name) override {
    std::string image = content(name);
    image[100] ^= 1;
    image[24] ^= 1;
    image[slot_octets + 24] ^= 1;
    put(name, image);
  }

protected:
  std::string folder() const { return scratch.at("cells"); }
  std::string path(const std::string& name) const { return folder() + "/" + name + ".cell"; }
  std::string content(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& name, const std::string& image) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << image;
  }
  static const ppn::octet* octets_of(const std::string& text) {
    return reinterpret_cast<const ppn::octet*>(text.data());
  }
  void set_twice() {
    opened_cells subject = open_cells(*this);
    REQUIRE_OK(subject->compare_and_set("a", 0, value("one")));
    REQUIRE_OK(subject->compare_and_set("a", 1, value("two")));
  }

  contract::scratch_folder scratch;
  int syncs = 0;

private:
  bool sync_fails_ = false;
};

const contract::suite
    promises("cells_file", contract::cells_cases([] { return std::make_unique<file_place>(); }));

mode_t mode_of(const std::string& path) {
  struct stat facts {};
  BOOST_REQUIRE(stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cells_file_folder)

BOOST_FIXTURE_TEST_CASE(folder_and_files_are_private_and_nothing_else_is_left, file_place) {
  mode_t before = umask(0);
  set_twice();
  umask(before);
  BOOST_TEST(mode_of(folder()) == 0700u);
  BOOST_TEST(mode_of(path("a")) == 0600u);
  BOOST_TEST(std::distance(files::directory_iterator(folder()), {}) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_set_is_one_sync_and_needs_no_more_space_than_the_first, file_place) {
  set_twice();
  BOOST_TEST(syncs == 1); // the first set makes the file, which is synced before it has its name
  struct stat facts {};
  BOOST_REQUIRE(stat(path("a").c_str(), &facts) == 0);
  BOOST_TEST(facts.st_size == 2 * 8192);
  BOOST_TEST(facts.st_blocks * 512 >= 2 * 8192);
}

// A set that was cut at any octet of its slot: the value before is read, and the cell goes on.
BOOST_FIXTURE_TEST_CASE(a_set_cut_anywhere_leaves_the_value_before, file_place) {
  set_twice();
  const std::string before = content("a");
  REQUIRE_OK(open_cells(*this)->compare_and_set("a", 2, value("three")));
  const std::string after = content("a");
  for (std::size_t cut = 0; cut < 64; ++cut) {
    put("a", after.substr(0, cut) + before.substr(cut));
    opened_cells subject = open_cells(*this);
    bool is_old = holds(*subject, "a", 2, "two");
    BOOST_TEST((is_old || holds(*subject, "a", 3, "three")));
    REQUIRE_OK(subject->compare_and_set("a", is_old ? 2 : 3, value("next")));
  }
}

BOOST_FIXTURE_TEST_CASE(a_flipped_bit_is_never_read_as_a_value, file_place) {
  set_twice();
  const std::string sound = content("a");
  for (std::size_t at = 0; at < sound.size(); at += at % slot_octets < 64 ? 1 : 509) {
    std::string image = sound;
    image[at] ^= static_cast<char>(1 << (at % 8));
    put("a", image);
    opened_cells subject = open_cells(*this);
    BOOST_TEST((holds(*subject, "a", 2, "two") || holds(*subject, "a", 1, "one")));
  }
}

BOOST_FIXTURE_TEST_CASE(a_file_of_another_size_or_kind_is_noticed, file_place) {
  set_twice();
  const std::string sound = content("a");
  for (const std::string& wrong : {std::string(), sound.substr(0, slot_octets), sound + "x",
                                   std::string(2 * slot_octets, '\0')}) {
    put("a", wrong);
    opened_cells subject = open_cells(*this);
    CHECK_CODE(subject->get("a"), integrity);
    CHECK_CODE(subject->compare_and_set("a", 0, value("x")), integrity);
  }
  files::remove(path("a"));
  BOOST_REQUIRE(mkfifo(path("a").c_str(), 0600) == 0);
  CHECK_CODE(open_cells(*this)->get("a"), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_file_under_another_name_is_not_that_cell, file_place) {
  set_twice();
  files::copy(path("a"), path("b"));
  CHECK_CODE(open_cells(*this)->get("b"), integrity);
}

BOOST_FIXTURE_TEST_CASE(a_link_to_a_file_is_not_followed, file_place) {
  set_twice();
  files::rename(path("a"), scratch.at("elsewhere"));
  files::create_symlink(scratch.at("elsewhere"), path("a"));
  CHECK_CODE(open_cells(*this)->get("a"), permission);
}

BOOST_FIXTURE_TEST_CASE(what_an_interrupted_first_set_left_is_no_cell, file_place) {
  set_twice();
  put("b", "half a cell");
  files::rename(path("b"), path("b") + ".new");
  opened_cells subject = open_cells(*this);
  BOOST_TEST(holds(*subject, "b", 0, ""));
  REQUIRE_OK(subject->compare_and_set("b", 0, value("whole")));
  BOOST_TEST(holds(*subject, "b", 1, "whole"));
  BOOST_TEST(!files::exists(path("b") + ".new"));
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_others_may_enter_is_refused, file_place) {
  open_cells(*this).reset();
  files::permissions(folder(), files::perms(0750));
  CHECK_CODE(open(), permission);
  files::permissions(folder(), files::perms(0700));
  REQUIRE_OK(open());
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_cannot_be_made_is_reported, file_place) {
  CHECK_CODE(file_cells::open(scratch.at("missing/cells")), not_found);
  files::permissions(scratch.path(), files::perms(0555));
  contract::as_nobody other;
  CHECK_CODE(open(), permission);
}

BOOST_FIXTURE_TEST_CASE(the_bytes_of_a_file_never_change, file_place) {
  REQUIRE_OK(open_cells(*this)->compare_and_set("golden", 0, value("value")));
  std::string image = content("golden");
  BOOST_TEST(ppn::to_hex(ppn::view_of(image).first(61)) ==
             "70706e63656c6c31" // magic
             "0100000000000000" // version
             "0500000000000000" // length, zero
             "379f9d9e3cf67a836b47c937db0b6d63bdca83338fe0df329739c110ddef73b2"
             "76616c7565");
}

BOOST_AUTO_TEST_SUITE_END()
