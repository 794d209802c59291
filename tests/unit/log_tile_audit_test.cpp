// The audit of a folder of tiles: what is sound passes, and every changed, missing or added octet
// of any file is found, in the file where it is.
#include "tests/unit/log_tile_support.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

using namespace tiles;

namespace {

// Checks of signatures dominate otherwise; only the checkpoints' own octets need real ones.
bool any_signature(const ppn::crypto::public_key&, bytes_view, const ppn::signature&) {
  return true;
}

const test_log& sample() {
  static const test_log made(1100);
  return made;
}

log::audited<log::audit_report> audit(const memory_folder& folder, std::size_t quorum = 0,
                                      const log::audit_options& options = {}) {
  return log::audit_tiles(folder, trust_of(quorum), options);
}

// Published along the way, so that partial tiles of older sizes are there.
void fill(memory_folder& folder, std::uint64_t size, const test_log& from = sample()) {
  for (std::uint64_t before : {1u, 3u, 200u, 256u, 300u, 512u})
    if (before < size) BOOST_REQUIRE(publish(folder, from, before, before));
  BOOST_REQUIRE(publish(folder, from, size, size < 2 ? size : size - 1));
}

// The place that an audit names; empty when it finds nothing.
std::string place(const memory_folder& folder, const std::string& changed) {
  log::trust_policy trust = trust_of(1);
  if (!changed.starts_with("checkpoint")) trust.verify = any_signature;
  auto audited = log::audit_tiles(folder, trust);
  if (audited) return {};
  BOOST_REQUIRE((audited.error().what.code == ec::integrity));
  return audited.error().place;
}

void check_every_octet(std::uint64_t size, std::size_t stride) {
  memory_folder folder;
  fill(folder, size);
  BOOST_REQUIRE(audit(folder, 1));
  std::size_t step = 0;
  for (const auto& [path, content] : folder.files())
    for (std::size_t i = 0; i < content.size(); ++i)
      for (int mask : {0x01, 0x80}) {
        if (step++ % stride != 0 && !path.starts_with("checkpoint")) continue;
        folder.at(path)[i] ^= static_cast<ppn::octet>(mask);
        const std::string named = place(folder, path);
        BOOST_REQUIRE_MESSAGE(named == path, path << " octet " << i << " of " << size << ": named '"
                                                  << named << "'");
        folder.at(path)[i] = content[i];
      }
}

bool is_full_run() {
  const char* counts = std::getenv("PPN_TEST_COUNTS");
  return counts != nullptr && std::string_view(counts) == "full";
}

// Is it the checkpoint's own size's, or one that an older checkpoint left?
bool is_needed(const std::string& path, std::uint64_t size, std::uint64_t cosigned) {
  auto tile = log::parse_tile_path(path);
  if (!tile) return true;
  for (std::uint64_t of : {size, cosigned})
    for (const log::tile_address& needed : tiles_of(of))
      if (needed == *tile) return true;
  return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_tile_audit)

BOOST_AUTO_TEST_CASE(a_sound_folder_passes) {
  for (std::uint64_t size : {0u, 1u, 2u, 255u, 256u, 257u, 511u, 512u, 513u, 1100u}) {
    memory_folder folder;
    fill(folder, size);
    auto audited = audit(folder, 1);
    BOOST_REQUIRE_MESSAGE(audited, size << (audited ? "" : log::to_text(audited.error())));
    BOOST_TEST(audited->checkpoint.body.size == size);
    BOOST_TEST((audited->checkpoint.body.root == sample().root(size)));
    BOOST_TEST(audited->cosigned->witness_count == 1u);
    BOOST_TEST(audited->files == folder.files().size());
    BOOST_TEST(audited->ahead == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_tree_of_three_levels_passes) {
  const test_log large(65536 + 300);
  for (std::uint64_t size : {65535u, 65536u, 65537u, 65836u}) {
    memory_folder folder;
    BOOST_REQUIRE(publish(folder, large, 65535));
    BOOST_REQUIRE(publish(folder, large, size));
    auto audited = audit(folder);
    BOOST_REQUIRE_MESSAGE(audited, size << (audited ? "" : log::to_text(audited.error())));
    for (const char* path : {"tile/1/000", "tile/2/000.p/1", "tile/1/001.p/1"})
      if (folder.files().contains(path)) {
        folder.at(path)[7] ^= 1;
        BOOST_TEST(place(folder, "checkpoint") == "checkpoint.cosigned"); // the quorum comes first
        BOOST_TEST(audit(folder).error().place == path);
        folder.at(path)[7] ^= 1;
      }
  }
}

BOOST_AUTO_TEST_CASE(every_changed_octet_is_found_where_it_is) {
  for (std::uint64_t size : {0u, 1u, 2u, 5u})
    check_every_octet(size, 1);
  for (std::uint64_t size : {255u, 256u, 257u, 511u, 512u, 513u})
    check_every_octet(size, is_full_run() ? 1 : 23);
}

BOOST_AUTO_TEST_CASE(every_cut_and_every_addition_is_found_where_it_is) {
  for (std::uint64_t size : {0u, 1u, 2u, 255u, 256u, 257u, 513u}) {
    memory_folder folder;
    fill(folder, size);
    for (const auto& [path, content] : folder.files()) {
      for (std::size_t length = 0; length < content.size();
           length += content.size() < 200 ? 1 : content.size() / 50) {
        folder.at(path).resize(length);
        BOOST_REQUIRE_MESSAGE(place(folder, path) == path, path << " cut to " << length);
        folder.at(path) = content;
      }
      for (const bytes& tail : {bytes{0}, bytes{0, 0}, bytes{'\n'}, bytes(32, 7)}) {
        ppn::append(folder.at(path), tail);
        BOOST_REQUIRE_MESSAGE(place(folder, path) == path, path);
        folder.at(path) = content;
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_missing_file_is_found) {
  for (std::uint64_t size : {0u, 1u, 2u, 255u, 256u, 257u, 513u}) {
    memory_folder folder;
    fill(folder, size);
    for (const auto& [path, content] : folder.files()) {
      folder.erase(path);
      const std::string named = place(folder, "checkpoint");
      // Nobody can tell that a leftover was there.
      BOOST_TEST(named == (is_needed(path, size, size < 2 ? size : size - 1) ? path : ""));
      folder.put(path, content);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_a_log_does_not_have_is_found) {
  for (const char* path : {"readme",           ".hidden",          ".writing",
                           "checkpoint.old",   "tile/0/000.tmp",   "tile/0/0",
                           "tile/x",           "tile/64/000",      "tile/00/000",
                           "tile/entries/300", "tile/0/003",       "tile/0/001.p/45",
                           "tile/0/002.p/1",   "tile/0/001.p/0",   "tile/0/001.p/044",
                           "tile/0/001.p/256", "tile/0/x000/001",  "tile/1/001.p/1",
                           "tile/1/000.p/2",   "tile/2/000.p/1",   "tile/entries/001.p/45",
                           "entries/000",      "tile/0/001.p/4/4", "tile/0/000/000"}) {
    memory_folder folder;
    BOOST_REQUIRE(publish(folder, sample(), 300));
    if (std::string_view(path) == "tile/0/000/000") folder.erase("tile/0/000");
    folder.put(path, bytes(32, 1));
    auto audited = audit(folder);
    BOOST_REQUIRE_MESSAGE(!audited, path);
    BOOST_TEST((audited.error().what.code == ec::integrity));
    // A folder that a log does not have is named before what is in it.
    const std::string& named = audited.error().place;
    BOOST_TEST(std::string(path).starts_with(named), path << " named as " << named);
  }
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 300));
  folder.make("lost+found");
  BOOST_TEST(audit(folder).error().place == "lost+found");
}

BOOST_AUTO_TEST_CASE(what_a_writer_does_meanwhile_is_counted_when_asked_for) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 300));
  const bytes older = folder.files().at("checkpoint");
  BOOST_REQUIRE(publish(folder, sample(), 600));
  folder.at("checkpoint") = older;
  folder.put(".writing", bytes{1});
  BOOST_TEST(!audit(folder));
  log::audit_options options;
  options.is_growing = true;
  auto audited = audit(folder, 0, options);
  BOOST_REQUIRE(audited);
  // Two full tiles' worth of files, two partial ones, the one of level 1, the unfinished one.
  BOOST_TEST(audited->ahead == 6u);
  folder.put("readme", bytes{1});
  BOOST_TEST(!audit(folder, 0, options));
}

BOOST_AUTO_TEST_CASE(the_place_is_a_file_an_octet_and_an_entry) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 600));
  // Entry 258 is "258", behind the two before it of three octets and two of length.
  folder.at("tile/entries/001")[12] ^= 1;
  auto audited = audit(folder);
  BOOST_REQUIRE(!audited);
  BOOST_TEST(audited.error().place == "tile/entries/001");
  BOOST_TEST(audited.error().offset.value() == 10u);
  BOOST_TEST(audited.error().entry.value() == 258u);
  BOOST_TEST(audited.error().expected == sample().rows()[0][258].hex());
  BOOST_TEST(audited.error().found == log::leaf_hash(bytes{'3', '5', '8'}).hex());
  folder.at("tile/entries/001")[12] ^= 1;

