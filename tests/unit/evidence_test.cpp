// The book of evidence: remembered before it is told, the same after a restart, bounded, and nothing is
// believed while it cannot be read.
#include "actors/evidence.hpp"
#include "storage/memory_cells.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;

namespace {

struct evidence_fixture {
  memory_cell_disk disk;
  std::unique_ptr<memory_cells> durable = memory_cells::open(disk).value();

  void restart() {
    durable.reset();
    disk.crash();
    durable = memory_cells::open(disk).value();
  }
  evidence_book open() { return {"ppn/test", durable.get()}; }

  static ledger_evidence fork(std::uint64_t size, std::string text = {}) {
    ledger_evidence what{ledger_evidence::kind::fork, "ppn/test", size, {}, {}, {}, std::move(text)};
    what.expected.octets[0] = 1;
    what.found.octets[31] = 2;
    what.peer.octets[5] = 3;
    return what;
  }
};

bool add(evidence_book& to, ledger_evidence what) {
  return to.add(what);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(evidence_rules, evidence_fixture)

BOOST_AUTO_TEST_CASE(a_new_book_is_empty_and_writes_nothing) {
  BOOST_TEST(open().empty());
  BOOST_TEST(durable->get(evidence_book::cell_name)->version == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_added_is_there_after_a_loss_of_power) {
  std::vector<ledger_evidence> given;
  {
    auto book = open();
    for (auto kind : {ledger_evidence::kind::fork, ledger_evidence::kind::rollback,
                      ledger_evidence::kind::changed_body, ledger_evidence::kind::authority}) {
      given.push_back(fork(~std::uint64_t{0} - given.size(), "text of " + std::to_string(given.size())));
      given.back().what = kind;
      BOOST_TEST(add(book, given.back()));
    }
  }
  restart();
  BOOST_TEST((open().all() == given));
}

BOOST_AUTO_TEST_CASE(the_same_again_is_no_news) {
  auto book = open();
  BOOST_TEST(add(book, fork(7)));
  BOOST_TEST(!add(book, fork(7)));
  BOOST_TEST(add(book, fork(8)));
  auto version = durable->get(evidence_book::cell_name)->version;
  BOOST_TEST(!add(book, fork(8)));
  BOOST_TEST(durable->get(evidence_book::cell_name)->version == version);
}

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_and_recognised_after_a_restart) {
  auto what = fork(7, std::string(5'000, 'x'));
  {
    auto book = open();
    BOOST_TEST(book.add(what));
    BOOST_TEST(what.text.size() == evidence_book::text_octets); // what is told is what is kept
  }
  restart();
  auto book = open();
  BOOST_TEST(!add(book, fork(7, std::string(5'000, 'x'))));
  BOOST_TEST(book.all().size() == 1u);
}

BOOST_AUTO_TEST_CASE(there_is_a_bound_and_the_cell_keeps_the_oldest) {
  std::size_t kept = 0;
  {
    auto book = open();
    for (std::uint64_t i = 0; i < evidence_book::most; ++i)
      BOOST_TEST(add(book, fork(i, std::string(150, 'y'))));
    BOOST_TEST(!add(book, fork(1'000)));
    BOOST_TEST(book.all().size() == evidence_book::most);
  }
  restart();
  auto book = open();
  kept = book.all().size();
  BOOST_TEST(kept > 10u);
  BOOST_TEST(kept < evidence_book::most);
  for (std::size_t i = 0; i < kept; ++i)
    BOOST_TEST(book.all()[i].size == i);
}

BOOST_AUTO_TEST_CASE(one_damaged_copy_of_the_cell_costs_the_newest_item_only) {
  {
    auto book = open();
    add(book, fork(1));
    add(book, fork(2));
  }
  disk.damage_newest(evidence_book::cell_name);
  restart();
  BOOST_TEST(open().all().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_cell_that_cannot_be_read_is_evidence) {
  {
    auto book = open();
    add(book, fork(1));
  }
  disk.damage_both(evidence_book::cell_name);
  restart();
  auto book = open();
  BOOST_REQUIRE(book.all().size() == 1u);
  BOOST_TEST((book.all()[0].what == ledger_evidence::kind::changed_body));
  BOOST_TEST(book.all()[0].text.find("evidence") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_cut_and_every_unknown_kind_is_noticed) {
  {
    auto book = open();
    add(book, fork(1, "some text"));
  }
  const bytes whole = durable->get(evidence_book::cell_name)->value;
  auto put = [&](bytes_view value) {
    auto before = durable->get(evidence_book::cell_name);
    BOOST_REQUIRE(durable->compare_and_set(evidence_book::cell_name, before->version, value));
  };
  for (std::size_t size = 1; size < whole.size(); ++size) {
    put(bytes_view{whole}.first(size));
    auto book = open();
    BOOST_TEST((book.all().back().what == ledger_evidence::kind::changed_body), "cut to " << size);
  }
  bytes other = whole;
  other[0] = 4;
  put(other);
  BOOST_TEST((open().all().back().what == ledger_evidence::kind::changed_body));
}

BOOST_AUTO_TEST_CASE(a_disk_that_takes_nothing_leaves_the_evidence_in_use) {
  auto book = open();
  disk.fill_up(true);
  BOOST_TEST(add(book, fork(1)));
  BOOST_TEST(book.all().size() == 1u);
  disk.fill_up(false);
  BOOST_TEST(add(book, fork(2)));
  restart();
  BOOST_TEST(open().all().size() == 2u); // the next one takes the first along
}

BOOST_AUTO_TEST_CASE(without_a_cell_it_lives_as_long_as_the_process) {
  evidence_book book("ppn/test/node/1", nullptr);
  BOOST_TEST(book.empty());
  BOOST_TEST(add(book, fork(1)));
  BOOST_TEST(evidence_book("ppn/test/node/1", nullptr).empty());
}

BOOST_AUTO_TEST_SUITE_END()
