// What every maker of the cells port promises. A `cells_place` is whatever a maker keeps its cells
// in; it is opened again and again.
#pragma once

#include "storage/cells.hpp"
#include "tests/contract/contract.hpp"

#include <map>
#include <memory>
#include <rapidcheck.h>

namespace contract {

using ppn::cell;
using ppn::cells;
using opened_cells = std::unique_ptr<cells>;

class cells_place {
public:
  virtual ~cells_place() = default;
  virtual ppn::result<opened_cells> open() = 0;

  // The next set is written, but its sync fails.
  virtual void fail_next_sync() = 0;
  // Both act on a closed place.
  virtual void damage_newest(const std::string& name) = 0;
  virtual void damage_both(const std::string& name) = 0;
};
using make_cells_place = std::function<std::unique_ptr<cells_place>()>;

inline ppn::bytes value(std::string_view text) {
  ppn::bytes_view octets = ppn::view_of(text);
  return {octets.begin(), octets.end()};
}

inline opened_cells open_cells(cells_place& place) {
  auto opened = place.open();
  REQUIRE_OK(opened);
  return *std::move(opened);
}

inline bool holds(const cells& subject, std::string_view name, std::uint64_t version,
                  std::string_view text) {
  auto got = subject.get(name);
  return got && *got == cell{version, value(text)};
}

inline void a_cell_that_was_never_written_is_version_zero(cells_place& place) {
  opened_cells subject = open_cells(place);
  BOOST_TEST(holds(*subject, "last-signed", 0, ""));
}

inline void a_set_cell_is_read_back_with_its_version(cells_place& place) {
  opened_cells subject = open_cells(place);
  REQUIRE_OK(subject->compare_and_set("a", 0, value("one")));
  REQUIRE_OK(subject->compare_and_set("b", 0, value("")));
  REQUIRE_OK(subject->compare_and_set("a", 1, value("two")));
  BOOST_TEST(holds(*subject, "a", 2, "two"));
  BOOST_TEST(holds(*subject, "b", 1, ""));
}

inline void cells_survive_a_reopen(cells_place& place) {
  for (std::uint64_t round = 0; round < 6; ++round) {
    opened_cells subject = open_cells(place);
    BOOST_TEST(holds(*subject, "epoch", round, round == 0 ? "" : "round " + std::to_string(round)));
    REQUIRE_OK(
        subject->compare_and_set("epoch", round, value("round " + std::to_string(round + 1))));
  }
}

inline void a_writer_that_expects_another_version_is_refused(cells_place& place) {
  opened_cells subject = open_cells(place);
  CHECK_CODE(subject->compare_and_set("a", 1, value("early")), stale);
  REQUIRE_OK(subject->compare_and_set("a", 0, value("one")));
  REQUIRE_OK(subject->compare_and_set("a", 1, value("two")));
  for (std::uint64_t wrong :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3}, ~std::uint64_t{0}})
    CHECK_CODE(subject->compare_and_set("a", wrong, value("wrong")), stale);
  BOOST_TEST(holds(*subject, "a", 2, "two"));
}

inline void names_are_plain_or_refused(cells_place& place) {
  opened_cells subject = open_cells(place);
  for (const std::string& wrong :
       {std::string(), std::string("A"), std::string("a.b"), std::string("a/b"), std::string(".."),
        std::string("a\0b", 3), std::string("a b"), std::string("\xc3\xa4"),
        std::string(33, 'a')}) {
    CHECK_CODE(subject->get(wrong), invalid);
    CHECK_CODE(subject->compare_and_set(wrong, 0, value("x")), invalid);
  }
  for (const std::string& right : {std::string("a"), std::string("09-z"), std::string(32, 'a')}) {
    REQUIRE_OK(subject->compare_and_set(right, 0, value("x")));
    BOOST_TEST(holds(*subject, right, 1, "x"));
  }
}

inline void values_up_to_four_kibibytes_are_taken(cells_place& place) {
  const std::string largest(cells::value_octets_max, 'v');
  {
    opened_cells subject = open_cells(place);
    CHECK_CODE(subject->compare_and_set("a", 0, value(largest + "v")), too_large);
    BOOST_TEST(holds(*subject, "a", 0, ""));
    REQUIRE_OK(subject->compare_and_set("a", 0, value(largest)));
    REQUIRE_OK(subject->compare_and_set("a", 1, value(largest)));
    CHECK_CODE(subject->compare_and_set("a", 2, value(largest + "v")), too_large);
  }
  BOOST_TEST(holds(*open_cells(place), "a", 2, largest));
}

