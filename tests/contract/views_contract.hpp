// What every maker of the views port promises.
#pragma once

#include "storage/published_views.hpp"
#include "tests/contract/contract.hpp"

#include <memory>

namespace contract {

// A disk and whoever opens it.
class views_place {
public:
  virtual ~views_place() = default;
  virtual std::unique_ptr<ppn::published_views> open() = 0;
  // As somebody else would.
  virtual void put(const std::string& name, const std::string& content) = 0;
  virtual std::string content(const std::string& name) const = 0;
  virtual bool exists(const std::string& name) const = 0;
};

using views_place_maker = std::function<std::unique_ptr<views_place>()>;

namespace views_checks {

inline void a_written_view_is_there_after_the_next_open(views_place& place) {
  REQUIRE_OK(place.open()->write("a.csv", "one\n"));
  BOOST_TEST(place.content("a.csv") == "one\n");
  auto subject = place.open();
  REQUIRE_OK(subject->write("a.csv", "one\n"));
  REQUIRE_OK(subject->write("a.csv", "a longer text\n"));
  BOOST_TEST(place.content("a.csv") == "a longer text\n");
  REQUIRE_OK(subject->write("a.csv", ""));
  BOOST_TEST(place.content("a.csv").empty());
  BOOST_TEST(place.exists("a.csv"));
}

inline void a_large_view_is_replaced_and_compared_whole(views_place& place) {
  auto subject = place.open();
  std::string text(300'000, 'x');
  REQUIRE_OK(subject->write("large", text));
  text[250'000] = 'y';
  REQUIRE_OK(subject->write("large", text));
  BOOST_TEST((place.content("large") == text));
}

inline void lines_grow_and_are_read(views_place& place) {
  auto subject = place.open();
  BOOST_TEST(subject->open_lines("l").value() == 0u);
  REQUIRE_OK(subject->append("l", 0, "one\ntwo\n"));
  REQUIRE_OK(subject->append("l", 8, "three\n"));
  BOOST_TEST(subject->read("l", 0, 100).value() == "one\ntwo\nthree\n");
  BOOST_TEST(subject->read("l", 4, 3).value() == "two");
  BOOST_TEST(subject->read("l", 14, 3).value().empty());
  BOOST_TEST(subject->read("l", 1'000, 3).value().empty());
  BOOST_TEST(subject->read("none", 0, 3).value().empty());
  subject.reset();
  BOOST_TEST(place.open()->open_lines("l").value() == 14u);
}

inline void an_append_elsewhere_than_at_the_end_is_refused(views_place& place) {
  auto subject = place.open();
  REQUIRE_OK(subject->append("l", 0, "one\n"));
  CHECK_CODE(subject->append("l", 3, "two\n"), stale);
  CHECK_CODE(subject->append("l", 5, "two\n"), stale);
  BOOST_TEST(place.content("l") == "one\n");
}

inline void a_torn_end_is_cut_off(views_place& place) {
  for (const std::string& torn : {std::string("three"), std::string(1, '\0'), std::string(200'000, 'x')}) {
    place.put("l", "one\ntwo\n" + torn);
    BOOST_TEST(place.open()->open_lines("l").value() == 8u);
    BOOST_TEST(place.content("l") == "one\ntwo\n");
  }
  place.put("l", "no line at all");
  BOOST_TEST(place.open()->open_lines("l").value() == 0u);
  BOOST_TEST(place.content("l").empty());
}

inline void what_is_set_aside_keeps_its_content(views_place& place) {
  auto subject = place.open();
  REQUIRE_OK(subject->set_aside("l"));
  for (int i = 1; i <= ppn::published_views::set_aside_max; ++i) {
    place.put("l", "content " + std::to_string(i));
    REQUIRE_OK(subject->set_aside("l"));
    BOOST_TEST(!place.exists("l"));
    BOOST_TEST(place.content("l.aside-" + std::to_string(i)) == "content " + std::to_string(i));
  }
  place.put("l", "one too many");
  CHECK_CODE(subject->set_aside("l"), exists);
  BOOST_TEST(place.content("l") == "one too many");
  BOOST_TEST(place.content("l.aside-1") == "content 1");
}

inline void bad_names_are_refused(views_place& place) {
  auto subject = place.open();
  for (const std::string& name : {std::string(""), std::string("."), std::string(".."), std::string("../x"),
                                  std::string("a/b"), std::string(".hidden"), std::string("a b"),
                                  std::string("a\0b", 3), std::string(65, 'a')}) {
    CHECK_CODE(subject->write(name, "x"), invalid);
    CHECK_CODE(subject->open_lines(name), invalid);
    CHECK_CODE(subject->read(name, 0, 1), invalid);
    CHECK_CODE(subject->append(name, 0, "x\n"), invalid);
    CHECK_CODE(subject->set_aside(name), invalid);
  }
}

} // namespace views_checks

inline std::vector<named_case> views_cases(const views_place_maker& make) {
  namespace checks = views_checks;
  auto with = [make](void (*check)(views_place&)) {
    return [make, check] { check(*make()); };
  };
  return {{"a_written_view_is_there_after_the_next_open",
           with(checks::a_written_view_is_there_after_the_next_open)},
          {"a_large_view_is_replaced_and_compared_whole",
           with(checks::a_large_view_is_replaced_and_compared_whole)},
          {"lines_grow_and_are_read", with(checks::lines_grow_and_are_read)},
          {"an_append_elsewhere_than_at_the_end_is_refused",
           with(checks::an_append_elsewhere_than_at_the_end_is_refused)},
          {"a_torn_end_is_cut_off", with(checks::a_torn_end_is_cut_off)},
          {"what_is_set_aside_keeps_its_content", with(checks::what_is_set_aside_keeps_its_content)},
          {"bad_names_are_refused", with(checks::bad_names_are_refused)}};
}

} // namespace contract
