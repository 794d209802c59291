// The tile writer: a fresh folder holds exactly the tiles of its size, a refresh adds what is new
// and changes nothing, and a crash before any operation leaves a folder that verifies.
#include "tests/unit/log_tile_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace tiles;

namespace {

const test_log& sample() {
  static const test_log made(1100);
  return made;
}

std::map<std::string, bytes> expected_files(const test_log& from, std::uint64_t size) {
  std::map<std::string, bytes> files;
  for (const log::tile_address& tile : tiles_of(size))
    files[log::tile_path(tile)] = from.content(tile);
  const std::string note = from.note(size);
  files[log::checkpoint_file] = bytes(note.begin(), note.end());
  return files;
}

ec refusal(const ppn::result<log::write_report>& written) {
  return written ? ec::none : written.error().code;
}

bool is_sound(const memory_folder& folder, bool is_growing = false) {
  log::audit_options options;
  options.is_growing = is_growing;
  auto audited = log::audit_tiles(folder, trust_of(), options);
  if (!audited) BOOST_TEST_MESSAGE(log::to_text(audited.error()));
  return audited.has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_tile_writer)

BOOST_AUTO_TEST_CASE(tiles_from_a_database_are_the_ones_of_the_tree) {
  const log::derived_tiles derived = sample().tiles();
  bytes data;
  for (std::uint64_t size : {1u, 2u, 255u, 256u, 257u, 511u, 512u, 513u, 1100u})
    for (const log::tile_address& tile : tiles_of(size)) {
      BOOST_REQUIRE(derived.read(tile, data));
      BOOST_TEST((data == sample().content(tile)), log::tile_path(tile));
    }
  const log::tile_address beyond{log::tile_kind::entries, 0, 4, 100};
  BOOST_TEST((derived.read(beyond, data).error().code == ec::not_found));
  BOOST_TEST(derived.place({log::tile_kind::entries, 0, 2, 4}) == "entries 512 to 515");
}

BOOST_AUTO_TEST_CASE(an_entry_that_fits_no_bundle_is_refused) {
  const bytes large(65536, 1);
  const log::derived_tiles derived(
      [&](std::uint64_t from, std::uint64_t, const log::derived_tiles::entry_visitor& visit) {
        visit(from, large);
        return status{};
      },
      {});
  bytes data;
  const log::tile_address tile{log::tile_kind::entries, 0, 0, 1};
  BOOST_TEST((derived.read(tile, data).error().code == ec::too_large));
}

BOOST_AUTO_TEST_CASE(the_right_edge_has_the_root_of_the_tree) {
  const log::derived_tiles derived = sample().tiles();
  log::frontier tree;
  for (std::uint64_t size = 0;; ++size) {
    BOOST_REQUIRE((log::read_edge_root(derived, size).value() == tree.root()));
    if (size == sample().entries().size()) break;
    tree.append(sample().rows()[0][size]);
  }
}

BOOST_AUTO_TEST_CASE(a_fresh_folder_holds_the_tiles_of_its_size_and_nothing_else) {
  for (std::uint64_t size : {0u, 1u, 2u, 255u, 256u, 257u, 511u, 512u, 513u, 1100u}) {
    memory_folder folder;
    auto written = publish(folder, sample(), size);
    BOOST_REQUIRE(written);
    BOOST_TEST(written->size == size);
    BOOST_TEST(written->written == log::tile_count(size) + 1);
    BOOST_TEST(written->kept == 0u);
    BOOST_TEST((folder.files() == expected_files(sample(), size)), size);
    BOOST_TEST(is_sound(folder), size);
  }
}

BOOST_AUTO_TEST_CASE(the_second_run_of_one_size_writes_nothing) {
  for (std::uint64_t size : {0u, 1u, 256u, 300u}) {
    memory_folder folder;
    BOOST_REQUIRE(publish(folder, sample(), size, size));
    const auto before = folder.files();
    auto again = publish(folder, sample(), size, size);
    BOOST_REQUIRE(again);
    BOOST_TEST(again->written == 0u);
    BOOST_TEST((folder.files() == before));
  }
}

BOOST_AUTO_TEST_CASE(a_refresh_leaves_a_fresh_folder_and_the_partial_tiles_of_before) {
  const std::vector<std::uint64_t> sizes{0,   1,   2,   100, 255, 256, 257,
                                         300, 511, 512, 513, 767, 1100};
  for (std::size_t i = 0; i < sizes.size(); ++i)
    for (std::size_t j = i; j < sizes.size(); ++j) {
      memory_folder folder;
      BOOST_REQUIRE(publish(folder, sample(), sizes[i]));
      auto expected = folder.files();
      auto written = publish(folder, sample(), sizes[j]);
      BOOST_REQUIRE(written);
      for (const auto& [path, content] : expected_files(sample(), sizes[j]))
        expected[path] = content;
      BOOST_TEST((folder.files() == expected), sizes[i] << " to " << sizes[j]);
      BOOST_TEST(is_sound(folder));
    }
}

BOOST_AUTO_TEST_CASE(a_refresh_does_not_read_what_was_published) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 600));
  auto written = publish(folder, sample(), 601);
  BOOST_REQUIRE(written);
  // Level 0 and its bundle grow by one partial tile each; the level above stays as it was.
  BOOST_TEST(written->written == 3u);
  BOOST_TEST(written->kept == 1u);
}

