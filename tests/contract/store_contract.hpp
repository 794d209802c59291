// What every maker of the store port promises. A `store_place` is whatever a maker keeps its
// records in; it is opened again and again, and one of the ways to do so is after a close.
#pragma once

#include "storage/store.hpp"
#include "tests/contract/contract.hpp"

#include <memory>
#include <rapidcheck.h>

namespace contract {

using ppn::bytes;
using ppn::bytes_view;
using ppn::store;
using opened_store = std::unique_ptr<store>;

class store_place {
public:
  virtual ~store_place() = default;
  virtual ppn::result<opened_store> open() = 0;
};
using make_store_place = std::function<std::unique_ptr<store_place>()>;

inline bytes record(std::uint64_t number, std::size_t size = 24) {
  bytes out(size, static_cast<ppn::octet>(number * 31 + 7));
  for (std::size_t i = 0; i < std::min<std::size_t>(8, size); ++i)
    out[i] = static_cast<ppn::octet>(number >> (8 * i));
  return out;
}

inline std::vector<bytes> records(std::uint64_t first, std::uint64_t count) {
  std::vector<bytes> out;
  for (std::uint64_t i = 0; i < count; ++i)
    out.push_back(record(first + i));
  return out;
}

inline opened_store open_store(store_place& place) {
  auto opened = place.open();
  REQUIRE_OK(opened);
  return *std::move(opened);
}

inline std::vector<bytes> all_of(const store& from) {
  std::vector<bytes> out;
  REQUIRE_OK(from.iterate(0, from.length(), [&](std::uint64_t index, bytes_view data) {
    BOOST_REQUIRE(index == out.size());
    out.emplace_back(data.begin(), data.end());
    return true;
  }));
  return out;
}

inline void a_new_store_is_empty(store_place& place) {
  opened_store subject = open_store(place);
  BOOST_TEST(subject->length() == 0u);
  CHECK_CODE(subject->read(0), not_found);
  CHECK_CODE(subject->iterate(0, 0, [](auto, auto) { return true; }), none);
}

inline void what_was_appended_is_read_back(store_place& place) {
  opened_store subject = open_store(place);
  REQUIRE_OK(subject->append(0, records(0, 3)));
  REQUIRE_OK(subject->append(3, records(3, 1)));
  BOOST_TEST(subject->length() == 4u);
  for (std::uint64_t i = 0; i < 4; ++i)
    BOOST_TEST((subject->read(i) == record(i)));
  CHECK_CODE(subject->read(4), not_found);
  CHECK_CODE(subject->read(~std::uint64_t{0}), not_found);
}

inline void what_was_appended_survives_a_reopen(store_place& place) {
  for (std::uint64_t round = 0; round < 5; ++round) {
    opened_store subject = open_store(place);
    BOOST_TEST(subject->length() == round * 10);
    BOOST_TEST((all_of(*subject) == records(0, round * 10)));
    REQUIRE_OK(subject->append(round * 10, records(round * 10, 10)));
  }
}

inline void a_writer_that_expects_another_length_is_refused(store_place& place) {
  opened_store subject = open_store(place);
  REQUIRE_OK(subject->append(0, records(0, 2)));
  for (std::uint64_t wrong :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3}, ~std::uint64_t{0}})
    CHECK_CODE(subject->append(wrong, records(9, 1)), stale);
  BOOST_TEST((all_of(*subject) == records(0, 2)));
  REQUIRE_OK(subject->append(2, records(2, 1)));
}

inline void batches_and_records_out_of_bounds_are_refused_whole(store_place& place) {
  opened_store subject = open_store(place);
  CHECK_CODE(subject->append(0, {}), invalid);
  CHECK_CODE(subject->append(0, std::vector<bytes>(store::batch_records_max + 1)), too_large);
  CHECK_CODE(subject->append(0, {record(0), bytes(store::record_octets_max + 1)}), too_large);
  BOOST_TEST(subject->length() == 0u);
  REQUIRE_OK(subject->append(0, records(0, 1)));
}

