// A book through random lives: commits, checkpoints remembered, disks that fail in every way,
// processes and machines that end. After each opening: nothing acknowledged is gone, nothing is
// there that nobody wrote, and what is there is under a checkpoint that verifies.
#include "tests/unit/book_support.hpp"

#include <rapidcheck.h>

using namespace books;

namespace {

struct life {
  ledger_place place;
  std::uint64_t acknowledged = 0;
  std::uint64_t submitted = 0; // the furthest that any commit tried to reach
};

struct step {
  enum class kind : std::uint8_t { commit, checkpoint, restart, power_cut };
  kind what;
  std::uint64_t count;
  append_fault store_fault;
  cell_fault cell;
};

void showValue(const step& what, std::ostream& out) {
  out << "{" << int(what.what) << " count " << what.count << " store " << int(what.store_fault)
      << " cell " << int(what.cell) << "}";
}

void open_again(life& now) {
  RC_ASSERT(now.place.open());
  const ledger_book& book = *now.place.book;
  RC_ASSERT(book.size() >= now.acknowledged);
  RC_ASSERT(book.size() <= now.submitted);
  RC_ASSERT(entries_of(book) == entries_from(0, book.size()));
  RC_ASSERT(book.root() == root_of(entries_from(0, book.size()), book.size()));
  if (book.size() > 0) checkpoint_of(book);
  now.acknowledged = book.size(); // found, kept and remembered
}

void commit(life& now, const step& next) {
  if (next.store_fault != append_fault::none && next.count > 0)
    now.place.disk.fail_next_append(next.store_fault);
  if (next.cell != cell_fault::none) now.place.cell_disk.fail_next_set(next.cell);
  const std::uint64_t before = now.place.book->size();
  now.submitted = std::max(now.submitted, before + next.count);
  status done = now.place.commit(next.count);
  if (done) {
    RC_ASSERT(now.place.book->size() == before + next.count);
    now.acknowledged = now.place.book->size();
    return;
  }
  now.place.cell_disk.fail_next_set(cell_fault::none); // it may not have been asked
  if (done.error().code == ec::no_space) {
    RC_ASSERT(now.place.book->size() == before);
    return;
  }
  status refused = now.place.commit(1);
  RC_ASSERT(!refused);
  open_again(now);
}

void live(life& now, const step& next) {
  switch (next.what) {
  case step::kind::commit:
  case step::kind::checkpoint:
    return commit(now, next);
  case step::kind::restart:
    return open_again(now);
  case step::kind::power_cut:
    now.place.lose_power();
    return open_again(now);
  }
}

// Most of the time nothing fails.
template <class Fault>
rc::Gen<Fault> seldom(std::initializer_list<Fault> faults) {
  return rc::gen::weightedOneOf<Fault>(
      {{4, rc::gen::just(Fault::none)}, {1, rc::gen::elementOf(std::vector<Fault>(faults))}});
}

rc::Gen<step> any_step() {
  auto kinds = rc::gen::weightedElement<step::kind>({{6, step::kind::commit},
                                                     {1, step::kind::checkpoint},
                                                     {1, step::kind::restart},
                                                     {1, step::kind::power_cut}});
  auto counts = rc::gen::weightedOneOf<std::uint64_t>(
      {{3, rc::gen::inRange<std::uint64_t>(1, 8)}, {1, rc::gen::inRange<std::uint64_t>(200, 400)}});
  auto store_faults =
      seldom({append_fault::full, append_fault::write_fails, append_fault::sync_fails});
  auto cell_faults = seldom({cell_fault::full, cell_fault::write_fails, cell_fault::sync_fails});
  return rc::gen::map(
      rc::gen::tuple(kinds, counts, store_faults, cell_faults), [](const auto& drawn) {
        auto [what, count, store_fault, cell] = drawn;
        return step{what, what == step::kind::checkpoint ? 0 : count, store_fault, cell};
      });
}

} // namespace

BOOST_AUTO_TEST_SUITE(ledger_book_model)

BOOST_AUTO_TEST_CASE(whatever_fails_nothing_acknowledged_is_lost) {
  BOOST_REQUIRE(rc::check([] {
    life now;
    RC_ASSERT(now.place.open());
    for (const step& next : *rc::gen::container<std::vector<step>>(any_step()))
      live(now, next);
    now.place.lose_power();
    open_again(now);
  }));
}

BOOST_AUTO_TEST_SUITE_END()