BOOST_AUTO_TEST_CASE(a_recheck_puts_back_what_is_missing) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 600));
  const auto whole = folder.files();
  folder.erase("tile/0/000");
  folder.erase("tile/entries/001");
  BOOST_REQUIRE(publish(folder, sample(), 600));
  BOOST_TEST(!is_sound(folder));
  const std::string note = sample().note(600);
  log::tile_publication publication{note};
  publication.is_rechecked = true;
  BOOST_TEST(log::write_tiles(folder, sample().tiles(), publication)->written == 2u);
  BOOST_TEST((folder.files() == whole));
}

BOOST_AUTO_TEST_CASE(what_an_unfinished_run_left_is_removed) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 300));
  folder.put(log::unfinished_file, bytes{1});
  BOOST_REQUIRE(publish(folder, sample(), 300));
  BOOST_TEST((folder.files() == expected_files(sample(), 300)));
}

BOOST_AUTO_TEST_CASE(a_file_with_other_content_is_named_and_stays) {
  for (const char* path : {"tile/0/001", "tile/0/002.p/88", "tile/entries/001", "tile/1/000.p/2"}) {
    memory_folder folder;
    BOOST_REQUIRE(publish(folder, sample(), 300));
    folder.put(path, bytes{1, 2, 3});
    const auto before = folder.files();
    auto written = publish(folder, sample(), 600);
    BOOST_TEST((refusal(written) == ec::integrity));
    BOOST_TEST(written.error().text.find(path) != std::string::npos);
    BOOST_TEST((folder.at(path) == bytes{1, 2, 3}));
    BOOST_TEST((folder.files().at("checkpoint") == before.at("checkpoint")));
  }
}

BOOST_AUTO_TEST_CASE(another_history_is_not_published_over_this_one) {
  const test_log forked(1100, "fork");
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 300));
  const auto before = folder.files();
  BOOST_TEST((refusal(publish(folder, forked, 300)) == ec::integrity));
  BOOST_TEST((refusal(publish(folder, forked, 600)) == ec::integrity));
  BOOST_TEST((refusal(publish(folder, sample(), 299)) == ec::stale));
  // A note that is not the ledger's.
  const std::string note = forked.note(600);
  BOOST_TEST((refusal(log::write_tiles(folder, sample().tiles(), {note})) == ec::integrity));
  // The folder of another log.
  std::string other = sample().note(300);
  other.replace(0, std::string(origin).size(), "log.example/b");
  folder.put("checkpoint", bytes(other.begin(), other.end()));
  BOOST_TEST((refusal(publish(folder, sample(), 600)) == ec::integrity));
  folder.put("checkpoint", bytes{'x'});
  BOOST_TEST((refusal(publish(folder, sample(), 600)) == ec::integrity));
  folder.put("checkpoint", before.at("checkpoint"));
  BOOST_TEST((folder.files() == before));
  BOOST_TEST((refusal(publish(folder, sample(), 600)) == ec::none));
}

