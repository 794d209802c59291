// What the parts of ledger_bench share: time, samples, a folder on the disk that is measured.
#pragma once

#include "messages/base/bytes.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ppn::bench {

inline constexpr std::size_t entry_octets = 200;

using steady = std::chrono::steady_clock;

inline double seconds_since(steady::time_point begun) {
  return std::chrono::duration<double>(steady::now() - begun).count();
}

// A benchmark that cannot run has no figures to give.
[[noreturn]] inline void give_up(const std::string& why) {
  std::fprintf(stderr, "ledger_bench: %s\n", why.c_str());
  std::exit(1);
}

template <class Result>
auto need(Result&& got) {
  if (!got) give_up(got.error().text);
  return *std::forward<Result>(got);
}
template <class Status>
void need_done(const Status& got) {
  if (!got) give_up(got.error().text);
}

// `share` from 0 to 1; of nothing it is 0.
double percentile(std::vector<double> values, double share);
inline double median(const std::vector<double>& values) {
  return percentile(values, 0.5);
}

// One way of writing entries: its rate in each round, and how long each entry took.
struct series {
  std::string name;
  std::vector<double> rates;   // entries a second
  std::vector<double> seconds; // from order to answer

  double rate() const { return median(rates); }
  double p50() const { return percentile(seconds, 0.50); }
  double p99() const { return percentile(seconds, 0.99); }
};

// Gone with the benchmark.
class bench_folder {
public:
  explicit bench_folder(const std::string& parent);
  bench_folder(const bench_folder&) = delete;
  bench_folder& operator=(const bench_folder&) = delete;
  ~bench_folder();

  const std::string& path() const { return path_; }
  std::string at(const std::string& name) const { return path_ + '/' + name; }

private:
  std::string path_;
};

} // namespace ppn::bench