  folder.at("tile/0/001")[32 * 9 + 5] ^= 0x80;
  audited = audit(folder);
  BOOST_TEST(audited.error().place == "tile/0/001");
  BOOST_TEST(audited.error().offset.value() == 32u * 9);
  BOOST_TEST(audited.error().entry.value() == 265u);
  BOOST_TEST(audited.error().expected == sample().rows()[0][265].hex());
  folder.at("tile/0/001")[32 * 9 + 5] ^= 0x80;

  // Of two wrong things the first one.
  folder.at("tile/entries/002.p/88")[2] ^= 1;
  folder.at("tile/0/001")[0] ^= 1;
  BOOST_TEST(audit(folder).error().place == "tile/0/001");
  BOOST_TEST(log::to_text(audit(folder).error()).starts_with("tile/0/001: octet 0: entry 256: "));
}

BOOST_AUTO_TEST_CASE(an_entry_and_its_hash_changed_together_show_one_level_up) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 600));
  const auto sound = folder.files();
  auto change = [&](std::uint64_t index, const std::string& bundle, const std::string& hashes) {
    std::vector<bytes> entries = sample().entries();
    bytes& tile = folder.at(hashes);
    auto views = log::parse_entry_bundle(sound.at(bundle)).value();
    const bytes other{'n', 'e', 'w'};
    views[index % 256] = other;
    folder.at(bundle) = log::entry_bundle(views).value();
    const digest hash = log::leaf_hash(other);
    std::copy(hash.octets.begin(), hash.octets.end(),
              tile.begin() + std::ptrdiff_t(32 * (index % 256)));
  };
  change(300, "tile/entries/001", "tile/0/001");
  auto audited = audit(folder);
  BOOST_TEST(audited.error().place == "tile/1/000.p/2");
  BOOST_TEST(audited.error().offset.value() == 32u);
  for (const auto& [path, content] : sound)
    folder.at(path) = content;
  change(599, "tile/entries/002.p/88", "tile/0/002.p/88");
  BOOST_TEST(audit(folder).error().place == "checkpoint");
}

