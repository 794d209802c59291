// What every maker of the snapshots port promises. A `snapshots_place` is whatever a maker keeps
// its snapshots in; it is opened again and again.
#pragma once

#include "storage/snapshots.hpp"
#include "tests/contract/contract.hpp"

#include <memory>
#include <sys/mman.h>

namespace contract {

using ppn::bytes;
using ppn::bytes_view;
using ppn::snapshots;
using opened_snapshots = std::unique_ptr<snapshots>;

class snapshots_place {
public:
  virtual ~snapshots_place() = default;
  virtual ppn::result<opened_snapshots> open() = 0;

  virtual void fail_next_sync() = 0; // ec::io_failed
  // They act on a closed place.
  virtual void damage_newest(const std::string& name) = 0;
  virtual void damage_both(const std::string& name) = 0;
};
using make_snapshots_place = std::function<std::unique_ptr<snapshots_place>()>;

inline opened_snapshots open_snapshots(snapshots_place& place) {
  auto opened = place.open();
  REQUIRE_OK(opened);
  return *std::move(opened);
}

inline ppn::status save(snapshots& subject, std::string_view name, std::string_view text) {
  return subject.save(name, ppn::view_of(text));
}

// All that is offered, in order, when nothing is taken.
inline std::vector<std::string> offered(const snapshots& subject, std::string_view name) {
  std::vector<std::string> out;
  auto taken = subject.load(name, [&](bytes_view data) {
    out.emplace_back(ppn::text_of(data));
    return false;
  });
  REQUIRE_OK(taken);
  BOOST_TEST(!*taken);
  return out;
}

using texts = std::vector<std::string>;

inline void a_name_that_was_never_saved_offers_nothing(snapshots_place& place) {
  opened_snapshots subject = open_snapshots(place);
  BOOST_TEST(offered(*subject, "fold") == texts{}, boost::test_tools::per_element());
}

inline void two_generations_are_offered_the_newest_first(snapshots_place& place) {
  opened_snapshots subject = open_snapshots(place);
  REQUIRE_OK(save(*subject, "fold", "one"));
  BOOST_TEST((offered(*subject, "fold") == texts{"one"}));
  REQUIRE_OK(save(*subject, "fold", "two"));
  BOOST_TEST((offered(*subject, "fold") == texts{"two", "one"}));
  REQUIRE_OK(save(*subject, "other", ""));
  REQUIRE_OK(save(*subject, "fold", "three"));
  BOOST_TEST((offered(*subject, "fold") == texts{"three", "two"}));
  BOOST_TEST((offered(*subject, "other") == texts{""}));
}

inline void nothing_more_is_offered_once_one_was_taken(snapshots_place& place) {
  opened_snapshots subject = open_snapshots(place);
  REQUIRE_OK(save(*subject, "fold", "one"));
  REQUIRE_OK(save(*subject, "fold", "two"));
  int offers = 0;
  BOOST_TEST(subject->load("fold", [&](bytes_view) { return ++offers == 1; }).value());
  BOOST_TEST(offers == 1);
  BOOST_TEST(subject->load("fold", [&](bytes_view) { return ++offers == 3; }).value());
  BOOST_TEST(offers == 3);
}

inline void snapshots_survive_a_reopen(snapshots_place& place) {
  for (int round = 0; round < 5; ++round) {
    opened_snapshots subject = open_snapshots(place);
    texts expected;
    for (int back = round; back > 0 && back > round - 2; --back)
      expected.push_back("round " + std::to_string(back));
    BOOST_TEST((offered(*subject, "fold") == expected));
    REQUIRE_OK(save(*subject, "fold", "round " + std::to_string(round + 1)));
  }
}

inline void names_are_plain_or_refused(snapshots_place& place) {
  opened_snapshots subject = open_snapshots(place);
  for (const std::string& wrong :
       {std::string(), std::string("A"), std::string("a.b"), std::string("a/b"), std::string(".."),
        std::string("a\0b", 3), std::string("a b"), std::string(33, 'a')}) {
    CHECK_CODE(save(*subject, wrong, "x"), invalid);
    CHECK_CODE(subject->load(wrong, [](bytes_view) { return true; }), invalid);
  }
  for (const std::string& right : {std::string("a"), std::string("09-z"), std::string(32, 'a')}) {
    REQUIRE_OK(save(*subject, right, "x"));
    BOOST_TEST((offered(*subject, right) == texts{"x"}));
  }
}

// Memory that nobody touches: the size alone decides.
inline void one_octet_more_than_the_largest_is_refused(snapshots_place& place) {
  opened_snapshots subject = open_snapshots(place);
  const std::size_t size = snapshots::octets_max + 1;
  void* memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  BOOST_REQUIRE(memory != MAP_FAILED);
  CHECK_CODE(subject->save("fold", {static_cast<const ppn::octet*>(memory), size}), too_large);
  munmap(memory, size);
  BOOST_TEST((offered(*subject, "fold") == texts{}));
}

inline void a_second_open_is_refused_until_the_first_is_closed(snapshots_place& place) {
  opened_snapshots subject = open_snapshots(place);
  CHECK_CODE(place.open(), in_use);
  REQUIRE_OK(save(*subject, "fold", "x"));
  subject.reset();
  BOOST_TEST((offered(*open_snapshots(place), "fold") == texts{"x"}));
}

inline void a_failed_save_leaves_the_newest_and_may_be_tried_again(snapshots_place& place) {
  opened_snapshots subject = open_snapshots(place);
  place.fail_next_sync();
  CHECK_CODE(save(*subject, "fold", "zero"), io_failed);
  REQUIRE_OK(save(*subject, "fold", "one"));
  REQUIRE_OK(save(*subject, "fold", "two"));
  place.fail_next_sync();
  CHECK_CODE(save(*subject, "fold", "three"), io_failed);
  texts found = offered(*subject, "fold");
  BOOST_TEST((std::count(found.begin(), found.end(), "two") == 1));
  REQUIRE_OK(save(*subject, "fold", "four"));
  subject.reset();
  found = offered(*open_snapshots(place), "fold");
  BOOST_TEST(found.size() == 2u);
  BOOST_TEST(found.at(0) == "four");
}

inline void a_damaged_generation_is_skipped_and_replaced_first(snapshots_place& place) {
  {
    opened_snapshots subject = open_snapshots(place);
    REQUIRE_OK(save(*subject, "fold", "one"));
    REQUIRE_OK(save(*subject, "fold", "two"));
    REQUIRE_OK(save(*subject, "sound", "x"));
  }
  place.damage_newest("fold");
  {
    opened_snapshots subject = open_snapshots(place);
    BOOST_TEST((offered(*subject, "fold") == texts{"one"}));
    REQUIRE_OK(save(*subject, "fold", "three"));
    BOOST_TEST((offered(*subject, "fold") == texts{"three", "one"}));
  }
  place.damage_both("fold");
  opened_snapshots subject = open_snapshots(place);
  BOOST_TEST((offered(*subject, "fold") == texts{}));
  BOOST_TEST((offered(*subject, "sound") == texts{"x"}));
  REQUIRE_OK(save(*subject, "fold", "anew"));
  BOOST_TEST((offered(*subject, "fold") == texts{"anew"}));
}

inline std::vector<named_case> snapshots_cases(const make_snapshots_place& make) {
  auto on_new_place = [&](const char* name, void (*run)(snapshots_place&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
#define PPN_CASE(name) on_new_place(#name, name)
  return {
      PPN_CASE(a_name_that_was_never_saved_offers_nothing),
      PPN_CASE(two_generations_are_offered_the_newest_first),
      PPN_CASE(nothing_more_is_offered_once_one_was_taken),
      PPN_CASE(snapshots_survive_a_reopen),
      PPN_CASE(names_are_plain_or_refused),
      PPN_CASE(one_octet_more_than_the_largest_is_refused),
      PPN_CASE(a_second_open_is_refused_until_the_first_is_closed),
      PPN_CASE(a_failed_save_leaves_the_newest_and_may_be_tried_again),
      PPN_CASE(a_damaged_generation_is_skipped_and_replaced_first),
  };
#undef PPN_CASE
}

} // namespace contract
