// Entries over a control channel: in order whatever the answers' sizes, and never one that is not what
// the node's own tree says.
#include "runtime/cli/entry_stream.hpp"

#include "fake_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;

namespace {

std::vector<bytes> read_all(fake::node& from, std::uint64_t first, std::uint64_t end) {
  auto channel = from.channel();
  std::vector<bytes> got;
  status done = for_each_entry(channel, ledger_choice::fleet, first, end,
                               [&](std::uint64_t index, bytes_view entry) -> status {
                                 BOOST_REQUIRE(index == first + got.size());
                                 got.emplace_back(entry.begin(), entry.end());
                                 return {};
                               });
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.error().text));
  return got;
}

struct ended {
  error what;
  std::optional<std::uint64_t> entry;
  std::uint64_t position = 0;
};

ended read_until_error(fake::node& from, std::uint64_t end) {
  auto channel = from.channel();
  entry_stream entries(channel, ledger_choice::fleet, 0, end);
  while (!entries.at_end()) {
    auto batch = entries.next();
    if (!batch) return {batch.error(), entries.wrong_entry(), entries.position()};
  }
  BOOST_FAIL("no error");
  return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(entries_over_a_channel)

BOOST_AUTO_TEST_CASE(all_entries_come_in_order_over_many_ranges) {
  fake::node node(9'000);
  BOOST_TEST((read_all(node, 0, 9'000) == node.entries));
  BOOST_TEST(node.asked.size() == 3u); // 4,096 at a time
  std::vector<bytes> part(node.entries.begin() + 4'000, node.entries.begin() + 4'200);
  BOOST_TEST((read_all(node, 4'000, 4'200) == part));
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_for_no_entries) {
  fake::node node(3);
  BOOST_TEST(read_all(node, 3, 3).empty());
  BOOST_TEST(node.asked.empty());
}

BOOST_AUTO_TEST_CASE(answers_of_any_size_give_the_same_entries) {
  fake::node node(1'000);
  for (std::uint64_t most : {1u, 7u, 999u}) {
    node.entries_most = most;
    BOOST_TEST((read_all(node, 0, 1'000) == node.entries));
  }
}

BOOST_AUTO_TEST_CASE(no_more_than_two_questions_are_on_their_way) {
  fake::node node(40'000);
  std::size_t unanswered = 0;
  std::size_t most = 0;
  std::deque<control_response> waiting;
  control_channel channel(
    [&](const control_request& request) -> status {
      waiting.push_back(node.answer(request));
      most = std::max(most, ++unanswered);
      return {};
    },
    [&]() -> result<control_response> {
      control_response next = std::move(waiting.front());
      waiting.pop_front();
      --unanswered;
      return next;
    });
  auto seen = [](std::uint64_t, bytes_view) { return status{}; };
  BOOST_TEST(for_each_entry(channel, ledger_choice::fleet, 0, 40'000, seen).has_value());
  BOOST_TEST(most == 2u);
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_not_its_leaf_is_named) {
  fake::node node(5'000);
  node.false_leaves[4'500] = log::leaf_hash({});
  ended what = read_until_error(node, 5'000);
  BOOST_TEST((what.what.code == ec::integrity));
  BOOST_TEST((what.entry == 4'500u));
  BOOST_TEST(what.position == 4'096u);
  BOOST_TEST(what.what.text.starts_with("entry 4500 is not what the ledger's tree says"));
}

BOOST_AUTO_TEST_CASE(an_entry_that_the_daemon_cannot_read_is_named) {
  fake::node node(10);
  node.before = [](const control_request& request) {
    return std::optional<control_response>{
      {request.id, error{ec::integrity, "entry 7 cannot be read: checksum"}}};
  };
  ended what = read_until_error(node, 10);
  BOOST_TEST((what.what.code == ec::integrity));
  BOOST_TEST((what.entry == 7u));
}

BOOST_AUTO_TEST_CASE(a_ledger_that_became_shorter_is_no_ledger) {
  fake::node node(10);
  ended what = read_until_error(node, 11);
  BOOST_TEST((what.what.code == ec::integrity));
  BOOST_TEST(!what.entry);
}

BOOST_AUTO_TEST_CASE(more_entries_than_were_asked_for_are_refused) {
  fake::node node(10);
  node.before = [&](const control_request& request) -> std::optional<control_response> {
    auto& body = std::get<ledger_read_request>(request.body);
    if (body.most == 10) return std::nullopt;
    return node.answer({request.id, ledger_read_request{body.which, body.from, 10}});
  };
  BOOST_TEST((read_until_error(node, 5).what.code == ec::malformed));
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_later_or_another_question_is_refused) {
  fake::node node(10);
  node.before = [](const control_request& request) {
    return std::optional<control_response>{{request.id + 1, ledger_read_reply{}}};
  };
  BOOST_TEST((read_until_error(node, 10).what.code == ec::malformed));
  node.before = [](const control_request& request) {
    return std::optional<control_response>{{request.id, reload_reply{}}};
  };
  BOOST_TEST((read_until_error(node, 10).what.code == ec::malformed));
}

BOOST_AUTO_TEST_CASE(an_error_about_the_whole_connection_ends_the_stream) {
  fake::node node(10);
  node.before = [](const control_request&) {
    return std::optional<control_response>{{0, error{ec::too_large, "a request of 9 octets"}}};
  };
  BOOST_TEST((read_until_error(node, 10).what.code == ec::too_large));
}

BOOST_AUTO_TEST_SUITE_END()
