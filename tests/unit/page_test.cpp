// Pages between copies: an honest page is taken whatever the sizes, and one that is wrong in any single
// part is refused. Only a writer's own signature, or its own wrong proof, accuses it.
#include "tests/unit/ledger_core_support.hpp"

#include "messages/base/limits.hpp"
#include "messages/wire/codec.hpp"

#include <rapidcheck.h>

using namespace ppn;
using namespace ppn::test;

namespace {

struct page_fixture {
  test_fleet fleet{3};
  test_member writer{fleet, 0}, copy{fleet, 1};
  node_id stranger = test_fleet::id_of(2);

  page_fixture() {
    writer.begin();
    copy.open();
    enter(5);
    follow(writer, copy);
    enter(6);
  }
  void enter(int count) {
    for (int i = 0; i < count; ++i)
      writer.give(fleet.remark(0));
    writer.work();
  }
  log::verify_function verify() {
    return [this](const crypto::public_key& by, bytes_view text, const signature& sig) {
      return copy.keys.verify(by, text, sig);
    };
  }
  ledger_page page() { return writer.core->page_for(copy.core->have()).value(); }
  checked_page check(const ledger_page& page, const node_id& from) {
    return check_page(copy.core->book(), fleet.origin, copy.core->fold(), verify(), from, page);
  }
  checked_page check(const ledger_page& page) { return check(page, writer.id); }
  std::string signed_note(const log::checkpoint& body, signer& by, key_role role = key_role::log) {
    auto key = log::make_vkey(body.origin, log::key_type::ed25519, by.key(role));
    return log::sign_checkpoint(body, *key, [&](bytes_view text) { return by.sign_as(role, text); }).value();
  }
  // "" when it was good, "evidence: KIND", or the refusal's code.
  static std::string verdict(const checked_page& of) {
    if (of.evidence) return "evidence: " + std::string(to_string(of.evidence->what));
    return of.refused ? std::string(to_string(of.refused->code)) : "";
  }
};

digest some_digest() {
  digest out;
  out.octets[7] = 0x77;
  return out;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(good_pages, page_fixture)

BOOST_AUTO_TEST_CASE(the_next_entries_are_taken_with_their_checkpoint) {
  auto checked = check(page());
  BOOST_REQUIRE(checked.growth.has_value());
  BOOST_TEST((checked.growth->right.root() == writer.core->book().root()));
  BOOST_TEST(checked.note == writer.core->book().note());
}

BOOST_AUTO_TEST_CASE(who_brings_it_does_not_matter) {
  BOOST_TEST(verdict(check(page(), stranger)) == "");
}

BOOST_AUTO_TEST_CASE(a_page_without_entries_is_news_about_a_checkpoint) {
  auto news = page();
  news.entries.clear();
  news.reaches.clear();
  auto checked = check(news);
  BOOST_TEST(verdict(checked) == "");
  BOOST_TEST(!checked.growth.has_value());
  BOOST_TEST(checked.note == news.target);
}

BOOST_AUTO_TEST_CASE(a_page_holds_1024_entries_at_most) {
  enter(3'000);
  auto next = page();
  BOOST_TEST(next.entries.size() == limits::page_entries);
  BOOST_TEST(verdict(check(next)) == "");
  follow(writer, copy);
  BOOST_TEST((copy.core->book().root() == writer.core->book().root()));
}

BOOST_AUTO_TEST_CASE(a_page_fits_a_bulk_frame) {
  const std::string text(limits::reason_octets, 'x');
  for (int i = 0; i < 2'000; ++i)
    writer.give(fleet.remark(0, text));
  writer.work();
  auto next = page();
  BOOST_TEST(next.entries.size() < limits::page_entries);
  BOOST_TEST(wire::encode(wire_message{next}).size() < limits::frame_bulk_max);
}

BOOST_AUTO_TEST_CASE(a_copy_of_any_size_catches_up_with_a_writer_of_any_size) {
  BOOST_TEST(rc::check([] {
    test_fleet fleet(2);
    test_member writer(fleet, 0), copy(fleet, 1);
    writer.begin();
    copy.open();
    for (int step = *rc::gen::inRange(1, 8); step > 0; --step) {
      int count = *rc::gen::elementOf(std::vector<int>{0, 1, 2, 3, 100, 255, 256, 257, 700});
      for (int i = 0; i < count; ++i)
        writer.give(fleet.remark(0));
      writer.work();
      if (*rc::gen::arbitrary<bool>()) RC_ASSERT(pass_page(writer, copy) == "");
    }
    follow(writer, copy);
    RC_ASSERT(copy.core->book().root() == writer.core->book().root());
    copy.open();
    RC_ASSERT(copy.core->book().root() == writer.core->book().root());
    RC_ASSERT(copy.core->fold().state() == writer.core->fold().state());
  }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(wrong_pages, page_fixture)

BOOST_AUTO_TEST_CASE(entries_that_are_not_in_the_checkpoint) {
  auto good = page();
  BOOST_REQUIRE(good.entries.size() == 6u);
  auto changed = good, dropped = good, added = good, swapped = good, first_left_out = good;
  changed.entries[3].back() ^= 1;
  dropped.entries.erase(dropped.entries.begin() + 3);
  added.entries.push_back(added.entries.back());
  std::swap(swapped.entries[1], swapped.entries[2]);
  first_left_out.entries.erase(first_left_out.entries.begin());
  for (const ledger_page& wrong : {changed, dropped, added, swapped, first_left_out})
    for (const node_id& from : {writer.id, stranger})
      BOOST_TEST(verdict(check(wrong, from)) == "unauthentic");
}

BOOST_AUTO_TEST_CASE(every_octet_of_a_page_counts) {
  auto good = page();
  auto refused = [&](const ledger_page& wrong) { return !check(wrong).growth.has_value(); };
  for (std::size_t i = 0; i < good.entries.size(); ++i) {
    auto wrong = good;
    wrong.entries[i][wrong.entries[i].size() / 2] ^= 0x10;
    BOOST_TEST(refused(wrong), "entry " << i);
  }
  for (std::size_t i = 0; i < good.target.size(); ++i) {
    auto wrong = good;
    wrong.target[i] = static_cast<char>(wrong.target[i] ^ 0x01);
    BOOST_TEST(refused(wrong), "octet " << i << " of the checkpoint");
  }
  for (std::size_t i = 0; i < good.extends.size(); ++i) {
    auto wrong = good;
    wrong.extends[i].octets[0] ^= 1;
    BOOST_TEST(refused(wrong), "hash " << i << " of the first proof");
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_proof_accuses_its_writer_and_nobody_else) {
  auto wrong = page();
  wrong.extends.push_back(some_digest());
  BOOST_TEST(verdict(check(wrong, stranger)) == "unauthentic");
  auto checked = check(wrong, writer.id);
  BOOST_REQUIRE(checked.evidence.has_value());
  BOOST_TEST((checked.evidence->what == ledger_evidence::kind::fork));
  BOOST_TEST(checked.evidence->origin == fleet.origin);
  BOOST_TEST(checked.evidence->size == copy.core->size());
  BOOST_TEST((checked.evidence->expected == copy.core->book().root()));
  BOOST_TEST((checked.evidence->found == writer.core->book().root()));
  BOOST_TEST((checked.evidence->peer == writer.id));
}

BOOST_AUTO_TEST_CASE(a_page_for_another_size) {
  auto early = page();
  early.from -= 1;
  BOOST_TEST(verdict(check(early)) == "stale");
  auto late = page();
  late.from += 1;
  BOOST_TEST(verdict(check(late)) == "stale");
}

BOOST_AUTO_TEST_CASE(a_signature_of_somebody_else) {
  auto wrong = page();
  log::checkpoint body{fleet.origin, writer.core->size(), writer.core->book().root(), {}};
  auto other = test_fleet::keys_of(2);
  for (auto* by : std::initializer_list<signer*>{&other, &copy.keys, &fleet.admin}) {
    wrong.target = signed_note(body, *by);
    BOOST_TEST(verdict(check(wrong)) == "unauthentic");
  }
  wrong.target = signed_note(body, writer.keys, key_role::identity); // the right node, not its log key
  BOOST_TEST(verdict(check(wrong)) == "unauthentic");
}

BOOST_AUTO_TEST_CASE(a_checkpoint_of_another_log) {
  auto wrong = page();
  wrong.target = signed_note({fleet.origin + "/node/1", writer.core->size(), writer.core->book().root(), {}},
                             writer.keys);
  BOOST_TEST(!check(wrong).growth.has_value());
  BOOST_TEST(!check(wrong).evidence.has_value());
  BOOST_TEST(check(wrong).refused.has_value());
}

BOOST_AUTO_TEST_CASE(an_older_checkpoint_accuses_its_writer_and_nobody_else) {
  auto old_note = copy.core->book().note();
  auto old_size = copy.core->size();
  follow(writer, copy);
  ledger_page replayed;
  replayed.from = copy.core->size();
  replayed.target = old_note;
  BOOST_TEST(verdict(check(replayed, stranger)) == "stale");
  auto checked = check(replayed, writer.id);
  BOOST_REQUIRE(checked.evidence.has_value());
  BOOST_TEST((checked.evidence->what == ledger_evidence::kind::rollback));
  BOOST_TEST(checked.evidence->size == old_size);
}

BOOST_AUTO_TEST_CASE(two_signed_trees_of_one_size_accuse_the_writer_whoever_shows_them) {
  for (const node_id& from : {writer.id, stranger}) {
    ledger_page shown;
    shown.from = copy.core->size();
    shown.target = signed_note({fleet.origin, 7, some_digest(), {}}, writer.keys);
    auto checked = check(shown, from);
    BOOST_REQUIRE(checked.evidence.has_value());
    BOOST_TEST((checked.evidence->what == ledger_evidence::kind::fork));
    BOOST_TEST(checked.evidence->size == 7u);
    BOOST_TEST((checked.evidence->expected == copy.core->book().tree().root_at(7).value()));
    BOOST_TEST((checked.evidence->found == some_digest()));
    BOOST_TEST((checked.evidence->peer == from));
  }
}

BOOST_AUTO_TEST_CASE(no_checkpoint_or_garbage) {
  auto wrong = page();
  for (const char* text : {"", "garbage", "\n\n\n"}) {
    wrong.target = text;
    BOOST_TEST(check(wrong).refused.has_value());
    BOOST_TEST(!check(wrong).evidence.has_value());
  }
}

BOOST_AUTO_TEST_CASE(an_empty_copy_believes_its_own_fleets_founding_only) {
  test_fleet foreign(3, acknowledgement::local, "another");
  test_member foreign_writer(foreign, 0), empty(fleet, 2);
  foreign_writer.begin();
  empty.open();
  auto page = foreign_writer.core->page_for(empty.core->have()).value();
  status taken = empty.core->take_page(writer.id, page, at({}));
  BOOST_TEST(!taken.has_value());
  BOOST_TEST(empty.core->size() == 0u);
  BOOST_TEST(empty.core->trusted());
  follow(writer, empty);
  BOOST_TEST((empty.core->book().root() == writer.core->book().root()));
}

BOOST_AUTO_TEST_CASE(no_page_for_who_claims_more_than_there_is) {
  auto boast = copy.core->have();
  boast.size = writer.core->size() + 1;
  BOOST_TEST((writer.core->page_for(boast).error().code == ec::not_found));
}

BOOST_AUTO_TEST_CASE(no_entries_for_who_has_another_history) {
  auto other = copy.core->have();
  other.root = some_digest();
  auto shown = writer.core->page_for(other).value();
  BOOST_TEST(shown.entries.empty());
  BOOST_TEST(shown.target == writer.core->book().note());
}

BOOST_AUTO_TEST_CASE(whatever_is_changed_in_a_page_nothing_wrong_is_ever_taken) {
  const auto good = page();
  BOOST_TEST(rc::check([&] {
    ledger_page wrong = good;
    for (int times = *rc::gen::inRange(1, 4); times > 0; --times) {
      switch (*rc::gen::inRange(0, 6)) {
      case 0:
        wrong.from += *rc::gen::inRange<std::uint64_t>(0, 3);
        break;
      case 1:
        wrong.entries.resize(*rc::gen::inRange<std::size_t>(0, 9));
        break;
      case 2:
        if (!wrong.entries.empty())
          wrong.entries[*rc::gen::inRange<std::size_t>(0, wrong.entries.size())].push_back(0);
        break;
      case 3:
        wrong.target = *rc::gen::element(good.target, copy.core->book().note(), std::string());
        break;
      case 4:
        wrong.extends = *rc::gen::element(good.extends, good.reaches);
        break;
      case 5:
        wrong.reaches = *rc::gen::element(good.extends, good.reaches);
        break;
      }
    }
    auto checked = check(wrong, stranger);
    RC_ASSERT(!checked.evidence.has_value());
    if (!checked.growth) return;
    // What is taken is a beginning of what the writer wrote.
    RC_ASSERT(checked.growth->right.root() ==
              writer.core->book().tree().root_at(checked.growth->right.size()).value());
  }));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(comparing_words, page_fixture)

BOOST_AUTO_TEST_CASE(a_word_of_the_same_history_says_how_much_there_is) {
  auto compare = [&](const ledger_have& word) {
    return compare_with(copy.core->book(), fleet.origin, copy.core->fold().state(), verify(), stranger, word);
  };
  auto ahead = compare(writer.core->have());
  BOOST_TEST(!ahead.evidence.has_value());
  BOOST_TEST(ahead.ahead == writer.core->size());
  BOOST_TEST(compare(copy.core->have()).ahead == 0u);
  ledger_have unsigned_word{1'000, some_digest(), {}};
  BOOST_TEST(compare(unsigned_word).ahead == 0u);
  unsigned_word.note = signed_note({fleet.origin, 1'000, some_digest(), {}}, copy.keys);
  BOOST_TEST(compare(unsigned_word).ahead == 0u);
}

BOOST_AUTO_TEST_CASE(a_signed_word_of_another_history_is_a_fork) {
  ledger_have word{3, some_digest(), signed_note({fleet.origin, 3, some_digest(), {}}, writer.keys)};
  auto found =
      compare_with(copy.core->book(), fleet.origin, copy.core->fold().state(), verify(), stranger, word);
  BOOST_REQUIRE(found.evidence.has_value());
  BOOST_TEST(found.evidence->size == 3u);
  BOOST_TEST((found.evidence->peer == stranger));
}

BOOST_AUTO_TEST_SUITE_END()
