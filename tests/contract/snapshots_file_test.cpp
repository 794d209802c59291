// The snapshots as files: the contract, a cut and a flipped bit at every place of a file, and
// folders and files that are not what they should be.
#include "runtime/adapters/file_snapshots.hpp"

#include "tests/contract/scratch_folder.hpp"
#include "tests/contract/snapshots_contract.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

namespace files = std::filesystem;
using contract::offered;
using contract::open_snapshots;
using contract::opened_snapshots;
using contract::save;
using contract::texts;
using ppn::file_snapshots;

namespace {

class file_place : public contract::snapshots_place {
public:
  ppn::result<opened_snapshots> open() override {
    auto sync = [this](int fd) {
      if (++syncs != failing_sync) return fsync(fd);
      errno = EIO;
      return -1;
    };
    return file_snapshots::open(folder(), sync).map([](auto opened) {
      return opened_snapshots(std::move(opened));
    });
  }
  void fail_next_sync() override { failing_sync = syncs + 1; }
  void damage_newest(const std::string& name) override {
    bool second = generation(path(name, 1)) > generation(path(name, 0));
    flip(path(name, second ? 1 : 0), 56); // its first octet of data
  }
  void damage_both(const std::string& name) override {
    flip(path(name, 0), 25);
    flip(path(name, 1), 25);
  }

protected:
  std::string folder() const { return scratch.at("snapshots"); }
  std::string path(const std::string& name, int slot) const {
    return folder() + "/" + name + "." + std::to_string(slot) + ".snapshot";
  }
  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void put(const std::string& path, const std::string& image) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << image;
  }
  static void flip(const std::string& path, std::size_t at) {
    std::string image = content(path);
    image.at(at) ^= 0x20;
    put(path, image);
  }
  static std::uint64_t generation(const std::string& path) {
    return ppn::load_le64(ppn::view_of(content(path)).data() + 8);
  }
  void save_twice() {
    opened_snapshots subject = open_snapshots(*this);
    REQUIRE_OK(save(*subject, "a", "first"));
    REQUIRE_OK(save(*subject, "a", "second"));
  }

  contract::scratch_folder scratch;
  int syncs = 0;
  int failing_sync = 0;
};

const contract::suite promises("snapshots_file", contract::snapshots_cases([] {
                                 return std::make_unique<file_place>();
                               }));

} // namespace

BOOST_AUTO_TEST_SUITE(snapshots_file_folder)

BOOST_FIXTURE_TEST_CASE(folder_and_files_are_private_and_nothing_else_is_left, file_place) {
  mode_t before = umask(0);
  save_twice();
  umask(before);
  struct stat facts {};
  BOOST_REQUIRE(stat(folder().c_str(), &facts) == 0);
  BOOST_TEST((facts.st_mode & 07777) == 0700u);
  BOOST_REQUIRE(stat(path("a", 0).c_str(), &facts) == 0);
  BOOST_TEST((facts.st_mode & 07777) == 0600u);
  BOOST_TEST(std::distance(files::directory_iterator(folder()), {}) == 2);
}

// File first, then the folder: a save that answers has done both.
BOOST_FIXTURE_TEST_CASE(any_sync_of_a_save_may_fail, file_place) {
  save_twice();
  BOOST_TEST(syncs == 4);
  for (int failing : {1, 2}) {
    opened_snapshots subject = open_snapshots(*this);
    texts before = offered(*subject, "a");
    failing_sync = syncs + failing;
    CHECK_CODE(save(*subject, "a", "third"), io_failed);
    texts after = offered(*subject, "a");
    BOOST_TEST((after == before || after == texts{"third", before[0]}));
    BOOST_TEST(!files::exists(folder() + "/a.new"));
    REQUIRE_OK(save(*subject, "a", "fourth"));
    BOOST_TEST(offered(*subject, "a").front() == "fourth");
  }
}

