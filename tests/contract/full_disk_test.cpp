// A file system that is really full: a small one in memory, in a mount namespace of this program's
// own. Where the kernel forbids that, there is nothing to test and the program says so.
#include "runtime/adapters/file_cells.hpp"
#include "runtime/adapters/file_snapshots.hpp"
#include "runtime/adapters/key_files.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "storage/rocksdb_store.hpp"
#include "tests/contract/scratch_folder.hpp"
#include "tests/contract/store_place.hpp"

#include <fstream>
#include <sched.h>
#include <sys/mount.h>

namespace {

// RocksDB reserves space for its log ahead of time; this leaves room for that and for some records.
constexpr const char* size_option = "size=24m,mode=0700";
constexpr const char* larger_option = "size=64m,mode=0700";

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
  void grow() const {
    BOOST_REQUIRE(mount("none", scratch.path().c_str(), "tmpfs", MS_REMOUNT, larger_option) == 0);
  }

  contract::scratch_folder scratch;
  bool is_there = false;
};

ppn::bytes text(const char* from) {
  ppn::bytes_view octets = ppn::view_of(from);
  return {octets.begin(), octets.end()};
}

class store_on_small_disk final : public contract::store_place {
public:
  store_on_small_disk(const std::string& folder, std::uint64_t free_octets_min) {
    options_.folder = folder;
    options_.free_octets_min = free_octets_min;
  }
  ppn::result<contract::opened_store> open() override {
    return ppn::rocksdb_store::open(options_).map(
        [](auto opened) { return contract::opened_store(std::move(opened)); });
  }

private:
  ppn::rocksdb_store_options options_;
};

void fill_until_full(contract::filled_store& filled) {
  for (int i = 0; i < 1000; ++i) {
    auto tried = filled.try_next();
    if (!tried) {
      CHECK_CODE(tried, no_space);
      return;
    }
    filled.model.add(filled.next());
  }
  BOOST_ERROR("the disk never ran full");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(full_disk, small_disk)

// One that does not look how much space there is, so that it is RocksDB that runs into the end.
BOOST_AUTO_TEST_CASE(a_store_that_runs_into_a_full_disk_keeps_reading_and_goes_on_when_it_grows) {
  if (!is_there) return;
  store_on_small_disk place(scratch.at("store"), 0);
  contract::filled_store filled(place, 3);
  filled.record_octets = 100'000;
  fill_until_full(filled);
  BOOST_TEST(filled.model.records.size() > 20u);
  // Tables take less space than the log they came from, so that a refusal may leave room for more.
  for (int again = 0; again < 3; ++again) {
    fill_until_full(filled);
    filled.check();
  }
  filled.reopen(); // a restart helps nothing, and does no harm
  filled.check();
  fill_until_full(filled);
  filled.check();
  grow();
  filled.append_next();
  filled.append_next();
  filled.check();
  filled.reopen();
  filled.check();
}

BOOST_AUTO_TEST_CASE(a_store_survives_a_disk_that_is_full_now_and_then) {
  if (!is_there) return;
  store_on_small_disk place(scratch.at("store"), 0);
  contract::filled_store filled(place, 3);
  filled.record_octets = 20'000;
  for (int round = 0; round < 12; ++round) {
    filled.append_next();
    fill_up();
    fill_until_full(filled);
    filled.check();
    make_room();
    filled.append_next();
    filled.check();
    if (round % 5 == 4) filled.reopen();
  }
  filled.reopen();
  filled.check();
}

BOOST_AUTO_TEST_CASE(a_store_leaves_the_last_space_to_others) {
  if (!is_there) return;
  const std::uint64_t left = 6 * 1024 * 1024;
  store_on_small_disk place(scratch.at("store"), left);
  contract::filled_store filled(place, 3);
  filled.record_octets = 100'000;
  fill_until_full(filled);
  filled.check();
  BOOST_TEST(std::filesystem::space(scratch.path()).available > left / 2);
  filled.reopen();
  filled.check();
  grow();
  filled.append_next();
  filled.check();
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_finds_no_space_leaves_the_older_ones) {
  if (!is_there) return;
  auto opened = ppn::file_snapshots::open(scratch.at("snapshots"));
  REQUIRE_OK(opened);
  REQUIRE_OK((*opened)->save("fold", text("one")));
  fill_up();
  const ppn::bytes large(1'000'000, 'x');
  for (int again = 0; again < 3; ++again)
    CHECK_CODE((*opened)->save("fold", large), no_space);
  BOOST_TEST(
      (*opened)->load("fold", [](auto data) { return ppn::text_of(data) == "one"; }).value());
  make_room();
  REQUIRE_OK((*opened)->save("fold", large));
  BOOST_TEST(
      (*opened)->load("fold", [&](auto data) { return data.size() == large.size(); }).value());
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
