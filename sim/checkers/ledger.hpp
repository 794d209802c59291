// INV-4, INV-5 and INV-10, and INV-9's part about copies. Keeps the one true history of every log, as its
// writer made it first: nobody may ever hold, sign or acknowledge anything else, and nobody honest may be
// accused of it. What is acknowledged must be on its writer's disk, and remembered by the cell beside it.
#pragma once

#include "sim/checker.hpp"
#include "sim/node_host.hpp"
#include "storage/log/merkle.hpp"

#include <functional>
#include <map>

namespace ppn::sim {

struct ledger_counts {
  std::uint64_t entries = 0; // of the fleet's ledger
  std::uint64_t commits = 0;
  std::uint64_t copies = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t degraded = 0;
  std::uint64_t cosigned = 0;
};

// What may be on its way to a copy at the very end of a run.
inline constexpr std::uint64_t settling_entries = 1;

class ledger_checker : public checker {
public:
  ledger_checker(std::uint32_t controller, std::size_t nodes, violation_list& found)
      : controller_(controller), held_(nodes), found_(found) {}

  void on_event(std::uint32_t node, const moment& now, const node_event& what) override;
  void on_calm(world_time at) override { calm_ = at; }
  void on_end(const moment& controller_now) override;

  // How the world's disks are looked at, past the nodes that own them.
  std::function<ledger_on_disk(std::uint32_t node, bool fleets)> look_at_disk;

  // The only disk that held this log is gone: nobody can promise anything about it.
  void forget(const std::string& origin) { logs_.erase(origin); }
  void forget_copy(std::uint32_t node) { held_[node] = 0; }

  void count(counters& into) const override;
  void pending(std::vector<std::string>& into) const override;
  ledger_counts counts() const { return counts_; }
  // The entries of a log as its writer made them, and how many of them somebody relies on.
  struct truth {
    std::vector<digest> leaves;
    std::uint64_t acknowledged = 0;
  };
  const truth& truth_of(std::string_view origin) const;
  // Every member holds all that the writer wrote.
  bool fully_copied() const;

private:
  struct history : truth {
    std::vector<digest> roots; // of the first 1, 2, ... entries
    log::frontier right;
    std::uint64_t writer_size = 0;
  };

  void on_committed(std::uint32_t node, const moment& now, const event::ledger_committed& e);
  void on_acknowledged(std::uint32_t node, const moment& now, const event::ledger_acknowledged& e);
  void require_on_disk(std::uint32_t node, const moment& now, bool fleets, std::uint64_t size);
  void require_root(std::uint32_t node, const moment& now, const char* act, const history& of,
                    std::uint64_t size, const digest& root);
  bool is_fleets(std::string_view origin) const { return origin.find("/node/") == origin.npos; }
  void report(const char* rule, std::uint32_t node, world_time at, std::string text);

  std::uint32_t controller_;
  std::vector<std::uint64_t> held_; // of the fleet's ledger, durable, by node
  violation_list& found_;
  std::map<std::string, history, std::less<>> logs_;
  ledger_counts counts_;
  std::optional<world_time> calm_;
};

} // namespace ppn::sim