// A power cut in the middle of a save: the temporary file may be anything.
BOOST_FIXTURE_TEST_CASE(what_an_interrupted_save_left_is_no_generation, file_place) {
  save_twice();
  put(folder() + "/a.new", content(path("a", 0)).substr(0, 40));
  opened_snapshots subject = open_snapshots(*this);
  BOOST_TEST((offered(*subject, "a") == texts{"second", "first"}));
  REQUIRE_OK(save(*subject, "a", "third"));
  BOOST_TEST((offered(*subject, "a") == texts{"third", "second"}));
  BOOST_TEST(!files::exists(folder() + "/a.new"));
}

BOOST_FIXTURE_TEST_CASE(a_file_cut_anywhere_or_with_any_bit_flipped_is_skipped, file_place) {
  save_twice();
  const std::string sound = content(path("a", 1));
  BOOST_TEST(generation(path("a", 1)) == 2u);
  auto is_skipped = [&](const std::string& image) {
    put(path("a", 1), image);
    return offered(*open_snapshots(*this), "a") == texts{"first"};
  };
  for (std::size_t at = 0; at < sound.size(); ++at) {
    BOOST_TEST(is_skipped(sound.substr(0, at)));
    for (int bit = 0; bit < 8; ++bit) {
      std::string image = sound;
      image[at] ^= static_cast<char>(1 << bit);
      BOOST_TEST(is_skipped(image));
    }
  }
  BOOST_TEST(is_skipped(sound + "x"));
  BOOST_TEST(!is_skipped(sound));
}

BOOST_FIXTURE_TEST_CASE(a_file_under_another_name_is_not_that_snapshot, file_place) {
  save_twice();
  files::copy(path("a", 0), path("b", 0));
  BOOST_TEST((offered(*open_snapshots(*this), "b") == texts{}));
}

BOOST_FIXTURE_TEST_CASE(a_link_or_a_pipe_is_skipped_and_replaced, file_place) {
  save_twice();
  files::rename(path("a", 0), scratch.at("elsewhere"));
  files::create_symlink(scratch.at("elsewhere"), path("a", 0));
  files::remove(path("a", 1));
  BOOST_REQUIRE(mkfifo(path("a", 1).c_str(), 0600) == 0);
  opened_snapshots subject = open_snapshots(*this);
  BOOST_TEST((offered(*subject, "a") == texts{}));
  REQUIRE_OK(save(*subject, "a", "third"));
  REQUIRE_OK(save(*subject, "a", "fourth"));
  BOOST_TEST((offered(*subject, "a") == texts{"fourth", "third"}));
  BOOST_TEST(content(scratch.at("elsewhere")).ends_with("first"));
}

// Longer than the pieces it is read in, and not a multiple of them.
BOOST_FIXTURE_TEST_CASE(a_large_snapshot_is_read_back, file_place) {
  std::string large(1'000'003, 'x');
  for (std::size_t i = 0; i < large.size(); i += 97)
    large[i] = static_cast<char>(i / 97);
  opened_snapshots subject = open_snapshots(*this);
  REQUIRE_OK(save(*subject, "large", large));
  REQUIRE_OK(save(*subject, "large", large.substr(0, 65'536)));
  BOOST_TEST((offered(*subject, "large") == texts{large.substr(0, 65'536), large}));
  flip(path("large", 0), 700'000);
  BOOST_TEST((offered(*subject, "large") == texts{large.substr(0, 65'536)}));
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_others_may_enter_is_refused, file_place) {
  open_snapshots(*this).reset();
  files::permissions(folder(), files::perms(0750));
  CHECK_CODE(open(), permission);
  files::permissions(folder(), files::perms(0700));
  REQUIRE_OK(open());
}

BOOST_FIXTURE_TEST_CASE(the_bytes_of_a_file_never_change, file_place) {
  REQUIRE_OK(save(*open_snapshots(*this), "golden", "value"));
  int slot = files::exists(path("golden", 0)) ? 0 : 1;
  BOOST_TEST(ppn::to_hex(ppn::view_of(content(path("golden", slot)))) ==
             "70706e736e617031" // magic
             "0100000000000000" // generation
             "0500000000000000" // length
             "eb1c44bffab0f3d4ebfe533d5375bd0fb76cfb7dffdc0aea93c4cc68dd1352c9"
             "76616c7565");
}

BOOST_AUTO_TEST_SUITE_END()
