// What a run looked like over time, for the page: a checker that judges nothing and writes everything down.
#pragma once

#include "sim/run.hpp"
#include "sim/stage.hpp"

namespace ppn::sim {

class timeline final : public checker {
public:
  explicit timeline(const stage& on) : stage_(on) {}

  void on_started(std::uint32_t node, const moment& now) override { own(node, now.at, "up"); }
  void on_killed(std::uint32_t node, const moment& now) override { own(node, now.at, "down"); }
  void on_frozen(std::uint32_t node, const moment& now, nanoseconds length) override;
  void on_thawed(std::uint32_t node, const moment& now) override { own(node, now.at, "up"); }
  void on_event(std::uint32_t node, const moment& now, const node_event& what) override;
  void on_end(const moment&) override {}

  // JSON, as the page reads it.
  std::string text(const run_report& report) const;

private:
  struct record {
    world_time at;
    char kind; // o: process, m: member as the controller sees it, d: doubt, l: ledger, k: link, n: note
    std::uint32_t node;
    std::string text;
    std::uint64_t number;
  };

  void own(std::uint32_t node, world_time at, const char* state) { add(at, 'o', node, state); }
  void add(world_time at, char kind, std::uint32_t node, std::string text, std::uint64_t number = 0);
  std::uint32_t index_of(const node_id& id) const;

  static constexpr std::size_t records_max = 200'000;
  const stage& stage_;
  std::vector<record> records_;
};

} // namespace ppn::sim
