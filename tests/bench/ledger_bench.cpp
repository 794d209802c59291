// What a durable, signed entry costs beside what it cannot be cheaper than and what is commonly
// used instead, all on one disk in one run, and what it costs to look at a whole ledger again. The
// parts take turns, so that what else the machine does disturbs them alike; the figures are medians
// of the rounds.
//
// usage: ledger_bench [--parts append,verify] [--rounds N] [--length SECONDS] [--entries N] [--dir
// DIR]
//                     [--quick] [--json]
// DIR is where the disk to be measured is. Figures, not verdicts: only what cannot run ends with 1.
#include "tests/bench/ledger_bench_place.hpp"
#include "tests/bench/ledger_bench_verify.hpp"
#include "tests/bench/ledger_bench_writers.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace ppn::bench {

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

bench_folder::bench_folder(const std::string& parent) {
  std::string pattern = parent + "/ppn-bench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) give_up("cannot make a folder in " + parent);
  path_ = pattern;
}

bench_folder::~bench_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

namespace {

using nlohmann::json;

struct options {
  std::string parts = "append,verify";
  int rounds = 5;
  double length = 1;
  std::uint64_t entries = 1'000'000;
  std::string folder = ".";
  bool as_json = false;
};

// One line of the answer: a figure, and what it is expected to be.
struct figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string expected;
};

struct results {
  std::vector<series> written;
  std::vector<figure> figures;
};

double rate_of(const results& from, const std::string& name) {
  for (const series& one : from.written)
    if (one.name == name) return one.rate();
  give_up("no series " + name);
}

constexpr const char* raw_append = "file append + fdatasync";
constexpr const char* bare_put = "rocksdb put, sync";
constexpr const char* fair_base = "rocksdb put, sync + cell";
constexpr const char* no_actor = "ledger's book, no actor";
constexpr const char* common_way = "sqlite WAL, FULL";

std::string ledger_with(std::size_t writers) {
  return "ledger, " + std::to_string(writers) + (writers == 1 ? " writer" : " writers");
}

void measure_appends(results& into, const options& how) {
  bench_folder scratch(how.folder);
  struct one_writer {
    series measured;
    durable_write write;
  };
  std::vector<one_writer> bases{{{raw_append, {}, {}}, append_to_file(scratch.at("file"))},
                                {{bare_put, {}, {}}, put_to_rocksdb(scratch.at("put"))},
                                {{fair_base, {}, {}}, put_and_cell(scratch.at("cell"))},
                                {{common_way, {}, {}}, insert_into_sqlite(scratch.at("sqlite"))},
                                {{no_actor, {}, {}}, commit_to_book(scratch.at("book"))}};
  const std::vector<std::size_t> crowds{1, 16, 256};
  std::vector<series> crowded;
  for (std::size_t writers : crowds)
    crowded.push_back({ledger_with(writers), {}, {}});
  ledger_under_load ledger(scratch.at("ledger"));
  series warm_up;
  ledger.measure(warm_up, 16, how.length / 4);
  for (int round = 0; round < how.rounds; ++round) {
    for (one_writer& base : bases)
      measure(base.measured, base.write, how.length);
    for (std::size_t i = 0; i < crowds.size(); ++i)
      ledger.measure(crowded[i], crowds[i], how.length);
  }
  ledger.check();
  for (one_writer& base : bases)
    into.written.push_back(std::move(base.measured));
  into.written.insert(into.written.end(), crowded.begin(), crowded.end());
}

void compare_appends(results& into) {
  const double one = rate_of(into, ledger_with(1));
  const double most = rate_of(into, ledger_with(256));
  into.figures.push_back(
      {"1 writer / rocksdb put + cell", one / rate_of(into, fair_base), "", ">= 0.85"});
  into.figures.push_back({"1 writer / rocksdb put", one / rate_of(into, bare_put), "", ">= 0.45"});
  into.figures.push_back({"1 writer / sqlite", one / rate_of(into, common_way), "", ""});
  into.figures.push_back(
      {"256 writers / rocksdb put", most / rate_of(into, bare_put), "", ">= 10"});
  into.figures.push_back({"256 writers / sqlite", most / rate_of(into, common_way), "", ""});
  into.figures.push_back({"256 writers, p99", into.written.back().p99() * 1e3, "ms", "< 100"});
}

