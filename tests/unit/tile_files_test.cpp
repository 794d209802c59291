// A folder of tiles on a real disk: what the writer makes, what the audit finds there, and what the
// folder's operations refuse to touch.
#include "storage/tile_files.hpp"

#include "tests/contract/scratch_folder.hpp"
#include "tests/unit/log_tile_support.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sys/stat.h>
#include <thread>

using namespace tiles;
using contract::scratch_folder;
namespace files = std::filesystem;

namespace {

ppn::result<log::write_report> publish_at(const std::string& path, const test_log& from,
                                          std::uint64_t size,
                                          std::optional<std::uint64_t> cosigned = {}) {
  const std::string note = from.note(size);
  const std::string cosigned_note = cosigned ? from.cosigned(*cosigned) : std::string();
  log::tile_publication publication{note};
  if (cosigned) publication.cosigned = cosigned_note;
  return ppn::write_tiles(path, from.tiles(), publication);
}

log::audited<log::audit_report> audit_at(const std::string& path, std::size_t quorum = 0) {
  return ppn::audit_tiles(path, trust_of(quorum));
}

void run_in_threads(std::vector<std::function<void()>> tasks) {
  std::vector<std::thread> threads;
  for (auto& task : tasks)
    threads.emplace_back(std::move(task));
  for (std::thread& thread : threads)
    thread.join();
}

std::map<std::string, bytes> files_below(const files::path& root) {
  std::map<std::string, bytes> all;
  for (const auto& entry : files::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    all[files::relative(entry.path(), root).string()] =
        bytes(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

void write_text(const files::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

const test_log& sample() {
  static const test_log made(1100);
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tile_files)

BOOST_AUTO_TEST_CASE(a_disk_holds_the_same_files_as_memory) {
  for (std::uint64_t size : {0u, 1u, 256u, 257u, 1100u}) {
    scratch_folder scratch;
    memory_folder memory;
    for (std::uint64_t step : {std::uint64_t{0}, size / 2, size}) {
      BOOST_REQUIRE(publish_at(scratch.at("log"), sample(), step, step / 2));
      BOOST_REQUIRE(publish(memory, sample(), step, step / 2));
      BOOST_TEST((files_below(scratch.at("log")) == memory.files()), step);
    }
    auto audited = audit_at(scratch.at("log"), 1);
    BOOST_REQUIRE_MESSAGE(audited, (audited ? "" : log::to_text(audited.error())));
    BOOST_TEST(audited->checkpoint.body.size == size);
    BOOST_TEST(audited->files == memory.files().size());
  }
}

BOOST_AUTO_TEST_CASE(everybody_may_read_whatever_our_mask_is) {
  scratch_folder scratch;
  const mode_t mask = umask(077);
  BOOST_REQUIRE(publish_at(scratch.at("log"), sample(), 300));
  umask(mask);
  auto mode_of = [](const files::path& path) {
    struct stat facts {};
    BOOST_REQUIRE(::stat(path.c_str(), &facts) == 0);
    return facts.st_mode & 07777;
  };
  BOOST_TEST(mode_of(scratch.at("log")) == 0755u);
  for (const auto& entry : files::recursive_directory_iterator(scratch.at("log")))
    BOOST_TEST(mode_of(entry.path()) == (entry.is_directory() ? 0755u : 0644u), entry.path());
}

BOOST_AUTO_TEST_CASE(a_folder_has_one_writer_and_any_readers) {
  scratch_folder scratch;
  auto first = ppn::open_tile_folder(scratch.at("log"), ppn::folder_use::write);
  BOOST_REQUIRE(first);
  auto second = ppn::open_tile_folder(scratch.at("log"), ppn::folder_use::write);
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().code == ec::in_use));
  BOOST_TEST(ppn::open_tile_folder(scratch.at("log"), ppn::folder_use::read).has_value());
  first->reset();
  BOOST_TEST(ppn::open_tile_folder(scratch.at("log"), ppn::folder_use::write).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_made_by_reading) {
  scratch_folder scratch;
  BOOST_TEST((audit_at(scratch.at("log")).error().what.code == ec::not_found));
  BOOST_TEST(!files::exists(scratch.at("log")));
  BOOST_TEST((publish_at(scratch.at("no/log"), sample(), 1).error().code == ec::not_found));
  // An empty folder is no log.
  files::create_directory(scratch.at("log"));
  BOOST_TEST((audit_at(scratch.at("log")).error().what.code == ec::integrity));
}

BOOST_AUTO_TEST_CASE(no_link_leads_out_of_the_folder) {
  scratch_folder scratch;
  BOOST_REQUIRE(publish_at(scratch.at("log"), sample(), 300));
  const files::path root = scratch.at("log");
  files::create_directory(scratch.at("outside"));
  // A folder of the log that is a link: nothing is written behind it.
  files::rename(root / "tile/0", scratch.at("outside/0"));
  files::create_directory_symlink(scratch.at("outside/0"), root / "tile/0");
  const auto outside = files_below(scratch.at("outside"));
  BOOST_TEST(!publish_at(root, sample(), 600));
  BOOST_TEST((files_below(scratch.at("outside")) == outside));
  BOOST_TEST((audit_at(root).error().what.code == ec::integrity));
  files::remove(root / "tile/0");
  files::rename(scratch.at("outside/0"), root / "tile/0");
  BOOST_REQUIRE(audit_at(root));
  // A file that is a link, with the right content even.
  files::rename(root / "tile/0/000", scratch.at("outside/000"));
  files::create_symlink(scratch.at("outside/000"), root / "tile/0/000");
  BOOST_TEST((audit_at(root).error().what.code == ec::integrity));
  bytes data;
  auto folder = ppn::open_tile_folder(root, ppn::folder_use::read).value();
  BOOST_TEST((folder->read("tile/0/000", 10000, data).error().code == ec::malformed));
  files::remove(root / "tile/0/000");
  files::rename(scratch.at("outside/000"), root / "tile/0/000");
  BOOST_TEST(folder->read("tile/0/000", 10000, data).has_value());
  // A new file in the place of a link takes its place and leaves what it named.
  write_text(scratch.at("outside/kept"), "kept");
  files::create_symlink(scratch.at("outside/kept"), root / ".writing");
  BOOST_REQUIRE(publish_at(root, sample(), 600));
  BOOST_TEST((files_below(scratch.at("outside"))["kept"] == bytes{'k', 'e', 'p', 't'}));
  BOOST_TEST(audit_at(root).has_value());
}

BOOST_AUTO_TEST_CASE(paths_that_climb_are_refused) {
  scratch_folder scratch;
  write_text(scratch.at("secret"), "x");
  auto folder = ppn::open_tile_folder(scratch.at("log"), ppn::folder_use::write).value();
  bytes data;
  for (const char* path : {"../secret", "tile/../../secret", "./../secret", "/etc/passwd"})
    BOOST_TEST(!folder->read(path, 100, data), path);
  BOOST_TEST(!folder->write("../secret", bytes{'y'}));
  BOOST_TEST(!folder->sync_file("checkpoint"));
}

BOOST_AUTO_TEST_CASE(what_is_no_plain_file_is_refused_and_never_waited_for) {
  scratch_folder scratch;
  BOOST_REQUIRE(publish_at(scratch.at("log"), sample(), 300));
  const files::path root = scratch.at("log");
  files::rename(root / "tile/0/000", scratch.at("000"));
  BOOST_REQUIRE(::mkfifo((root / "tile/0/000").c_str(), 0644) == 0);
  BOOST_TEST((audit_at(root).error().what.code == ec::integrity));
  BOOST_TEST(audit_at(root).error().place == "tile/0/000");
  files::remove(root / "tile/0/000");
  files::rename(scratch.at("000"), root / "tile/0/000");
  BOOST_REQUIRE(::mkfifo((root / "pipe").c_str(), 0644) == 0);
  BOOST_TEST(audit_at(root).error().place == "pipe");
}

BOOST_AUTO_TEST_CASE(a_folder_of_too_many_files_is_refused) {
  scratch_folder scratch;
  BOOST_REQUIRE(publish_at(scratch.at("log"), sample(), 1));
  for (std::size_t i = 0; i <= log::tile_folder::entries_max; ++i)
    write_text(scratch.path() / "log/tile/0" / std::to_string(i), "");
  BOOST_TEST((audit_at(scratch.at("log")).error().what.code == ec::integrity));
}

BOOST_AUTO_TEST_CASE(what_we_may_not_read_is_no_matter_of_integrity) {
  scratch_folder scratch;
  files::permissions(scratch.path(), files::perms::all);
  BOOST_REQUIRE(publish_at(scratch.at("log"), sample(), 300));
  const files::path hidden = scratch.at("log/tile/0/000");
  files::permissions(hidden, files::perms::none);
  contract::as_nobody nobody;
  auto audited = audit_at(scratch.at("log"));
  BOOST_REQUIRE(!audited);
  BOOST_TEST((audited.error().what.code == ec::permission));
  BOOST_TEST(audited.error().place == "tile/0/000");
}

BOOST_AUTO_TEST_CASE(seventy_thousand_entries_are_written_and_audited_by_two_threads) {
  const test_log large(70000);
  scratch_folder scratch;
  BOOST_REQUIRE(publish_at(scratch.at("log"), large, 69000));
  auto written = publish_at(scratch.at("log"), large, 70000, 70000);
  BOOST_REQUIRE(written);
  // Four tiles of level 0 and their bundles become full or new, the levels above gain a partial
  // one.
  BOOST_TEST(written->written < 16u);
  BOOST_TEST(files::exists(scratch.at("log/tile/0/273.p/112")));
  BOOST_TEST(files::exists(scratch.at("log/tile/1/001.p/17")));
  BOOST_TEST(files::exists(scratch.at("log/tile/2/000.p/1")));
  log::audit_options options;
  options.runner = {2, run_in_threads};
  auto audited = ppn::audit_tiles(scratch.at("log"), trust_of(1), options);
  BOOST_REQUIRE_MESSAGE(audited, (audited ? "" : log::to_text(audited.error())));
  BOOST_TEST(audited->leftovers == 3u);
  // Two wrong entries in two threads: the first one is named, every time.
  for (const char* path :
       {"log/tile/entries/100", "log/tile/entries/101", "log/tile/entries/250"}) {
    std::fstream file(scratch.at(path), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4);
    file.put('!');
  }
  for (int i = 0; i < 5; ++i) {
    audited = ppn::audit_tiles(scratch.at("log"), trust_of(1), options);
    BOOST_REQUIRE(!audited);
    BOOST_TEST(audited.error().place == "tile/entries/100");
    BOOST_TEST(audited.error().entry.value() == 25600u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
