// A `store_place` is whatever a maker of the store port keeps its records in; it is opened again
// and again, after a close or, where the disk can be made to fail, after a crash.
#pragma once

#include "tests/contract/contract.hpp"
#include "tests/contract/store_model.hpp"

#include <memory>

namespace contract {

using opened_store = std::unique_ptr<store>;

class store_place {
public:
  virtual ~store_place() = default;
  virtual ppn::result<opened_store> open() = 0;
};
using make_store_place = std::function<std::unique_ptr<store_place>()>;

inline opened_store open_store(store_place& place) {
  auto opened = place.open();
  REQUIRE_OK(opened);
  return *std::move(opened);
}

inline std::vector<bytes> all_of(const store& from) {
  auto read = records_of(from);
  REQUIRE_OK(read);
  return *std::move(read);
}

class failing_store_place : public store_place {
public:
  virtual void fail_next_write(ppn::ec code) = 0; // ec::no_space or ec::io_failed
  virtual void fail_next_sync() = 0;              // ec::io_failed, the write being done
  virtual void crash() = 0;                       // what was not synced is gone; the store is dead
};
using make_failing_store_place = std::function<std::unique_ptr<failing_store_place>()>;

// A store that was filled with batches of everything, and what it holds.
struct filled_store {
  explicit filled_store(store_place& at, std::uint64_t batches)
      : place(at), subject(open_store(at)) {
    for (std::uint64_t i = 0; i < batches; ++i)
      append_next();
  }
  store_batch next() const { return model.next_batch(record_octets); }
  ppn::status try_next() { return subject->append(model.records.size(), next()); }
  void append_next() {
    store_batch batch = next();
    REQUIRE_OK(subject->append(model.records.size(), batch));
    model.add(batch);
  }
  void reopen() {
    subject.reset();
    subject = open_store(place);
  }
  void check() { BOOST_TEST(differences(*subject, model) == ""); }

  store_place& place;
  opened_store subject;
  store_model model;
  std::size_t record_octets = 24;
};

} // namespace contract
