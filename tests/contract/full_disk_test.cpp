// A file system that is really full: a small one in memory, in a mount namespace of this program's
// own. Where the kernel forbids that, there is nothing to test and the program says so.
#include "runtime/adapters/file_cells.hpp"
#include "runtime/adapters/key_files.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "storage/rocksdb_store.hpp"
#include "tests/contract/contract.hpp"
#include "tests/contract/scratch_folder.hpp"

#include <fstream>
#include <sched.h>
#include <sys/mount.h>

namespace {

// RocksDB reserves space for its log ahead of time; this leaves room for that and for some records.
constexpr const char* size_option = "size=12m,mode=0700";

// In a user namespace of our own we stay who we are, and may mount.
bool keep_identity(uid_t user, gid_t group) {
  auto put = [](const char* path, const std::string& text) {
    return static_cast<bool>(std::ofstream(path) << text << std::flush);
  };
  auto line = [](std::uint64_t id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
  return put("/proc/self/setgroups", "deny") && put("/proc/self/uid_map", line(user)) &&
         put("/proc/self/gid_map", line(group));
}

// Namespaces are of a process: one for the whole program, before any thread is started.
bool have_namespace() {
  static const bool made = [] {
    uid_t user = geteuid();
    gid_t group = getegid();
    if (unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
    if (user != 0 && !keep_identity(user, group)) return false;
    return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  }();
  return made;
}

class small_disk {
public:
  small_disk() {
    is_there =
        have_namespace() && mount("none", scratch.path().c_str(), "tmpfs", 0, size_option) == 0;
    if (!is_there) BOOST_TEST_MESSAGE("skipped: no mount namespace here");
  }
  ~small_disk() {
    if (is_there) umount2(scratch.path().c_str(), MNT_DETACH);
  }

  // Takes what space there is.
  void fill_up() const {
    std::ofstream filler(scratch.at("filler"), std::ios::binary);
    const std::string block(4096, 'x');
    while (filler.write(block.data(), 4096).flush())
      continue;
  }
  void make_room() const { std::filesystem::remove(scratch.at("filler")); }

  contract::scratch_folder scratch;
  bool is_there = false;
};

ppn::bytes text(const char* from) {
  ppn::bytes_view octets = ppn::view_of(from);
  return {octets.begin(), octets.end()};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(full_disk, small_disk)

BOOST_AUTO_TEST_CASE(a_store_stops_writing_keeps_reading_and_goes_on_after_a_reopen) {
  if (!is_there) return;
  auto opened = ppn::rocksdb_store::open({scratch.at("store")});
  REQUIRE_OK(opened);
  ppn::store& subject = **opened;
  const ppn::bytes record(100'000, 7);
  ppn::status written;
  for (int i = 0; i < 1000 && written; ++i)
    written = subject.append(subject.length(), {record});
  CHECK_CODE(written, no_space);
  std::uint64_t length = subject.length();
  BOOST_TEST(length > 10u);
  CHECK_CODE(subject.append(length, {record}), no_space);
  BOOST_TEST((subject.read(length - 1) == record));
  BOOST_TEST((subject.read(0) == record));
  opened->reset();
  BOOST_REQUIRE(mount("none", scratch.path().c_str(), "tmpfs", MS_REMOUNT, "size=64m,mode=0700") ==
                0);
  auto again = ppn::rocksdb_store::open({scratch.at("store"), false});
  REQUIRE_OK(again);
  BOOST_TEST(((*again)->length() == length || (*again)->length() == length + 1));
  REQUIRE_OK((*again)->append((*again)->length(), {record}));
}

BOOST_AUTO_TEST_CASE(a_cell_is_set_in_place_even_when_there_is_no_space) {
  if (!is_there) return;
  auto opened = ppn::file_cells::open(scratch.at("cells"));
  REQUIRE_OK(opened);
  REQUIRE_OK((*opened)->compare_and_set("a", 0, text("one")));
  fill_up();
  for (std::uint64_t version = 1; version < 5; ++version)
    REQUIRE_OK((*opened)->compare_and_set("a", version, ppn::bytes(4096, 'v')));
  CHECK_CODE((*opened)->compare_and_set("b", 0, text("new")), no_space);
  BOOST_TEST((*opened)->get("b")->version == 0u);
  make_room();
  REQUIRE_OK((*opened)->compare_and_set("b", 0, text("new")));
}

BOOST_AUTO_TEST_CASE(no_half_key_is_left_behind) {
  if (!is_there) return;
  ppn::sodium_entropy random;
  std::filesystem::create_directory(scratch.at("keys"));
  std::filesystem::permissions(scratch.at("keys"), std::filesystem::perms(0700));
  fill_up();
  CHECK_CODE(ppn::load_or_create(scratch.at("keys"), random), no_space);
  BOOST_TEST(std::filesystem::is_empty(scratch.at("keys")));
  make_room();
  auto made = ppn::load_or_create(scratch.at("keys"), random);
  REQUIRE_OK(made);
  BOOST_TEST(made->created);
}

BOOST_AUTO_TEST_SUITE_END()