void compare_verifying(results& into, const verify_figures& found) {
  into.figures.push_back({"leaf hashes, one core", found.hashes, "/s", ""});
  into.figures.push_back({"rehash", found.rehash, "/s", ""});
  into.figures.push_back({"rehash / leaf hashes", found.rehash / found.hashes, "", ">= 0.4"});
  into.figures.push_back(
      {"rehash / leaf hashes, processor time", found.rehash_cpu / found.hashes_cpu, "", ""});
  into.figures.push_back({"rehash, peak memory", found.rehash_peak, "MiB", "< 64"});
  into.figures.push_back({"audit of tiles", found.audit, "/s", ""});
  into.figures.push_back(
      {"audit of tiles / leaf hashes", found.audit / found.hashes, "", ">= 0.4"});
  into.figures.push_back(
      {"audit of tiles / leaf hashes, processor time", found.audit_cpu / found.hashes_cpu, "", ""});
  into.figures.push_back({"audit of tiles, peak memory", found.audit_peak, "MiB", "< 64"});
  into.figures.push_back({"opening", found.open, "s", "< 2"});
  into.figures.push_back(
      {"idle memory for 1,000,000 entries more", found.idle_growth, "MiB", "< 1"});
}

void print_table(const results& found) {
  if (!found.written.empty())
    std::printf("%-46s %12s %10s %10s\n", "entries of 200 octets", "a second", "p50 ms", "p99 ms");
  for (const series& one : found.written)
    std::printf("%-46s %12.0f %10.2f %10.2f\n", one.name.c_str(), one.rate(), one.p50() * 1e3,
                one.p99() * 1e3);
  std::printf("\n%-46s %12s %10s %10s\n", "", "", "", "expected");
  for (const figure& one : found.figures)
    std::printf("%-46s %12.2f %10s %10s\n", one.name.c_str(), one.value, one.unit.c_str(),
                one.expected.c_str());
}

void print_json(const results& found) {
  json out{{"series", json::array()}, {"figures", json::array()}};
  for (const series& one : found.written)
    out["series"].push_back({{"name", one.name},
                             {"rate", one.rate()},
                             {"p50_ms", one.p50() * 1e3},
                             {"p99_ms", one.p99() * 1e3}});
  for (const figure& one : found.figures)
    out["figures"].push_back(
        {{"name", one.name}, {"value", one.value}, {"unit", one.unit}, {"expected", one.expected}});
  std::printf("%s\n", out.dump(2).c_str());
}

options parse(int argc, char** argv) {
  options how;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--json")
      how.as_json = true;
    else if (name == "--quick")
      how.rounds = 1, how.length = 0.2, how.entries = 50'000;
    else if (i + 1 == argc)
      give_up("unknown option, or one without its value: " + name);
    else if (const std::string value = argv[++i]; name == "--parts")
      how.parts = value;
    else if (name == "--rounds")
      how.rounds = std::atoi(value.c_str());
    else if (name == "--length")
      how.length = std::atof(value.c_str());
    else if (name == "--entries")
      how.entries = std::strtoull(value.c_str(), nullptr, 10);
    else if (name == "--dir")
      how.folder = value;
    else
      give_up("unknown option: " + name);
  }
  if (how.rounds < 1 || how.entries < 1'000) give_up("one round and 1000 entries are the least");
  return how;
}

} // namespace

} // namespace ppn::bench

int main(int argc, char** argv) {
  using namespace ppn::bench;
  if (argc == 4 && std::strcmp(argv[1], "--child") == 0) return run_child(argv[2], argv[3]);
  const options how = parse(argc, argv);
  results found;
  if (how.parts.find("append") != std::string::npos) {
    measure_appends(found, how);
    compare_appends(found);
  }
  if (how.parts.find("verify") != std::string::npos) {
    bench_folder scratch(how.folder);
    compare_verifying(found,
                      measure_verifying(scratch.path(), how.entries, std::min(how.rounds, 3)));
  }
  how.as_json ? print_json(found) : print_table(found);
  return 0;
}
