// What every maker of the store port promises.
#pragma once

#include "tests/contract/contract.hpp"
#include "tests/contract/store_place.hpp"

#include <memory>
#include <rapidcheck.h>

namespace contract {

inline void a_new_store_is_empty(store_place& place) {
  opened_store subject = open_store(place);
  BOOST_TEST(subject->length() == 0u);
  CHECK_CODE(subject->read(0), not_found);
  CHECK_CODE(subject->iterate(0, 0, [](auto, auto) { return true; }), none);
  CHECK_CODE(subject->tile(0, 0), not_found);
  BOOST_TEST((subject->head().value() == bytes{}));
  BOOST_TEST(subject->kept_heads(0, 10).value().empty());
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
  CHECK_CODE(subject->append(0, std::vector<bytes>{}), invalid);
  CHECK_CODE(subject->append(0, std::vector<bytes>(store::batch_records_max + 1)), too_large);
  CHECK_CODE(subject->append(0, {record(0), bytes(store::record_octets_max + 1)}), too_large);
  BOOST_TEST(subject->length() == 0u);
  REQUIRE_OK(subject->append(0, records(0, 1)));
}

inline void tiles_and_heads_out_of_bounds_are_refused_with_their_batch(store_place& place) {
  opened_store subject = open_store(place);
  const bytes large_tile(store::tile_octets_max + 1);
  const bytes large_head(store::head_octets_max + 1);
  const store_batch sound{records(0, 1), {{0, 0, bytes(10, 1)}}, bytes(10, 2), true};
  auto changed = [&](const std::function<void(store_batch&)>& change) {
    store_batch batch = sound;
    change(batch);
    return subject->append(0, batch);
  };
  CHECK_CODE(changed([](auto& batch) { batch.records.clear(); }), invalid);
  CHECK_CODE(changed([&](auto& batch) { batch.tiles[0].data = large_tile; }), too_large);
  CHECK_CODE(changed([&](auto& batch) { batch.head = large_head; }), too_large);
  CHECK_CODE(changed([](auto& batch) { batch.head.clear(); }), invalid);
  CHECK_CODE(changed([](auto& batch) { batch.tiles.push_back(batch.tiles[0]); }), invalid);
  CHECK_CODE(changed([](auto& batch) { batch.tiles.resize(store::batch_records_max + 1); }),
             too_large);
  BOOST_TEST(differences(*subject, {}) == "");
  REQUIRE_OK(subject->append(0, sound));
  store_model model;
  model.add(sound);
  BOOST_TEST(differences(*subject, model) == "");
}

inline void a_tile_is_written_once(store_place& place) {
  opened_store subject = open_store(place);
  store_model model;
  auto add = [&](const store_batch& batch) {
    REQUIRE_OK(subject->append(model.records.size(), batch));
    model.add(batch);
  };
  add({records(0, 2), {{0, 7, bytes(32, 1)}, {1, 7, bytes(32, 2)}}, {}, false});
  add({records(2, 1), {{7, 0, bytes(32, 3)}, {255, ~std::uint64_t{0}, {}}}, {}, false});
  for (int round = 0; round < 2; ++round) {
    for (const store_tile& again : {store_tile{0, 7, bytes(32, 9)}, store_tile{0, 7, bytes(32, 1)},
                                    store_tile{255, ~std::uint64_t{0}, bytes(1)}})
      CHECK_CODE(subject->append(3, {records(3, 1), {{9, 9, bytes(1)}, again}, {}, false}),
                 invalid);
    BOOST_TEST(differences(*subject, model) == "");
    CHECK_CODE(subject->tile(9, 9), not_found);
    CHECK_CODE(subject->tile(0, 0), not_found);
    subject.reset();
    subject = open_store(place);
  }
}

inline void the_head_is_that_of_the_newest_batch_that_had_one(store_place& place) {
  const bytes first(3, 'a'), second(2, 'b');
  opened_store subject = open_store(place);
  REQUIRE_OK(subject->append(0, records(0, 1)));
  BOOST_TEST((subject->head().value() == bytes{}));
  REQUIRE_OK(subject->append(1, {records(1, 1), {}, first, false}));
  BOOST_TEST((subject->head().value() == first));
  REQUIRE_OK(subject->append(2, records(2, 2)));
  BOOST_TEST((subject->head().value() == first));
  subject.reset();
  subject = open_store(place);
  BOOST_TEST((subject->head().value() == first));
  REQUIRE_OK(subject->append(4, {records(4, 1), {}, second, false}));
  CHECK_CODE(subject->append(4, {records(4, 1), {}, first, false}), stale);
  BOOST_TEST((subject->head().value() == second));
  subject.reset();
  BOOST_TEST((open_store(place)->head().value() == second));
}

inline void kept_heads_are_listed_in_order_from_a_length_on(store_place& place) {
  store_model model;
  opened_store subject = open_store(place);
  for (std::uint64_t i = 0; i < 300; ++i) {
    store_batch batch{records(i, 1), {}, record(i, 40), i % 2 == 0};
    REQUIRE_OK(subject->append(i, batch));
    model.add(batch);
  }
  subject.reset();
  subject = open_store(place);
  BOOST_TEST(differences(*subject, model) == "");
  auto lengths = [&](std::uint64_t from, std::size_t most) {
    std::vector<std::uint64_t> out;
    const std::vector<kept_head> found = subject->kept_heads(from, most).value();
    for (const kept_head& kept : found)
      out.push_back(kept.length);
    return out;
  };
  using list = std::vector<std::uint64_t>;
  BOOST_TEST((lengths(0, 3) == list{1, 3, 5}));
  BOOST_TEST((lengths(254, 2) == list{255, 257}));
  BOOST_TEST((lengths(255, 2) == list{255, 257}));
  BOOST_TEST((lengths(297, 10) == list{297, 299}));
  BOOST_TEST((lengths(300, 10) == list{}));
  BOOST_TEST((lengths(~std::uint64_t{0}, 10) == list{}));
  BOOST_TEST((lengths(0, 0) == list{}));
}

inline void batches_of_the_largest_size_are_taken(store_place& place) {
  const store_batch largest{{record(1, store::record_octets_max), bytes{}},
                            {{63, 1, bytes(store::tile_octets_max, 5)}},
                            bytes(store::head_octets_max, 6),
                            true};
  store_model model;
  {
    opened_store subject = open_store(place);
    model.add(records(0, store::batch_records_max));
    REQUIRE_OK(subject->append(0, model.records));
    REQUIRE_OK(subject->append(model.records.size(), largest));
    model.add(largest);
  }
  opened_store subject = open_store(place);
  BOOST_TEST(subject->length() == store::batch_records_max + 2);
  BOOST_TEST(differences(*subject, model) == "");
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

// Any sequence of appends, wrong appends and reopens leaves what plain lists would hold.
inline void it_behaves_like_its_model(const make_store_place& make) {
  bool held = rc::check("like its model", [&] {
    auto place = make();
    store_model model;
    opened_store subject = open_store(*place);
    for (int step :
         *rc::gen::resize(12, rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8)))) {
      store_batch batch;
      batch.records =
          *rc::gen::resize(20, rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<bytes>>()));
      batch.head = *rc::gen::resize(20, rc::gen::arbitrary<bytes>());
      batch.keep_head = !batch.head.empty() && *rc::gen::arbitrary<bool>();
      auto index = *rc::gen::inRange<std::uint64_t>(0, 4);
      batch.tiles.push_back({0, index, *rc::gen::resize(20, rc::gen::arbitrary<bytes>())});
      if (step == 0) {
        subject.reset();
        subject = open_store(*place);
      } else if (step == 1) {
        RC_ASSERT(!subject->append(model.records.size() + 1, batch));
      } else if (model.tiles.contains({0, index})) {
        RC_ASSERT(code_of(subject->append(model.records.size(), batch)) == ppn::ec::invalid);
      } else {
        RC_ASSERT(subject->append(model.records.size(), batch).has_value());
        model.add(batch);
      }
      RC_ASSERT(differences(*subject, model) == "");
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
      PPN_CASE(tiles_and_heads_out_of_bounds_are_refused_with_their_batch),
      PPN_CASE(a_tile_is_written_once),
      PPN_CASE(the_head_is_that_of_the_newest_batch_that_had_one),
      PPN_CASE(kept_heads_are_listed_in_order_from_a_length_on),
      PPN_CASE(batches_of_the_largest_size_are_taken),
      PPN_CASE(a_range_is_visited_in_order_until_the_visitor_stops),
      PPN_CASE(a_range_that_is_not_there_is_refused_before_the_first_visit),
      PPN_CASE(a_second_open_is_refused_until_the_first_is_closed),
  };
#undef PPN_CASE
}

// Some thousand opens and appends: for makers that need no disk.
inline std::vector<named_case> store_model_cases(const make_store_place& make) {
  return {{"it_behaves_like_its_model", [make] { it_behaves_like_its_model(make); }}};
}

// -- faults: for makers whose disk can be made to fail --------------------------------------------

inline void a_crash_keeps_everything_that_was_answered(failing_store_place& place) {
  filled_store filled(place, 100);
  place.crash();
  filled.reopen();
  filled.check();
}

inline void a_crash_loses_exactly_what_was_not_synced(failing_store_place& place) {
  filled_store filled(place, 5);
  place.fail_next_sync();
  CHECK_CODE(filled.try_next(), io_failed);
  place.crash();
  filled.reopen();
  filled.check();
  filled.append_next();
  filled.check();
}

inline void
a_failed_sync_stops_writes_until_the_next_open_but_not_reads(failing_store_place& place) {
  filled_store filled(place, 5);
  place.fail_next_sync();
  CHECK_CODE(filled.try_next(), io_failed);
  CHECK_CODE(filled.try_next(), io_failed);
  filled.check();
  filled.reopen();
  // All of the batch or nothing of it.
  if (filled.subject->length() != filled.model.records.size()) filled.model.add(filled.next());
  filled.check();
  filled.append_next();
  filled.check();
}

inline void
a_failed_write_stops_writes_until_the_next_open_but_not_reads(failing_store_place& place) {
  filled_store filled(place, 5);
  place.fail_next_write(ppn::ec::io_failed);
  CHECK_CODE(filled.try_next(), io_failed);
  CHECK_CODE(filled.try_next(), io_failed);
  filled.check();
  filled.reopen();
  filled.check();
  filled.append_next();
}

inline void on_a_full_disk_reads_go_on_and_later_writes_too(failing_store_place& place) {
  filled_store filled(place, 0);
  for (int round = 0; round < 4; ++round) {
    place.fail_next_write(ppn::ec::no_space);
    CHECK_CODE(filled.try_next(), no_space);
    filled.check();
    filled.append_next();
    filled.check();
    if (round == 2) filled.reopen();
    filled.append_next();
  }
  filled.reopen();
  filled.check();
}

inline void nothing_of_a_batch_that_found_no_space_survives_a_crash(failing_store_place& place) {
  filled_store filled(place, 3);
  place.fail_next_write(ppn::ec::no_space);
  CHECK_CODE(filled.try_next(), no_space);
  place.crash();
  filled.reopen();
  filled.check();
  filled.append_next();
}

inline std::vector<named_case> failing_store_cases(const make_failing_store_place& make) {
  auto on_new_place = [&](const char* name, void (*run)(failing_store_place&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
#define PPN_CASE(name) on_new_place(#name, name)
  return {
      PPN_CASE(a_crash_keeps_everything_that_was_answered),
      PPN_CASE(a_crash_loses_exactly_what_was_not_synced),
      PPN_CASE(a_failed_sync_stops_writes_until_the_next_open_but_not_reads),
      PPN_CASE(a_failed_write_stops_writes_until_the_next_open_but_not_reads),
      PPN_CASE(on_a_full_disk_reads_go_on_and_later_writes_too),
      PPN_CASE(nothing_of_a_batch_that_found_no_space_survives_a_crash),
  };
#undef PPN_CASE
}

} // namespace contract
