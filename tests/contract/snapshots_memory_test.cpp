// The snapshots in memory: the contract, and the ways in which only their disk can be made to fail.
#include "storage/memory_snapshots.hpp"

#include "tests/contract/snapshots_contract.hpp"

using contract::offered;
using contract::open_snapshots;
using contract::opened_snapshots;
using contract::save;
using contract::texts;
using ppn::memory_snapshots;
using ppn::snapshot_fault;

namespace {

class memory_place : public contract::snapshots_place {
public:
  ppn::result<opened_snapshots> open() override {
    return memory_snapshots::open(disk).map(
        [](auto opened) { return opened_snapshots(std::move(opened)); });
  }
  void fail_next_sync() override { disk.fail_next_save(snapshot_fault::sync_fails); }
  void damage_newest(const std::string& name) override { disk.damage_newest(name); }
  void damage_both(const std::string& name) override { disk.damage_both(name); }

  ppn::memory_snapshot_disk disk;
};

const contract::suite promises("snapshots_memory", contract::snapshots_cases([] {
                                 return std::make_unique<memory_place>();
                               }));

} // namespace

BOOST_AUTO_TEST_SUITE(snapshots_memory_disk)

BOOST_FIXTURE_TEST_CASE(a_crash_forgets_what_was_not_synced_and_nothing_else, memory_place) {
  opened_snapshots subject = open_snapshots(*this);
  REQUIRE_OK(save(*subject, "fold", "one"));
  REQUIRE_OK(save(*subject, "fold", "two"));
  fail_next_sync();
  CHECK_CODE(save(*subject, "fold", "three"), io_failed);
  fail_next_sync();
  CHECK_CODE(save(*subject, "new", "first"), io_failed);
  disk.crash();
  subject = open_snapshots(*this);
  BOOST_TEST((offered(*subject, "fold") == texts{"two", "one"}));
  BOOST_TEST((offered(*subject, "new") == texts{}));
}

BOOST_FIXTURE_TEST_CASE(without_a_crash_a_written_one_is_found_by_the_next_open, memory_place) {
  opened_snapshots subject = open_snapshots(*this);
  REQUIRE_OK(save(*subject, "fold", "one"));
  fail_next_sync();
  CHECK_CODE(save(*subject, "fold", "two"), io_failed);
  subject.reset();
  open_snapshots(*this).reset();
  disk.crash();
  BOOST_TEST((offered(*open_snapshots(*this), "fold") == texts{"two", "one"}));
}

BOOST_FIXTURE_TEST_CASE(a_disk_that_lies_about_syncs_loses_answered_snapshots, memory_place) {
  opened_snapshots subject = open_snapshots(*this);
  REQUIRE_OK(save(*subject, "fold", "one"));
  disk.withhold_syncs(true);
  for (const char* text : {"two", "three", "four"})
    REQUIRE_OK(save(*subject, "fold", text));
  BOOST_TEST(offered(*subject, "fold").front() == "four");
  disk.crash();
  BOOST_TEST((offered(*open_snapshots(*this), "fold") == texts{"one"}));
}

BOOST_FIXTURE_TEST_CASE(a_save_that_fails_or_finds_no_space_may_be_tried_again, memory_place) {
  opened_snapshots subject = open_snapshots(*this);
  REQUIRE_OK(save(*subject, "fold", "one"));
  disk.fail_next_save(snapshot_fault::full);
  CHECK_CODE(save(*subject, "fold", "two"), no_space);
  disk.fail_next_save(snapshot_fault::write_fails);
  CHECK_CODE(save(*subject, "fold", "two"), io_failed);
  disk.fill_up(true);
  CHECK_CODE(save(*subject, "fold", "two"), no_space);
  CHECK_CODE(save(*subject, "new", "two"), no_space);
  BOOST_TEST((offered(*subject, "fold") == texts{"one"}));
  disk.fill_up(false);
  REQUIRE_OK(save(*subject, "fold", "two"));
  BOOST_TEST((offered(*subject, "fold") == texts{"two", "one"}));
}

BOOST_FIXTURE_TEST_CASE(a_disk_may_lose_a_name, memory_place) {
  REQUIRE_OK(save(*open_snapshots(*this), "fold", "one"));
  disk.lose("fold");
  BOOST_TEST((offered(*open_snapshots(*this), "fold") == texts{}));
}

BOOST_FIXTURE_TEST_CASE(snapshots_whose_disk_crashed_are_cut_off_for_good, memory_place) {
  opened_snapshots old = open_snapshots(*this);
  disk.crash();
  opened_snapshots fresh = open_snapshots(*this);
  CHECK_CODE(save(*old, "fold", "x"), io_failed);
  CHECK_CODE(old->load("fold", [](auto) { return true; }), io_failed);
  old.reset();
  CHECK_CODE(open(), in_use);
}

BOOST_AUTO_TEST_SUITE_END()
