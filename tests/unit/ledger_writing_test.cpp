// Notes and restores: what is asked of a person, what is sent, and what is told of it.
#include "runtime/cli/ledger_writing.hpp"

#include "fake_node.hpp"
#include "messages/base/limits.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <set>

using namespace ppn;
using json = nlohmann::json;

namespace {

struct counting_entropy final : entropy {
  void fill(std::span<octet> out) override {
    std::fill(out.begin(), out.end(), octet{0});
    store_le64(out.data(), ++drawn);
  }
  std::uint64_t drawn = 0;
};

struct writer {
  ledger_note_options options;
  counting_entropy random;
  fake::text_output output;
  std::vector<std::string> questions;
  result<bool> answer = fail(ec::needs_confirmation, "there is nobody to ask");

  status write(control_channel channel) {
    return write_notes(options, {channel, random, output, [this](const std::string& question) {
                                   questions.push_back(question);
                                   return answer;
                                 }});
  }
};

std::set<order_id> ids_of(const std::vector<control_request>& asked) {
  std::set<order_id> ids;
  for (const control_request& request : asked)
    ids.insert(std::get<ledger_note_request>(request.body).id);
  return ids;
}

} // namespace

BOOST_AUTO_TEST_SUITE(writing_to_a_ledger)

BOOST_AUTO_TEST_CASE(a_note_tells_where_it_stands) {
  fake::node node(3);
  writer by;
  by.options.which = ledger_choice::own;
  by.options.reason = "moved to the cellar";
  BOOST_TEST(by.write(node.channel()).has_value());
  BOOST_TEST(by.output.text == "entry 3, size 4\n");
  const auto& sent = std::get<ledger_note_request>(node.asked.front().body);
  BOOST_TEST((sent.which == ledger_choice::own));
  BOOST_TEST(sent.reason == "moved to the cellar");
  by.options.json = true;
  by.output.text.clear();
  BOOST_TEST(by.write(node.channel()).has_value());
  json document = json::parse(by.output.text);
  BOOST_TEST(document["schema"] == "ppn.ledger-note/1");
  BOOST_TEST(document["first"] == 4);
  BOOST_TEST(document["size"] == 5);
}

BOOST_AUTO_TEST_CASE(many_notes_are_numbered_and_each_is_its_own_order) {
  fake::node node(0);
  writer by;
  by.options.reason = "filler";
  by.options.count = 1'000;
  BOOST_TEST(by.write(node.channel()).has_value());
  BOOST_TEST(by.output.text == "1000 entries, 0 to 999, size 1000\n");
  BOOST_TEST(ids_of(node.asked).size() == 1'000u);
  BOOST_TEST(std::get<ledger_note_request>(node.asked[0].body).reason == "filler 1");
  BOOST_TEST(std::get<ledger_note_request>(node.asked[999].body).reason == "filler 1000");
}

BOOST_AUTO_TEST_CASE(no_more_than_256_are_on_their_way_and_answers_come_in_any_order) {
  fake::node node(0);
  std::vector<control_response> waiting;
  std::size_t most = 0;
  std::size_t turn = 0;
  control_channel channel(
    [&](const control_request& request) -> status {
      waiting.push_back(node.answer(request));
      most = std::max(most, waiting.size());
      return {};
    },
    [&]() -> result<control_response> {
      std::size_t at = ++turn * 7919 % waiting.size();
      control_response next = waiting[at];
      waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(at));
      return next;
    });
  writer by;
  by.options.reason = "filler";
  by.options.count = 2'000;
  BOOST_TEST(by.write(channel).has_value());
  BOOST_TEST(most == 256u);
  BOOST_TEST(by.output.text == "2000 entries, 0 to 1999, size 2000\n");
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_asked_again_with_the_same_order) {
  fake::node node(0);
  std::size_t refusals = 0;
  node.before = [&](const control_request& request) -> std::optional<control_response> {
    if (node.asked.size() % 3 != 0 || refusals == 20) return std::nullopt;
    ++refusals;
    return control_response{request.id, error{ec::busy, "full"}};
  };
  writer by;
  by.options.reason = "filler";
  by.options.count = 100;
  BOOST_TEST(by.write(node.channel()).has_value());
  BOOST_TEST(refusals == 20u);
  BOOST_TEST(node.entries.size() == 100u);
  BOOST_TEST(ids_of(node.asked).size() == 100u);
}

BOOST_AUTO_TEST_CASE(an_error_in_the_middle_says_how_far_it_came) {
  fake::node node(0);
  node.before = [&](const control_request& request) -> std::optional<control_response> {
    if (node.entries.size() < 10) return std::nullopt;
    return control_response{request.id, error{ec::no_space, "the disk is full"}};
  };
  writer by;
  by.options.reason = "filler";
  by.options.count = 300;
  status done = by.write(node.channel());
  BOOST_REQUIRE(!done);
  BOOST_TEST((done.error() == error{ec::no_space, "the disk is full; 10 of 300 were entered"}));
}

BOOST_AUTO_TEST_CASE(what_looks_like_a_secret_is_asked_about_first) {
  fake::node node(0);
  writer by;
  by.options.reason = "password=hunter2hunter2";
  status done = by.write(node.channel());
  BOOST_REQUIRE(!done);
  BOOST_TEST((done.error().code == ec::needs_confirmation));
  BOOST_TEST(exit_code(done.error().code) == 6);
  BOOST_TEST(by.questions.size() == 1u);
  BOOST_TEST(by.questions.front().find("hunter2") == std::string::npos);
  BOOST_TEST(done.error().text.find("hunter2") == std::string::npos);
  by.answer = false;
  BOOST_TEST((by.write(node.channel()).error().code == ec::needs_confirmation));
  BOOST_TEST(node.asked.empty());
  by.answer = true;
  BOOST_TEST(by.write(node.channel()).has_value());
  by.options.yes = true;
  BOOST_TEST(by.write(node.channel()).has_value());
  BOOST_TEST(by.questions.size() == 3u);
  BOOST_TEST(node.asked.size() == 2u);
}

BOOST_AUTO_TEST_CASE(reasons_and_counts_out_of_bounds_are_sent_to_nobody) {
  fake::node node(0);
  writer by;
  BOOST_TEST((by.write(node.channel()).error().code == ec::invalid));
  by.options.reason.assign(limits::reason_octets + 1, 'a');
  BOOST_TEST((by.write(node.channel()).error().code == ec::too_large));
  by.options.reason = "a";
  for (std::uint64_t count : {std::uint64_t{0}, std::uint64_t{100'000'001}}) {
    by.options.count = count;
    BOOST_TEST((by.write(node.channel()).error().code == ec::invalid));
  }
  BOOST_TEST(node.asked.empty());
}

BOOST_AUTO_TEST_CASE(fewer_copies_than_wanted_are_told) {
  fake::node node(0);
  node.before = [](const control_request& request) {
    return std::optional<control_response>{{request.id, ledger_append_reply{7, 8, true}}};
  };
  writer by;
  by.options.reason = "a";
  BOOST_TEST(by.write(node.channel()).has_value());
  BOOST_TEST(by.output.text ==
             "entry 7, size 8; fewer members hold it yet than the policy asks for\n");
}

BOOST_AUTO_TEST_CASE(a_restore_names_whom_it_asked) {
  fake::node node(0);
  auto channel = node.channel();
  fake::text_output output;
  BOOST_TEST(restore_ledger(channel, "laptop-b", output).has_value());
  BOOST_TEST(output.text.starts_with("asked laptop-b for its copy"));
  status done = restore_ledger(channel, "nobody", output);
  BOOST_TEST((done.error().code == ec::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