inline void batches_and_records_of_the_largest_size_are_taken(store_place& place) {
  {
    opened_store subject = open_store(place);
    REQUIRE_OK(subject->append(0, records(0, store::batch_records_max)));
    REQUIRE_OK(
        subject->append(store::batch_records_max, {record(1, store::record_octets_max), bytes{}}));
  }
  opened_store subject = open_store(place);
  BOOST_TEST(subject->length() == store::batch_records_max + 2);
  BOOST_TEST((subject->read(store::batch_records_max) == record(1, store::record_octets_max)));
  BOOST_TEST((subject->read(store::batch_records_max + 1) == bytes{}));
}

inline void a_range_is_visited_in_order_until_the_visitor_stops(store_place& place) {
  opened_store subject = open_store(place);
  REQUIRE_OK(subject->append(0, records(0, 300)));
  std::vector<std::uint64_t> seen;
  auto visit = [&](std::uint64_t index, bytes_view data) {
    BOOST_TEST((bytes(data.begin(), data.end()) == record(index)));
    seen.push_back(index);
    return index != 258;
  };
  REQUIRE_OK(subject->iterate(254, 257, visit));
  BOOST_TEST((seen == std::vector<std::uint64_t>{254, 255, 256}));
  seen.clear();
  REQUIRE_OK(subject->iterate(255, 300, visit));
  BOOST_TEST((seen == std::vector<std::uint64_t>{255, 256, 257, 258}));
}

inline void a_range_that_is_not_there_is_refused_before_the_first_visit(store_place& place) {
  opened_store subject = open_store(place);
  REQUIRE_OK(subject->append(0, records(0, 3)));
  bool visited = false;
  auto visit = [&](std::uint64_t, bytes_view) { return visited = true; };
  CHECK_CODE(subject->iterate(0, 4, visit), not_found);
  CHECK_CODE(subject->iterate(2, 1, visit), invalid);
  CHECK_CODE(subject->iterate(3, 3, visit), none);
  BOOST_TEST(!visited);
}

inline void a_second_open_is_refused_until_the_first_is_closed(store_place& place) {
  opened_store subject = open_store(place);
  CHECK_CODE(place.open(), in_use);
  REQUIRE_OK(subject->append(0, records(0, 1)));
  subject.reset();
  BOOST_TEST(open_store(place)->length() == 1u);
}

// Any sequence of appends, wrong appends and reopens leaves what a plain list would hold.
inline void it_behaves_like_a_list(const make_store_place& make) {
  bool held = rc::check("like a list", [&] {
    auto place = make();
    std::vector<bytes> model;
    opened_store subject = open_store(*place);
    for (int step :
         *rc::gen::resize(12, rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8)))) {
      auto batch =
          *rc::gen::resize(20, rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<bytes>>()));
      if (step == 0) {
        subject.reset();
        subject = open_store(*place);
      } else if (step == 1) {
        RC_ASSERT(!subject->append(model.size() + 1, batch));
      } else {
        RC_ASSERT(subject->append(model.size(), batch).has_value());
        model.insert(model.end(), batch.begin(), batch.end());
      }
      RC_ASSERT(all_of(*subject) == model);
    }
  });
  BOOST_TEST(held);
}

