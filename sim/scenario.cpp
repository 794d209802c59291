#include "sim/scenario.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <fmt/format.h>

#include <set>

namespace ppn::sim {

namespace {

constexpr std::size_t text_max = 4 * 1024 * 1024;
constexpr std::size_t acts_max = 100'000;
constexpr std::size_t name_max = 64;
constexpr std::uint32_t nodes_max = 10'000;

class reader {
public:
  explicit reader(const std::string& where) : where_(where) {}

  result<scenario> read(const toml::table& table) {
    scenario made;
    for (const auto& [key, value] : table) take(made, std::string(key.str()), value);
    if (!problem_ && !made.options.acts) problem_ = error{ec::invalid, where_ + ": 'acts' is missing"};
    if (!problem_ && made.options.calm && *made.options.calm > made.options.length)
      problem_ = error{ec::invalid, where_ + ": 'calm' comes after the end of the run"};
    if (problem_) return fail(*problem_);
    if (auto wrong = check_acts(made.options)) {
      refuse(regions_[wrong->index], wrong->what.text, 1);
      return fail(*problem_);
    }
    return made;
  }

private:
  void refuse(const toml::source_region& at, const std::string& why, std::uint32_t shift = 0) {
    if (problem_) return;
    // "column 9: ..." counts within the text of an act, which begins after its quote.
    std::uint32_t column = at.begin.column;
    std::string text = why;
    if (shift > 0 && why.starts_with("column ")) {
      auto colon = why.find(": ");
      column += shift + static_cast<std::uint32_t>(std::stoul(why.substr(7, colon - 7))) - 1;
      text = why.substr(colon + 2);
    }
    problem_ = error{ec::invalid, fmt::format("{}:{}:{}: {}", where_, at.begin.line, column, text)};
  }

  void take(scenario& made, const std::string& key, const toml::node& value) {
    run_options& options = made.options;
    if (key == "name") made.name = words(value, key);
    else if (key == "expect") made.expect = words(value, key);
    else if (key == "seed") options.seed = static_cast<std::uint64_t>(number(value, key, INT64_MAX));
    else if (key == "nodes") take_nodes(options, value);
    else if (key == "length") options.length = time(value, key);
    else if (key == "calm") options.calm = time(value, key);
    else if (key == "acts") take_acts(options, value);
    else if (key == "at_least") take_counts(made, value);
    else
      refuse(value.source(), "'" + key + "' is no key of a scenario; there is: name, expect, at_least, seed, "
                                         "nodes, length, calm, acts");
  }

  std::string words(const toml::node& value, const std::string& key) {
    auto text = value.value_exact<std::string>();
    if (!text) refuse(value.source(), "'" + key + "' must be a string");
    return text.value_or("");
  }
  std::int64_t number(const toml::node& value, const std::string& key, std::int64_t most) {
    auto read = value.value_exact<std::int64_t>();
    if (!read || *read < 0 || *read > most)
      refuse(value.source(), fmt::format("'{}' must be a number from 0 to {}", key, most));
    return read.value_or(0);
  }
  nanoseconds time(const toml::node& value, const std::string& key) {
    auto read = read_time(words(value, key));
    if (!read || *read <= nanoseconds{0} || *read > hours{100'000})
      refuse(value.source(), "'" + key + "' must be a time such as \"90s\", \"10m\" or \"2h\"");
    return read.value_or(seconds{1});
  }

  void take_nodes(run_options& options, const toml::node& value) {
    if (value.is_integer()) {
      options.nodes = static_cast<std::uint32_t>(number(value, "nodes", nodes_max));
      if (options.nodes == 0) refuse(value.source(), "a fleet has at least one node");
      return;
    }
    const auto* list = value.as_array();
    if (list == nullptr || list->empty() || list->size() > nodes_max)
      return refuse(value.source(), "'nodes' must be a number or a list of 1 to 10000 names");
    std::set<std::string> seen;
    for (const auto& one : *list) {
      auto name = words(one, "nodes");
      if (name.empty() || name.size() > name_max || name.find_first_of(" \t\"\\|<>") != name.npos)
        refuse(one.source(), "'" + name + "' is no name: 1 to 64 octets without blanks and |, <, >");
      if (!seen.insert(name).second) refuse(one.source(), "'" + name + "' is there twice");
      options.names.push_back(name);
    }
    options.nodes = static_cast<std::uint32_t>(options.names.size());
  }

  void take_acts(run_options& options, const toml::node& value) {
    options.acts.emplace();
    const auto* list = value.as_array();
    if (list == nullptr || list->size() > acts_max)
      return refuse(value.source(), "'acts' must be a list of at most 100000 strings");
    for (const auto& one : *list) {
      auto read = read_act(words(one, "acts"));
      if (!read) return refuse(one.source(), read.error().text, 1);
      options.acts->push_back(std::move(*read));
      regions_.push_back(one.source());
    }
  }

  void take_counts(scenario& made, const toml::node& value) {
    const auto* table = value.as_table();
    if (table == nullptr) return refuse(value.source(), "'at_least' must be a table: { evictions = 1 }");
    for (const auto& [name, least] : *table)
      made.at_least.emplace_back(std::string(name.str()),
                                 static_cast<std::uint64_t>(number(least, "at_least", INT64_MAX)));
  }

  std::string where_;
  std::optional<error> problem_;
  std::vector<toml::source_region> regions_; // of the acts
};

} // namespace

result<scenario> read_scenario(const std::string& where, std::string_view text) {
  if (text.size() > text_max) return fail(ec::too_large, where + ": a scenario has at most 4 MiB");
  auto parsed = toml::parse(text);
  if (!parsed) {
    const auto& at = parsed.error().source().begin;
    return fail(ec::malformed,
                fmt::format("{}:{}:{}: {}", where, at.line, at.column, parsed.error().description()));
  }
  return reader(where).read(parsed.table());
}

std::string text_of(const scenario& what) {
  const run_options& options = what.options;
  std::string out = fmt::format("name = \"{}\"\nseed = {}\n", what.name, options.seed);
  if (options.names.empty()) {
    out += fmt::format("nodes = {}\n", options.nodes);
  } else {
    out += "nodes = [";
    for (const auto& name : options.names) out += fmt::format("\"{}\", ", name);
    out += "]\n";
  }
  out += fmt::format("length = \"{}\"\n", text_of_time(options.length));
  if (options.calm) out += fmt::format("calm = \"{}\"\n", text_of_time(*options.calm));
  out += "acts = [\n";
  for (const act& one : options.acts.value_or(std::vector<act>{}))
    out += "  \"" + text_of(one) + "\",\n";
  out += "]\n";
  out += fmt::format("expect = \"{}\"\n", what.expect);
  if (!what.at_least.empty()) {
    out += "\n[at_least]\n";
    for (const auto& [name, least] : what.at_least) out += fmt::format("\"{}\" = {}\n", name, least);
  }
  return out;
}

status judge(const scenario& what, const run_report& report) {
  for (const auto& [name, least] : what.at_least)
    if (report.counts.of(name) < least)
      return fail(ec::invalid, fmt::format("{} is {}, at least {} was expected", name,
                                           report.counts.of(name), least));
  if (what.expect == no_violation) {
    if (report.violation_count == 0) return {};
    return fail(ec::invalid, report.violations.front().checker + ": " + report.violations.front().text);
  }
  for (const violation& one : report.violations)
    if ((one.checker + ": " + one.text).find(what.expect) != std::string::npos) return {};
  return fail(ec::invalid, "nothing was violated that says '" + what.expect + "'");
}

} // namespace ppn::sim