BOOST_AUTO_TEST_CASE(a_cosigned_checkpoint_may_lag_and_brings_its_partial_tiles) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 600, 280));
  auto expected = expected_files(sample(), 600);
  for (const log::tile_address& tile : tiles_of(280))
    expected[log::tile_path(tile)] = sample().content(tile);
  const std::string note = sample().cosigned(280);
  expected[log::cosigned_file] = bytes(note.begin(), note.end());
  BOOST_TEST((folder.files() == expected));
  BOOST_TEST(is_sound(folder));
  // It stays when none is given, and never goes back or ahead.
  BOOST_REQUIRE(publish(folder, sample(), 700));
  BOOST_TEST((folder.files().at("checkpoint.cosigned") == expected["checkpoint.cosigned"]));
  BOOST_TEST((refusal(publish(folder, sample(), 700, 279)) == ec::stale));
  BOOST_TEST((refusal(publish(folder, sample(), 700, 701)) == ec::invalid));
  BOOST_TEST((refusal(publish(folder, sample(), 700, 700)) == ec::none));
  BOOST_TEST(is_sound(folder));
}

BOOST_AUTO_TEST_CASE(a_crash_before_any_operation_leaves_a_folder_that_verifies) {
  struct step {
    std::uint64_t from, to, next;
  };
  std::uint64_t crashes = 0;
  for (const step& sizes : {step{0, 3, 5}, step{2, 257, 258}, step{255, 256, 513},
                            step{257, 300, 300}, step{200, 513, 600}})
    for (std::uint64_t before = 0;; ++before) {
      memory_folder folder;
      if (sizes.from != 0) BOOST_REQUIRE(publish(folder, sample(), sizes.from, sizes.from));
      folder.operations = 0;
      folder.ends_before = before;
      const bool is_done = publish(folder, sample(), sizes.to, sizes.to).has_value();
      BOOST_REQUIRE(is_done != folder.has_ended());
      for (std::uint64_t seed = 0; seed < 8; ++seed) {
        ++crashes;
        auto found = folder.after_crash(seed);
        const bool is_published = found->files().contains("checkpoint");
        BOOST_REQUIRE(is_published || (sizes.from == 0 && !is_done));
        if (is_published) BOOST_REQUIRE(is_sound(*found, true));
        if (is_done)
          BOOST_REQUIRE((found->files().at("checkpoint") == folder.files().at("checkpoint")));
        auto next = publish(*found, sample(), sizes.next, sizes.next);
        BOOST_REQUIRE_MESSAGE(next, "after operation " << before << ", seed " << seed << ": "
                                                       << (next ? "" : next.error().text));
        // Whatever the first run left is a beginning of what is there now.
        BOOST_REQUIRE(is_sound(*found));
      }
      if (is_done) break;
    }
  BOOST_TEST_MESSAGE(crashes << " crashes");
  BOOST_TEST(crashes > 1000u);
}

BOOST_AUTO_TEST_CASE(after_a_crash_the_next_run_makes_durable_what_it_finds) {
  // The first run ends before its folders are synced, and the machine lives on: the second run
  // finds every file and must not take that for durable.
  std::uint64_t writes = 0;
  {
    memory_folder counted;
    BOOST_REQUIRE(publish(counted, sample(), 300));
    writes = counted.operations;
  }
  for (std::uint64_t before = 0; before < writes; ++before) {
    memory_folder folder;
    folder.ends_before = before;
    BOOST_REQUIRE(!publish(folder, sample(), 300));
    folder.ends_before = UINT64_MAX;
    BOOST_REQUIRE(publish(folder, sample(), 300));
    auto found = folder.after_crash(0);
    BOOST_REQUIRE((found->files() == expected_files(sample(), 300)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
