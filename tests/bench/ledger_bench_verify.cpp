#include "tests/bench/ledger_bench_verify.hpp"

#include "messages/wire/ledger_codec.hpp"
#include "storage/tile_files.hpp"
#include "tests/bench/ledger_bench_place.hpp"
#include "tests/bench/ledger_bench_writers.hpp"

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sodium.h>

namespace ppn::bench {

namespace {

using nlohmann::json;

constexpr std::uint64_t short_ledger = 20'000; // its blocks fill the cache as well
constexpr std::size_t entries_per_commit = 1'024;
constexpr std::uint64_t look_octets = 1024 * 1024; // as the ledger actor does it

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// In MiB; `line` is a field of /proc/self/status, in kB there.
double memory_of(const std::string& line) {
  std::ifstream status("/proc/self/status");
  for (std::string text; std::getline(status, text);)
    if (text.starts_with(line + ':')) return std::stod(text.substr(line.size() + 1)) / 1024;
  give_up("no " + line + " in /proc/self/status");
}

log::derived_tiles tiles_of(const store& entries) {
  auto visit = [&entries](std::uint64_t from, std::uint64_t to, const auto& visitor) {
    return entries.iterate(from, to, visitor);
  };
  auto full_tile = [&entries](unsigned level, std::uint64_t index) {
    return entries.tile(static_cast<std::uint8_t>(level), index);
  };
  return {visit, full_tile};
}

void fill(const std::string& folder, std::uint64_t entries) {
  ledger_place place(folder);
  const log_key key = make_log_key();
  order_maker orders(0);
  while (place.book->size() < entries) {
    std::vector<bytes> group;
    while (group.size() < entries_per_commit && place.book->size() + group.size() < entries)
      group.push_back(need(wire::encode_entry({term_number{1}, 1'700'000'000'000, orders.next()})));
    if (auto done = commit_signed(*place.book, key, std::move(group), false); !done)
      give_up(done.error().text);
  }
}

void publish(const std::string& folder, const std::string& tiles) {
  ledger_place place(folder);
  log::tile_publication publication{place.book->note()};
  auto written = write_tiles(tiles, tiles_of(*place.entries), publication);
  if (!written) give_up(written.error().text);
}

// -- in a child -----------------------------------------------------------------------------------

json look_at_all(const std::string& folder) {
  ledger_place place(folder);
  const auto begun = steady::now();
  const double before = processor_seconds();
  const std::uint64_t looked = need(place.book->rehash(0, ~std::uint64_t{0}));
  return {{"entries", looked},
          {"seconds", seconds_since(begun)},
          {"processor", processor_seconds() - before},
          {"peak", memory_of("VmHWM")}};
}

json audit(const std::string& tiles) {
  const auto begun = steady::now();
  const double before = processor_seconds();
  auto report = audit_tiles(tiles, log::trust_policy{{make_log_key().key}, {}, 0});
  if (!report) give_up(log::to_text(report.error()));
  return {{"entries", report->checkpoint.body.size},
          {"seconds", seconds_since(begun)},
          {"processor", processor_seconds() - before},
          {"peak", memory_of("VmHWM")}};
}

// A process that holds a ledger, has looked at all of it, and waits.
json open_and_idle(const std::string& folder) {
  const auto begun = steady::now();
  ledger_place place(folder);
  const double opened = seconds_since(begun);
  ed25519_signer keys = make_signer();
  auto core = make_core(place, keys);
  while (core->rehash_step(look_octets)) {
  }
  return {{"entries", core->size()}, {"seconds", opened}, {"memory", memory_of("VmRSS")}};
}

// -- in the parent --------------------------------------------------------------------------------

json ask_child(const std::string& what, const std::string& folder) {
  const std::string command =
      "/proc/" + std::to_string(getpid()) + "/exe --child " + what + " '" + folder + "'";
  FILE* child = popen(command.c_str(), "r");
  if (child == nullptr) give_up("cannot start a child");
  char line[512] = {};
  const bool answered = fgets(line, sizeof line, child) != nullptr;
  if (pclose(child) != 0 || !answered) give_up("a child failed: " + what);
  return json::parse(line);
}

struct rates {
  std::vector<double> wall;
  std::vector<double> processor;
  double peak = 0;

  void add(const json& from) {
    wall.push_back(from["entries"].get<double>() / from["seconds"].get<double>());
    processor.push_back(from["entries"].get<double>() / from["processor"].get<double>());
    peak = std::max(peak, from.value("peak", 0.0));
  }
};

// The leaf hashes of as many entries as the ledger has, of their length, and nothing else.
json hash_leaves(std::uint64_t entries) {
  bytes leaf(1 + order_maker(0).entry_size());
  octet hash[crypto_hash_sha256_BYTES] = {};
  const auto begun = steady::now();
  const double before = processor_seconds();
  for (std::uint64_t i = 0; i < entries; ++i) {
    store_be64(&leaf[1], i);
    leaf[9] = hash[0]; // so that no hash can be left out
    crypto_hash_sha256(hash, leaf.data(), leaf.size());
  }
  return {{"entries", entries},
          {"seconds", seconds_since(begun)},
          {"processor", processor_seconds() - before}};
}

} // namespace

verify_figures measure_verifying(const std::string& folder, std::uint64_t entries, int rounds) {
  const std::string whole = folder + "/whole";
  const std::string small = folder + "/small";
  const std::string tiles = folder + "/tiles";
  fill(small, std::min(entries / 2, short_ledger));
  fill(whole, entries);
  publish(whole, tiles);
  rates hashes, rehash, audited;
  std::vector<double> open, growth;
  for (int round = 0; round < rounds; ++round) {
    hashes.add(hash_leaves(entries));
    rehash.add(ask_child("rehash", whole));
    audited.add(ask_child("audit", tiles));
    const json little = ask_child("open", small);
    const json much = ask_child("open", whole);
    open.push_back(much["seconds"]);
    const double more = much["entries"].get<double>() - little["entries"].get<double>();
    growth.push_back((much["memory"].get<double>() - little["memory"].get<double>()) * 1e6 / more);
  }
  return {entries,
          median(hashes.wall),
          median(hashes.processor),
          median(rehash.wall),
          median(rehash.processor),
          rehash.peak,
          median(audited.wall),
          median(audited.processor),
          audited.peak,
          median(open),
          median(growth)};
}

int run_child(const std::string& what, const std::string& folder) {
  json found;
  if (what == "rehash") found = look_at_all(folder);
  if (what == "audit") found = audit(folder);
  if (what == "open") found = open_and_idle(folder);
  if (found.is_null()) give_up("no such child: " + what);
  std::printf("%s\n", found.dump().c_str());
  return 0;
}

} // namespace ppn::bench
