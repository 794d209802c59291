#include "sim/shrink.hpp"

#include <algorithm>

namespace ppn::sim {

namespace {

// Words with a digit in them are names and numbers.
std::string without_numbers(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = std::min(text.find_first_of(" ,:;", at), text.size());
    auto word = text.substr(at, end - at);
    bool named = std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    out += named ? "N" : std::string(word);
    if (end < text.size()) out += text[end];
    at = end + 1;
  }
  return out;
}

class shrinker {
public:
  shrinker(const run_report& failing, std::uint64_t runs_most,
           const std::function<void(std::size_t, std::uint64_t)>& tell)
      : cause_(cause_of(failing.violations.front())), best_(failing.options), runs_most_(runs_most),
        tell_(tell) {
    best_.acts = failing.acts;
    best_.calm = failing.calm;
    best_.trace = nullptr;
  }

  shrink_result run() {
    shrink_result made;
    made.acts_before = best_.acts->size();
    fewer_acts();
    shorter();
    fewer_nodes();
    fewer_acts();
    shorter_spans();
    made.smallest.options = best_;
    made.smallest.name = cause_;
    made.smallest.expect = expected_;
    made.runs = runs_;
    return made;
  }

private:
  bool fails(const run_options& with) {
    if (runs_ >= runs_most_) return false;
    ++runs_;
    auto report = sim::run(with);
    for (const violation& found : report.violations)
      if (cause_of(found) == cause_) {
        last_ = found.at;
        expected_ = found.checker;
        return true;
      }
    return false;
  }
  bool take(run_options next) {
    if (!fails(next)) return false;
    best_ = std::move(next);
    tell_(best_.acts->size(), runs_);
    return true;
  }

  // Delta debugging: leave out runs of acts, long ones first, until no single one can go.
  void fewer_acts() {
    for (std::size_t width = std::max<std::size_t>(1, best_.acts->size() / 2); width >= 1; width /= 2) {
      bool again = true;
      while (again) {
        again = false;
        for (std::size_t at = 0; at < best_.acts->size();) {
          run_options next = best_;
          auto from = next.acts->begin() + static_cast<std::ptrdiff_t>(at);
          auto count = std::min(width, next.acts->size() - at);
          next.acts->erase(from, from + static_cast<std::ptrdiff_t>(count));
          if (take(std::move(next)))
            again = width == 1;
          else
            at += width;
        }
      }
    }
  }

  // Nothing after the moment at which it fails; a failure at the end needs its calm phase as it is.
  void shorter() {
    if (!fails(best_)) return;
    run_options next = best_;
    next.length = std::min(best_.length, last_ + seconds{1});
    next.calm = std::min(*next.calm, next.length);
    std::erase_if(*next.acts, [&](const act& one) { return one.at > next.length; });
    if (take(std::move(next))) return;
    // The same acts and the same time after them, without the quiet middle.
    world_time last_act{0};
    for (const act& one : *best_.acts) last_act = std::max(last_act, one.at);
    next = best_;
    auto tail = best_.length - *best_.calm;
    next.calm = std::min(*best_.calm, last_act + seconds{1});
    next.length = *next.calm + tail;
    (void)take(std::move(next));
  }

  // The last node goes, if no act is about it.
  void fewer_nodes() {
    while (best_.nodes > 1) {
      run_options next = best_;
      --next.nodes;
      if (!next.names.empty()) next.names.pop_back();
      if (check_acts(next) || !take(std::move(next))) return;
    }
  }

  // Times after "for": half as long, as often as it helps.
  void shorter_spans() {
    for (std::size_t at = 0; at < best_.acts->size(); ++at) {
      for (int times = 0; times < 8; ++times) {
        run_options next = best_;
        auto& words = (*next.acts)[at].words;
        if (words.size() < 2 || words[words.size() - 2].text != "for") break;
        auto span = read_time(words.back().text);
        if (!span || *span < seconds{2}) break;
        words.back().text = text_of_time(duration_cast<seconds>(*span / 2));
        if (!take(std::move(next))) break;
      }
    }
  }

  std::string cause_;
  std::string expected_;
  world_time last_{0};
  run_options best_;
  std::uint64_t runs_most_;
  std::uint64_t runs_ = 0;
  const std::function<void(std::size_t, std::uint64_t)>& tell_;
};

} // namespace

std::string cause_of(const violation& found) { return found.checker + ": " + without_numbers(found.text); }

shrink_result shrink(const run_report& failing, std::uint64_t runs_most,
                     const std::function<void(std::size_t acts, std::uint64_t runs)>& tell) {
  return shrinker(failing, runs_most, tell).run();
}

} // namespace ppn::sim
