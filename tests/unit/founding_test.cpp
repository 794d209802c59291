// The founding of a fleet: what it says is what it was made of, every entry of it counts, and nothing
// that was cut, changed or put together otherwise founds anything.
#include "storage/ledger/founding.hpp"

#include "founding_support.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "storage/ledger/fleet_fold.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;
using namespace ppn::founding_support;

namespace {

// What a fold makes of these entries; findings stay in it.
fleet_fold folded(const founded_fleet& founded) {
  fleet_fold fold(founded.fleet, crypto::verify);
  for (const bytes& entry : founded.entries)
    fold.apply(entry);
  return fold;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines)
    text += line;
  return text;
}

// Whether anybody would start with it: it parses, every entry counts, and there is a controller.
bool founds_something(const std::string& text) {
  auto founded = parse_founding(text);
  if (!founded) return false;
  fleet_fold fold = folded(*founded);
  return fold.findings.empty() && fold.members() != nullptr;
}

} // namespace

BOOST_AUTO_TEST_SUITE(founding)

BOOST_AUTO_TEST_CASE(every_entry_counts_and_says_what_was_planned) {
  party three(3);
  founded_fleet founded = three.found();
  fleet_fold fold = folded(founded);
  BOOST_REQUIRE_MESSAGE(fold.findings.empty(), fold.findings.front().reason.text);
  membership_ptr members = fold.members();
  BOOST_REQUIRE(members != nullptr);
  BOOST_TEST((members->fleet == founded.fleet));
  BOOST_TEST((members->controller == three.plan.controller));
  BOOST_TEST(members->term.value == 1u);
  BOOST_REQUIRE_EQUAL(members->members.size(), 3u);
  for (const founding_member& each : three.plan.members)
    BOOST_TEST((*members->find(each.record.id) == each.record));
  const fleet_state& state = fold.state();
  BOOST_TEST(state.name == "home");
  BOOST_TEST(state.admins.count(three.admin.public_part()) == 1u);
  BOOST_TEST((state.policy == acknowledgement::majority));
  BOOST_TEST(state.witnesses.size() == 2u);
  BOOST_TEST((state.terms.back().key == three.plan.members.front().keys.log));
}

BOOST_AUTO_TEST_CASE(a_text_gives_back_the_same_founding) {
  founded_fleet founded = party(3).found();
  auto again = parse_founding(founding_text(founded.entries));
  BOOST_REQUIRE_MESSAGE(again, (again ? "" : again.error().text));
  BOOST_TEST((again->fleet == founded.fleet));
  BOOST_TEST((again->entries == founded.entries));
  BOOST_TEST((*fleet_of(founded.entries.front()) == founded.fleet));
}

BOOST_AUTO_TEST_CASE(two_foundings_of_one_plan_are_two_fleets) {
  party three(3);
  BOOST_TEST((three.found().fleet != three.found().fleet));
}

BOOST_AUTO_TEST_CASE(no_part_of_a_founding_founds_a_fleet) {
  std::string whole = founding_text(party(2).found().entries);
  BOOST_TEST(founds_something(whole));
  std::size_t lines = lines_of(whole).size();
  // With its controller named, a founding is complete: what follows are settings.
  std::size_t controller_line = 1 + 1 + 2 + 1;
  std::size_t end_of_controller = 0;
  for (std::size_t i = 0; i < controller_line; ++i)
    end_of_controller = whole.find('\n', end_of_controller) + 1;
  BOOST_REQUIRE(lines > controller_line);
  for (std::size_t size = 0; size < end_of_controller; ++size)
    BOOST_TEST(!founds_something(whole.substr(0, size)), size);
  for (std::size_t size = end_of_controller + 1; size < whole.size(); ++size)
    if (whole[size - 1] != '\n') BOOST_TEST(!founds_something(whole.substr(0, size)), size);
}

BOOST_AUTO_TEST_CASE(no_changed_octet_goes_unseen) {
  founded_fleet founded = party(2).found();
  for (std::size_t entry = 0; entry < founded.entries.size(); ++entry)
    for (std::size_t at = 0; at < founded.entries[entry].size(); ++at) {
      founded_fleet changed = founded;
      changed.entries[entry][at] ^= 0x10;
      auto parsed = parse_founding(founding_text(changed.entries));
      if (!parsed) continue;
      // The writer's term and time of an entry are its own word; an order is not.
      auto opened = wire::decode_entry(changed.entries[entry]);
      auto before = wire::decode_entry(founded.entries[entry]);
      bool only_time = opened && opened->entry.order == before->entry.order &&
                       opened->entry.term == before->entry.term;
      bool same_fleet = parsed->fleet == founded.fleet;
      if (!same_fleet || only_time) continue;
      fleet_fold fold = folded(*parsed);
      BOOST_TEST(!fold.findings.empty(), "entry " << entry << ", octet " << at);
    }
}

BOOST_AUTO_TEST_CASE(entries_in_another_order_do_not_count) {
  std::string whole = founding_text(party(2).found().entries);
  std::vector<std::string> lines = lines_of(whole);
  for (std::size_t i = 1; i < lines.size(); ++i)
    for (std::size_t j = i + 1; j < lines.size(); ++j) {
      std::vector<std::string> other = lines;
      std::swap(other[i], other[j]);
      BOOST_TEST(!founds_something(joined(other)), i << " and " << j);
    }
  // Nor twice.
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string> other = lines;
    other.insert(other.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    BOOST_TEST(!founds_something(joined(other)), i);
  }
}

BOOST_AUTO_TEST_CASE(another_administrators_entry_does_not_count) {
  party ours(2), theirs(2);
  founded_fleet mixed = ours.found();
  founded_fleet foreign = theirs.found();
  for (std::size_t entry = 1; entry < mixed.entries.size(); ++entry) {
    founded_fleet other = mixed;
    other.entries[entry] = foreign.entries[entry];
    BOOST_TEST(!folded(other).findings.empty(), entry);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_founding_is_malformed) {
  std::string whole = founding_text(party(1).found().entries);
  std::vector<std::string> lines = lines_of(whole);
  std::vector<std::string> without_genesis = lines;
  without_genesis.erase(without_genesis.begin() + 1);
  for (const std::string& text :
       {std::string{}, std::string{"\n"}, std::string{"ppn founding v1\n"},
        std::string{"ppn founding v2\n"} + whole.substr(whole.find('\n') + 1),
        "ppn founding v1\r\n" + whole.substr(whole.find('\n') + 1), whole + "\n", whole + "AAA\n",
        whole + "AAAA", whole + std::string(1, '\0'), joined(without_genesis),
        std::string(100'000, 'A'), "ppn founding v1\n" + std::string(100'000, 'A') + "\n"}) {
    auto founded = parse_founding(text);
    bool refused = !founded && founded.error().code == ec::malformed;
    // An entry of nothing is base64 all the same; it does not count.
    BOOST_TEST((refused || !founds_something(text)), text.substr(0, 40));
    if (!founded) BOOST_TEST(founded.error().text.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(more_entries_than_a_fleet_can_have_are_refused) {
  std::string text = "ppn founding v1\n";
  std::string genesis = lines_of(founding_text(party(1).found().entries)).at(1);
  for (int i = 0; i < 17'000; ++i)
    text += genesis;
  BOOST_TEST(!parse_founding(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
