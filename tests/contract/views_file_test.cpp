// The views as files: the contract, and what else may be in a folder: links, folders, pipes, other users'
// rights, another process, a disk that is full.
#include "runtime/adapters/view_files.hpp"

#include "tests/contract/scratch_folder.hpp"
#include "tests/contract/views_contract.hpp"

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>

namespace files = std::filesystem;
using ppn::view_files;

namespace {

class file_place : public contract::views_place {
public:
  std::unique_ptr<ppn::published_views> open() override {
    auto opened = view_files::open(folder());
    REQUIRE_OK(opened);
    return std::move(*opened);
  }
  void put(const std::string& name, const std::string& content) override {
    files::create_directory(folder());
    files::permissions(folder(), files::perms::owner_all);
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << content;
  }
  std::string content(const std::string& name) const override {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool exists(const std::string& name) const override { return files::exists(path(name)); }

protected:
  std::string folder() const { return scratch.at("views"); }
  std::string path(const std::string& name) const { return folder() + "/" + name; }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(files::directory_iterator(folder()), {}));
  }

  contract::scratch_folder scratch;
};

const contract::suite real("views_files", contract::views_cases([] {
                             return std::make_unique<file_place>();
                           }));

// No file of this process grows beyond so many octets, as on a disk that is full.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t most) {
    std::signal(SIGXFSZ, SIG_IGN);
    BOOST_REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    rlimit limit{most, before_.rlim_max};
    BOOST_REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;
  ~file_size_limit() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
  rlimit before_{};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(views_on_disk, file_place)

BOOST_AUTO_TEST_CASE(files_are_for_their_owner_and_none_is_left_over) {
  auto subject = open();
  REQUIRE_OK(subject->write("a.csv", "one\n"));
  REQUIRE_OK(subject->append("l", 0, "one\n"));
  for (const char* name : {"a.csv", "l"}) {
    struct stat facts {};
    BOOST_REQUIRE(stat(path(name).c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0777) == 0600u);
  }
  BOOST_TEST(count() == 2u);
}

BOOST_AUTO_TEST_CASE(one_process_at_a_time_keeps_the_views) {
  auto subject = open();
  CHECK_CODE(view_files::open(folder()), in_use);
  subject.reset();
  REQUIRE_OK(view_files::open(folder()));
  files::permissions(folder(), files::perms::others_read, files::perm_options::add);
  CHECK_CODE(view_files::open(folder()), permission);
}

BOOST_AUTO_TEST_CASE(a_view_that_is_right_is_not_touched) {
  REQUIRE_OK(open()->write("a.csv", "one\n"));
  struct stat before {};
  BOOST_REQUIRE(stat(path("a.csv").c_str(), &before) == 0);
  REQUIRE_OK(open()->write("a.csv", "one\n"));
  struct stat after {};
  BOOST_REQUIRE(stat(path("a.csv").c_str(), &after) == 0);
  BOOST_TEST(before.st_ino == after.st_ino);
}

BOOST_AUTO_TEST_CASE(a_link_is_never_followed) {
  auto subject = open();
  std::ofstream(scratch.at("secret")) << "secret\n";
  for (const char* name : {"a.csv", "l"}) files::create_symlink(scratch.at("secret"), path(name));
  CHECK_CODE(subject->read("l", 0, 10), permission);
  CHECK_CODE(subject->append("l", 7, "more\n"), permission);
  REQUIRE_OK(subject->write("a.csv", "one\n"));
  BOOST_TEST(subject->open_lines("l").value() == 0u);
  REQUIRE_OK(subject->append("l", 0, "one\n"));
  BOOST_TEST(content("a.csv") == "one\n");
  BOOST_TEST(content("l") == "one\n");
  for (const char* name : {"a.csv.aside-1", "l.aside-1"}) BOOST_TEST(files::is_symlink(path(name)));
  std::ifstream file(scratch.at("secret"));
  BOOST_TEST((std::string{std::istreambuf_iterator<char>(file), {}} == "secret\n"));
}

BOOST_AUTO_TEST_CASE(folders_and_pipes_are_set_aside) {
  auto subject = open();
  files::create_directory(path("a.csv"));
  std::ofstream(path("a.csv") + "/inside") << "kept";
  BOOST_REQUIRE(mkfifo(path("l").c_str(), 0600) == 0);
  REQUIRE_OK(subject->write("a.csv", "one\n"));
  BOOST_TEST(subject->open_lines("l").value() == 0u);
  REQUIRE_OK(subject->append("l", 0, "one\n"));
  BOOST_TEST(content("a.csv.aside-1/inside") == "kept");
  BOOST_TEST(files::is_fifo(path("l.aside-1")));
}

BOOST_AUTO_TEST_CASE(what_an_interrupted_write_left_is_no_view) {
  put("a.csv.new", "half of it");
  REQUIRE_OK(open()->write("a.csv", "one\n"));
  BOOST_TEST(count() == 1u);
}

BOOST_AUTO_TEST_CASE(on_a_full_disk_the_view_stays_what_it_was) {
  auto subject = open();
  REQUIRE_OK(subject->write("a.csv", "one\n"));
  REQUIRE_OK(subject->append("l", 0, "one\n"));
  {
    file_size_limit full(1'000);
    const std::string large = std::string(599, 'x') + "\n" + std::string(599, 'y') + "\n";
    CHECK_CODE(subject->write("a.csv", large), no_space);
    CHECK_CODE(subject->append("l", 4, large), no_space);
  }
  BOOST_TEST(content("a.csv") == "one\n");
  BOOST_TEST(count() == 2u);
  // A part of the append may be there; whole lines of it count.
  BOOST_TEST(subject->open_lines("l").value() == 604u);
  REQUIRE_OK(subject->append("l", 604, "two\n"));
  BOOST_TEST(content("l").substr(603) == "\ntwo\n");
}

BOOST_AUTO_TEST_SUITE_END()