inline std::vector<named_case> store_cases(const make_store_place& make) {
  auto on_new_place = [&](const char* name, void (*run)(store_place&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
#define PPN_CASE(name) on_new_place(#name, name)
  return {
      PPN_CASE(a_new_store_is_empty),
      PPN_CASE(what_was_appended_is_read_back),
      PPN_CASE(what_was_appended_survives_a_reopen),
      PPN_CASE(a_writer_that_expects_another_length_is_refused),
      PPN_CASE(batches_and_records_out_of_bounds_are_refused_whole),
      PPN_CASE(batches_and_records_of_the_largest_size_are_taken),
      PPN_CASE(a_range_is_visited_in_order_until_the_visitor_stops),
      PPN_CASE(a_range_that_is_not_there_is_refused_before_the_first_visit),
      PPN_CASE(a_second_open_is_refused_until_the_first_is_closed),
  };
#undef PPN_CASE
}

// Some thousand opens and appends: for makers that need no disk.
inline std::vector<named_case> store_model_cases(const make_store_place& make) {
  return {{"it_behaves_like_a_list", [make] { it_behaves_like_a_list(make); }}};
}

// -- faults: for makers whose disk can be made to fail
// --------------------------------------------------

class failing_store_place : public store_place {
public:
  virtual void fail_next_write(ppn::ec code) = 0; // ec::no_space or ec::io_failed
  virtual void fail_next_sync() = 0;              // ec::io_failed, the write being done
  virtual void crash() = 0;                       // what was not synced is gone; the store is dead
};
using make_failing_store_place = std::function<std::unique_ptr<failing_store_place>()>;

inline void a_crash_keeps_everything_that_was_answered(failing_store_place& place) {
  opened_store subject = open_store(place);
  for (std::uint64_t i = 0; i < 100; ++i)
    REQUIRE_OK(subject->append(i, records(i, 1)));
  place.crash();
  subject.reset();
  BOOST_TEST((all_of(*open_store(place)) == records(0, 100)));
}

inline void a_crash_loses_exactly_what_was_not_synced(failing_store_place& place) {
  opened_store subject = open_store(place);
  REQUIRE_OK(subject->append(0, records(0, 5)));
  place.fail_next_sync();
  CHECK_CODE(subject->append(5, records(5, 3)), io_failed);
  place.crash();
  subject.reset();
  subject = open_store(place);
  BOOST_TEST((all_of(*subject) == records(0, 5)));
  REQUIRE_OK(subject->append(5, records(5, 1)));
}

inline void
a_failed_sync_stops_writes_until_the_next_open_but_not_reads(failing_store_place& place) {
  opened_store subject = open_store(place);
  REQUIRE_OK(subject->append(0, records(0, 5)));
  place.fail_next_sync();
  CHECK_CODE(subject->append(5, records(5, 3)), io_failed);
  CHECK_CODE(subject->append(5, records(5, 3)), io_failed);
  CHECK_CODE(subject->append(8, records(8, 1)), io_failed);
  BOOST_TEST(subject->length() == 5u);
  BOOST_TEST((all_of(*subject) == records(0, 5)));
  subject.reset();
  subject = open_store(place);
  // All of the batch or nothing of it.
  BOOST_TEST((subject->length() == 5u || subject->length() == 8u));
  BOOST_TEST((all_of(*subject) == records(0, subject->length())));
  REQUIRE_OK(subject->append(subject->length(), records(subject->length(), 1)));
}

template <ppn::ec Code>
void a_failed_write_stops_writes_until_the_next_open_but_not_reads(failing_store_place& place) {
  opened_store subject = open_store(place);
  REQUIRE_OK(subject->append(0, records(0, 5)));
  place.fail_next_write(Code);
  BOOST_TEST(code_of(subject->append(5, records(5, 3))) == Code);
  BOOST_TEST(code_of(subject->append(5, records(5, 3))) == Code);
  BOOST_TEST((all_of(*subject) == records(0, 5)));
  subject.reset();
  subject = open_store(place);
  BOOST_TEST((all_of(*subject) == records(0, 5)));
  REQUIRE_OK(subject->append(5, records(5, 1)));
}

inline std::vector<named_case> failing_store_cases(const make_failing_store_place& make) {
  auto on_new_place = [&](const char* name, void (*run)(failing_store_place&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
  return {
      on_new_place("a_crash_keeps_everything_that_was_answered",
                   a_crash_keeps_everything_that_was_answered),
      on_new_place("a_crash_loses_exactly_what_was_not_synced",
                   a_crash_loses_exactly_what_was_not_synced),
      on_new_place("a_failed_sync_stops_writes_until_the_next_open_but_not_reads",
                   a_failed_sync_stops_writes_until_the_next_open_but_not_reads),
      on_new_place(
          "a_failed_write_stops_writes_until_the_next_open_but_not_reads",
          a_failed_write_stops_writes_until_the_next_open_but_not_reads<ppn::ec::io_failed>),
      on_new_place(
          "a_full_disk_stops_writes_until_the_next_open_but_not_reads",
          a_failed_write_stops_writes_until_the_next_open_but_not_reads<ppn::ec::no_space>),
  };
}

} // namespace contract