BOOST_AUTO_TEST_CASE(a_history_written_anew_is_known_by_a_remembered_checkpoint) {
  const test_log forked(1100, "fork");
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, forked, 600));
  BOOST_TEST(audit(folder).has_value());
  log::audit_options options;
  for (std::uint64_t size : {1u, 255u, 256u, 257u, 512u, 599u, 600u}) {
    options.remembered = sample().note(size);
    auto audited = audit(folder, 0, options);
    BOOST_REQUIRE(!audited);
    BOOST_TEST((audited.error().what.code == ec::integrity));
    BOOST_TEST(audited.error().place == "checkpoint");
    options.remembered = forked.note(size);
    BOOST_TEST(audit(folder, 0, options)->remembered.value() == size);
  }
  for (std::uint64_t size : {256u, 512u}) { // trees without a partial tile of level 0
    memory_folder whole;
    BOOST_REQUIRE(publish(whole, forked, size));
    options.remembered = sample().note(size);
    BOOST_TEST(audit(whole, 0, options).error().place == "checkpoint");
    options.remembered = forked.note(size);
    BOOST_TEST(audit(whole, 0, options).has_value());
  }
  options.remembered = forked.note(601);
  BOOST_TEST(!audit(folder, 0, options));
  options.remembered = forked.note(0);
  BOOST_TEST(audit(folder, 0, options).has_value());
  options.remembered = "nonsense";
  BOOST_TEST(audit(folder, 0, options).error().place == "the remembered checkpoint");
}

