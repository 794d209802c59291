#include "sim/act.hpp"

#include <algorithm>
#include <charconv>

namespace ppn::sim {

namespace {

constexpr std::size_t line_max = 4096;

std::vector<act_word> words_of(std::string_view line) {
  std::vector<act_word> found;
  std::size_t at = 0;
  while (at < line.size()) {
    if (line[at] == ' ' || line[at] == '\t') {
      ++at;
      continue;
    }
    std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    found.push_back({std::string(line.substr(at, end - at)), static_cast<std::uint32_t>(at + 1)});
    at = end;
  }
  return found;
}

std::string at_column(std::uint32_t column) { return "column " + std::to_string(column) + ": "; }

struct unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr unit units[] = {{"ns", 1},
                          {"us", 1'000},
                          {"ms", 1'000'000},
                          {"s", 1'000'000'000},
                          {"m", 60'000'000'000},
                          {"h", 3'600'000'000'000},
                          {"d", 86'400'000'000'000}};

// Digits, perhaps a point and more digits, times a unit: in integers, so that nothing is rounded.
std::optional<std::int64_t> scaled(std::string_view digits, std::int64_t by) {
  __int128 value = 0;
  __int128 divisor = 0;
  if (digits.empty() || digits.size() > 20) return std::nullopt;
  for (char c : digits) {
    if (c == '.' && divisor == 0) {
      divisor = 1;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
    divisor *= 10;
  }
  value = value * by / std::max<__int128>(divisor, 1);
  if (value > std::int64_t{1} << 62) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

} // namespace

act make_act(world_time at, std::string verb, std::string_view words) {
  return {at, std::move(verb), words_of(words)};
}

std::optional<nanoseconds> read_time(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  auto end = std::min(text.find_first_not_of("0123456789."), text.size());
  auto name = text.substr(end);
  for (const unit& one : units) {
    if (one.name != name) continue;
    auto value = scaled(text.substr(0, end), one.nanoseconds);
    if (!value) return std::nullopt;
    return nanoseconds{negative ? -*value : *value};
  }
  return std::nullopt;
}

std::string text_of_time(nanoseconds value) {
  std::int64_t ns = value.count();
  std::string sign = ns < 0 ? "-" : "";
  std::uint64_t size = ns < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(ns)
                              : static_cast<std::uint64_t>(ns);
  std::string text = sign + std::to_string(size / 1'000'000'000);
  if (auto rest = size % 1'000'000'000; rest != 0) {
    text += "." + std::to_string(1'000'000'000 + rest).substr(1);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "s";
}

std::string text_of(const act& what) {
  std::string text = "at " + text_of_time(what.at) + " " + what.verb;
  for (const act_word& word : what.words) text += " " + word.text;
  return text;
}

result<act> read_act(std::string_view line) {
  if (line.size() > line_max)
    return fail(ec::too_large, "column 1: an act has at most " + std::to_string(line_max) + " octets");
  auto words = words_of(line);
  if (words.size() < 3 || words[0].text != "at")
    return fail(ec::invalid, "column 1: an act reads 'at TIME VERB ...', for instance 'at 40s kill node-1'");
  auto at = read_time(words[1].text);
  if (!at || *at < nanoseconds{0})
    return fail(ec::invalid, at_column(words[1].column) + "'" + words[1].text +
                                 "' is no time; write 40s, 1.5m or 2h");
  act read{*at, words[2].text, {}};
  read.words.assign(words.begin() + 3, words.end());
  return read;
}

// -- words ------------------------------------------------------------------------------------------------

void word_reader::refuse(const act_word& word, const std::string& why) {
  if (!problem_) problem_ = error{ec::invalid, at_column(word.column) + "'" + word.text + "' " + why};
}

const act_word* word_reader::take(const std::string& wanted) {
  if (problem_) return nullptr;
  if (more()) return &act_.words[next_++];
  std::uint32_t column = act_.words.empty() ? 1 : act_.words.back().column;
  problem_ = error{ec::invalid, at_column(column) + "'" + act_.verb + "' ends too early: " + wanted +
                                    " is missing"};
  return nullptr;
}

std::uint32_t word_reader::node() {
  const act_word* word = take("a node");
  if (word == nullptr) return 0;
  auto at = std::find(names_.begin(), names_.end(), word->text);
  if (at != names_.end()) return static_cast<std::uint32_t>(at - names_.begin());
  refuse(*word, "is no node of this fleet");
  return 0;
}

std::vector<std::uint32_t> word_reader::nodes(std::initializer_list<std::string_view> stops) {
  std::vector<std::uint32_t> found{node()};
  while (!problem_ && more() &&
         std::find(stops.begin(), stops.end(), act_.words[next_].text) == stops.end())
    found.push_back(node());
  return found;
}

nanoseconds word_reader::time(nanoseconds least, nanoseconds most) {
  const act_word* word = take("a time");
  if (word == nullptr) return least;
  auto value = read_time(word->text);
  if (value && *value >= least && *value <= most) return *value;
  refuse(*word, "is no time from " + text_of_time(least) + " to " + text_of_time(most));
  return least;
}

std::int64_t word_reader::number(std::int64_t least, std::int64_t most) {
  const act_word* word = take("a number");
  if (word == nullptr) return least;
  std::int64_t value = 0;
  const char* end = word->text.data() + word->text.size();
  auto [stop, code] = std::from_chars(word->text.data(), end, value);
  if (code == std::errc{} && stop == end && value >= least && value <= most) return value;
  refuse(*word, "is no number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

std::string_view word_reader::any(std::initializer_list<std::string_view> allowed) {
  std::string list;
  for (std::string_view one : allowed) list += (list.empty() ? "" : ", ") + std::string(one);
  const act_word* word = take("one of " + list);
  if (word == nullptr) return *allowed.begin();
  if (auto at = std::find(allowed.begin(), allowed.end(), word->text); at != allowed.end()) return *at;
  refuse(*word, "must be one of: " + list);
  return *allowed.begin();
}

bool word_reader::taken(std::string_view word) {
  if (problem_ || !more() || act_.words[next_].text != word) return false;
  ++next_;
  return true;
}

void word_reader::require(std::string_view wanted) {
  const act_word* word = take("'" + std::string(wanted) + "'");
  if (word != nullptr && word->text != wanted) refuse(*word, "must be '" + std::string(wanted) + "'");
}

status word_reader::done() {
  if (!problem_ && more()) refuse(act_.words[next_], "is one word too many");
  if (problem_) return fail(*problem_);
  return {};
}

} // namespace ppn::sim