inline void a_seventeenth_cell_is_refused_but_not_a_seventeenth_set(cells_place& place) {
  for (std::size_t i = 0; i < cells::count_max; ++i)
    REQUIRE_OK(open_cells(place)->compare_and_set("cell-" + std::to_string(i), 0, value("x")));
  opened_cells subject = open_cells(place);
  CHECK_CODE(subject->compare_and_set("one-more", 0, value("x")), too_large);
  BOOST_TEST(holds(*subject, "one-more", 0, ""));
  REQUIRE_OK(subject->compare_and_set("cell-7", 1, value("y")));
}

inline void a_second_open_is_refused_until_the_first_is_closed(cells_place& place) {
  opened_cells subject = open_cells(place);
  CHECK_CODE(place.open(), in_use);
  REQUIRE_OK(subject->compare_and_set("a", 0, value("x")));
  subject.reset();
  BOOST_TEST(holds(*open_cells(place), "a", 1, "x"));
}

inline void after_a_failed_sync_the_old_value_is_read_and_no_new_one_taken(cells_place& place) {
  opened_cells subject = open_cells(place);
  REQUIRE_OK(subject->compare_and_set("a", 0, value("one")));
  REQUIRE_OK(subject->compare_and_set("a", 1, value("two")));
  place.fail_next_sync();
  CHECK_CODE(subject->compare_and_set("a", 2, value("three")), io_failed);
  BOOST_TEST(holds(*subject, "a", 2, "two"));
  CHECK_CODE(subject->compare_and_set("a", 2, value("three")), io_failed);
  REQUIRE_OK(subject->compare_and_set("b", 0, value("other cells go on")));
  subject.reset();
  subject = open_cells(place);
  // The old value or the new one, and from there on.
  bool is_old = holds(*subject, "a", 2, "two");
  BOOST_TEST((is_old || holds(*subject, "a", 3, "three")));
  REQUIRE_OK(subject->compare_and_set("a", is_old ? 2 : 3, value("four")));
}

inline void one_damaged_copy_costs_one_version_and_two_are_noticed(cells_place& place) {
  {
    opened_cells subject = open_cells(place);
    REQUIRE_OK(subject->compare_and_set("a", 0, value("one")));
    REQUIRE_OK(subject->compare_and_set("a", 1, value("two")));
    REQUIRE_OK(subject->compare_and_set("sound", 0, value("x")));
  }
  place.damage_newest("a");
  {
    opened_cells subject = open_cells(place);
    BOOST_TEST(holds(*subject, "a", 1, "one"));
    REQUIRE_OK(subject->compare_and_set("a", 1, value("two again")));
  }
  place.damage_both("a");
  opened_cells subject = open_cells(place);
  CHECK_CODE(subject->get("a"), integrity);
  CHECK_CODE(subject->compare_and_set("a", 0, value("x")), integrity);
  CHECK_CODE(subject->compare_and_set("a", 2, value("x")), integrity);
  BOOST_TEST(holds(*subject, "sound", 1, "x"));
}

inline void they_behave_like_a_map(const make_cells_place& make) {
  bool held = rc::check("like a map", [&] {
    auto place = make();
    std::map<std::string, cell> model;
    opened_cells subject = open_cells(*place);
    for (int step :
         *rc::gen::resize(20, rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10)))) {
      std::string name = "cell-" + std::to_string(*rc::gen::inRange(0, 3));
      cell& known = model[name];
      if (step == 0) {
        subject.reset();
        subject = open_cells(*place);
      } else if (step == 1) {
        RC_ASSERT(!subject->compare_and_set(name, known.version + 1, value("wrong")));
      } else {
        auto next = *rc::gen::arbitrary<ppn::bytes>();
        RC_ASSERT(subject->compare_and_set(name, known.version, next).has_value());
        known = {known.version + 1, next};
      }
      for (const auto& [key, expected] : model)
        RC_ASSERT(subject->get(key).value() == expected);
    }
  });
  BOOST_TEST(held);
}

inline std::vector<named_case> cells_cases(const make_cells_place& make) {
  auto on_new_place = [&](const char* name, void (*run)(cells_place&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
#define PPN_CASE(name) on_new_place(#name, name)
  return {
      PPN_CASE(a_cell_that_was_never_written_is_version_zero),
      PPN_CASE(a_set_cell_is_read_back_with_its_version),
      PPN_CASE(cells_survive_a_reopen),
      PPN_CASE(a_writer_that_expects_another_version_is_refused),
      PPN_CASE(names_are_plain_or_refused),
      PPN_CASE(values_up_to_four_kibibytes_are_taken),
      PPN_CASE(a_seventeenth_cell_is_refused_but_not_a_seventeenth_set),
      PPN_CASE(a_second_open_is_refused_until_the_first_is_closed),
      PPN_CASE(after_a_failed_sync_the_old_value_is_read_and_no_new_one_taken),
      PPN_CASE(one_damaged_copy_costs_one_version_and_two_are_noticed),
      {"they_behave_like_a_map", [make] { they_behave_like_a_map(make); }},
  };
#undef PPN_CASE
}

} // namespace contract
