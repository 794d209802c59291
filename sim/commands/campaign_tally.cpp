#include "sim/commands/campaign_tally.hpp"

#include "sim/shrink.hpp"

#include <nlohmann/json.hpp>

namespace ppn::sim {

seed_line line_of(const run_report& report) {
  seed_line line;
  line.seed = report.options.seed;
  line.hash = report.trace_hash;
  line.events = report.events;
  line.counts = report.counts;
  std::set<std::string> seen;
  for (const violation& one : report.violations)
    if (auto cause = cause_of(one); seen.insert(cause).second)
      line.failures.emplace_back(cause, one.text);
  return line;
}

std::string encode_line(const seed_line& line) {
  nlohmann::ordered_json out;
  out["seed"] = line.seed;
  out["hash"] = line.hash;
  out["events"] = line.events;
  out["twice"] = line.twice;
  out["different"] = line.different;
  out["died"] = line.died;
  auto& counts = out["counts"] = nlohmann::ordered_json::array();
  for (const auto& [name, value] : line.counts.all()) counts.push_back({name, value});
  auto& failures = out["failures"] = nlohmann::ordered_json::array();
  for (const auto& [cause, text] : line.failures) failures.push_back({cause, text});
  return out.dump() + "\n";
}

result<seed_line> decode_line(std::string_view text) {
  auto in = nlohmann::json::parse(text, nullptr, false);
  error wrong{ec::malformed, "this is no line of a campaign: " + std::string(text.substr(0, 60))};
  if (!in.is_object()) return fail(wrong);
  try {
    seed_line line;
    line.seed = in.at("seed").get<std::uint64_t>();
    line.hash = in.at("hash").get<std::uint64_t>();
    line.events = in.at("events").get<std::uint64_t>();
    line.twice = in.at("twice").get<bool>();
    line.different = in.at("different").get<bool>();
    line.died = in.at("died").get<bool>();
    for (const auto& one : in.at("counts"))
      line.counts.add(one.at(0).get<std::string>(), one.at(1).get<std::uint64_t>());
    for (const auto& one : in.at("failures"))
      line.failures.emplace_back(one.at(0).get<std::string>(), one.at(1).get<std::string>());
    return line;
  } catch (const nlohmann::json::exception&) {
    return fail(wrong);
  }
}

void campaign_tally::add(const seed_line& line) {
  if (!seeds_.insert(line.seed).second) return;
  events_ += line.events;
  compared_ += line.twice;
  counts_.add(line.counts);
  auto failures = line.failures;
  if (line.different) failures.emplace_back("DETERMINISM", "two runs of this seed had two trace hashes");
  if (line.died) failures.emplace_back("CRASH", "the process ended in the middle of this seed");
  failed_ += !failures.empty();
  for (const auto& [name, text] : failures) {
    cause& of = causes_[name];
    if (of.seeds++ == 0 || line.seed < of.first_seed) {
      of.first_seed = line.seed;
      of.text = text;
    }
  }
}

std::vector<std::string> campaign_tally::never() const {
  std::vector<std::string> found;
  for (const auto& [name, value] : counts_.all())
    if (value == 0 && (name.starts_with("faults.") || name.starts_with("marks.") ||
                       name.starts_with("orders.")))
      found.push_back(name);
  return found;
}

} // namespace ppn::sim