BOOST_AUTO_TEST_CASE(a_cosigned_checkpoint_of_another_history_is_found) {
  const test_log forked(600, "fork");
  for (std::uint64_t size : {1u, 255u, 256u, 300u, 511u, 512u, 600u}) {
    memory_folder folder;
    BOOST_REQUIRE(publish(folder, sample(), 600, size));
    BOOST_TEST(audit(folder, 1).has_value());
    const std::string other = forked.cosigned(size);
    folder.at("checkpoint.cosigned") = bytes(other.begin(), other.end());
    BOOST_TEST((audit(folder, 1).error().what.code == ec::integrity));
    BOOST_TEST(!audit(folder));
  }
}

BOOST_AUTO_TEST_CASE(a_quorum_is_asked_of_the_cosigned_checkpoint) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 300));
  BOOST_TEST(audit(folder).has_value());
  BOOST_TEST(audit(folder, 1).error().place == "checkpoint.cosigned");
  BOOST_REQUIRE(publish(folder, sample(), 300, 300));
  BOOST_TEST(audit(folder, 1)->cosigned->witness_count == 1u);
  BOOST_TEST(audit(folder, 2).error().place == "checkpoint.cosigned");
}

BOOST_AUTO_TEST_CASE(another_key_or_a_senseless_policy_is_refused) {
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, sample(), 300));
  log::trust_policy trust;
  trust.logs = {make_signer(origin, log::key_type::ed25519, 2).key};
  auto audited = log::audit_tiles(folder, trust);
  BOOST_TEST((audited.error().what.code == ec::integrity && audited.error().place == "checkpoint"));
  trust.logs = {witness_signer().key};
  BOOST_TEST((log::audit_tiles(folder, trust).error().what.code == ec::invalid));
  trust.logs = {};
  trust.terms = {{make_signer(origin, log::key_type::ed25519, 2).key, 0}, {log_signer().key, 300}};
  BOOST_TEST(log::audit_tiles(folder, trust).has_value());
  trust.terms[1].first_size = 301;
  BOOST_TEST(!log::audit_tiles(folder, trust));
}

BOOST_AUTO_TEST_CASE(the_same_audit_reads_a_database) {
  const log::derived_tiles derived = sample().tiles();
  for (std::uint64_t size : {0u, 1u, 256u, 300u, 1100u}) {
    log::tree_audit_options options;
    options.earlier = {{0, log::empty_root(), "older"}, {size / 2, sample().root(size / 2), "old"}};
    BOOST_TEST(log::audit_tree(derived, {size, sample().root(size), "head"}, options).has_value());
    BOOST_TEST(log::audit_tree(derived, {size, digest{}, "head"}).error().place == "head");
  }
  // Its full tiles are compared with its entries.
  const test_log forked(1100, "fork");
  const log::derived_tiles mixed(
      [&](std::uint64_t from, std::uint64_t to, const log::derived_tiles::entry_visitor& visit) {
        for (std::uint64_t i = from; i < to; ++i)
          if (!visit(i, (i == 700 ? forked : sample()).entries()[i])) break;
        return status{};
      },
      [&](unsigned level, std::uint64_t index) -> ppn::result<bytes> {
        return sample().content({log::tile_kind::hashes, level, index, log::tile_width});
      });
  auto audited = log::audit_tree(mixed, {1100, sample().root(1100), "head"});
  BOOST_REQUIRE(!audited);
  BOOST_TEST(audited.error().place == "entries 512 to 767");
  BOOST_TEST(audited.error().entry.value() == 700u);
}

BOOST_AUTO_TEST_CASE(progress_grows_to_the_size) {
  const test_log large(65536 + 300);
  memory_folder folder;
  BOOST_REQUIRE(publish(folder, large, 65836));
  std::vector<std::uint64_t> seen;
  log::audit_options options;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    BOOST_TEST(total == 65836u);
    seen.push_back(done);
  };
  BOOST_REQUIRE(audit(folder, 0, options));
  BOOST_TEST((seen == std::vector<std::uint64_t>{65536, 65836}));
}

BOOST_AUTO_TEST_SUITE_END()
